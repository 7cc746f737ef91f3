"""Calls to a server that may never answer: nobody waits for one longer than they said.

The time limits of an HTTP client hold for single reads, so a server that sends a byte now and then is never too
slow for them, and retries come on top. Here each call runs in a thread of its own, which is left behind when its
time is up.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")
_WIDTH = 8  # calls at a time, those left behind among them, so that they cannot pile up
PAUSE = 1.0  # seconds
REST = 5.0  # seconds that nobody is asked after a call was left behind


class Line:
    """The way to one server. Its threads are daemons: they do not keep the program from ending."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(_WIDTH)
        self._own = threading.local()
        self._rested_at = 0.0

    def ask(self, call: Callable[[], _T], seconds: float) -> _T:
        """What ``call`` returns or raises. Raises TimeoutError when that takes longer, or at once after it did."""
        until = time.monotonic() + seconds
        if time.monotonic() < self._rested_at:
            raise TimeoutError
        if not self._free.acquire(timeout=seconds):
            raise TimeoutError
        answer: Future[_T] = Future()
        try:
            threading.Thread(target=self._run, args=(call, until, answer), name="photos", daemon=True).start()
        except RuntimeError:  # the system has no thread to spare
            self._free.release()
            raise TimeoutError from None
        try:
            return answer.result(max(0, until - time.monotonic()))
        except TimeoutError:
            self._rested_at = time.monotonic() + REST
            raise

    def recover(self) -> None:
        """Wait a moment, and until somebody is asked again."""
        time.sleep(max(PAUSE, self._rested_at - time.monotonic()))

    def check(self) -> None:
        """For a call that is running: raises TimeoutError when nobody waits for it any more."""
        if time.monotonic() > self._own.until:
            raise TimeoutError

    def _run(self, call: Callable[[], _T], until: float, answer: "Future[_T]") -> None:
        self._own.until = until
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits)
            answer.set_exception(error)
        finally:
            self._free.release()
