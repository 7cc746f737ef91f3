"""The cache of tracks: public facts from outside catalogues, to be refreshed or thrown away."""

from sqlalchemy import Engine, RowMapping, delete, select

from diary.model import Track
from diary.storage.database import put_row, reading, writing
from diary.storage.tables import tracks


def track_of(row: RowMapping, prefix: str = "") -> Track | None:
    """The track in a row whose columns are named with ``prefix``; None where an outer join found none."""
    if row[f"{prefix}key"] is None:
        return None
    return Track(
        key=row[f"{prefix}key"],
        title=row[f"{prefix}title"],
        artists=tuple(row[f"{prefix}artists"]),
        fetched_at=row[f"{prefix}fetched_at"],
        album=row[f"{prefix}album"],
        artwork_url=row[f"{prefix}artwork_url"],
        duration=row[f"{prefix}duration"],
    )


class TrackStore:
    """Tracks by their key, the same for everybody."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key: str) -> Track | None:
        """The cached track, however old."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tracks).where(tracks.c.key == key)).mappings().one_or_none()
        return track_of(row) if row else None

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
