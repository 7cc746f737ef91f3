"""One engine for SQLite or PostgreSQL."""

import logging
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from diary.errors import SettingsError, StorageError
from diary.storage.postgres import open_postgres

log = logging.getLogger(__name__)


def open_engine(url: str, *, pool: int = 5, iam: bool = False, patient: bool = False) -> Engine:
    """An engine for ``url``; the folder of a SQLite file is made. Raises StorageError where one cannot be.

    Its errors never quote values (notes, songs), so that none reaches a log.

    SQLite runs in WAL with ``synchronous=FULL``: what was committed survives a power loss
    (https://sqlite.org/pragma.html#pragma_synchronous). A locked file is waited for at most 5 s. A file that is
    gone from its place is told, one that was put there meanwhile is gone over to.

    Of connections to PostgreSQL ``pool`` are kept, and at most ten more made in a rush. With ``iam``, a user without
    a password in ``url`` is let in by a token of RDS's. No wait is longer than 5 s; a ``patient`` engine, for work
    without a person before it, gives a statement all the time it takes and a lock 5 minutes.
    Raises SettingsError where ``iam`` and ``url`` do not go together.
    """
    place = read_url(url)
    if place.get_backend_name() != "sqlite":
        return open_postgres(place, pool=pool, iam=iam, patient=patient)
    try:
        Path(place.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder of the diary cannot be made: {error.strerror}. Check DATABASE_URL.") from error
    engine = create_engine(place, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    _Ground(Path(place.database or "")).watch(engine)
    return engine


def read_url(url: str) -> URL:
    """The parts of a database's address. Raises StorageError, without quoting it, where it has none."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError("DATABASE_URL is no address of a database. Check its host, port and password.") from None


def role_to_serve(url: str, migration_url: str) -> str | None:
    """The role of ``url``, where ``migration_url`` has another one.

    Raises SettingsError where they are seen to lead to different databases; hosts may differ, as with a proxy.
    """
    app, migration = read_url(url), read_url(migration_url)
    names = [(place.get_backend_name(), place.database or place.username) for place in (app, migration)]
    if names[0] != names[1]:
        raise SettingsError("DIARY_MIGRATION_URL names another database than DATABASE_URL. Only the role may differ.")
    return app.username if app.username != migration.username else None


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late, and leave DDL outside; see _begin_sqlite
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


class _Ground:
    """The SQLite file an engine stands on.

    An open connection goes on writing into a file that was removed or replaced, where nobody finds it again.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._is_known = False

    def watch(self, engine: Engine) -> None:
        """Look after the connections of ``engine``: none is made, or used again, on a file that is not there."""
        event.listen(engine, "do_connect", self._before_connect)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._before_use)

    def _before_connect(self, *_: object) -> None:
        if self._is_known:
            self._find()  # SQLite would make an empty one

    def _connected(self, _: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info["file"] = self._find()
        self._is_known = True

    def _before_use(self, _: sqlite3.Connection, record: ConnectionPoolEntry, __: object) -> None:
        if self._find() != record.info["file"]:
            raise DisconnectionError  # the pool opens the file that is there now

    def _find(self) -> tuple[int, int]:
        """Which file it is. Raises StorageError when there is none."""
        try:
            found = self._file.stat()
        except OSError as error:
            log.warning("database is not in its place cause=%r", error.strerror)
            raise StorageError("The diary's file is no longer in its place. Please put it back there.") from error
        return found.st_dev, found.st_ino


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that turns into a writer is refused without waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
