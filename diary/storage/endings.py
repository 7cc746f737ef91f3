"""Log-ins that were ended before their time."""

import hashlib
from datetime import datetime

from sqlalchemy import Engine, delete, select, update

from diary.storage.database import put_row, reading, writing
from diary.storage.tables import endings


class EndingStore:
    """The table ``endings``: hashes of log-ins and of owners, nothing that tells who was here.

    Every method may raise StorageError.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_over(self, owner_id: str, login: str, since: datetime) -> bool:
        """Whether ``login``, the hash of one that ``owner_id`` made at ``since``, was ended, or its owner shut out."""
        query = select(endings).where(endings.c.key.in_((login, _hash(owner_id))))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return any(row.key == login or row.for_good or since <= row.at for row in rows)

    def end(self, login: str, now: datetime) -> None:
        """End one log-in, by its hash."""
        with writing(self._engine) as connection:
            put_row(connection, endings, {"key": login, "at": now, "for_good": False})

    def end_all(self, owner_id: str, now: datetime) -> None:
        """End all that the owner has made until ``now``."""
        with writing(self._engine) as connection:
            put_row(connection, endings, {"key": _hash(owner_id), "at": now, "for_good": False}, change=["at"])

    def shut_out(self, owner_id: str, now: datetime) -> None:
        """End all that the owner has made, and let none of them begin."""
        with writing(self._engine) as connection:
            put_row(connection, endings, {"key": _hash(owner_id), "at": now, "for_good": True})

    def let_in(self, owner_id: str) -> bool:
        """Let the owner log in again; tells whether they were shut out."""
        query = update(endings).where(endings.c.key == _hash(owner_id), endings.c.for_good).values(for_good=False)
        with writing(self._engine) as connection:
            return bool(connection.execute(query).rowcount)

    def forget(self, before: datetime) -> None:
        """Forget what ended before that instant, when every log-in of that time is over by itself."""
        with writing(self._engine) as connection:
            connection.execute(delete(endings).where(endings.c.at < before, ~endings.c.for_good))


def _hash(owner_id: str) -> str:
    return hashlib.sha256(owner_id.encode()).hexdigest()
