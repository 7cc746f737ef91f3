"""One engine for SQLite or PostgreSQL."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from diary.errors import SettingsError, StorageError
from diary.storage.postgres import open_postgres

log = logging.getLogger(__name__)
_WAIT = 5  # seconds for which another program's lock on SQLite's file is waited for
HOW_TO_BEGIN = "Check DATABASE_URL. To begin a new one there, run: python -m diary migrate"


def open_engine(
    url: str | URL, *, pool: int = 5, iam: bool = False, region: str | None = None, patient: bool = False
) -> Engine:
    """An engine for ``url``. Raises StorageError where that is no address.

    Its errors never quote values (notes, songs), so that none reaches a log.

    SQLite runs in WAL with ``synchronous=FULL``: what was committed survives a power loss
    (https://sqlite.org/pragma.html#pragma_synchronous). A locked file is waited for at most 5 s. No file is made,
    `make_file` does that: one that is not in its place is told, one that was put there meanwhile is gone over to.

    Of connections to PostgreSQL ``pool`` are kept, and at most ten more made in a rush. With ``iam``, a user without
    a password in ``url`` is let in by a token of RDS's, signed for ``region`` where the host's name tells none. No
    wait is longer than 5 s; a ``patient`` engine, for work without a person before it, gives the look-up of the host
    all the time it takes, a statement half an hour, and a lock 5 minutes.
    Raises SettingsError where ``iam`` and ``url`` do not go together.
    """
    place = read_url(url)
    if place.get_backend_name() != "sqlite":
        return open_postgres(place, pool=pool, iam=iam, region=region, patient=patient)
    # As many connections as are asked for: nobody queues behind those who wait for a lock.
    engine = create_engine(place, hide_parameters=True, max_overflow=-1)
    event.listen(engine, "connect", _prepare_sqlite)
    _Ground(Path(place.database or "")).watch(engine)
    return engine


@contextmanager
def engine_for(
    url: str, iam: bool, region: str | None, patient: bool = False, setting: str = "DATABASE_URL"
) -> Iterator[Engine]:
    """The engine of `open_engine` for one piece of work, disposed of at its end; ``setting`` is where ``url`` stands.

    Raises StorageError that names the setting where it is to be changed.
    """
    try:
        engine = open_engine(url, iam=iam, region=region, patient=patient)
        try:
            yield engine
        finally:
            engine.dispose()
    except StorageError as error:
        if setting == "DATABASE_URL":
            raise
        raise type(error)(str(error).replace("DATABASE_URL", setting)) from error


def make_file(engine: Engine) -> None:
    """Make the file of SQLite, and its folder for its owner alone, unless it is there. Raises StorageError.

    It is not made beside what belongs to another: SQLite removes the saves in a ``-wal`` when its file is empty.
    """
    file = Path(engine.url.database or "")
    if _lies_alone(file):
        raise StorageError(_put_back(file))
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            file.touch()
    except OSError as error:
        raise StorageError(f"The folder of the diary cannot be made: {error.strerror}. Check DATABASE_URL.") from error


def _lies_alone(file: Path) -> bool:
    """Whether saves lie in the ``-wal``, and the file that they belong to is missing or empty.

    Looked for in this order, so that a file which another program makes just now is not taken for a missing one.
    """
    try:
        return _wal(file).exists() and not (file.exists() and file.stat().st_size)
    except OSError:
        return False  # SQLite may not look there either


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _put_back(file: Path) -> str:
    return f"The diary's file is not in its place, but {_wal(file).name} lies there. Please put it back."


def read_url(url: str | URL) -> URL:
    """The parts of a database's address. Raises StorageError, without quoting it, where it has none."""
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        place = None
    if place is None or "@" in (place.host or ""):  # the rest of a password, which would be looked for and logged
        raise StorageError("DATABASE_URL is no address of a database. Check its host, port and password.")
    if twice := next((name for name, value in place.query.items() if isinstance(value, tuple)), None):
        raise StorageError(f"DATABASE_URL names {twice} twice after its “?”. Take one of them out.")
    return place


def without_password(place: URL) -> str:
    """The address as it can be written down: all of it but what lets somebody in."""
    query = {name: value for name, value in place.query.items() if "password" not in name and "secret" not in name}
    kind, who = place.get_backend_name(), place.username
    return URL.create(kind, who, None, place.host, place.port, place.database, query).render_as_string()


def role_to_serve(url: str, migration_url: str) -> str | None:
    """The role of ``url``, where ``migration_url`` has another one.

    Raises SettingsError where they are seen to lead to different databases (hosts may differ, as with a proxy), or
    where ``url`` does not say whose rights are to be looked after.
    """
    app, migration = read_url(url), read_url(migration_url)
    names = [(place.get_backend_name(), place.database or place.username) for place in (app, migration)]
    if names[0] != names[1]:
        raise SettingsError("DIARY_MIGRATION_URL names another database than DATABASE_URL. Only the role may differ.")
    if url != migration_url and not app.username:
        raise SettingsError("Beside DIARY_MIGRATION_URL, DATABASE_URL needs a user: postgresql://user@host/database.")
    return app.username if app.username != migration.username else None


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late, and leave DDL outside; see `database`
    _go_over_to_wal(connection)
    for pragma in (f"busy_timeout={1000 * _WAIT}", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _go_over_to_wal(connection: sqlite3.Connection) -> None:
    """Several programs that go over at the same moment, on a new file, lock each other out; SQLite waits for none."""
    connection.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + _WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


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

    def _before_connect(self, _: Dialect, __: object, where: list[str], how: dict[str, object]) -> None:
        if _lies_alone(self._file):
            raise StorageError(_put_back(self._file))
        self._find()
        where[0] = f"{self._file.absolute().as_uri()}?mode=rw"  # else SQLite makes an empty one: it may be gone by now
        how["uri"] = True

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
            raise StorageError(self._what_is_wrong(error)) from error
        return found.st_dev, found.st_ino

    def _what_is_wrong(self, error: OSError) -> str:
        if self._is_known:
            return "The diary's file is no longer in its place. Please put it back there."
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return f"There is no diary at sqlite:///{self._file}. {HOW_TO_BEGIN}"
        return "The diary's file cannot be opened. Check DATABASE_URL and the rights of its folder."
