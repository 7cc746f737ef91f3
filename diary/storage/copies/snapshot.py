"""All tables as they are at one instant, in an order that does not depend on the kind of database."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, RowMapping, String, Table, func, insert, select

from diary.errors import StorageError
from diary.storage.copies.aside import folder_in
from diary.storage.copies.lines import line_of
from diary.storage.database import reading, sentence_for
from diary.storage.engine import open_engine
from diary.storage.photos.keys import key_of as key_of_name
from diary.storage.revisions import photos_of_drafts
from diary.storage.tables import NOT_COPIED, entries, metadata, revisions, waiting_photos

# A table comes after those that it points to.
TABLES = tuple(table for table in metadata.sorted_tables if table not in NOT_COPIED)


@dataclass(frozen=True)
class Digest:
    """How many ``rows`` a table has, and the SHA-256 of their lines, sorted by primary key."""

    rows: int
    sha256: str


@contextmanager
def snapshot(engine: Engine, folder: Path) -> Iterator[Connection]:
    """A connection that sees the database as it is now, however many people write meanwhile, and makes none wait.

    Of SQLite a copy is made in ``folder`` by the online backup; on PostgreSQL it is one transaction.
    Raises StorageError, also for a damaged SQLite file.
    """
    if engine.dialect.name != "sqlite":
        with reading(engine, still=True) as connection:
            yield connection
        return
    copied = open_engine(f"sqlite:///{_copy(Path(engine.url.database or ''), folder)}")
    try:
        with reading(copied) as connection:
            yield connection
    finally:
        copied.dispose()


@contextmanager
def snapshot_beside(engine: Engine) -> Iterator[Connection]:
    """As `snapshot`; the copy of a SQLite file lies in a folder beside it."""
    if engine.dialect.name != "sqlite":
        with snapshot(engine, Path()) as connection:
            yield connection
        return
    with folder_in(Path(engine.url.database or "").parent, "move") as folder, snapshot(engine, folder) as connection:
        yield connection


def _copy(file: Path, folder: Path) -> Path:
    copy = folder / "snapshot.db"
    copy.unlink(missing_ok=True)
    there = f"{file.as_uri()}?mode=rw"  # a file that is gone meanwhile is not made anew
    try:
        with closing(sqlite3.connect(there, uri=True, timeout=5)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            (state,) = target.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StorageError(sentence_for(str(error))) from error
    if state != "ok":
        raise StorageError(sentence_for("malformed"))
    return copy


def each_row(connection: Connection, table: Table) -> Iterator[RowMapping]:
    """The rows of ``table`` by primary key, text by its code points, read as they are asked for."""
    in_c = connection.dialect.name == "postgresql"  # SQLite compares so by itself
    order = [key.collate("C") if in_c and isinstance(key.type, String) else key for key in table.primary_key]
    options = {"stream_results": True, "yield_per": at_once(table)}
    yield from connection.execute(select(table).order_by(*order), execution_options=options).mappings()


def key_of(table: Table, row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """The primary key of ``row``, which compares as `each_row` sorts."""
    return tuple(row[column.name] for column in table.primary_key)


def insert_all(connection: Connection, table: Table, rows: Iterable[Mapping[Any, Any]]) -> None:
    """Add ``rows`` to ``table``, some at a time, in the caller's transaction."""
    left = iter(rows)
    while batch := [dict(row) for row in islice(left, at_once(table))]:
        connection.execute(insert(table), batch)


def at_once(table: Table) -> int:
    """How many rows of ``table`` may be in memory together: a day has at most about 1 MB, a photo several."""
    return 5 if any(isinstance(column.type, LargeBinary) for column in table.c) else 40


def count_of(connection: Connection, table: Table) -> int:
    """How many rows ``table`` has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def waiting_in(engine: Engine) -> int:
    """How many photos wait in the database until their store takes them. Raises StorageError."""
    with reading(engine) as connection:
        return count_of(connection, waiting_photos)


def digests(connection: Connection) -> dict[str, Digest]:
    """The digest of each table, by its name."""
    return {table.name: _digest(connection, table) for table in TABLES}


def _digest(connection: Connection, table: Table) -> Digest:
    rows, sha256 = 0, hashlib.sha256()
    for row in each_row(connection, table):
        rows += 1
        sha256.update(line_of(row))
    return Digest(rows, sha256.hexdigest())


def photo_keys(connection: Connection) -> list[str]:
    """The keys of all photos that a day, one in the trash, a former version or a draft shows, sorted.

    Those that wait for their store are left out: they lie in a table.
    """
    keys = {
        key
        for table in (entries, revisions)
        for key in connection.execute(select(table.c.photo).where(table.c.photo.is_not(None)).distinct()).scalars()
    }
    keys.update(key for key in photos_of_drafts(connection) if key_of_name(key) == key)
    return sorted(keys.difference(connection.execute(select(waiting_photos.c.key)).scalars()))
