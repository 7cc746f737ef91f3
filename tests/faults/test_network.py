"""F9: the network between the diary and its PostgreSQL is slow, lossy or dead, while people write."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from itertools import chain

import pytest

from diary.assembly import open_diary
from diary.model import EntryDraft
from diary.settings import load_settings
from tests.faults.distant import Distant, distant_diary, until, write
from tests.faults.figures import note
from tests.faults.kept import doubles, notes
from tests.faults.proxy import Mode
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Tab

NETWORK = "F9 network to PostgreSQL"
ROUND_TRIPS = "F9 round trips to PostgreSQL"
BOUND = 10  # seconds: nobody waits longer for a page
MODES: dict[str, tuple[Mode, float]] = {
    "200 ms latency": ("delay", 0.1),
    "connections reset": ("reset", 0),
    "connections cut": ("cut", 0),
    "connections refused": ("refuse", 0),
    "dropped after 5 000 bytes": ("drop", 5_000),
    "30 % of new connections reset": ("flaky", 0.3),
}
if FULL:
    MODES |= {"20 kB/s": ("throttle", 20_000), "acknowledges, never answers": ("hang", 0)}
SLOW = {"delay", "throttle"}  # it works, and only takes its time


@pytest.fixture(scope="module")
def distant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distant]:
    with distant_diary(tmp_path_factory.mktemp("distant")) as distant:
        yield distant
        assert "Traceback" not in distant.server.log()


@pytest.mark.parametrize("name", MODES)
def test_no_page_waits_longer_than_ten_seconds_and_all_is_well_afterwards(distant: Distant, name: str) -> None:
    day = f"2026-04-{list(MODES).index(name) + 1:02}"
    mode, amount = MODES[name]
    rounds = scaled(1, 5) * (8 if mode == "flaky" else 1)
    waits: list[float] = []
    saved: list[str] = []
    told = 0
    with Tab(distant.server.url, query=f"day={day}") as tab:
        assert write(tab, "before")
        before = distant.proxy.counts.copy()
        distant.proxy.set(mode, amount)
        for number in range(rounds):
            if mode == "flaky":
                distant.terminate()  # so that connections are made anew
            text = f"{name}, {number}"
            saved += [text] if write_timed(tab, text, waits) else []
            told += bool(tab.errors)
            if FULL or mode != "delay":
                waits.append(look_elsewhere(distant))
        bites = bitten(distant.proxy.counts - before, mode, waits)
        distant.proxy.set("pass")
        begun = time.monotonic()
        until(lambda: bool(tab.run()) and tab.has("save"), 30)
        failed = not write(tab, "afterwards")
        recovered = time.monotonic() - begun
    kept = notes(distant.address, day)
    note(
        NETWORK,
        name,
        bites=bites,
        pages=len(waits),
        longest_wait_s=max(waits),
        acknowledged=len(saved),
        lost=len({*saved} - {*kept}),
        doubled=doubles(distant.address) + len(kept) - len({*kept}),
        told=told,
        stuck_sessions=int(failed),
        recovered_after_s=recovered,
    )
    assert bites, "the network was seen to bite"
    assert max(waits) <= BOUND, waits
    assert told or mode in SLOW
    assert len(saved) == rounds or mode not in SLOW
    assert not failed
    assert {*saved} <= {*kept}
    assert (kept[0], kept[-1]) == ("before", "afterwards")
    assert len(kept) == len({*kept})
    assert doubles(distant.address) == 0


def write_timed(tab: Tab, text: str, waits: list[float]) -> bool:
    """Write and save as far as the page goes, and add to ``waits``; tells whether the page said "Saved"."""
    if tab.has("edit"):
        waits.append(tab.press("edit").seconds)
    if tab.has("save"):
        waits.append(tab.set(note=text).seconds)
    is_pressed = tab.has("save")
    waits.append((tab.press("save") if is_pressed else tab.run()).seconds)
    return is_pressed and tab.said_saved


def look_elsewhere(distant: Distant) -> float:
    """Seconds until a new tab shows the timeline, or a sentence."""
    with Tab(distant.server.url, "timeline") as other:
        waited = other.run().seconds
        assert "Timeline" in other.text or other.errors, "a blank page"
        return waited


def bitten(counts: Counter[str], mode: Mode, waits: list[float]) -> int:
    """How often the network did what the mode promises."""
    if mode in SLOW:
        return sum(wait > 0.2 for wait in waits)
    return counts["held" if mode == "hang" else "reset"] + counts["cut"]


def test_a_black_hole_between_two_clicks_is_told_to_all_and_their_texts_outlive_it(distant: Distant) -> None:
    days = [f"2026-02-{number:02}" for number in range(1, scaled(4, 20) + 1)]
    with ExitStack() as stack, ThreadPoolExecutor(len(days)) as together:
        tabs = [stack.enter_context(Tab(distant.server.url, query=f"day={day}")) for day in days]
        for tab in tabs:
            tab.set(note=f"typed before the hole for {tab.query}")
        held = distant.proxy.counts["held"]
        distant.proxy.set("hang")
        waits = [answer.seconds for answer in together.map(lambda tab: tab.press("save"), tabs)]
        told = sum(bool(tab.errors) and not tab.said_saved for tab in tabs)
        waits += [answer.seconds for answer in together.map(Tab.run, tabs)]
        distant.proxy.set("pass")
        begun = time.monotonic()
        for tab in tabs:
            until(lambda tab=tab: bool(tab.run()) and tab.has("save"), 30)
        recovered = time.monotonic() - begun
        texts_there = sum(tab.value("note") == f"typed before the hole for {tab.query}" for tab in tabs)
        for tab in tabs:
            tab.press("save")
        saved = sum(tab.said_saved for tab in tabs)
    kept = [*chain.from_iterable(notes(distant.address, day) for day in days)]
    note(
        NETWORK,
        f"black hole between two clicks of {len(days)} tabs",
        bites=distant.proxy.counts["held"] - held,
        pages=len(waits),
        longest_wait_s=max(waits),
        acknowledged=saved,
        lost=len(days) - len({*kept}),
        doubled=len(kept) - len({*kept}),
        told=told,
        stuck_sessions=len(days) - saved,
        recovered_after_s=recovered,
    )
    assert distant.proxy.counts["held"] > held
    assert max(waits) <= BOUND, waits
    assert told == texts_there == saved == len(days)
    assert kept == [f"typed before the hole for day={day}" for day in days]


# ------------------------------------------------------------------ round trips


def test_a_save_takes_nine_round_trips_and_a_page_four_more_than_its_queries(
    distant: Distant, monkeypatch: pytest.MonkeyPatch
) -> None:
    distant.postgres.ask("ALTER SYSTEM SET log_statement = 'all'")
    distant.postgres.ask("SELECT pg_reload_conf()")
    try:
        for size, days in (("a few days", 5), ("many days", scaled(400, 4_000))):
            fill(distant, monkeypatch, days)
            saving = round_trips_of_a_save(distant, monkeypatch)
            pages = {page: round_trips_of(distant, page) for page in ("", "timeline", "moods")}
            trips = {f"{page or 'today'}_page": turns for page, (turns, _) in pages.items()}
            queries = {f"{page or 'today'}_queries": asked for page, (_, asked) in pages.items()}
            note(ROUND_TRIPS, size, save=saving, **trips, **queries)
            assert saving <= 9
            assert all(turns <= 4 + asked for turns, asked in pages.values()), (pages, size)
    finally:
        distant.postgres.ask("ALTER SYSTEM RESET log_statement")
        distant.postgres.ask("SELECT pg_reload_conf()")


def fill(distant: Distant, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Write the first ``days`` days of this century and of no other."""
    monkeypatch.setenv("DATABASE_URL", distant.address)
    diary = open_diary(load_settings())
    first = date(2005, 1, 1).toordinal()
    written = {entry.day for entry in diary.each()}
    new = [day for number in range(days) if (day := date.fromordinal(first + number)) not in written]
    diary.add_days([EntryDraft(day, mood="calm", note=f"day {day}", zone="UTC") for day in new])


def round_trips_of_a_save(distant: Distant, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("DATABASE_URL", distant.server.env["DATABASE_URL"])
    diary = open_diary(load_settings())
    day = date(2026, 4, 25)
    entry = diary.find_day(day)
    revision = entry.revision if entry else 0
    before = distant.proxy.counts["turns"]
    diary.save(EntryDraft(day, mood="calm", note=f"over {revision}", zone="UTC", revision=revision))
    return distant.proxy.counts["turns"] - before


def round_trips_of(distant: Distant, page: str) -> tuple[int, int]:
    """Round trips and queries of a page that is drawn again."""
    with Tab(distant.server.url, page) as tab:
        tab.run()
        turns, said = distant.proxy.counts["turns"], len(distant.postgres.log())
        tab.run()
        turns = distant.proxy.counts["turns"] - turns
        until(lambda: distant.postgres.log()[said:].count(" SELECT ") > 0, 5)
        return turns, distant.postgres.log()[said:].count("statement: SELECT")
