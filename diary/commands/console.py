"""What commands write on the terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_PAUSE = 0.1  # seconds between two states of a progress line
_CLEAR = "\r\x1b[K"


def write(stream: TextIO, text: str) -> None:
    """A line in which nothing from a file can steer the terminal."""
    plain = "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
    encoding = stream.encoding or "utf-8"
    stream.write(plain.encode(encoding, "replace").decode(encoding) + "\n")


@contextmanager
def progress(stream: TextIO) -> Iterator[Callable[[str, int, int], None]]:
    """A function to tell what is being done, and how many of how many are: one line, gone at the end.

    Nothing is told where ``stream`` is no terminal.
    """
    is_terminal, shown = stream.isatty(), float("-inf")

    def tell(what: str, done: int, total: int) -> None:
        nonlocal shown
        if is_terminal and time.monotonic() >= shown + _PAUSE:
            shown = time.monotonic()
            stream.write(f"{_CLEAR}{what.replace('_', ' ')}: {done:,} of {total:,}")
            stream.flush()

    try:
        yield tell
    finally:
        if is_terminal:
            stream.write(_CLEAR)
            stream.flush()
