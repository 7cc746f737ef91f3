"""Photos as files in a folder."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from diary.errors import NotFoundError, StorageError

_STALE = 3600  # seconds after which what still lies aside was left by a crash


class FolderShelf:
    """Files below the folder ``root``, which is made with the first of them."""

    origin = None
    may_be_away = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def patiently(self) -> Self:
        """The same shelf: a folder answers at once."""
        return self

    def write(self, files: Mapping[str, bytes]) -> None:
        """Keep ``files``, all or none; those that are there, and whole, are not written again, but become young.

        Once this returns, all are on the disk under their final names. Raises `StorageError` if the folder is
        full or cannot be written.
        """
        paths = {self._root / name: content for name, content in files.items()}
        with _told("kept"):
            if _made_young(paths):
                return
            for folder in {path.parent for path in paths}:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._clear_leftovers()
            self._move_in(paths)

    def read(self, name: str) -> bytes:
        """The file ``name``. Raises `NotFoundError`, and `StorageError` if it cannot be read."""
        with _told("read"):
            try:
                return (self._root / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                raise NotFoundError("There is no such photo.") from None

    def remove(self, names: Iterable[str]) -> None:
        """Remove files. One that is not there is no error; `StorageError` if it stays."""
        with _told("removed"):
            for name in names:
                with suppress(FileNotFoundError, NotADirectoryError):
                    (self._root / name).unlink()

    def drop_folder(self, folder: str) -> None:
        """Remove ``folder``, unless something lies in it."""
        with suppress(OSError):
            (self._root / folder).rmdir()

    def names(self, start: str = "") -> Iterator[tuple[str, datetime]]:
        """The files whose names begin with ``start``, in the order of their names, with the instant last written.

        Raises `StorageError` if the folder cannot be read.
        """
        with _told("listed"):
            for folder in _sorted(self._root):
                inside = f"{folder.name}/"
                if folder.is_dir() and (inside.startswith(start) or start.startswith(inside)):
                    for file in _sorted(Path(folder.path), start.removeprefix(inside)):
                        with suppress(FileNotFoundError):  # another process has removed it meanwhile
                            written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                            yield f"{inside}{file.name}", written

    def address(self, name: str) -> None:
        """None: only this program can show what lies in its folder."""

    def check_address(self, name: str, content: bytes) -> None:
        """Nothing to do: there are no addresses."""

    def _move_in(self, files: Mapping[Path, bytes]) -> None:
        """Write all aside, then move all into place, so that a reader never meets half a file."""
        aside = Path(tempfile.mkdtemp(prefix=".aside-", dir=self._root))
        try:
            for path, content in files.items():
                with (aside / path.name).open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            for path in files:
                os.replace(aside / path.name, path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)  # tempfile's own way calls itself without end where it may not
        for folder in {*(path.parent for path in files), self._root, self._root.parent}:
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


def _made_young(files: Mapping[Path, bytes]) -> bool:
    """Whether all are there, written just now as far as a sweep can tell."""
    try:
        if all(path.read_bytes() == content for path, content in files.items()):
            for path in files:
                os.utime(path)
            return True
    except (FileNotFoundError, NotADirectoryError):
        pass
    return False


def _sorted(folder: Path, start: str = "") -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted((entry for entry in found if entry.name.startswith(start)), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


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
