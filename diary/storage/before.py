"""The copy of a diary that is kept before a migration: a file beside SQLite's, a schema in PostgreSQL."""

import glob
import logging
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from diary.errors import StorageError

log = logging.getLogger(__name__)


def copies_beside(engine: Engine) -> list[Path]:
    """The copies beside a SQLite file, the newest one last; none for PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return []
    file = Path(engine.url.database or "")
    return sorted(file.parent.glob(f"{glob.escape(file.name)}.*.bak"), key=lambda copy: copy.stat().st_mtime)


def keep(connection: Connection, revision: str, known: Iterable[str]) -> None:
    """Keep a copy of the diary, whose tables have the form ``revision``; ``known`` are all that there were.

    Raises StorageError where PostgreSQL's role may not.
    """
    if connection.dialect.name == "sqlite":
        _keep_file(Path(connection.engine.url.database or ""), revision)
    else:
        _keep_schema(connection, revision, known)


# -------------------------------------------------------------------- SQLite


def _keep_file(file: Path, revision: str) -> None:
    """A consistent copy beside the file, made by SQLite's online backup, complete or not there at all.

    There is one for each revision, so that a start tried over and over does not fill the disk; one that holds more
    days than the file does now stays, under another name.
    """
    copy = file.with_name(f"{file.name}.{revision}.bak")
    aside = copy.with_name(copy.name + ".part")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        if copy.exists() and _written(copy) > _written(aside):
            others = (file.with_name(f"{file.name}.{revision}-{number}.bak") for number in count(2))
            copy.rename(next(other for other in others if not other.exists()))
        aside.replace(copy)
    finally:
        aside.unlink(missing_ok=True)  # it would take up the rest of a disk that is full
    log.info("copy kept before migration file=%s", copy.name)


def _written(file: Path) -> int:
    """How many days and drafts a copy holds."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        return sum(copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("entries", "drafts"))  # noqa: S608


# -------------------------------------------------------------------- PostgreSQL


def _keep_schema(connection: Connection, revision: str, known: Iterable[str]) -> None:
    """Copy every table that this role could change, in the migration's own transaction; nobody writes meanwhile.

    The way back: with the program of that revision on an emptied schema, run ``python -m diary migrate``, then
    ``INSERT INTO people SELECT * FROM before_0001.people`` and so on for moods, entries and the others.
    """
    ours = text(
        "SELECT quote_ident(tablename) FROM pg_tables "
        "WHERE schemaname = current_schema() AND pg_has_role(tableowner, 'MEMBER') ORDER BY tablename"
    )
    tables = list(connection.execute(ours).scalars())
    if not tables:
        raise StorageError("The diary's tables belong to another role. Let DIARY_MIGRATION_URL name that one.")
    connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"))
    if not connection.execute(select(func.has_database_privilege(func.current_database(), "CREATE"))).scalar():
        raise StorageError(
            "The copy that is kept before a migration needs a schema of its own. "
            "Grant the role that migrates CREATE on the database."
        )
    for older in sorted(known):
        _clear(connection, f"before_{older}")
    connection.execute(text(f'CREATE SCHEMA "before_{revision}"'))
    for table in tables:
        connection.execute(text(f'CREATE TABLE "before_{revision}".{table} AS TABLE {table}'))
    log.info("copy kept before migration schema=before_%s", revision)


def _clear(connection: Connection, schema: str) -> None:
    """Drop an earlier copy; one that holds more days than the diary does now stays, under another name."""
    there = connection.execute(select(func.to_regclass(f'"{schema}".entries'))).scalar() is not None
    if there and _rows(connection, f'"{schema}".') > _rows(connection, ""):
        others = (f"{schema}_{number}" for number in count(2))
        free = next(one for one in others if not connection.execute(select(func.to_regnamespace(one))).scalar())
        connection.execute(text(f'ALTER SCHEMA "{schema}" RENAME TO "{free}"'))
    else:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))


def _rows(connection: Connection, where: str) -> int:
    """How many days and drafts there are."""
    counts = (text(f"SELECT count(*) FROM {where}{table}") for table in ("entries", "drafts"))  # noqa: S608
    return sum(connection.execute(query).scalar_one() for query in counts)
