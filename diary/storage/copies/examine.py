"""Looking through an archive that is to be restored, before anything is touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DataError, IntegrityError

from diary.errors import TransferError
from diary.storage.copies.archive import Archive, opened
from diary.storage.copies.aside import folder_in, need_room
from diary.storage.copies.judge import Judge
from diary.storage.copies.lines import row_of
from diary.storage.copies.manifest import DAMAGED
from diary.storage.copies.schema import tables_of, upgrade
from diary.storage.copies.snapshot import TABLES, each_row, insert_all, key_of, open_file
from diary.storage.copies.writer import Tell
from diary.storage.database import reading, writing
from diary.storage.engine import make_file
from diary.storage.migration import known_revisions


@dataclass(frozen=True)
class Examined:
    """The archive ``file``, found to be right; ``rows`` is a database that holds its rows in their newest form.

    ``folder`` is a place for work, beside the archive.
    """

    file: Path
    archive: Archive
    rows: Connection
    folder: Path


@contextmanager
def examined(file: Path, tell: Tell) -> Iterator[Examined]:
    """The archive ``file``, all of which was looked through: the diary itself could have written each row.

    Raises TransferError, or StorageError where the disk refuses.
    """
    with opened(file) as archive, folder_in(file.absolute().parent, "restore") as folder:
        engine = open_file(folder / "scratch.db")
        try:
            _fill(engine, archive, folder, tell)
            _check_photos(archive, tell)
            with reading(engine) as rows:
                yield Examined(file, archive, rows, folder)
        finally:
            engine.dispose()


def _fill(engine: Engine, archive: Archive, folder: Path, tell: Tell) -> None:
    """Put the rows of the archive into a new database, bring it to the newest form, and check them there."""
    said = archive.manifest
    if said.schema not in known_revisions():
        raise TransferError("The backup was written by a newer version. Please update the program.")
    need_room(folder, 2 * sum(member.bytes for member in said.members.values()))  # in SQLite's file and in its log
    try:
        make_file(engine)
        upgrade(engine, said.schema)
        tables = tables_of(engine).sorted_tables
        if {table.name for table in tables} != said.tables.keys():
            raise TransferError(DAMAGED)
        with writing(engine) as connection:
            for table in tables:
                insert_all(connection, table, _checked_rows(archive, table, tell))
        upgrade(engine, "head")
        _check_rows(engine)
    except (IntegrityError, DataError):
        raise TransferError(DAMAGED) from None


def _checked_rows(archive: Archive, table: Table, tell: Tell) -> Iterator[dict[str, Any]]:
    """The rows of a table, each of the right form, sorted, none twice, as many as there should be."""
    count, total, last = 0, archive.manifest.tables[table.name], None
    for line in archive.lines(table.name):
        try:
            row = row_of(line, table)
        except ValueError as error:
            raise TransferError(f"{DAMAGED} (In “{table.name}”, row {count + 1}: {error}.)") from None
        key = key_of(table, row)
        if count == total or (last is not None and key <= last):
            raise TransferError(DAMAGED)
        count, last = count + 1, key
        tell(f"checking {table.name}", count, total)
        yield row
    if count != total:
        raise TransferError(DAMAGED)


def _check_rows(engine: Engine) -> None:
    with reading(engine) as connection:
        judge = Judge(connection)
        for table in TABLES:
            for number, row in enumerate(each_row(connection, table), 1):
                if not judge.takes(table, row):
                    raise TransferError(f"{DAMAGED} (In “{table.name}”, row {number}: what the diary never writes.)")


def _check_photos(archive: Archive, tell: Tell) -> None:
    for number, _ in enumerate(archive.whole_photos(), 1):
        tell("checking photos", number, archive.manifest.photos[0])
