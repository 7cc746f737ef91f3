"""What the tests of the music sources share."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from diary.music.catalog import PATIENCE, Catalog

USER_AGENT = "MusicDiaryTest/1.0 (https://example.org/music-diary)"


# How any source may fail, and the words that tell it.
FAILURES = (
    ("hang", "takes too long"),
    ("dribble", "takes too long"),
    ("dribble_head", "takes too long"),
    ("drop", "cannot be reached"),
    ("reset", "cannot be reached"),
    ("cut", "cannot be reached"),
    ("redirect", "makes no sense"),
    ("html", "makes no sense"),
    ("empty", "makes no sense"),
    ("broken", "makes no sense"),
    ("huge", "makes no sense"),
    ("deep", "makes no sense"),
    (500, r"trouble on its side \(500\)"),
    (502, r"trouble on its side \(502\)"),
    (503, r"trouble on its side \(503\)"),
)


class Clock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


class Open(Protocol):
    """Opens a catalog on the fake services."""

    def __call__(self, *, keys: bool = True, patience: float = PATIENCE, **changes: str) -> Catalog: ...


def together(times: int, ask: Callable[[], object]) -> list[object]:
    """What ``ask`` returned or raised, in as many threads that start at once."""
    start = threading.Barrier(times)
    outcomes: list[object] = []

    def run() -> None:
        start.wait()
        try:
            outcomes.append(ask())
        except Exception as error:  # noqa: BLE001  (it is what the test looks at)
            outcomes.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def wait_until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Return as soon as it is ``true``; fail if it is not within ``seconds``."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)
