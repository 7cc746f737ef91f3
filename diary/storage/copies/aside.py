"""Folders for work that takes a copy of the diary: beside what they are for, for their owner's eyes only."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from diary.errors import TransferError

_STALE = 86_400  # seconds after which what still lies there was left by a crash


@contextmanager
def folder_in(place: Path, purpose: str) -> Iterator[Path]:
    """A folder ``.PURPOSE-…`` in the folder ``place``, gone at the end; what a crash left of its kind goes first.

    Raises TransferError when none can be made there.
    """
    try:
        for left in place.glob(f".{purpose}-*"):
            with suppress(OSError):  # somebody else was quicker
                if time.time() - left.stat().st_mtime > _STALE:
                    shutil.rmtree(left, ignore_errors=True)
        folder = tempfile.TemporaryDirectory(prefix=f".{purpose}-", dir=place)
    except OSError as error:
        raise TransferError(f"Nothing can be written in {place}, where room is needed: {error.strerror}.") from error
    with folder as name:
        yield Path(name)
