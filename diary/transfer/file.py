"""Files on the disk: read whole up to a limit, written whole or not at all."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from diary.errors import TransferError
from diary.transfer.record import MAX_BYTES


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
        with tempfile.TemporaryDirectory(prefix=".aside-", dir=target.parent) as folder:
            aside = Path(folder, target.name)
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
    except OSError as error:
        raise TransferError(f"{path} cannot be written: {error.strerror}.") from None
