"""F12: many tabs write at once, the same day or each its own; a save is clicked or sent more than once."""

import random
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Barrier

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from bench.session import PATIENCE, Answer
from tests.browser.server import DiaryServer
from tests.faults.distant import until, write
from tests.faults.figures import note
from tests.faults.kept import doubles, notes, unsaved_days
from tests.faults.scale import scaled
from tests.faults.tab import Tab

TABS = "F12 many tabs at once"
OVERTAKEN = "changed in another tab or on another device since"


class Place:
    """A running diary and the address of its database."""

    def __init__(self, server: DiaryServer, address: str) -> None:
        self.server, self.address = server, address
        self._tabs: list[Tab] = []
        self.name = "SQLite" if address.startswith("sqlite") else "PostgreSQL"

    def tab(self, day: str) -> Tab:
        self._tabs.append(Tab(self.server.url, query=f"day={day}"))
        return self._tabs[-1]

    def note(self, what: str, acked: set[str], day: str = "", **counted: int) -> None:
        """Keep the figures of all tabs since the last time; ``acked`` are the texts of which they said "Saved"."""
        found, longest = notes(self.address, day), max(tab.longest for tab in self._tabs)
        self._tabs.clear()
        note(
            TABS,
            f"{what}, {self.name}",
            **counted,
            acknowledged=len(acked),
            silently_lost=len(acked - {*found}),
            doubled=doubles(self.address) + len(found) - len({*found}),
            tracebacks=self.server.log().count("Traceback"),
            longest_wait_for_a_page_s=longest,
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, shared_database: str) -> Iterator[Place]:
    with DiaryServer(tmp_path_factory.mktemp("tabs"), {"DATABASE_URL": shared_database}) as server:
        yield Place(server, shared_database)


@pytest.fixture(autouse=True)
def _nothing_unforeseen(place: Place) -> Iterator[None]:
    yield
    assert "Traceback" not in place.server.log()
    assert doubles(place.address) == 0


def all_at_once(tabs: list[Tab], texts: list[str]) -> Counter[str]:
    """Let every tab save its text at the same moment; how many were told what."""
    gate = Barrier(len(tabs))

    def one(tab: Tab, text: str) -> str:
        tab.set(note=text)
        gate.wait(60)
        tab.press("save")
        assert tab.tracebacks == []
        if tab.said_saved:
            return "saved"
        return "both versions" if tab.has("keep-mine") else "error" if tab.errors else "nothing"

    with ThreadPoolExecutor(len(tabs)) as together:
        return Counter(together.map(one, tabs, texts))


@pytest.mark.parametrize("count", [2, 8])
def test_tabs_that_save_one_day_are_shown_both_versions_and_lose_none(place: Place, count: int) -> None:
    day = f"2026-05-{count:02}"
    texts = [f"tab {number} of {count}" for number in range(count)]
    with ExitStack() as stack:
        tabs = [stack.enter_context(place.tab(day)) for _ in texts]
        told = all_at_once(tabs, texts)
        losers = [tab for tab in tabs if tab.has("keep-mine")]
        for tab in losers:
            assert "Both versions are below" in tab.text
            assert "As you wrote it here" in tab.text
            tab.press("keep-mine")
            assert tab.said_saved
        (first,) = (tab for tab in tabs if tab not in losers)
        first.run()
        assert OVERTAKEN in first.text, "it is not left to wonder where its text went"
    place.note(f"{count} tabs save one day", {*texts}, day, edits=count, shown_both=len(losers))
    assert told == {"saved": 1, "both versions": count - 1}
    assert sorted(notes(place.address, day)) == texts, "the first is kept, and each of the others over the one before"


def test_a_save_that_is_clicked_five_times_is_one_save(place: Place) -> None:
    rounds, runs, acked = scaled(2, 20), list[int](), set[str]()
    for number in range(rounds):
        day = f"2026-06-{number + 1:02}"
        with place.tab(day) as tab:
            tab.set(note=f"clicked {number}")
            runs.append(len(runs_of(tab, "save", presses=5)))
            until(lambda tab=tab: bool(tab.run()) and tab.said_saved, 20)
            acked.add(f"clicked {number}")
        assert notes(place.address, day) == [f"clicked {number}"]
        assert day not in unsaved_days(place.address), "it would be offered again as not saved"
    place.note("a save clicked five times", acked, edits=rounds, runs_caused=sum(runs))
    assert min(runs) > 1, "the page ran for more than one of the clicks"


def test_a_save_that_comes_while_the_page_still_runs_for_a_field_is_not_lost(place: Place) -> None:
    rounds, acked = scaled(16, 100), set[str]()
    for number in range(rounds):
        day, text = f"2024-{number // 28 + 1:02}-{number % 28 + 1:02}", f"in a hurry {number}"
        with place.tab(day) as tab:
            tab._states[tab._widget("note").id] = tab._state("note", text)
            send(tab)
            time.sleep(number % 16 / 500)
            send(tab, "save")
            listen(tab)
            assert tab.said_saved, tab.text
            acked.add(text)
        assert notes(place.address, day) == [text]
    place.note("a save while the page runs", acked, edits=rounds)


