"""F9: the network between the diary and its PostgreSQL is slow, lossy or dead, while people write."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from itertools import chain

import pytest

from bench.session import Session
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
    "dropped after 3 000 bytes": ("drop", 3_000),
    "30 % of new connections reset": ("flaky", 0.3),
}
if FULL:
    MODES |= {"20 kB/s": ("throttle", 20_000), "acknowledges, never answers": ("hang", 0)}
WRITTEN = "A lamp in the window."  # on the newest day, so that every timeline begins with it
SLOW = {"delay", "throttle"}  # it works, and only takes its time


@pytest.fixture(scope="module")
def distant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Distant]:
    with distant_diary(tmp_path_factory.mktemp("distant")) as distant:
        with Tab(distant.server.url, query="day=2026-05-01") as tab:
            assert write(tab, WRITTEN)
        yield distant
        assert "Traceback" not in distant.server.log()


@pytest.mark.parametrize("name", MODES)
def test_no_page_waits_longer_than_ten_seconds_and_all_is_well_afterwards(distant: Distant, name: str) -> None:
    day = f"2026-04-{list(MODES).index(name) + 1:02}"
    mode, amount = MODES[name]
    waits: list[float] = []
    with Tab(distant.server.url, query=f"day={day}") as tab:
        assert write(tab, "before")
        before = distant.proxy.counts.copy()
        distant.proxy.set(mode, amount)
        texts = [f"{name}, {number}" for number in range(scaled(1, 5) * (8 if mode == "flaky" else 1))]
        saved, told = write_all(distant, tab, mode, texts, waits)
        bites = bitten(distant.proxy.counts - before, mode)
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
    assert saved == texts or mode not in SLOW
    assert not failed
    assert {*saved} <= {*kept}
    assert (kept[0], kept[-1]) == ("before", "afterwards")
    assert len(kept) == len({*kept})
    assert doubles(distant.address) == 0


def write_all(distant: Distant, tab: Tab, mode: Mode, texts: list[str], waits: list[float]) -> tuple[list[str], int]:
    """Save one text after the other, and look elsewhere; what was acknowledged, and how often there was an error."""
    saved, told = [], 0
    for text in texts:
        if mode == "flaky":
            distant.terminate()  # so that connections are made anew
        saved += [text] if write_timed(tab, text, waits) else []
        told += bool(tab.errors)
        if FULL or mode != "delay":
            waits.append(look_elsewhere(distant))
    return saved, told


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
    """Seconds until a new tab shows what is written on the timeline, or a sentence."""
    with Session(distant.server.url, "timeline") as other:
        answer = other.run()
    shown = "\n".join(answer.texts)
    assert WRITTEN in shown or "format: ERROR" in shown, f"a blank page: {shown:.2000}"
    return answer.seconds


def bitten(counts: Counter[str], mode: Mode) -> int:
    """How often the network did what the mode promises."""
    if mode in SLOW:
        return counts["slowed"]
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


def test_round_trips_are_three_a_save_and_four_more_than_its_queries_a_page_however_many_days_there_are(
    distant: Distant, monkeypatch: pytest.MonkeyPatch
) -> None:
    distant.postgres.ask("ALTER SYSTEM SET log_statement = 'all'")
    distant.postgres.ask("SELECT pg_reload_conf()")
    costs = []
    try:
        for size, days in (("a few days", 5), ("many days", scaled(400, 4_000))):
            fill(distant, monkeypatch, days)
            saving = round_trips_of_saves(distant, monkeypatch, date(2026, 4, 25 + len(costs)))
            pages = {page: round_trips_of(distant, page) for page in ("", "timeline", "moods")}
            trips = {f"{page or 'today'}_page": turns for page, (turns, _) in pages.items()}
            queries = {f"{page or 'today'}_queries": asked for page, (_, asked) in pages.items()}
            note(ROUND_TRIPS, size, save=max(saving), **trips, **queries)
            costs.append((saving, pages))
            assert saving == [3, 2]  # a new day's mood is looked for
            assert all(turns <= 4 + asked for turns, asked in pages.values()), (pages, size)
    finally:
        distant.postgres.ask("ALTER SYSTEM RESET log_statement")
        distant.postgres.ask("SELECT pg_reload_conf()")
    few, many = costs
    assert few == many


def fill(distant: Distant, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Write the first ``days`` days of this century and of no other."""
    monkeypatch.setenv("DATABASE_URL", distant.address)
    diary = open_diary(load_settings())
    first = date(2005, 1, 1).toordinal()
    written = {entry.day for entry in diary.each()}
    new = [day for number in range(days) if (day := date.fromordinal(first + number)) not in written]
    diary.add_days([EntryDraft(day, mood="calm", note=f"day {day}", zone="UTC") for day in new])


def round_trips_of_saves(distant: Distant, monkeypatch: pytest.MonkeyPatch, day: date) -> list[int]:
    """What it takes to write a new day, and to write it over."""
    monkeypatch.setenv("DATABASE_URL", distant.server.env["DATABASE_URL"])
    diary = open_diary(load_settings())
    taken = []
    for revision in (0, 1):
        diary.find_day(day)
        before = distant.proxy.counts["turns"]
        diary.save(EntryDraft(day, mood="calm", note=f"over {revision}", zone="UTC", revision=revision))
        taken.append(distant.proxy.counts["turns"] - before)
    return taken


def round_trips_of(distant: Distant, page: str) -> tuple[int, int]:
    """Round trips and queries of a page that is drawn again; the fewest of three, as the house work asks in between."""
    with Tab(distant.server.url, page) as tab:
        tab.run()
        return min(_round_trips_of_a_run(distant, tab) for _ in range(3))


def _round_trips_of_a_run(distant: Distant, tab: Tab) -> tuple[int, int]:
    turns, said = distant.proxy.counts["turns"], len(distant.postgres.log())
    tab.run()
    turns = distant.proxy.counts["turns"] - turns
    until(lambda: distant.postgres.log()[said:].count(" SELECT ") > 0, 5)
    return turns, distant.postgres.log()[said:].count("statement: SELECT")
