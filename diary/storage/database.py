"""One engine for SQLite or PostgreSQL, and the migrations that bring its tables up to date."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from diary.clock import utc_now
from diary.errors import StorageError

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str) -> Engine:
    """An engine for ``url``; the folder of a SQLite file is made. Raises StorageError where it cannot be.

    SQLite runs in WAL with ``synchronous=FULL``: what was committed survives a power loss
    (https://sqlite.org/pragma.html#pragma_synchronous). A locked file is waited for at most 5 s.
    """
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        return create_engine(place, pool_pre_ping=True)
    try:
        Path(place.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder of the diary cannot be made: {error.strerror}. Check DATABASE_URL.") from error
    engine = create_engine(place)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late, and leave DDL outside; see _begin_sqlite
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that turns into a writer is refused without waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads; an unreachable database becomes a StorageError, a bug stays itself."""
    with _honest(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end as a whole, or not at all; errors as in `reading`."""
    with _honest(), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def _honest() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not (isinstance(error, OperationalError) or error.connection_invalidated):
            raise
        log.warning("database failed cause=%s", type(error.orig).__name__)
        raise StorageError(_sentence(str(error.orig))) from error


def _sentence(cause: str) -> str:
    """What the database's complaint means for the person who was about to save."""
    for sign, sentence in (
        ("disk is full", "The disk is full, so nothing could be saved. Free some space and try again."),
        ("readonly", "The diary's file may not be written to. Check the rights of its folder."),
        ("locked", "The diary is in use by another program. Try again in a moment."),
        ("unable to open", "The diary's file cannot be opened. Check DATABASE_URL and the rights of its folder."),
    ):
        if sign in cause:
            return sentence
    return "The diary's database is not answering. Try again in a moment."


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest form, after keeping a copy of a SQLite file that holds an older one.

    Raises StorageError when the file is no diary, or was written by a newer program.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    try:
        with engine.execution_options(writes=True).connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
            if found == script.get_current_head():
                return
            if found is not None and found not in {one.revision for one in script.walk_revisions()}:
                raise StorageError("This diary was written by a newer version. Please update the program.")
            if found is not None and engine.dialect.name == "sqlite":
                _keep_copy(Path(engine.url.database or ""), found)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except SQLAlchemyError as error:
        log.warning("database cannot be prepared cause=%s", error)
        raise StorageError(f"The diary's database cannot be prepared. {_sentence(str(error))}") from error
    log.info("migrated from=%s to=%s", found or "nothing", script.get_current_head())


def _keep_copy(file: Path, revision: str) -> None:
    """A consistent copy beside the file, made by SQLite's online backup, complete or not there at all."""
    copy = file.with_name(f"{file.name}.{revision}.{utc_now():%Y%m%dT%H%M%SZ}.bak")
    aside = copy.with_name(copy.name + ".part")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(aside)) as target:
        source.backup(target)
    aside.replace(copy)
    log.info("copy kept before migration file=%s", copy.name)


def is_current(engine: Engine) -> bool:
    """Whether the database answers and its tables have the newest form."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with reading(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(config).get_current_head()
