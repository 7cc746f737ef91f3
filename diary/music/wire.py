"""Asking an outside source so that it can neither hold up nor harm the one who asks.

Sources fail, hang, send a byte a second, ask us to wait a day, or send what nobody expects. Here
each of these becomes one `SourceError` in time; what an answer means is for the source's own module.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import requests

from diary.errors import SourceError
from diary.music.transport import Adapter, Errand, Refused, Session

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_MAX_CALLS = 8
_MAX_TEXT = 1000
_MAX_WAIT = 86_400
# Spotify counts over 30 seconds, should it ever leave out how long to wait
# (https://developer.spotify.com/documentation/web-api/concepts/rate-limits).
_USUAL_WAIT = 30


class Guard:
    """Remembers, for all threads, until when a source told us not to call."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._until: datetime | None = None
        self._next_try: datetime | None = None

    def told(self) -> datetime | None:
        """Until when no call may be made, None if there is nothing to wait for."""
        with self._lock:
            return self._until if self._until and self._now() < self._until else None

    def enter(self) -> datetime | None:
        """As `told`, for one about to call. After a wait one call a second is let through until one succeeds."""
        with self._lock:
            now = self._now()
            if self._until is None:
                return None
            free = max(self._until, self._next_try or self._until)
            if now < free:
                return free
            self._next_try = now + timedelta(seconds=1)
            return None

    def wait(self, retry_after: str | None) -> datetime:
        """Heed a ``Retry-After`` header, seconds or an HTTP date (RFC 9110, 10.2.3); the end of the wait."""
        with self._lock:
            now = self._now()
            seconds = min(max(_seconds(retry_after, now), 1), _MAX_WAIT)
            self._until = max(now + timedelta(seconds=seconds), self._until or now)
            return self._until

    def succeeded(self) -> None:
        """A call came through; one that began before the wait does not end it."""
        with self._lock:
            if self._until and self._now() >= self._until:
                self._until = self._next_try = None


class Wire:
    """The line to one source: bounded in time, in size of answers, and in calls at once.

    ``name`` is how the source is called in sentences; ``user_agent`` is sent with each request.
    """

    def __init__(self, name: str, user_agent: str, now: Callable[[], datetime]) -> None:
        self.name = name
        self._now = now
        self._guard = Guard(now)
        self._slots = threading.BoundedSemaphore(_MAX_CALLS)
        self.session = Session()
        self.session.headers["User-Agent"] = user_agent
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, Adapter(pool_maxsize=_MAX_CALLS))

    def call(self, work: Callable[[], _T], seconds: float) -> _T:
        """What ``work`` returns, which uses the session and may make several requests with it.

        After ``seconds`` the connection is cut and the caller goes on, whatever the source does.

        Raises Refused: the source answered with 400 to 499, but not that we must wait.
        Raises SourceError: too slow, out of reach, to be waited for, or an answer that cannot be read.
        """
        end = time.monotonic() + seconds
        if not self._slots.acquire(timeout=max(seconds / 2, 0)):  # with less left no answer would come in time
            raise self.failure("takes too long to answer")
        if until := self._guard.enter():
            self._slots.release()
            raise self._waiting(until)
        errand = Errand(work, self._slots.release)
        try:
            answer = errand.future.result(max(end - time.monotonic(), 0))
        except (TimeoutError, requests.Timeout):
            errand.cut()
            raise self.failure("takes too long to answer") from None
        except Refused as refused:
            raise self._meaning(refused) from None
        except (ValueError, RecursionError, requests.exceptions.InvalidJSONError):
            raise self.failure("sent an answer that makes no sense") from None
        except requests.RequestException:
            raise self.failure("cannot be reached just now") from None
        self._guard.succeeded()
        return answer

    def get_json(self, url: str, params: Mapping[str, str], seconds: float) -> object:
        """The JSON value at ``url``; raises like `call`."""

        def work() -> object:
            return self.session.get(url, params=dict(params), timeout=seconds).json()

        return self.call(work, seconds)

    def told_to_wait(self) -> SourceError | None:
        """What to say while the source wants no calls, else None."""
        until = self._guard.told()
        return self._waiting(until) if until else None

    def failure(self, what: str) -> SourceError:
        """The error that says what the source does; also a line in the log, without what was asked."""
        _log.warning("%s %s", self.name, what)
        return SourceError(f"{self.name} {what}; type the song by hand or paste a link meanwhile.")

    def _meaning(self, refused: Refused) -> Exception:
        if refused.status == 429 or (refused.status == 503 and refused.wait):
            until = self._guard.wait(refused.wait)
            because = ", as this app has used up its quota" if "QUOTA_EXCEEDED" in refused.text else ""
            _log.warning("%s asks us to wait until %s%s", self.name, until, because)
            return self._waiting(until, because)
        if refused.status >= 500:
            return self.failure(f"has trouble on its side ({refused.status})")
        self._guard.succeeded()
        return refused

    def _waiting(self, until: datetime, because: str = "") -> SourceError:
        now = self._now()
        seconds = math.ceil((until - now).total_seconds())
        when = "a second" if seconds <= 1 else f"{seconds} seconds"
        if seconds > 60:
            minute = (until + timedelta(seconds=59)).replace(second=0, microsecond=0)
            when = f"until {minute:%H:%M} UTC"
            if minute.date() != now.date():
                when += f" on {minute.day} {minute:%B}"
        sentence = f"{self.name} asks us to wait {when}{because}; type the song by hand or paste a link meanwhile."
        return SourceError(sentence, retry_at=until)


def _seconds(retry_after: str | None, now: datetime) -> int:
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        return math.ceil((parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return _USUAL_WAIT


def part(value: object, *path: str) -> object:
    """What stands at ``path`` in an answer of unknown shape, None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def parts(value: object, *path: str) -> list[object]:
    """The list at ``path``, empty where there is none."""
    found = part(value, *path)
    return found if isinstance(found, list) else []


def text_at(value: object, *path: str) -> str:
    """The text at ``path``, at most 1000 characters and without those that no database keeps; else empty."""
    found = part(value, *path)
    if not isinstance(found, str):
        return ""
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in found[:_MAX_TEXT])


def milliseconds_at(value: object, *path: str) -> int | None:
    """The duration at ``path`` if it is a positive whole number below a day, else None."""
    found = part(value, *path)
    return found if type(found) is int and 0 < found < 86_400_000 else None
