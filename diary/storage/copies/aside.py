"""Folders for work that takes a copy of the diary: beside what they are for, for their owner's eyes only."""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diary.errors import TransferError

_STALE = 86_400  # seconds after which a folder where nothing was written was left by a crash
_RANDOM = re.compile(r"[a-z0-9_]{8}")  # as `tempfile` ends its names


@contextmanager
def folder_in(place: Path, purpose: str) -> Iterator[Path]:
    """A folder ``.music-diary-PURPOSE-…`` in ``place``, gone at the end; what a crash left of its kind goes first.

    Raises TransferError when none can be made there.
    """
    prefix = f".music-diary-{purpose}-"
    try:
        for left in place.glob(f"{prefix}*"):
            with suppress(OSError):  # somebody else was quicker
                if _RANDOM.fullmatch(left.name.removeprefix(prefix)) and _is_ours(left) and _is_left(left):
                    shutil.rmtree(left, ignore_errors=True)
        folder = tempfile.TemporaryDirectory(prefix=prefix, dir=place)
    except OSError as error:
        raise TransferError(f"Nothing can be written in {place}, where room is needed: {error.strerror}.") from error
    with folder as name:
        yield Path(name)


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _is_left(folder: Path) -> bool:
    """Whether nobody has written there for a day; a long piece of work writes into its files all the time."""
    return time.time() - max(path.lstat().st_mtime for path in (folder, *folder.iterdir())) > _STALE


def need_room(folder: Path, size: int) -> None:
    """Raise TransferError where the disk of ``folder`` has not ``size`` bytes left, or cannot be asked."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise TransferError(f"{folder.parent} cannot be looked at: {error.strerror}.") from error
    if size > free:
        raise TransferError(f"The backup needs {size / 2**20:,.0f} MB of free space in {folder.parent} to be checked.")
