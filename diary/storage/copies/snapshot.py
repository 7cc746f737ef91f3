"""All tables as they are at one instant, in an order that does not depend on the kind of database."""

import hashlib
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, RowMapping, String, Table, func, insert, select
from sqlalchemy.exc import OperationalError

from diary.errors import StorageError
from diary.storage.copies.aside import folder_in
from diary.storage.copies.lines import SPOILED, trace_of
from diary.storage.copies.manifest import max_line
from diary.storage.copies.whose import belonging_to, turn_to_owner
from diary.storage.database import complaint, reading
from diary.storage.engine import open_engine
from diary.storage.photos.keys import belongs_to
from diary.storage.photos.keys import key_of as key_of_name
from diary.storage.revisions import photos_of_drafts
from diary.storage.tables import NOT_COPIED, entries, metadata, revisions, waiting_photos
from diary.storage.wall import EVERYONE

# A table comes after those that it points to.
TABLES = tuple(table for table in metadata.sorted_tables if table not in NOT_COPIED)
_TOGETHER = 40 * 2**20  # bytes of rows that may be in memory at once


@dataclass(frozen=True)
class Digest:
    """How many ``rows`` a table has, and the SHA-256 of their lines (`trace_of`), sorted by primary key."""

    rows: int
    sha256: str


@contextmanager
def snapshot(engine: Engine, folder: Path) -> Iterator[Connection]:
    """A connection that sees the database as it is now, however many people write meanwhile, and makes none wait.

    Of SQLite a copy is made in ``folder`` by the online backup; on PostgreSQL it is one transaction.
    Raises StorageError, also for a damaged SQLite file, or one with rows that belong to none of another table.
    """
    if engine.dialect.name != "sqlite":
        with reading(engine, EVERYONE, still=True) as connection:
            yield connection
        return
    copied = open_file(_copy(Path(engine.url.database or ""), folder))
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


def open_file(file: Path) -> Engine:
    """The engine of the SQLite database ``file``, in a folder of any name."""
    return open_engine(URL.create("sqlite", database=str(file)))


def _copy(file: Path, folder: Path) -> Path:
    copy = folder / "snapshot.db"
    copy.unlink(missing_ok=True)
    there = f"{file.as_uri()}?mode=rw"  # a file that is gone meanwhile is not made anew
    try:
        with closing(sqlite3.connect(there, uri=True, timeout=5)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            (state,) = target.execute("PRAGMA integrity_check(1)").fetchone()
            dangling = _dangling(target) if state == "ok" else None
    except sqlite3.Error as error:
        raise complaint(str(error)) from error
    if state != "ok":
        raise complaint("malformed")
    if dangling:
        raise StorageError(f"{dangling} Nothing was changed. Please mend or remove it.")
    return copy


def _dangling(copy: sqlite3.Connection) -> str | None:
    """A sentence on a row that points to one which is not there."""
    found = copy.execute("PRAGMA foreign_key_check").fetchone()
    if not found:
        return None
    table = metadata.tables[found[0]]  # no other points to one
    columns = ", ".join(column.name for column in table.primary_key)
    key = copy.execute(f"SELECT {columns} FROM {table.name} WHERE rowid = ?", found[1:2]).fetchone()  # noqa: S608
    return f"“{table.name}” holds a row that belongs to nothing in “{found[2]}”, {', '.join(map(str, key))}."


def each_row(connection: Connection, table: Table, owner_id: str | None = None) -> Iterator[RowMapping]:
    """The rows of ``table``, of all or of one owner, by primary key, text by its code points, read as asked for.

    Raises StorageError for one that is not to be read.
    """
    turn_to_owner(connection, table, owner_id)
    in_c = connection.dialect.name == "postgresql"  # SQLite compares so by itself
    order = [key.collate("C") if in_c and isinstance(key.type, String) else key for key in table.primary_key]
    query = select(table).where(belonging_to(owner_id, table)).order_by(*order)
    options = {"stream_results": True, "yield_per": at_once(table)}
    with readable(table):
        yield from connection.execute(query, execution_options=options).mappings()


@contextmanager
def readable(table: Table) -> Iterator[None]:
    """What is read from ``table`` meanwhile is text, days and instants, else this raises StorageError."""
    try:
        yield
    except (*SPOILED, OperationalError) as error:
        if isinstance(error, OperationalError) and "Could not decode" not in str(error.orig):
            raise
        raise StorageError(
            f"In “{table.name}” lies a row that cannot be read. Mend or remove it, or let DATABASE_URL name a new "
            "place and restore a backup there."
        ) from None


def key_of(table: Table, row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """The primary key of ``row``, which compares as `each_row` sorts."""
    return tuple(row[column.name] for column in table.primary_key)


def named(table: Table, row: Mapping[Any, Any]) -> str:
    """How a row is told of: ``entries, anna, 2026-11-22``."""
    return ", ".join(map(str, (table.name, *key_of(table, row))))


def insert_all(connection: Connection, table: Table, rows: Iterable[Mapping[Any, Any]]) -> None:
    """Add ``rows`` to ``table``, some at a time, in the caller's transaction."""
    for batch in _batches(rows):
        connection.execute(insert(table), batch)


def _batches(rows: Iterable[Mapping[Any, Any]]) -> Iterator[list[dict[Any, Any]]]:
    batch: list[dict[Any, Any]] = []
    size = 0
    for row in rows:
        batch.append(dict(row))
        size += sum(map(sys.getsizeof, row.values()))
        if size > _TOGETHER / 4 or len(batch) == 100:  # on their way they take several times as much
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def at_once(table: Table) -> int:
    """How many rows of ``table`` may be read together, as each may be as long as an archive takes it."""
    return max(1, min(40, _TOGETHER // max_line(table.name)))


def count_of(connection: Connection, table: Table, owner_id: str | None = None) -> int:
    """How many rows ``table`` has, of all or of one owner."""
    turn_to_owner(connection, table, owner_id)
    query = select(func.count()).select_from(table).where(belonging_to(owner_id, table))
    return int(connection.execute(query).scalar_one())


def waiting_in(engine: Engine) -> int:
    """How many photos wait in the database until their store takes them. Raises StorageError."""
    with reading(engine, EVERYONE) as connection:
        return count_of(connection, waiting_photos)


def digests(connection: Connection) -> dict[str, Digest]:
    """The digest of each table, by its name."""
    return {table.name: _digest(connection, table) for table in TABLES}


def _digest(connection: Connection, table: Table) -> Digest:
    rows, sha256 = 0, hashlib.sha256()
    for row in each_row(connection, table):
        rows += 1
        sha256.update(trace_of(row))
    return Digest(rows, sha256.hexdigest())


def photo_keys(connection: Connection, owner_id: str | None = None) -> list[str]:
    """The keys of the photos that a day, one in the trash, a former version or a draft shows, of all or of one owner.

    They are sorted. Those that wait for their store are left out: they lie in a table. So is what is no photo's name.
    """
    turn_to_owner(connection, entries, owner_id)
    shown = (
        key
        for table in (entries, revisions)
        for key in connection.execute(
            select(table.c.photo).where(belonging_to(owner_id, table), table.c.photo.is_not(None)).distinct()
        ).scalars()
    )
    keys = {
        key
        for key in (*shown, *photos_of_drafts(connection, owner_id))
        if isinstance(key, str) and key_of_name(key) == key
    }
    if owner_id is not None:
        keys = {key for key in keys if belongs_to(owner_id, key)}
    turn_to_owner(connection, waiting_photos, owner_id)
    return sorted(keys.difference(connection.execute(select(waiting_photos.c.key)).scalars()))
