"""A backup: everything that is kept, for all owners or for one, in one archive (see `manifest`)."""

import errno
import hashlib
import logging
import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy import Connection, Engine

from diary.clock import utc_now
from diary.errors import NotFoundError, TransferError
from diary.storage.copies.aside import folder_in
from diary.storage.copies.judge import Judge
from diary.storage.copies.manifest import MAX_PHOTOS
from diary.storage.copies.snapshot import TABLES, photo_keys, snapshot
from diary.storage.copies.writer import Tell, Writer
from diary.storage.database import reading
from diary.storage.wall import EVERYONE, rows_of

log = logging.getLogger(__name__)
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class Photos(Protocol):
    """The part of a photo store that copies need."""

    def get(self, key: str, small: bool = False) -> bytes: ...
    def keep(self, key: str, large: bytes, small: bytes) -> None: ...
    def delete(self, key: str) -> None: ...


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds.

    ``lost`` are the keys of photos that the store has not got whole; ``left_out`` names the rows that no restore would
    take, as something else than the diary spoiled them.
    """

    days: int
    photos: int
    lost: tuple[str, ...]
    left_out: tuple[str, ...]


def back_up(engine: Engine, photos: Photos, file: Path, tell: Tell, owner_id: str | None = None) -> BackedUp:
    """Write the archive ``file``, for the eyes of its owner only, while people may go on writing.

    It holds the diaries of all, or that of ``owner_id`` and nothing of anybody else's.

    It appears under its name when it is complete and on the disk. Photos are read after the rows: they are only ever
    added, and those that nothing shows are kept for a day. Raises TransferError when there is a file of that name or
    none can be made, StorageError when the diary cannot be read, or its people or moods could not be brought back.
    """
    file = file.absolute()
    with _aside(file) as aside:
        with open(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as output:
            done = _fill(output, _Whose(engine, aside.parent, owner_id), photos, tell)
            output.flush()
            os.fsync(output.fileno())
        _put_there(aside, file)
        _sync_folder(file.parent)
    lost, left_out = len(done.lost), len(done.left_out)
    log.info("backed up days=%d photos=%d lost=%d left_out=%d", done.days, done.photos, lost, left_out)
    return done


def photo_of(photos: Photos, key: str) -> tuple[bytes, bytes] | None:
    """A photo with its thumbnail, None where the store has not got it or its content is not what the key says.

    Of a lost thumbnail the photo itself takes the place. Raises StorageError when the store cannot be read.
    """
    try:
        large = photos.get(key)
    except NotFoundError:
        return None
    if hashlib.sha256(large).hexdigest() != key.rpartition("/")[2].removesuffix(".webp"):
        return None
    try:
        return large, photos.get(key, small=True)
    except NotFoundError:
        return large, large


@contextmanager
def _aside(file: Path) -> Iterator[Path]:
    """Where ``file`` is written before it is complete: in a folder for its owner's eyes, on the same disk."""
    try:
        if file.exists() or file.is_symlink():
            raise _there_already(file)
        with folder_in(file.parent, "backup") as folder:
            yield folder / "backup.zip"
    except OSError as error:
        raise TransferError(f"{file} cannot be written: {error.strerror}.") from error


def _there_already(file: Path) -> TransferError:
    return TransferError(f"{file} is there already. A backup never replaces a file; please choose another name.")


def _put_there(aside: Path, file: Path) -> None:
    """Let what lies ``aside`` appear as ``file``, and never in the place of another one that came meanwhile."""
    try:
        try:
            os.link(aside, file)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _replace_new(aside, file)
    except FileExistsError:
        raise _there_already(file) from None


def _replace_new(aside: Path, file: Path) -> None:
    """As a hard link would, where there are none: first take the name, then put the content there."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        aside.replace(file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class _Whose:
    """What is to be copied: the rows of all owners or of one; ``folder`` is a place for work."""

    engine: Engine
    folder: Path
    owner_id: str | None

    def rows(self) -> AbstractContextManager[Connection]:
        """A connection that sees them as they are now. For one person, SQLite's whole file is not copied first."""
        if self.owner_id is None:
            return snapshot(self.engine, self.folder)
        return reading(self.engine, rows_of(self.owner_id), still=True)

    def lost(self, missing: Collection[str]) -> tuple[str, ...]:
        """Those ``missing`` in the photo store that were not just forgotten."""
        if not missing:
            return ()
        rows = EVERYONE if self.owner_id is None else rows_of(self.owner_id)
        with reading(self.engine, rows, still=True) as connection:
            return tuple(sorted({*missing}.intersection(photo_keys(connection, self.owner_id))))


def _fill(output: BinaryIO, whose: _Whose, photos: Photos, tell: Tell) -> BackedUp:
    missing = []
    with Writer(output, utc_now(), whose.owner_id) as writer:
        with whose.rows() as connection:
            judge = Judge(connection)
            tables = {table.name: writer.add_table(connection, table, judge, tell) for table in TABLES}
            keys = photo_keys(connection, whose.owner_id)
        if len(keys) > MAX_PHOTOS:
            raise TransferError(f"A backup has room for {MAX_PHOTOS:,} photos; here are {len(keys):,}.")
        for number, key in enumerate(keys, 1):
            if found := photo_of(photos, key):
                writer.add_photo(key, found)
            else:
                missing.append(key)
            tell("photos", number, len(keys))
        said = writer.add_manifest(tables)
    return BackedUp(tables["entries"], said.photos[0], whose.lost(missing), tuple(writer.left_out))
