"""F25: many people at once, and one of them sends large pictures.

Nothing else may run meanwhile, so `make faults` runs this file last and by itself. How long a page takes counts in
`make faults` only.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from io import BytesIO
from itertools import chain
from pathlib import Path
from statistics import quantiles
from threading import Event

import pytest
from PIL import Image

from tests.browser.server import DiaryServer, demo
from tests.faults.distant import until
from tests.faults.figures import note
from tests.faults.kept import number
from tests.faults.memory import only_on_linux
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Tab

CROWD = "F25 many sessions"
PEOPLE, LARGE = scaled(8, 100), scaled(2, 20)
ARRIVALS = 20  # a second
LIFE = 3  # seconds that a session is kept for a browser that went away
READING = scaled(5, 100) / 10  # seconds that a person looks at a page, on average
PAGES = ("", "timeline", "moods")
SLOWER = 3  # times as long as for one who is alone, at most
MB_EACH, MB_LEFT, MB_PICTURES = (
    1,
    10,
    300,
)  # for a session; after a second crowd more than after the first; for pictures


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    folder = tmp_path_factory.mktemp("crowd")
    with DiaryServer(folder, {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(LIFE)}) as server:
        demo(server, scaled(200, 10_000))
        yield server
        assert "Traceback" not in server.log()


def resident(server: DiaryServer) -> float:
    """The memory of the diary's process, in MB."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s*(\d+)", status)[1]) * 1024 / 1e6


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def look_around(tab: Tab, turns: int, pause: float) -> list[float]:
    """Draw the page again and again, with pauses to read; how long each took."""
    waits = []
    for turn in range(turns):
        time.sleep(random.Random(f"{id(tab)} {turn}").uniform(0, 2 * pause))  # a person reads
        waits.append(tab.run().seconds)
        assert tab.errors == []
    return waits


def large_picture(kind: int) -> bytes:
    """About ten megabytes of PNG that cannot be made smaller."""
    file = BytesIO()
    Image.frombytes("RGB", (1900, 1800), random.Random(kind).randbytes(1900 * 1800 * 3)).save(file, "PNG")
    return file.getvalue()


class Crowd:
    """People who all come, look around and leave: how long their first page took, and each further one.

    ``full`` is the memory when all were there, ``after`` when their sessions were over, in MB.
    """

    def __init__(self, server: DiaryServer) -> None:
        self.came: list[float] = []
        with ExitStack() as stack, ThreadPoolExecutor(PEOPLE) as together:
            begun, arrivals = time.monotonic(), []
            for person in range(PEOPLE):
                time.sleep(max(0.0, begun + person / ARRIVALS - time.monotonic()))
                arrivals.append(together.submit(self._come, stack, server, PAGES[person % len(PAGES)]))
            tabs = [arrival.result() for arrival in arrivals]
            self.looked = [*chain.from_iterable(together.map(lambda tab: look_around(tab, 3, READING), tabs))]
            self.full = resident(server)
        left = time.monotonic()
        with Tab(server.url) as last:
            until(lambda: bool(last.run()) and time.monotonic() > left + LIFE + 1, 60)
        self.after = resident(server)

    def _come(self, stack: ExitStack, server: DiaryServer, page: str) -> Tab:
        begun = time.monotonic()
        tab = stack.enter_context(Tab(server.url, page))
        self.came.append(time.monotonic() - begun)
        return tab


def look_around_alone(server: DiaryServer) -> list[float]:
    waits = []
    for page in PAGES:
        with Tab(server.url, page) as alone:
            waits += look_around(alone, scaled(5, 20), 0)
    return waits


@only_on_linux
def test_a_crowd_is_served_and_leaves_no_trace_in_memory(server: DiaryServer) -> None:
    quiet, before = look_around_alone(server), resident(server)
    first, second = Crowd(server), Crowd(server)
    quiet += look_around_alone(server)
    came, crowded = first.came + second.came, first.looked + second.looked
    ratio, each = p95(crowded) / p95(quiet), (first.full - before) / PEOPLE
    note(
        CROWD,
        f"{PEOPLE} sessions twice, {ARRIVALS} arriving a second, a page every {READING:g} s each",
        pages=len(crowded),
        p95_alone_ms=1000 * p95(quiet),
        p95_first_page_ms=1000 * p95(came),
        p95_ms=1000 * p95(crowded),
        ratio=ratio,
        mb_before=before,
        mb_per_session=each,
        mb_after_they_left=first.after,
        mb_after_a_second_crowd=second.after,
    )
    assert len(came) == 2 * PEOPLE
    assert not FULL or ratio <= SLOWER
    assert not FULL or each <= MB_EACH
    assert not FULL or second.after - first.after <= MB_LEFT


@only_on_linux
def test_one_who_sends_large_pictures_does_not_stop_the_others(server: DiaryServer) -> None:
    pictures = [large_picture(kind) for kind in range(LARGE)]
    sent, peak = Event(), [resident(server)]
    first = date(2019, 1, 1)

    def send() -> int:
        saved = 0
        for place, picture in enumerate(pictures):
            with Tab(server.url, query=f"day={first + timedelta(place)}") as tab:
                tab.set(photo=picture, note=f"large {place}")
                tab.press("save")
                saved += tab.said_saved
        sent.set()
        return saved

    def look(goes_on: Callable[[int], bool]) -> list[float]:
        waits = []
        with Tab(server.url, "timeline") as tab:
            while goes_on(len(waits)):
                waits += look_around(tab, 2, 0.2)
                peak.append(resident(server))
        return waits

    with ThreadPoolExecutor(4) as together:
        turns = scaled(10, 100)
        quiet = [*chain.from_iterable(together.map(look, [lambda done: done < turns] * 3))]
        sending, looking = together.submit(send), together.map(look, [lambda _: not sent.is_set()] * 3)
        waits, saved = [*chain.from_iterable(looking)], sending.result()
    ratio = p95(waits) / p95(quiet)
    note(
        CROWD,
        f"3 sessions while another sends {LARGE} pictures of 10 MB",
        pages=len(waits),
        p95_alone_ms=1000 * p95(quiet),
        p95_ms=1000 * p95(waits),
        ratio=ratio,
        mb_before=peak[0],
        mb_at_most=max(peak),
    )
    assert len(pictures[0]) > 9e6
    assert not FULL or ratio <= SLOWER
    assert max(peak) - peak[0] <= MB_PICTURES
    assert saved == LARGE
    assert number(server.env["DATABASE_URL"], "SELECT count(*) FROM entries WHERE note LIKE 'large %'") == LARGE
