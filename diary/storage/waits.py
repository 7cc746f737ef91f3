"""A deadline for every wait on PostgreSQL.

libpq's own limits end when a connection is made or a network is dead; a server that takes and acknowledges
everything but never answers would be waited for without end. psycopg2 hands all its waiting to one callback for
the whole process (https://www.psycopg.org/docs/extensions.html#psycopg2.extensions.set_wait_callback);
here it ends at a deadline, and psycopg2 then closes the connection.
"""

import select
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, STATUS_BEGIN, connection, set_wait_callback

T = TypeVar("T")
LOOKUP_LIMIT = 1.0
CONNECT_LIMIT = 4.0
STATEMENT_LIMIT = 4.5  # seconds; the server itself ends a statement after 4 s, and the connection then lives on
PATIENT_LIMIT = 1_800.0
PAUSE = 1.5
FRESH = 0.5


class Pause:
    """The moment after a wait that was given up, in which nobody waits anew.

    A page asks the database several times over; only the first time may cost it a whole wait.
    ``seconds`` is how long the moment lasts: that much later than the server the diary works again. ``times`` tells
    how often it has begun.
    """

    def __init__(self, seconds: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._end = clock()
        self.times = 0
        self._asked: dict[str, Future[Any]] = {}

    def begin(self) -> None:
        """Begin it now, or anew."""
        self._end = self._clock() + self._seconds
        self.times += 1

    @property
    def lasts(self) -> bool:
        """Whether it is going on."""
        return self._clock() < self._end

    def answer(self, what: str, ask: Callable[[], T], limit: float) -> T:
        """What ``ask`` gives, in a thread of its own, after at most ``limit`` seconds.

        An answer that comes later is kept for the next time. Raises what ``ask`` raises, and
        psycopg2.OperationalError for silence about ``what``; that begins the pause, in which nobody asks anew.
        """
        if self.lasts:
            raise psycopg2.OperationalError(f"{what} was not told a moment ago")
        if not (asked := self._asked.get(what)):
            asked = self._asked[what] = Future()
            Thread(target=_settle, args=(asked, ask), name=f"asking for {what}", daemon=True).start()
        try:
            told: T = asked.result(limit)
            return told
        except TimeoutError:
            if asked.done():
                raise
            self.begin()
            raise psycopg2.OperationalError(f"{what} was not told within {limit} s") from None
        finally:
            if asked.done():
                self._asked.pop(what, None)


def _settle(asked: Future[T], ask: Callable[[], T]) -> None:
    try:
        asked.set_result(ask())
    except BaseException as error:  # noqa: BLE001 - it is raised where the answer is awaited
        asked.set_exception(error)


class BoundedConnection(connection):  # type: ignore[misc]
    """Its waits end: being made after `CONNECT_LIMIT`, a statement after ``limit`` seconds."""

    def __init__(self, dsn: str, is_async: int = 0, *, limit: float, pause: Pause) -> None:
        self.limit = CONNECT_LIMIT
        self.pause = pause
        self.answered = float("-inf")
        super().__init__(dsn, is_async)
        self.limit = limit

    @property
    def is_fresh(self) -> bool:
        """Whether it answered within the last half second, and the server has said nothing since, such as goodbye."""
        if time.monotonic() > self.answered + FRESH:
            return False
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        return not poller.poll(0)


def addresses_of(host: str, pause: Pause) -> list[str]:
    """What the name ``host`` stands for, in the order to be tried, after at most `LOOKUP_LIMIT` seconds.

    libpq would spend the whole time for a connection on a first address that is silent, so after each wait that was
    given up another one comes first. Raises psycopg2.OperationalError.
    """
    try:
        found = pause.answer("the address of the host", lambda: _look_up(host), LOOKUP_LIMIT)
    except OSError as error:
        raise psycopg2.OperationalError(f"could not translate host name: {error.strerror}") from None
    first = pause.times % len(found)
    return found[first:] + found[:first]


def _look_up(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError:  # such as an empty part between two dots
        raise socket.gaierror(socket.EAI_NONAME, "this is no name of a host") from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def bound_waits() -> None:
    """Let psycopg2 wait with deadlines from now on; connections of other kinds go on waiting as long as it takes.

    Where the system has no ``poll`` (Windows), waits stay psycopg2's own.
    """
    if hasattr(select, "poll"):
        set_wait_callback(_wait)


def _wait(waiting: connection) -> None:
    """Wait until ``waiting`` has its answer. Raises psycopg2.OperationalError, and the connection is closed then."""
    bounded = waiting if isinstance(waiting, BoundedConnection) else None
    if bounded and bounded.pause.lasts and bounded.status != STATUS_BEGIN:  # a transaction under way may end well
        raise psycopg2.OperationalError("the server did not answer a moment ago")
    deadline = time.monotonic() + bounded.limit if bounded else None
    while (state := waiting.poll()) != POLL_OK:
        poller = select.poll()
        poller.register(waiting.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        if not poller.poll(left) and bounded:
            bounded.pause.begin()
            raise psycopg2.OperationalError(f"the server did not answer within {bounded.limit} s")
    if bounded:
        bounded.answered = time.monotonic()
