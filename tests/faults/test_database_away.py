"""F7, F8: the database's connections are ended, and the database itself goes and comes, while the diary runs."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.distant import DATABASE, Distant, distant_diary, until, write
from tests.faults.figures import note
from tests.faults.kept import doubles, notes, past_the_program
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Tab

TERMINATED = "F7 connections to the database ended"
AWAY = "F8 database away"
BOUND = 10  # seconds: nobody waits longer for a page
NOT_ANSWERING = "database is not answering"


@pytest.fixture(scope="module")
def distant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distant]:
    with distant_diary(tmp_path_factory.mktemp("distant")) as distant:
        yield distant


@pytest.fixture(autouse=True)
def _no_traceback(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "distant" in request.fixturenames:
        assert "Traceback" not in request.getfixturevalue("distant").server.log()


# ------------------------------------------------------------------ F7


def test_the_click_after_the_connections_were_ended_works(distant: Distant) -> None:
    clicks, ended, failed = 10, 0, 0
    with Tab(distant.server.url, query="day=2026-03-01") as tab:
        for number in range(clicks):
            ended += distant.terminate()
            if number % 2:
                tab.run()
                failed += bool(tab.errors)
            else:
                failed += not write(tab, f"text {number}")
    note(
        TERMINATED,
        "before a click",
        clicks=clicks,
        connections_ended=ended,
        longest_wait_s=tab.longest,
        failed_clicks=failed,
    )
    assert tab.longest <= BOUND
    assert ended >= clicks, "there was a connection to end before each click"
    assert failed == 0
    assert notes(distant.address, "2026-03-01") == [f"text {number}" for number in range(0, clicks, 2)]


def test_a_save_cut_inside_its_transaction_is_told_and_is_never_doubled(distant: Distant) -> None:
    day, rounds = "2026-03-02", scaled(3, 10)
    told = ended = failed_after = 0
    with Tab(distant.server.url, query=f"day={day}") as tab, ThreadPoolExecutor(1) as meanwhile:
        assert write(tab, "text 0")
        for number in range(1, rounds + 1):
            tab.press("edit")
            tab.set(note=f"text {number}")
            with distant.locked(day):
                saving = meanwhile.submit(tab.press, "save")
                until(lambda: distant.count("wait_event_type = 'Lock'") == 1, 10)
                ended += distant.terminate("wait_event_type = 'Lock'")
                saving.result()
            told += any("Could not save" in error and NOT_ANSWERING in error for error in tab.errors)
            assert not tab.said_saved
            assert tab.value("note") == f"text {number}", "what could not be saved stays in the form"
            tab.press("save")
            failed_after += not tab.said_saved
    kept = notes(distant.address, day)
    note(
        TERMINATED,
        "inside the transaction of a save",
        clicks=rounds,
        connections_ended=ended,
        longest_wait_s=tab.longest,
        told=told,
        failed_clicks=failed_after,
        doubled=len(kept) - len(set(kept)),
        lost=rounds + 1 - len(set(kept)),
    )
    assert tab.longest <= BOUND
    assert ended == told == rounds
    assert failed_after == 0
    assert kept == [f"text {number}" for number in range(rounds + 1)]
    assert doubles(distant.address) == 0


# ------------------------------------------------------------------ F8


@pytest.mark.parametrize("way", ["stopped", "killed"])
def test_a_database_that_was_away_is_found_again_by_itself(distant: Distant, way: str) -> None:
    day, away = f"2026-03-{'03' if way == 'stopped' else '04'}", scaled(2, 30)
    with Tab(distant.server.url, query=f"day={day}") as tab:
        assert write(tab, "before")
        tab.press("edit")
        tab.set(note="while it is away")
        distant.postgres.stop() if way == "stopped" else distant.postgres.kill()
        gone = time.monotonic()
        waits = [tab.press("save").seconds]
        told = NOT_ANSWERING in tab.text and "holds what you typed" in tab.text and not tab.said_saved
        while time.monotonic() - gone < away:
            waits.append(tab.run().seconds)
            assert NOT_ANSWERING in tab.text
        assert not distant.is_ready()
        with Tab(distant.server.url, "timeline") as other:
            assert NOT_ANSWERING in other.text
        distant.postgres.start()
        back = time.monotonic()
        tab.run()
        failed = not tab.has("save") or tab.value("note") != "while it is away"
        tab.press("save")
        failed += not tab.said_saved
        recovered = time.monotonic() - back
    kept = notes(distant.address, day)
    note(
        AWAY,
        f"{way}, away for {away} s",
        longest_wait_s=max(waits),
        failed_clicks_after=failed,
        next_save_after_s=recovered,
        lost=2 - len(kept),
    )
    assert told, tab.text
    assert max(waits) <= BOUND
    assert failed == 0
    assert kept == ["before", "while it is away"]
    assert distant.is_ready()


def test_a_diary_may_start_before_its_database(tmp_path: Path) -> None:
    with distant_diary(tmp_path, starts=False) as distant:
        distant.postgres.stop()
        distant.server.start()
        assert not distant.is_ready()
        with Tab(distant.server.url) as tab:
            assert NOT_ANSWERING in tab.text
            assert not tab.has("save")
            distant.postgres.start()
            back = time.monotonic()
            until(distant.is_ready, 15)
            ready = time.monotonic() - back
            tab.run()
            failed = not write(tab, "the first")
        note(
            AWAY,
            "started before its database, tables made afterwards",
            failed_clicks_after=int(failed),
            ready_after_s=ready,
        )
        assert not failed
        assert notes(distant.address) == ["the first"]
        assert "Traceback" not in distant.server.log()


@pytest.mark.skipif(not FULL, reason="takes two starts")
def test_a_diary_that_waited_for_a_newer_database_ends_with_a_sentence(tmp_path: Path) -> None:
    with distant_diary(tmp_path) as distant:
        distant.server.stop()
        with past_the_program(distant.address) as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
        distant.postgres.stop()
        distant.server.start()
        distant.postgres.start()
        until(lambda: not distant.server.answers(), 15)
        assert "written by a newer version" in distant.server.log()
        assert distant.postgres.ask("SELECT version_num FROM alembic_version", DATABASE) == [("9999",)]
