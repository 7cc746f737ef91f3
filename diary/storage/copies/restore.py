"""Bringing back what an archive holds: all of it, or nothing at all."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, text
from sqlalchemy.exc import DataError, IntegrityError

from diary.clock import utc_now
from diary.errors import TransferError
from diary.protocols import RESTORED
from diary.storage.copies.aside import need_room
from diary.storage.copies.backup import Photos, back_up, photo_of
from diary.storage.copies.examine import Examined
from diary.storage.copies.snapshot import TABLES, Digest, digests, each_row, insert_all, photo_keys, snapshot
from diary.storage.copies.untouched import is_written
from diary.storage.copies.writer import Tell
from diary.storage.database import writing
from diary.storage.marks import set_mark
from diary.storage.wall import EVERYONE

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
    anything was, and ``not_kept`` names the rows and photos it lacks, as they were spoiled or lost; ``was_there`` says
    that all days were there already.
    """

    days: int
    photos: int
    created_at: str
    lost: tuple[str, ...]
    kept_before: Path | None
    not_kept: tuple[str, ...]
    was_there: bool


def restore(found: Examined, engine: Engine, photos: Photos, *, replace: bool, tell: Tell) -> Restored:
    """Bring back an archive, of any owner, on either kind of database; the tables have the newest form.

    Photos are kept first, and then all rows change in one transaction. Where a diary is written already, it is
    replaced only when ``replace`` says so, after a backup of it beside the archive. Raises TransferError or
    StorageError, and has then changed no row.
    """
    wanted = digests(found.rows)
    there, is_written = _look_at(engine, found.folder)
    kept_before, not_kept = None, tuple[str, ...]()
    if is_written and there != wanted:
        if not replace:
            raise TransferError(_WRITTEN)
        kept_before = _name_beside(found.file, utc_now())
        kept = back_up(engine, photos, kept_before, tell)
        not_kept = (*kept.left_out, *(f"photos, {key}" for key in kept.lost))
    for number, key in enumerate(keys := found.archive.photo_keys(), 1):
        _keep(photos, key, found.archive.photo(key))
        tell("photos", number, len(keys))
    lost = tuple(sorted({*photo_keys(found.rows)} - {*keys}))
    if there != wanted:
        _replace(engine, found.rows, there, wanted, tell)
    days, created_at = wanted["entries"].rows, found.archive.manifest.created_at
    log.info("restored days=%d photos=%d", days, len(keys))
    return Restored(days, len(keys), created_at, lost, kept_before, not_kept, there == wanted)


def _name_beside(file: Path, now: datetime) -> Path:
    return file.with_name(f"{file.stem}-before-{now:%Y%m%dT%H%M%S%fZ}.zip")


def _look_at(engine: Engine, folder: Path) -> tuple[dict[str, Digest], bool]:
    """What lies in the database, and whether anybody has written there: a page that was only opened counts not."""
    if engine.dialect.name == "sqlite":
        with suppress(FileNotFoundError):  # which is told of by whoever opens it
            need_room(folder, Path(engine.url.database or "").stat().st_size)
    with snapshot(engine, folder) as connection:
        return digests(connection), is_written(connection)


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
        with writing(engine, EVERYONE) as target:
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
