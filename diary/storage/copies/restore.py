"""Bringing back what an archive holds: all of it, or nothing at all."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select, text
from sqlalchemy.exc import DataError, IntegrityError

from diary.clock import utc_now
from diary.errors import TransferError
from diary.model import BUILT_IN_MOODS
from diary.storage.copies.archive import Archive, opened
from diary.storage.copies.aside import folder_in
from diary.storage.copies.backup import Photos, Tell, back_up, photo_of
from diary.storage.copies.limits import is_sound
from diary.storage.copies.lines import row_of
from diary.storage.copies.manifest import DAMAGED, Manifest, table_name
from diary.storage.copies.schema import tables_of, upgrade
from diary.storage.copies.snapshot import TABLES, Digest, digests, each_row, insert_all, key_of, photo_keys, snapshot
from diary.storage.database import reading, writing
from diary.storage.engine import make_file, open_engine
from diary.storage.marks import RESTORED, set_mark
from diary.storage.migration import known_revisions
from diary.storage.tables import drafts, entries, moods, revisions, waiting_photos

log = logging.getLogger(__name__)
_WRITTEN = (
    "A diary is written here already, so nothing was changed. To put the backup in its place, run this again with "
    "--replace; what is here now is backed up first."
)
_MEANWHILE = "Somebody wrote into the diary meanwhile, so nothing was changed. Stop the diary and run this again."
_NOT_TAKEN = "The database did not keep everything as it is in the backup, so nothing was changed."


@dataclass(frozen=True)
class Restored:
    """What an archive of ``created_at`` (UTC, as text) brought.

    ``lost`` are the keys of photos that it shows but does not hold; ``kept_before`` is the backup of what was there, if
    anything was; ``was_there`` says that all days were there already.
    """

    days: int
    photos: int
    created_at: str
    lost: tuple[str, ...]
    kept_before: Path | None
    was_there: bool


def restore(engine: Engine, photos: Photos, file: Path, *, replace: bool, tell: Tell) -> Restored:
    """Bring back the archive ``file``, of any owner, on either kind of database; the tables have the newest form.

    All of it is checked before anything is touched: photos are kept first, and then all rows change in one
    transaction. Where a diary is written already, it is replaced only when ``replace`` says so, after a backup
    of it beside ``file``, where the work is done, too. Raises TransferError or StorageError, and has then changed
    no row.
    """
    with (
        opened(file) as archive,
        folder_in(file.absolute().parent, "restore") as folder,
        _scratch(archive, folder, _room_for(archive, engine), tell) as scratch,
        reading(scratch) as source,
    ):
        _check_photos(archive, tell)
        wanted = digests(source)
        found, is_written = _look_at(engine, folder)
        kept_before = None
        if is_written and found != wanted:
            if not replace:
                raise TransferError(_WRITTEN)
            kept_before = _name_beside(file, utc_now())
            found = _digests_of(back_up(engine, photos, kept_before, tell).manifest)
        for number, key in enumerate(keys := archive.photo_keys(), 1):
            _keep(photos, key, archive.photo(key))
            tell("photos", number, len(keys))
        lost = tuple(sorted({*photo_keys(source)} - {*keys}))
        if found != wanted:
            _replace(engine, source, found, wanted, tell)
    log.info("restored days=%d photos=%d", wanted["entries"].rows, len(keys))
    created_at = archive.manifest.created_at
    return Restored(wanted["entries"].rows, len(keys), created_at, lost, kept_before, found == wanted)


def _name_beside(file: Path, now: datetime) -> Path:
    return file.with_name(f"{file.stem}-before-{now:%Y%m%dT%H%M%S%fZ}.zip")


def _digests_of(said: Manifest) -> dict[str, Digest]:
    return {table: Digest(rows, said.members[table_name(table)].sha256) for table, rows in said.tables.items()}


# ---------------------------------------------------------------------- checking


def _room_for(archive: Archive, engine: Engine) -> int:
    """How many bytes it takes to look at both: the rows, once in SQLite's file and once in its log, and a snapshot."""
    rows = sum(member.bytes for member in archive.manifest.members.values())
    there = Path(engine.url.database or "").stat().st_size if engine.dialect.name == "sqlite" else 0
    return 2 * rows + there


@contextmanager
def _scratch(archive: Archive, folder: Path, room: int, tell: Tell) -> Iterator[Engine]:
    """A database in ``folder``, which needs ``room``, with the rows of the archive, brought to the newest form.

    Each of them is one that the diary itself could have written.
    """
    said = archive.manifest
    if said.schema not in known_revisions():
        raise TransferError("The backup was written by a newer version. Please update the program.")
    if room > shutil.disk_usage(folder).free:
        raise TransferError(f"The backup needs {room / 2**20:,.0f} MB of free space in {folder.parent} to be checked.")
    engine = open_engine(f"sqlite:///{folder / 'scratch.db'}")
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
        yield engine
    except (IntegrityError, DataError):
        raise TransferError(DAMAGED) from None
    finally:
        engine.dispose()


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
        for table in TABLES:
            for number, row in enumerate(each_row(connection, table), 1):
                if not is_sound(table.name, row):
                    raise TransferError(f"{DAMAGED} (In “{table.name}”, row {number}: what the diary never writes.)")


def _check_photos(archive: Archive, tell: Tell) -> None:
    for number, _ in enumerate(archive.whole_photos(), 1):
        tell("checking photos", number, archive.manifest.photos[0])


def _look_at(engine: Engine, folder: Path) -> tuple[dict[str, Digest], bool]:
    """What lies in the database, and whether anybody has written there: a page that was only opened counts not."""
    with snapshot(engine, folder) as connection:
        own = select(moods.c.id).where(moods.c.id.not_in([mood.id for mood in BUILT_IN_MOODS]))
        asked = (own, *(select(*table.primary_key) for table in (entries, revisions, drafts, waiting_photos)))
        is_written = any(connection.execute(query.limit(1)).first() for query in asked)
        return digests(connection), is_written


# ---------------------------------------------------------------------- changing


def _keep(photos: Photos, key: str, pair: tuple[bytes, bytes]) -> None:
    """Keep a photo, also in the place of a damaged one, which the store would take for the same."""
    photos.keep(key, *pair)
    if photo_of(photos, key) != pair:
        photos.delete(key)
        photos.keep(key, *pair)


def _replace(
    engine: Engine, source: Connection, found: dict[str, Digest], wanted: dict[str, Digest], tell: Tell
) -> None:
    """Put the rows of ``source`` in the place of all there are, in one transaction."""
    try:
        with writing(engine) as target:
            if target.dialect.name == "postgresql":
                names = ", ".join(table.name for table in TABLES)
                target.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
            if digests(target) != found:
                raise TransferError(_MEANWHILE)
            for table in reversed(TABLES):
                target.execute(delete(table))
            for table in TABLES:
                insert_all(target, table, _told(source, table, wanted[table.name].rows, tell))
            if digests(target) != wanted:
                raise TransferError(_NOT_TAKEN)
            set_mark(target, RESTORED, utc_now())
    except (IntegrityError, DataError):
        raise TransferError(_NOT_TAKEN) from None


def _told(source: Connection, table: Table, total: int, tell: Tell) -> Iterator[Mapping[Any, Any]]:
    for number, row in enumerate(each_row(source, table), 1):
        yield row
        tell(table.name, number, total)
