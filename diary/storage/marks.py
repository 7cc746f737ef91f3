"""What the programs that share a database leave there for each other."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from diary.storage.database import put_row, reading, writing
from diary.storage.tables import keys, marks


def set_mark(connection: Connection, name: str, now: datetime) -> None:
    """Note in the caller's transaction that ``name`` was done ``now``."""
    put_row(connection, marks, {"name": name, "at": now})


class MarkStore:
    """The tables ``marks`` and ``keys``. Every method may raise StorageError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, name: str) -> datetime | None:
        """When ``name`` was last done."""
        with reading(self._engine) as connection:
            return connection.execute(select(marks.c.at).where(marks.c.name == name)).scalar_one_or_none()

    def advance(self, name: str, last: datetime | None, now: datetime) -> bool:
        """Note that ``name`` is done ``now``, unless somebody else did since ``last``; tells whether it was noted."""
        try:
            with writing(self._engine) as connection:
                if last is None:
                    connection.execute(insert(marks).values(name=name, at=now))
                    return True
                there = update(marks).where(marks.c.name == name, marks.c.at == last)
                return bool(connection.execute(there.values(at=now)).rowcount)
        except IntegrityError:
            return False

    def secret(self, name: str) -> bytes:
        """32 random bytes, the same for all who ask by this ``name``."""
        query = select(keys.c.value).where(keys.c.name == name)
        with reading(self._engine) as connection:
            if value := connection.execute(query).scalar_one_or_none():
                return bytes(value)
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(keys).values(name=name, value=secrets.token_bytes(32)))
        except IntegrityError:  # somebody was quicker
            pass
        with reading(self._engine) as connection:
            return bytes(connection.execute(query).scalar_one())
