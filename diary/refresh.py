"""Keeps the cache of tracks fresh without making anybody wait."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from diary.clock import utc_now
from diary.errors import DiaryError
from diary.log import end_request
from diary.model import Song, Track
from diary.protocols import Catalog, Tracks

log = logging.getLogger(__name__)
PAUSE = timedelta(hours=1)


class TrackRefresher:
    """Asks the catalogue for tracks that are missing or out of date: one at a time, each at most once an hour."""

    def __init__(self, catalog: Catalog, tracks: Tracks, clock: Callable[[], datetime] = utc_now) -> None:
        self._catalog, self._tracks, self._clock = catalog, tracks, clock
        self._asked: dict[str, datetime] = {}
        self._lock = Lock()  # pages run in threads of their own
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="refresh")

    def want(self, song: Song, known: Track | None) -> None:
        """See to it that the track of ``song``, ``known`` so far, is there and fresh the next time."""
        key, now = song.track_key, self._clock()
        if key is None or (known and not self._catalog.is_stale(known, now)):
            return
        with self._lock:
            if key in self._asked and now - self._asked[key] <= PAUSE:
                return
            self._asked[key] = now
        self._thread.submit(self._refresh, key, known.artists if known else ())

    def _refresh(self, key: str, artists: tuple[str, ...]) -> None:
        """Ask for one track; a source that does not tell its ``artists`` leaves those that were known."""
        try:
            if track := self._catalog.refresh(key):
                self._tracks.keep(track if track.artists else replace(track, artists=artists))
            else:
                self._tracks.drop(key)
        except DiaryError as error:
            log.warning("source failed during refresh: %s", error)
        except Exception:
            log.exception("refreshing a track failed")
        finally:
            end_request()