def test_a_save_that_is_sent_again_after_a_reconnect_is_one_save(place: Place) -> None:
    rounds, acked = scaled(2, 20), set[str]()
    for number in range(rounds):
        day = f"2026-07-{number + 1:02}"
        with place.tab(day) as tab:
            (session,) = {*session_in(tab.run().messages)}
            tab.set(note=f"replayed {number}")
            send(tab, "save")
            cut(tab)
            join_again(tab, session)
            assert {*runs_of(tab, "save", presses=1)} == {session}, (
                "it is the session in which the save was pressed first"
            )
            until(lambda tab=tab: bool(tab.run()) and tab.said_saved, 20)
            acked.add(f"replayed {number}")
        assert notes(place.address, day) == [f"replayed {number}"]
    place.note("a save sent again after a reconnect", acked, edits=rounds)


def test_many_sessions_save_at_once_each_its_own_day(place: Place) -> None:
    count = scaled(8, 50)
    texts = [f"own day {number}" for number in range(count)]
    with ExitStack() as stack:
        tabs = [stack.enter_context(place.tab(f"2025-{n % 12 + 1:02}-{n // 12 + 1:02}")) for n in range(count)]
        told = all_at_once(tabs, texts)
    place.note(f"{count} sessions save at once, each its day", {*texts}, edits=count, shown_both=told["both versions"])
    assert told == {"saved": count}
    assert {*texts} <= {*notes(place.address)}


def test_many_sessions_save_the_same_day_at_once(place: Place) -> None:
    count, day = scaled(8, 50), "2026-05-20"
    texts = [f"same day {number}" for number in range(count)]
    with ExitStack() as stack:
        tabs = [stack.enter_context(place.tab(day)) for _ in texts]
        told = all_at_once(tabs, texts)
        acked = {text for tab, text in zip(tabs, texts, strict=True) if tab.said_saved}
        all_are_there = all(text in tab.text for tab, text in zip(tabs, texts, strict=True))
    place.note(f"{count} sessions save the same day at once", acked, day, edits=count, shown_both=told["both versions"])
    assert told == {"saved": 1, "both versions": count - 1}
    assert notes(place.address, day) == [*acked]
    assert all_are_there, "what was not saved is still on its page"


def test_no_edit_of_tabs_that_go_on_writing_one_day_is_lost_silently(place: Place) -> None:
    tabs, edits, day = 8, scaled(24, 200) // 8, "2026-05-21"

    def typist(number: int) -> tuple[set[str], int]:
        """The texts that were acknowledged, and how often this tab was told of another's version."""
        chance, told = random.Random(number), 0
        acked: set[str] = set()
        with place.tab(day) as tab:
            for turn in range(edits):
                is_kept = write(tab, f"tab {number}, edit {turn}") or OVERTAKEN in tab.text
                while not is_kept:
                    told += 1
                    assert tab.tracebacks == []
                    wants_mine = chance.random() < 0.7
                    tab.press("keep-mine" if wants_mine else "keep-other")
                    if not wants_mine:
                        break
                    is_kept = tab.said_saved or OVERTAKEN in tab.text
                acked |= {f"tab {number}, edit {turn}"} if is_kept else set()
        return acked, told

    with ThreadPoolExecutor(tabs) as together:
        results = [*together.map(typist, range(tabs))]
    acked: set[str] = set().union(*(texts for texts, _ in results))
    told = sum(times for _, times in results)
    place.note(f"{tabs * edits} edits of one day by {tabs} tabs", acked, day, edits=tabs * edits, shown_both=told)
    assert told, "they met each other"
    assert sorted(notes(place.address, day)) == sorted(acked), "each acknowledged text once, and no other"


# ------------------------------------------------------------------ past what a tab does by itself


def send(tab: Tab, key: str | None = None) -> None:
    """Press a button, or tell what a field holds, without waiting for the page."""
    tab._pressed = WidgetState(id=tab._widget(key).id, trigger_value=True) if key else None
    tab._socket.send(tab._request())
    tab._pressed = None


def runs_of(tab: Tab, key: str, presses: int) -> list[str]:
    """Press a button so many times, each time as soon as the page has begun to answer; the session of each run."""
    answer, begun = Answer(), list[str]()
    for _ in range(presses):
        send(tab, key)
        before = len(begun)
        while len(begun) == before:
            begun += _take(tab, answer, PATIENCE)
    return begun + listen(tab, answer)


def listen(tab: Tab, answer: Answer | None = None) -> list[str]:
    """Show what the page has answered, in ``answer`` already or until it was silent for a second; its runs."""
    answer, begun = answer or Answer(), list[str]()
    with suppress(TimeoutError):
        while True:
            begun += _take(tab, answer, 1)
    tab._show(answer)
    return begun


def _take(tab: Tab, answer: Answer, seconds: float) -> list[str]:
    message = ForwardMsg.FromString(tab._socket.recv(seconds))
    answer.messages.append(message)
    return session_in([message])


def session_in(messages: Iterable[ForwardMsg]) -> list[str]:
    """The session of each run that begins in ``messages``."""
    begun = (message.new_session for message in messages if message.WhichOneof("type") == "new_session")
    return [one.initialize.session_id for one in begun]


def cut(tab: Tab) -> None:
    """End the tab's connection as a network does, without a word."""
    tab._socket.socket.shutdown(socket.SHUT_RDWR)


def join_again(tab: Tab, session: str) -> None:
    """Connect again to the same session, as a browser does by itself."""
    address = f"{tab.base.replace('http', 'ws', 1)}/_stcore/stream"
    cookie = {"Cookie": f"_streamlit_xsrf={tab._xsrf}"}
    protocols = ["streamlit", tab._xsrf, session]
    again = connect(address, subprotocols=protocols, additional_headers=cookie, origin=tab.base, max_size=None)
    tab._socket = tab._stack.enter_context(again)
