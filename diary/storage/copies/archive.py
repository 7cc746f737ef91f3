"""Reading an archive whose maker is not trusted: what it says of itself is compared with what is there."""

import errno
import hashlib
import io
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from diary.errors import TransferError
from diary.storage.copies import manifest
from diary.storage.copies.manifest import DAMAGED, FOREIGN, Manifest, photo_names, read_manifest, table_name

MAX_LINE = 32 * 2**20  # bytes; the longest of our own is a waiting photo
MAX_PHOTO = 32 * 2**20
MAX_MANIFEST = 256 * 2**20  # about a million photos
_ENCRYPTED = 0x1
_UNREADABLE = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a way of packing that Python does not know
    RuntimeError,  # a password
    ValueError,
    OverflowError,
)


class Archive:
    """An open archive whose structure is right; contents are checked as they are read."""

    def __init__(self, archive: ZipFile, said: Manifest) -> None:
        self._zip, self.manifest = archive, said

    def lines(self, table: str) -> Iterator[bytes]:
        """The lines of a table. Raises TransferError at the latest after the last one if they are not as written."""
        name = table_name(table)
        said, size, sha256 = self.manifest.members[name], 0, hashlib.sha256()
        with _understood(), self._zip.open(name) as member:
            lines = io.BufferedReader(member, 2**16)  # type: ignore[type-var]
            while line := lines.readline(MAX_LINE):
                size += len(line)
                if size > said.bytes or not line.endswith(b"\n"):
                    raise TransferError(DAMAGED)
                sha256.update(line)
                yield line
        if size != said.bytes or sha256.hexdigest() != said.sha256:
            raise TransferError(DAMAGED)

    def photo_keys(self) -> list[str]:
        """The keys of the photos in it, sorted."""
        names = (name.removeprefix("photos/") for name in self.manifest.members if name.startswith("photos/"))
        return sorted(name for name in names if ".small" not in name)

    def photo(self, key: str) -> tuple[bytes, bytes]:
        """A photo and its thumbnail. Raises TransferError if they are not as written, or not what the key says."""
        large, small = (self._content(name) for name in photo_names(key))
        if hashlib.sha256(large).hexdigest() != key.rpartition("/")[2].removesuffix(".webp"):
            raise TransferError(DAMAGED)
        return large, small

    def _content(self, name: str) -> bytes:
        said = self.manifest.members[name]
        with _understood(), self._zip.open(name) as member:
            content = member.read(MAX_PHOTO)
        if len(content) != said.bytes or hashlib.sha256(content).hexdigest() != said.sha256:
            raise TransferError(DAMAGED)
        return content


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive ``path``. Raises TransferError when it is none, not all of one, or cannot be read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise TransferError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield _archive(file)


def _archive(file: IO[bytes]) -> Archive:
    try:
        archive = ZipFile(file)
        infos = archive.infolist()
    except (*_UNREADABLE, UnicodeDecodeError):
        raise TransferError(FOREIGN) from None
    names = [info.filename for info in infos]
    if names.count(manifest.NAME) != 1 or len(names) != len(set(names)):
        raise TransferError(FOREIGN)
    if any(_is_odd(info) for info in infos):
        raise TransferError(DAMAGED)
    packed = sum(info.compress_size for info in infos)  # more than there is: members that overlap
    if archive.getinfo(manifest.NAME).file_size > MAX_MANIFEST or packed > file.seek(0, io.SEEK_END):
        raise TransferError(DAMAGED)
    with _understood(), archive.open(manifest.NAME) as member:
        said = read_manifest(member.read(MAX_MANIFEST))
    sizes = {info.filename: info.file_size for info in infos if info.filename != manifest.NAME}
    if sizes != {name: member.bytes for name, member in said.members.items()}:
        raise TransferError(DAMAGED)
    return Archive(archive, said)


def _is_odd(info: ZipInfo) -> bool:
    """Whether a member is none that a backup writes: a link, a locked one, one packed in another way."""
    packing = ZIP_DEFLATED if info.filename.startswith("tables/") else ZIP_STORED
    is_file = stat.S_IFMT(info.external_attr >> 16) in {0, stat.S_IFREG}
    grown = packing == ZIP_STORED and info.file_size != info.compress_size
    return not is_file or info.is_dir() or bool(info.flag_bits & _ENCRYPTED) or info.compress_type != packing or grown


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE:
        raise TransferError(DAMAGED) from None
    except OSError as error:
        is_wrong_place = error.errno == errno.EINVAL  # before the file's begin, by what its directory says
        raise TransferError(DAMAGED if is_wrong_place else f"The backup cannot be read: {error.strerror}.") from None
