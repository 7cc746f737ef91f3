"""The cache of tracks: public facts from outside catalogues, to be refreshed or thrown away."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, delete, select

from diary.model import Track
from diary.storage.database import put_row, reading, writing
from diary.storage.tables import tracks

_COLUMNS = ("key", "title", "artists", "fetched_at", "album", "artwork_url", "duration")
TRACK = tuple(tracks.c[name].label(f"track_{name}") for name in _COLUMNS)  # what `track_of` reads

_track = lru_cache(maxsize=1000)(Track)  # one is in many rows


def track_of(key: str | None, title: str, artists: Sequence[str], *rest: Any) -> Track | None:
    """The track whose columns `TRACK` hold these values; None where an outer join found none."""
    return None if key is None else _track(key, title, tuple(artists), *rest)


class TrackStore:
    """Tracks by their key, the same for everybody."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key: str) -> Track | None:
        """The cached track, however old."""
        with reading(self._engine) as connection:
            row = connection.execute(select(*TRACK).where(tracks.c.key == key)).one_or_none()
        return track_of(*row) if row else None

    def keep(self, track: Track) -> None:
        """Cache ``track`` in place of what was known before."""
        values = {column.name: getattr(track, column.name) for column in tracks.c}
        with writing(self._engine) as connection:
            put_row(connection, tracks, {**values, "artists": list(track.artists)})

    def drop(self, key: str) -> None:
        """Forget one track: its source says that it is gone."""
        with writing(self._engine) as connection:
            connection.execute(delete(tracks).where(tracks.c.key == key))

    def drop_all(self) -> None:
        """Forget everything outside catalogues ever told, in one statement; no entry changes."""
        with writing(self._engine) as connection:
            connection.execute(delete(tracks))
