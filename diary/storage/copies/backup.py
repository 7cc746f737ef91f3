"""A backup: everything that is kept, for all owners, in one archive (see `manifest`)."""

import errno
import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, Engine, Table

from diary.clock import utc_now
from diary.errors import NotFoundError, StorageError, TransferError
from diary.storage.copies import manifest
from diary.storage.copies.aside import folder_in
from diary.storage.copies.limits import is_sound
from diary.storage.copies.lines import line_of
from diary.storage.copies.manifest import MAX_LINE, MAX_PHOTO, MAX_PHOTOS, Manifest, Member, table_name
from diary.storage.copies.snapshot import TABLES, count_of, each_row, key_of, photo_keys, snapshot
from diary.storage.migration import newest_revision
from diary.storage.revisions import RevisionStore

log = logging.getLogger(__name__)
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
Tell = Callable[[str, int, int], None]  # what is being done, how many of how many are


class Photos(Protocol):
    """The part of a photo store that copies need."""

    def get(self, key: str, small: bool = False) -> bytes: ...
    def keep(self, key: str, large: bytes, small: bytes) -> None: ...
    def delete(self, key: str) -> None: ...


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds; ``lost`` are the keys of photos that the store has not got whole."""

    days: int
    photos: int
    lost: tuple[str, ...]
    manifest: Manifest


def back_up(engine: Engine, photos: Photos, file: Path, tell: Tell) -> BackedUp:
    """Write the archive ``file``, for the eyes of its owner only, while people may go on writing.

    It appears under its name when it is complete and on the disk. Photos are read after the rows: they are
    only ever added, and those that nothing shows are kept for a day. Raises TransferError when there is a
    file of that name or none can be made, StorageError when the diary cannot be read or holds what could not be
    brought back.
    """
    file = file.absolute()
    with _aside(file) as aside:
        with open(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as output:
            done = _fill(output, engine, aside.parent, photos, tell)
            output.flush()
            os.fsync(output.fileno())
        _put_there(aside, file)
        _sync_folder(file.parent)
    log.info("backed up days=%d photos=%d lost=%d", done.days, done.photos, len(done.lost))
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
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            aside.replace(file)
    except FileExistsError:
        raise _there_already(file) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(output: BinaryIO, engine: Engine, folder: Path, photos: Photos, tell: Tell) -> BackedUp:
    lost = []
    with _Writer(output, utc_now()) as writer:
        with snapshot(engine, folder) as connection:
            tables = {table.name: writer.add_table(connection, table, tell) for table in TABLES}
            keys = photo_keys(connection)
        if len(keys) > MAX_PHOTOS:
            raise TransferError(f"A backup has room for {MAX_PHOTOS:,} photos; here are {len(keys):,}.")
        for number, key in enumerate(keys, 1):
            found = photo_of(photos, key)
            if found:
                writer.add_photo(key, found)
            elif RevisionStore(engine).photos_in_use([key]):  # else it was forgotten since
                lost.append(key)
            tell("photos", number, len(keys))
        said = writer.add_manifest(tables)
    return BackedUp(tables["entries"], said.photos[0], tuple(lost), said)


class _Writer:
    """A ZIP file that notes what is written into it."""

    def __init__(self, output: BinaryIO, now: datetime) -> None:
        self._zip = ZipFile(output, "w")
        self._now = now
        self._members: dict[str, Member] = {}
        self._photos, self._photos_sha256 = 0, hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_table(self, connection: Connection, table: Table, tell: Tell) -> int:
        """Write all rows of ``table`` and give their number. Raises StorageError on one that no restore would take."""
        rows, total = 0, count_of(connection, table)

        def lines() -> Iterator[bytes]:
            nonlocal rows
            for row in each_row(connection, table):
                line = line_of(row)
                if len(line) > MAX_LINE or not is_sound(table.name, row):
                    key = ", ".join(map(str, key_of(table, row)))
                    raise StorageError(
                        f"“{table.name}” holds a row that could not be brought back, {key}: too long, or not of the "
                        "diary's making. Nothing was written. Please mend or remove it."
                    )
                yield line
                rows += 1
                tell(table.name, rows, total)

        name = table_name(table.name)
        self._members[name] = self._add(name, ZIP_DEFLATED, lines())
        return rows

    def add_photo(self, key: str, pair: tuple[bytes, bytes]) -> None:
        """Write a photo with its thumbnail. Raises StorageError if they are too large to be brought back."""
        large, small = pair
        if len(large) + len(small) + 8 > MAX_PHOTO:
            raise StorageError(f"The photo {key} is too large for a backup. Nothing was written.")
        member = self._add(f"photos/{key}", ZIP_STORED, [large, small, len(large).to_bytes(8)])
        self._photos += 1
        self._photos_sha256.update(bytes.fromhex(member.sha256))

    def _add(self, name: str, packing: int, pieces: Iterable[bytes]) -> Member:
        size, sha256 = 0, hashlib.sha256()
        with self._zip.open(self._info(name, packing), "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                size += len(piece)
                sha256.update(piece)
        return Member(size, sha256.hexdigest())

    def add_manifest(self, tables: dict[str, int]) -> Manifest:
        """Write what was noted."""
        instant = self._now.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        photos = self._photos, self._photos_sha256.hexdigest()
        said = Manifest(newest_revision(), instant, tables, self._members, photos)
        self._zip.writestr(self._info(manifest.NAME, ZIP_STORED), said.as_json())
        return said

    def _info(self, name: str, packing: int) -> ZipInfo:
        info = ZipInfo(name, self._now.timetuple()[:6])
        info.compress_type = packing
        info.external_attr = 0o600 << 16
        return info
