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
from diary.storage.copies.manifest import (
    DAMAGED,
    FOREIGN,
    MAX_MANIFEST,
    MAX_PHOTO,
    MAX_PHOTOS,
    PHOTO,
    Manifest,
    max_line,
    read_manifest,
    table_name,
)

_MAX_MEMBERS = MAX_PHOTOS + 20  # the manifest, and a table each
_MAX_DIRECTORY = 180 * _MAX_MEMBERS  # bytes; ours has at most 164 for a member
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
            while line := lines.readline(max_line(table)):
                size += len(line)
                if size > said.bytes or not line.endswith(b"\n"):
                    raise TransferError(DAMAGED)
                sha256.update(line)
                yield line
        if size != said.bytes or sha256.hexdigest() != said.sha256:
            raise TransferError(DAMAGED)

    def photo_keys(self) -> list[str]:
        """The keys of the photos in it, sorted."""
        return sorted(name.removeprefix("photos/") for name in self._zip.namelist() if name.startswith("photos/"))

    def photo(self, key: str) -> tuple[bytes, bytes]:
        """A photo and its thumbnail. Raises TransferError if they are not as written, or not what the key says."""
        return _parted(key, self._content(key))

    def whole_photos(self) -> Iterator[str]:
        """The key of each photo, which was read. Raises TransferError at the latest after the last one."""
        sha256 = hashlib.sha256()
        for key in self.photo_keys():
            content = self._content(key)
            _parted(key, content)
            sha256.update(hashlib.sha256(content).digest())
            yield key
        if sha256.hexdigest() != self.manifest.photos[1]:
            raise TransferError(DAMAGED)

    def _content(self, key: str) -> bytes:
        info = self._zip.getinfo(f"photos/{key}")
        if info.file_size > MAX_PHOTO:
            raise TransferError(DAMAGED)
        with _understood(), self._zip.open(info) as member:
            return member.read()


def _parted(key: str, content: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(content[-8:])
    large, small = content[:size], content[size:-8]
    if hashlib.sha256(large).hexdigest() != key.rpartition("/")[2].removesuffix(".webp"):
        raise TransferError(DAMAGED)
    return large, small


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
        _check_directory(file)
        archive = ZipFile(file)
        infos = archive.infolist()
    except (*_UNREADABLE, UnicodeDecodeError):
        raise TransferError(FOREIGN) from None
    sizes = {info.filename: info.file_size for info in infos if not PHOTO.fullmatch(info.filename)}
    if manifest.NAME not in sizes or len(set(archive.namelist())) != len(infos):
        raise TransferError(FOREIGN)
    if any(_is_odd(info) for info in infos):
        raise TransferError(DAMAGED)
    packed = sum(info.compress_size for info in infos)  # more than there is: members that overlap
    if sizes.pop(manifest.NAME) > MAX_MANIFEST or packed > file.seek(0, io.SEEK_END):
        raise TransferError(DAMAGED)
    with _understood(), archive.open(manifest.NAME) as member:
        said = read_manifest(member.read(MAX_MANIFEST))
    has_photos = len(infos) - 1 - len(sizes)
    if sizes != {name: member.bytes for name, member in said.members.items()} or has_photos != said.photos[0]:
        raise TransferError(DAMAGED)
    return Archive(archive, said)


def _check_directory(file: IO[bytes]) -> None:
    """Raise TransferError where Python would need more memory for the ZIP file's directory than our own ever need.

    It lies before the end record of 22 bytes, or before the 76 bytes of ZIP64 in front of that (APPNOTE.TXT 4.3.14).
    """
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 98))
    tail = file.read(98).rjust(98)
    if not tail.startswith(b"PK\5\6", 76):
        raise TransferError(FOREIGN)
    is_large = tail.startswith(b"PK\6\6") and tail.startswith(b"PK\6\7", 56)
    (size,) = struct.unpack_from("<Q", tail, 40) if is_large else struct.unpack_from("<L", tail, 88)
    start = end - (98 if is_large else 22) - size
    if size > _MAX_DIRECTORY or start < 0:
        raise TransferError(FOREIGN)
    file.seek(start)
    if file.read(size).count(b"PK\1\2") > _MAX_MEMBERS:
        raise TransferError(FOREIGN)


def _is_odd(info: ZipInfo) -> bool:
    """Whether a member is none that a backup writes: a link, a locked one, one packed in another way."""
    packing = ZIP_DEFLATED if info.filename.startswith("tables/") else ZIP_STORED
    is_file = stat.S_IFMT(info.external_attr >> 16) in {0, stat.S_IFREG}
    grown = packing == ZIP_STORED and info.file_size != info.compress_size
    is_locked, is_folder = bool(info.flag_bits & _ENCRYPTED), info.filename.endswith("/")
    return not is_file or is_folder or is_locked or info.compress_type != packing or grown


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE:
        raise TransferError(DAMAGED) from None
    except OSError as error:
        is_wrong_place = error.errno == errno.EINVAL  # before the file's begin, by what its directory says
        raise TransferError(DAMAGED if is_wrong_place else f"The backup cannot be read: {error.strerror}.") from None
