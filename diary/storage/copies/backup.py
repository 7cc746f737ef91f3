"""A backup: everything that is kept, for all owners, in one archive (see `manifest`)."""

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, Engine, Table

from diary.clock import utc_now
from diary.errors import NotFoundError, TransferError
from diary.storage.copies import manifest
from diary.storage.copies.lines import line_of
from diary.storage.copies.manifest import Manifest, Member, photo_names, table_name
from diary.storage.copies.schema import newest_revision
from diary.storage.copies.snapshot import TABLES, count_of, each_row, photo_keys, snapshot

log = logging.getLogger(__name__)
_STALE = 86_400  # seconds after which what still lies aside was left by a crash
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
    file of that name or none can be made, StorageError when the diary cannot be read.
    """
    file = file.absolute()
    with _aside(file) as aside:
        with open(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as output:
            done = _fill(output, engine, aside.parent, photos, tell)
            output.flush()
            os.fsync(output.fileno())
        _refuse_overwriting(file)
        aside.replace(file)
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
        _refuse_overwriting(file)
        for left in file.parent.glob(".backup-*"):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
            yield Path(folder, "backup.zip")
    except OSError as error:
        raise TransferError(f"{file} cannot be written: {error.strerror}.") from error


def _refuse_overwriting(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise TransferError(f"{file} is there already. A backup never replaces a file; please choose another name.")


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
        for number, key in enumerate(keys, 1):
            found = photo_of(photos, key)
            if found is None:
                lost.append(key)
            else:
                for name, content in zip(photo_names(key), found, strict=True):
                    writer.add(name, ZIP_STORED, [content])
            tell("photos", number, len(keys))
        said = writer.add_manifest(tables, tuple(lost))
    return BackedUp(tables["entries"], len(keys) - len(lost), tuple(lost), said)


class _Writer:
    """A ZIP file that notes what is written into it."""

    def __init__(self, output: BinaryIO, now: datetime) -> None:
        self._zip = ZipFile(output, "w")
        self._now = now
        self._members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_table(self, connection: Connection, table: Table, tell: Tell) -> int:
        """Write all rows of ``table`` and give their number."""
        rows, total = 0, count_of(connection, table)

        def lines() -> Iterator[bytes]:
            nonlocal rows
            for row in each_row(connection, table):
                yield line_of(row)
                rows += 1
                tell(table.name, rows, total)

        self.add(table_name(table.name), ZIP_DEFLATED, lines())
        return rows

    def add(self, name: str, packing: int, pieces: Iterable[bytes]) -> None:
        """Write a member and note its size and checksum."""
        size, sha256 = 0, hashlib.sha256()
        with self._zip.open(self._info(name, packing), "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                size += len(piece)
                sha256.update(piece)
        self._members[name] = Member(size, sha256.hexdigest())

    def add_manifest(self, tables: dict[str, int], lost: tuple[str, ...]) -> Manifest:
        """Write what was noted."""
        instant = self._now.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        said = Manifest(newest_revision(), instant, tables, self._members, lost)
        self._zip.writestr(self._info(manifest.NAME, ZIP_STORED), said.as_json())
        return said

    def _info(self, name: str, packing: int) -> ZipInfo:
        info = ZipInfo(name, self._now.timetuple()[:6])
        info.compress_type = packing
        info.external_attr = 0o600 << 16
        return info
