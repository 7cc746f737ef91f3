"""Several people at once who write day after day, each in a tab of their own, until they are told to stop."""

import threading
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Self

from diary.model import EntryDraft
from tests.faults.content import draft_of
from tests.faults.tab import Gone, Tab

_NUMBERS = count(1)  # of all typists of a process, so that no two write the same
PATIENCE, PAUSE = 60, 0.05  # seconds


def fill_in(tab: Tab, draft: EntryDraft) -> None:
    """Put all of ``draft`` on the form of the tab's day."""
    for key in ("discard", "edit", "no-photo"):
        if tab.has(key):
            tab.press(key)
    photo = {"photo": draft.new_photo} if draft.new_photo else {}
    tab.set(
        mood=draft.mood,
        song_title=draft.song.title if draft.song else "",
        song_artist=draft.song.artist if draft.song else "",
        note=draft.note,
        tags=", ".join(draft.tags),
        **photo,
    )


class Typists:
    """They write days by `content` numbers; no two ever have the same day open. ``cookies`` let them in, if need be.

    ``begun`` are the numbers whose button was pressed, ``acked`` those of which the page said "Saved". ``refused``
    are those that could not be saved when the button was pressed first, with what the page read then; they go on
    with it as soon as the page shows their form again, and ``dropped`` are those whose text was gone by then.
    ``away`` are the moments at which somebody met a page without a form; ``gone`` counts how often there was no
    server, ``longest`` are the seconds that a page took at most. Any other error of theirs, a page that hangs among
    them, is raised by `wait` or at the end.
    """

    def __init__(self, url: str, people: int, cookies: Mapping[str, str] | None = None) -> None:
        self.begun: list[int] = []
        self.acked: list[int] = []
        self.refused: dict[int, str] = {}
        self.dropped: list[int] = []
        self.away: list[float] = []
        self.tracebacks: list[str] = []
        self.gone, self.longest = 0, 0.0
        self._errors: list[BaseException] = []
        self._url, self._people, self._cookies = url, people, cookies
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._write, args=(one,)) for one in range(self._people)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until all have put their pens down; to be left after the server was ended, or in order."""
        self._stopped.set()
        deadline = time.monotonic() + PATIENCE + 10  # a page that hangs tells so after as long
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._raise()
        assert not any(thread.is_alive() for thread in self._threads), "somebody does not put the pen down"

    def wait(self, true: Callable[[], object]) -> None:
        """Wait until ``true()`` holds of what has happened."""
        with self._changed:
            is_true = self._changed.wait_for(lambda: self._errors or true(), PATIENCE)
            self._raise()
            assert is_true, f"acked {len(self.acked)}, refused {self.refused}"

    @property
    def in_flight(self) -> int:
        """How many saves nobody was told the end of."""
        return len(set(self.begun) - set(self.acked) - set(self.refused))

    def _write(self, person: int) -> None:
        try:
            while not self._stopped.is_set():
                mine = (number for number in _NUMBERS if draft_of(number).day.toordinal() % self._people == person)
                self._write_day_unless_gone(next(mine))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            self._fail(error)

    def _write_day_unless_gone(self, number: int) -> None:
        try:
            self._write_day(number)
        except TimeoutError:
            raise
        except Gone:
            self._happen(self._lose)
            time.sleep(PAUSE)  # the server is on its way down, or up again

    def _write_day(self, number: int) -> None:
        with Tab(self._url, query=f"day={draft_of(number).day}", cookies=self._cookies) as tab:
            try:
                self._write_on(tab, number)
            finally:
                self._happen(lambda: self._wait_for(tab))

    def _write_on(self, tab: Tab, number: int) -> None:
        draft, is_typed = draft_of(number), False
        while not tab.said_saved or not is_typed:
            if not self._come_back(tab):
                return None
            if is_typed and tab.value("note") != draft.note:
                return self._happen(lambda: self.dropped.append(number))
            try:
                fill_in(tab, draft)
            except LookupError:  # the page went away while the form was being opened
                continue
            is_typed = True
            self._happen(lambda: self.begun.append(number))
            if tab.has("save"):
                tab.press("save")
            if not tab.said_saved:
                self._refuse(tab, number)
        return self._happen(lambda: self.acked.append(number))

    def _refuse(self, tab: Tab, number: int) -> None:
        said, tracebacks = tab.text, tab.tracebacks

        def note() -> None:
            self.refused.setdefault(number, said)
            self.tracebacks += tracebacks

        self._happen(note)

    def _come_back(self, tab: Tab) -> bool:
        """Press "Try again" until the page shows the form; False when told to stop before."""
        if not tab.has("save"):
            self._happen(lambda: self.away.append(time.monotonic()))
        while not tab.has("save"):
            if self._stopped.is_set():
                return False
            time.sleep(PAUSE)
            tab.press("again")
        return True

    def _lose(self) -> None:
        self.gone += 1

    def _wait_for(self, tab: Tab) -> None:
        self.longest = max(self.longest, tab.longest)

    def _fail(self, error: BaseException) -> None:
        self._happen(lambda: self._errors.append(error))

    def _raise(self) -> None:
        if self._errors:
            raise self._errors[0]

    def _happen(self, what: Callable[[], object]) -> None:
        with self._changed:
            what()
            self._changed.notify_all()
