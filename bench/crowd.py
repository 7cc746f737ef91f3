"""Many at once: how many runs a second, how long a crowd waits, and what it takes of memory."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median
from threading import Event

from bench import rounds
from bench.aims import Found
from bench.process import resident
from bench.runs import first_run, rerun
from bench.servers import FlaskServer, Servers, get
from bench.session import Session
from tests.browser.server import DiaryServer

CLIENTS, SECONDS = 8, 4
PEOPLE, ARRIVALS = 100, 20  # all, and how many come in a second
Client = Callable[[ExitStack], Callable[[], object]]  # comes, and gives what it does again and again


def throughput(servers: Servers, found: Found) -> None:
    """P4."""
    ratios = []
    for _ in range(4):
        diary = _a_second(lambda stack: _tab(stack, servers.many))
        ratios.append(diary / _a_second(lambda stack: _reader(stack, servers.flask)))
    found.figures["P4"] = rounds.steady(ratios)


def _tab(stack: ExitStack, server: DiaryServer) -> Callable[[], object]:
    tab = stack.enter_context(Session(server.url, "timeline"))
    rerun(tab)
    part = tab.last.part
    return lambda: rerun(tab, part)


def _reader(stack: ExitStack, flask: FlaskServer) -> Callable[[], object]:
    http = flask.open()
    stack.callback(http.close)
    return lambda: get(http, "/timeline?n=20")


def _a_second(come: Client) -> float:
    """How often ``CLIENTS`` together get what they ask for."""
    over = Event()

    def ask(again: Callable[[], object]) -> int:
        times = 0
        while not over.is_set():
            again()
            times += 1
        return times

    with ExitStack() as stack, ThreadPoolExecutor(CLIENTS) as together:
        clients = [come(stack) for _ in range(CLIENTS)]
        begun = time.perf_counter()
        asked = [together.submit(ask, client) for client in clients]
        time.sleep(SECONDS)
        over.set()
        return sum(one.result() for one in asked) / (time.perf_counter() - begun)


def crowd(servers: Servers, found: Found) -> None:
    """P15, P16: on servers of their own, so that nothing but the crowd is in their memory."""
    diary, floor = servers.another("crowd"), servers.another_floor("crowd_floor")
    ratios, each = [], []
    for _ in range(2):
        alone = median(first_run(diary.url, "timeline") for _ in range(20))
        before = resident(diary.pid)
        came, full = _crowd(diary, "timeline")
        ratios.append(median(came) / alone)
        each.append((full - before) / PEOPLE)
    first_run(floor.url, query="show=20")
    _, floor_full = _crowd(floor, query="show=20")
    found.figures["P15a"] = rounds.Figure(full / floor_full, 0.05)
    found.figures["P15b"] = rounds.Figure(each[0], 0.1)
    found.figures["P16"] = rounds.steady(ratios)


def _crowd(server: DiaryServer, page: str = "", query: str = "") -> tuple[list[float], float]:
    """How long each of ``PEOPLE`` waited for the first page, and the memory when all were there, in MB."""

    def come(stack: ExitStack) -> float:
        tab = stack.enter_context(Session(server.url, page, query))
        return tab.connecting + rerun(tab)

    with ExitStack() as stack, ThreadPoolExecutor(PEOPLE) as together:
        begun, arrivals = time.monotonic(), []
        for person in range(PEOPLE):
            time.sleep(max(0.0, begun + person / ARRIVALS - time.monotonic()))
            arrivals.append(together.submit(come, stack))
        came = [arrival.result() for arrival in arrivals]
        return came, resident(server.pid)
