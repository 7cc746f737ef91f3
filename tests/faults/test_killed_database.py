"""F2: PostgreSQL and all its processes are killed (kill -9) during saves, and started again."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form import open_form, open_more, press_save, write_note
from tests.browser.screen import assert_no_exception, settled
from tests.browser.server import DiaryServer
from tests.faults.conftest import Place
from tests.faults.content import look
from tests.faults.figures import note
from tests.faults.scale import scaled
from tests.faults.typists import Typists
from tests.faults.writer import Writer
from tests.postgres import PostgresServer

TITLE = "F2 kill -9 of PostgreSQL during saves"
WRITER_ROUNDS, APP_ROUNDS, TABS = scaled(3, 50), scaled(1, 10), 4
BACK = scaled(6, 2)  # seconds after the server answers within which a save must succeed
SENTENCES = (
    "Could not save.",
    "What you typed is still on this page.",
    "Not saved yet. This tab holds what you typed",
    "Nothing that was saved is lost.",  # it was saved, and the database went before the page could say so
)
POSTGRES = pytest.mark.parametrize("place", ["PostgreSQL, folder"], indirect=True)
Open = Callable[..., Page]


@pytest.fixture
def running(durable_postgres: PostgresServer) -> Iterator[PostgresServer]:
    """The server of the test's place, which runs again when the test is over."""
    yield durable_postgres
    if not durable_postgres.answers():
        durable_postgres.start()


@POSTGRES
def test_a_writer_whose_database_is_killed_loses_nothing_and_goes_on_by_itself(
    place: Place, running: PostgresServer
) -> None:
    chance = random.Random(2)
    waits = []
    with Writer(place.env) as writer:
        writer.begin("0:")
        for _ in range(WRITER_ROUNDS):
            enough, failed = len(writer.acked) + chance.randrange(1, 30), len(writer.failed)
            writer.wait(lambda: len(writer.acked) >= enough)  # noqa: B023
            time.sleep(chance.uniform(0, 0.03))
            running.kill()
            writer.wait(lambda: len(writer.failed) > failed)  # noqa: B023
            waits.append(_seconds_to_a_save(running, writer))
    found = look(place.parts(), writer.acked)
    note(
        TITLE,
        f"{place.name}, bare writer",
        rounds=WRITER_ROUNDS,
        saves_refused=len(writer.failed),
        acknowledged=len(writer.acked),
        lost=len(found.lost),
        half_written=len(found.half_written) + len(found.gaps),
        broken_photos=len(found.broken_photos),
        longest_wait_for_a_save_s=max(waits),
    )
    assert found.is_well, found
    assert max(waits) <= BACK


@POSTGRES
def test_pages_whose_database_is_killed_say_so_keep_what_was_typed_and_go_on_without_a_restart(
    place: Place, running: PostgresServer, tmp_path: Path
) -> None:
    chance = random.Random(3)
    waits: list[float] = []
    with DiaryServer(tmp_path, place.env) as server:
        with Typists(server.url, TABS) as typists:
            while len(waits) < APP_ROUNDS or (not typists.refused and len(waits) < 5 * APP_ROUNDS):
                enough, away = len(typists.acked) + chance.randrange(1, 10), len(typists.away)
                typists.wait(lambda: len(typists.acked) >= enough and typists.in_flight)  # noqa: B023
                running.kill()
                typists.wait(lambda: len(typists.away) > away)  # noqa: B023
                waits.append(_seconds_to_a_save(running, typists))
        log = server.log()
    found = look(place.parts(), typists.acked)
    note(
        TITLE,
        f"{place.name}, whole app, {TABS} tabs",
        rounds=len(waits),
        pages_refused=len(typists.away),
        saves_refused=len(typists.refused),
        acknowledged=len(typists.acked),
        lost=len(found.lost),
        half_written=len(found.half_written) + len(found.gaps),
        broken_photos=len(found.broken_photos),
        longest_wait_for_a_save_s=max(waits),
        texts_lost_from_the_form=len(typists.dropped),
        tracebacks=len(typists.tracebacks) + log.count("Traceback"),
        longest_wait_for_a_page_s=typists.longest,
    )
    assert found.is_well, found
    assert max(waits) <= BACK
    assert typists.dropped == []
    assert typists.gone == 0, "the app was there all the time"
    assert typists.refused, "a save has to meet the fault"
    assert typists.tracebacks == []
    assert "Traceback" not in log
    unclear = [said for said in typists.refused.values() if not any(sentence in said for sentence in SENTENCES)]
    assert unclear == []


def _seconds_to_a_save(postgres: PostgresServer, pens: Writer | Typists) -> float:
    """Start the server again, and tell how long after its first answer a save succeeds."""
    postgres.start()
    begun, before = time.monotonic(), len(pens.acked)
    pens.wait(lambda: len(pens.acked) > before)
    return time.monotonic() - begun


@POSTGRES
def test_in_the_browser_what_was_typed_is_on_the_page_when_the_database_is_back(
    place: Place, running: PostgresServer, tmp_path: Path, open_page: Open
) -> None:
    with DiaryServer(tmp_path, place.env) as server:
        page = open_page(width=390)
        open_form(page, server, "2026-03-03")
        write_note(page, "Soup, rain, the *good* lamp.")
        running.kill()
        press_save(page)
        expect(page.get_by_text("Not saved yet.")).to_be_visible()
        assert_no_exception(page)
        running.start()
        page.get_by_role("button", name="Try again").click()
        settled(page)
        open_more(page)
        expect(page.get_by_label("Note", exact=True)).to_have_value("Soup, rain, the *good* lamp.")
        press_save(page)
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert page.console_errors == []
