"""One engine for SQLite or PostgreSQL, and the migrations that bring its tables up to date."""

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from diary.errors import StorageError

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = 0x0D1A21  # any number, the same in every process: PostgreSQL's advisory lock for migrations


def open_engine(url: str) -> Engine:
    """An engine for ``url``; the folder of a SQLite file is made. Raises StorageError where one cannot be.

    Its errors never quote values (notes, songs), so that none reaches a log.

    SQLite runs in WAL with ``synchronous=FULL``: what was committed survives a power loss
    (https://sqlite.org/pragma.html#pragma_synchronous). A locked file is waited for at most 5 s.
    """
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError("DATABASE_URL is no address of a database. Check its host, port and password.") from None
    if place.get_backend_name() != "sqlite":
        return create_engine(place, pool_pre_ping=True, hide_parameters=True)
    try:
        Path(place.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder of the diary cannot be made: {error.strerror}. Check DATABASE_URL.") from error
    engine = create_engine(place, hide_parameters=True)
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


def put_row(connection: Connection, table: Table, values: Mapping[str, object]) -> None:
    """Insert a row or replace the one with its primary key, in one statement: two who do it at once both succeed."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    query = insert(table).values(**values)
    connection.execute(query.on_conflict_do_update(index_elements=[*table.primary_key], set_=dict(values)))


@contextmanager
def _honest() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        if isinstance(error, DBAPIError) and not _out_of_reach(error):
            raise
        cause = str(getattr(error, "orig", error))
        log.warning("database failed cause=%r", cause)
        raise StorageError(_sentence(cause)) from error


def _out_of_reach(error: DBAPIError) -> bool:
    """Whether the database is at fault, and not the program that asked."""
    damaged = type(error) is DatabaseError
    standing_by = isinstance(error, InternalError)  # a PostgreSQL server that only reads just now
    return isinstance(error, OperationalError) or damaged or standing_by or error.connection_invalidated


def _sentence(cause: str) -> str:
    """What the database's complaint means for the person who was about to save."""
    for sign, sentence in (
        ("is full", "The disk is full, so nothing could be saved. Free some space and try again."),
        ("not a database", "The file that DATABASE_URL names is no SQLite database."),
        ("malformed", "The diary's file is damaged. Put the newest copy of it that you have in its place."),
        ("already exists", "DATABASE_URL names the database of another program. Choose a new one for the diary."),
        ("readonly", "The diary's file may not be written to. Check the rights of its folder."),
        ("read-only", "The diary's database takes no changes just now. Try again in a moment."),
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
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
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
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        cause = str(getattr(error, "orig", error))
        log.warning("database cannot be prepared cause=%r", cause)
        raise StorageError(f"The diary's database cannot be prepared. {_sentence(cause)}") from error
    log.info("migrated from=%s to=%s", found or "nothing", script.get_current_head())


def _keep_copy(file: Path, revision: str) -> None:
    """A consistent copy beside the file, made by SQLite's online backup, complete or not there at all.

    There is one for each revision, so that a start tried over and over does not fill the disk.
    """
    copy = file.with_name(f"{file.name}.{revision}.bak")
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
