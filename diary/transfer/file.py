"""Files on the disk: read whole up to a limit, written whole or not at all."""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from diary.errors import TransferError
from diary.transfer.record import MAX_BYTES

_PREFIX = ".diary-export-"
ASIDE = re.compile(re.escape(_PREFIX) + "[a-z0-9_]{8}")  # as `tempfile` completes it
_STALE = 86_400  # seconds after which what still lies aside was left by a kill


def read_file(path: Path) -> bytes:
    """The content of ``path``, cut off just above the largest size that a reader takes. Raises TransferError."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TransferError(f"{path} cannot be read: {error.strerror}.") from None


def write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write ``pieces`` aside, in UTF-8 and for the eyes of their owner only, and then in the place of ``path``.

    Raises TransferError, and leaves everything as it was, when that cannot be done.
    """
    target = path.resolve()
    try:
        _clear_leftovers(target.parent)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=target.parent) as folder:
            aside = Path(folder, target.name)
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
    except OSError as error:
        raise TransferError(f"{path} cannot be written: {error.strerror}.") from None


def _clear_leftovers(place: Path) -> None:
    """Remove what a kill left aside in ``place``: a plain diary that nobody knows of."""
    for left in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # somebody else was quicker
            found = left.lstat()
            is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and ASIDE.fullmatch(left.name)
            if is_ours and time.time() - found.st_mtime > _STALE:
                shutil.rmtree(left)
