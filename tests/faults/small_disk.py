"""A disk that can be filled: a small tmpfs, where this process may mount one (root outside of most containers)."""

import errno
import os
import subprocess
from pathlib import Path
from typing import Self

import pytest

MEGABYTE = 2**20


class SmallDisk:
    """A file system of ``size`` bytes at ``folder``; the test is skipped where none can be mounted."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self._size = size
        self._ballast = folder / "ballast"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._size},mode=0755", "tmpfs", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def fill(self, leave: int = 0) -> None:
        """Let a file of nobody's take all space but ``leave`` bytes."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (64 * 1024, 4096):
                try:
                    while True:
                        file.write(bytes(piece))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        os.truncate(self._ballast, self._ballast.stat().st_size - leave)

    def free(self) -> None:
        """Give all that space back."""
        self._ballast.unlink(missing_ok=True)
