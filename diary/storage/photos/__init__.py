"""Photos, named by content and kept in a folder.

A key is ``<owner hash>/<sha256 of the large WebP>.webp``; the thumbnail lies beside it as
``<sha256>.small.webp``. The same picture of two people has two keys, so that neither learns of the other.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diary.errors import NotFoundError, StorageError
from diary.storage.photos.pictures import Picture, prepare

_KEY = re.compile(r"([0-9a-f]{32})/([0-9a-f]{64})\.webp")
_STALE = 3600  # seconds after which what still lies aside was left by a crash


def _owner_hash(owner_id: str) -> str:
    return hashlib.sha256(owner_id.encode()).hexdigest()[:32]


def photo_key(owner_id: str, picture: Picture) -> str:
    """The name of ``picture`` in the diary of ``owner_id``."""
    return f"{_owner_hash(owner_id)}/{hashlib.sha256(picture.large).hexdigest()}.webp"


def belongs_to(owner_id: str, key: str) -> bool:
    """Whether ``key`` has the exact shape of a photo's key and is one of ``owner_id``."""
    parts = _KEY.fullmatch(key)
    return parts is not None and parts[1] == _owner_hash(owner_id)


def file_name(key: str, small: bool = False) -> str:
    """Where the photo ``key``, or its thumbnail, lies below the root of a store.

    Raises `NotFoundError` if ``key`` does not have the exact shape of a photo's key.
    """
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise NotFoundError("There is no such photo.")
    return f"{parts[1]}/{parts[2]}.small.webp" if small else key


class FolderPhotoStore:
    """Photos as files below the folder ``root``, which is made with the first photo."""

    def __init__(self, root: Path) -> None:
        self._root = root

    belongs_to = staticmethod(belongs_to)

    def put(self, owner_id: str, data: bytes) -> str:
        """Keep the picture ``data`` and return its key; one that is there already is not written again.

        Once this returns, both files are on the disk under their final names. Raises `PhotoError` for a
        file that is no usable picture, and `StorageError` if the folder is full or cannot be written.
        """
        picture = prepare(data)
        key = photo_key(owner_id, picture)
        small, large = self._root / file_name(key, small=True), self._root / key
        with _told("kept"):
            if not (small.exists() and large.exists()):
                large.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._clear_leftovers()
                self._write({small: picture.small, large: picture.large})
        return key

    def get(self, key: str, small: bool = False) -> bytes:
        """The WebP file of a photo, or of its thumbnail.

        Raises `NotFoundError` if there is none or ``key`` is no key, `StorageError` if it cannot be read.
        """
        path = self._root / file_name(key, small)
        with _told("read"):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                raise NotFoundError("There is no such photo.") from None

    def delete(self, key: str) -> None:
        """Remove a photo and its thumbnail. One that is not there is no error; `StorageError` if it stays."""
        with suppress(NotFoundError), _told("removed"):
            for path in (self._root / file_name(key), self._root / file_name(key, small=True)):
                with suppress(FileNotFoundError, NotADirectoryError):
                    path.unlink()

    def _write(self, files: dict[Path, bytes]) -> None:
        """Write all aside, then move all into place, so that a reader never meets half a file."""
        with tempfile.TemporaryDirectory(prefix=".aside-", dir=self._root) as aside:
            for path, content in files.items():
                with (Path(aside) / path.name).open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            for path in files:
                os.replace(Path(aside) / path.name, path)
        for folder in (next(iter(files)).parent, self._root):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _clear_leftovers(self) -> None:
        for aside in self._root.glob(".aside-*"):
            with suppress(FileNotFoundError):  # another save has finished meanwhile
                if time.time() - aside.stat().st_mtime > _STALE:
                    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _told(done: str) -> Iterator[None]:
    """Failures of the file system, as a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            reason = "the disk is full. Please free some space and try again"
        else:
            reason = f"the photo folder answers “{error.strerror}”. Please check DIARY_PHOTOS and its permissions"
        raise StorageError(f"The photo could not be {done}: {reason}.") from error
