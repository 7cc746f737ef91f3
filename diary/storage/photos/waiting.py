"""Photos kept aside in the database until the shelf takes them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, delete, select

from diary.clock import utc_now
from diary.storage.database import put_row, reading, writing
from diary.storage.photos.pictures import Picture
from diary.storage.tables import waiting_photos
from diary.storage.wall import EVERYONE, rows_beside


class WaitingPhotos:
    """The table ``waiting_photos``. Every method may raise StorageError."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def put(self, key: str, picture: Picture) -> None:
        """Keep ``picture`` until it is removed."""
        row = {"key": key, "large": picture.large, "small": picture.small, "kept_at": self._clock()}
        with writing(self._engine, rows_beside(key)) as connection:
            put_row(connection, waiting_photos, row)

    def find(self, key: str) -> Picture | None:
        """The picture that waits under ``key``."""
        query = select(waiting_photos.c.large, waiting_photos.c.small).where(waiting_photos.c.key == key)
        with reading(self._engine, rows_beside(key)) as connection:
            row = connection.execute(query).one_or_none()
        return Picture(row.large, row.small) if row else None

    def has(self, key: str, since: datetime | None = None) -> bool:
        """Whether a picture waits under ``key``, and was put ``since``."""
        query = select(1).where(waiting_photos.c.key == key)
        if since:
            query = query.where(waiting_photos.c.kept_at >= since)
        with reading(self._engine, rows_beside(key)) as connection:
            return connection.execute(query).scalar() is not None

    def oldest_first(self, before: datetime | None = None) -> tuple[str, ...]:
        """The keys of all that wait, or of those put ``before``; those that have waited longest first."""
        query = select(waiting_photos.c.key).order_by(waiting_photos.c.kept_at, waiting_photos.c.key)
        if before:
            query = query.where(waiting_photos.c.kept_at < before)
        with reading(self._engine, EVERYONE) as connection:
            return tuple(connection.execute(query).scalars())

    def remove(self, key: str) -> bool:
        """Wait for ``key`` no longer; tells whether it was waited for."""
        with writing(self._engine, rows_beside(key)) as connection:
            removed: int = connection.execute(delete(waiting_photos).where(waiting_photos.c.key == key)).rowcount
        return removed > 0
