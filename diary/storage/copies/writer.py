"""Writing an archive: nothing is put into it that a reader would refuse."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Connection, RowMapping, Table

from diary.errors import StorageError
from diary.storage.copies import manifest
from diary.storage.copies.judge import Judge
from diary.storage.copies.manifest import MAX_PHOTO, Manifest, Member, table_name
from diary.storage.copies.snapshot import count_of, each_row, named
from diary.storage.migration import newest_revision
from diary.storage.tables import moods, people, tracks

Tell = Callable[[str, int, int], None]  # what is being done, how many of how many are


class Writer:
    """A ZIP file of all owners or of one, that notes what is written into it.

    ``left_out`` are rows that no restore would take.
    """

    def __init__(self, output: BinaryIO, now: datetime, owner_id: str | None = None) -> None:
        self.left_out: list[str] = []
        self._zip = ZipFile(output, "w")
        self._now, self._owner_id = now, owner_id
        self._members: dict[str, Member] = {}
        self._photos, self._photos_sha256 = 0, hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_table(self, connection: Connection, table: Table, judge: Judge, tell: Tell) -> int:
        """Write the rows of ``table`` that ``judge`` takes, and give their number.

        Raises StorageError where others depend on one that is not taken.
        """
        rows, total = 0, count_of(connection, table, self._owner_id)

        def lines() -> Iterator[bytes]:
            nonlocal rows
            for number, row in enumerate(each_row(connection, table, self._owner_id), 1):
                if line := judge.line(table, row):
                    yield line
                    rows += 1
                else:
                    self._leave_out(table, row)
                tell(table.name, number, total)

        name = table_name(table.name)
        self._members[name] = self._add(name, ZIP_DEFLATED, lines())
        return rows

    def _leave_out(self, table: Table, row: RowMapping) -> None:
        if table in {people, moods}:
            raise StorageError(
                f"A row on which others depend could not be brought back: {named(table, row)}. It is too long, there "
                "twice, or not of the diary's making. Nothing was written. Please mend or remove it."
            )
        if table is not tracks:  # a cache
            self.left_out.append(named(table, row))

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
