"""A JSON document read piece by piece, so that memory stays small whatever a hostile file would unfold to.

The outermost object and the lists in it are walked here (RFC 8259). What lies in them is read by Python's own
decoder, a piece at a time, and no piece may be longer than `MAX_PIECE` characters.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

from diary.errors import TransferError

MAX_PIECE = 1_500_000  # characters; the longest note has 1 200 000 of them when each character is escaped
_CHUNK = 1_000_000
_LONGEST_WORD = 16  # an error so close to the end of what was read may come from its being cut there
_BLANKS = re.compile(r"[ \t\r\n]*")


def _refuse_constant(name: str) -> NoReturn:
    raise TransferError(f"The file is no JSON: {name} is no number there.")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class JsonPieces:
    """The document in ``file``. Every method raises TransferError, a sentence, where it is no JSON."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._buffer, self._at = "", 0
        self._lines, self._columns = 0, 0  # before the buffer, the columns of its first line

    def next_sign(self) -> str:
        """The sign with which the next value begins or this one ends; empty at the end of the file."""
        while True:
            blanks = _BLANKS.match(self._buffer, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_on():
                return ""

    def members(self) -> Iterator[str]:
        """The names in the outermost object; after each name its `value` or its `items` must be taken."""
        self._pass_over("{")
        for _ in self._each("}"):
            if self.next_sign() != '"':
                self._refuse(self._at)
            name: str = self.value()
            self._pass_over(":")
            yield name
        if self.next_sign():
            self._refuse(self._at)

    def items(self) -> Iterator[Any]:
        """What the list that begins here holds."""
        self._pass_over("[")
        for _ in self._each("]"):
            yield self.value()

    def value(self) -> Any:
        """The value that begins here."""
        self.next_sign()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
                if end < len(self._buffer) or not self._read_on():  # or else it may be half a number
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos > len(self._buffer) - _LONGEST_WORD
                if not cut or not self._read_on():
                    self._refuse(error.pos)
            except RecursionError:
                raise TransferError(
                    "The file is no export of a music diary: its lists are nested too deeply."
                ) from None
            except ValueError:
                raise TransferError(
                    "The file is no export of a music diary: it holds a number with thousands of digits."
                ) from None

    def _each(self, close: str) -> Iterator[None]:
        """Stops before each part of what was just opened, and ends behind its ``close``."""
        if self.next_sign() == close:
            self._at += 1
            return
        while True:
            yield
            sign = self.next_sign()
            if sign not in {close, ","}:
                self._refuse(self._at)
            self._at += 1
            if sign == close:
                return

    def _pass_over(self, sign: str) -> None:
        if self.next_sign() != sign:
            self._refuse(self._at)
        self._at += 1

    def _read_on(self) -> bool:
        """Forget what was read, and read more; tells whether there was more."""
        if len(self._buffer) - self._at > MAX_PIECE:
            line, column = self._place(self._at)
            raise TransferError(f"What begins in line {line}, column {column} is longer than an entry can be.")
        more = self._file.read(_CHUNK)
        if more:
            line, column = self._place(self._at)
            self._lines, self._columns = line - 1, column - 1
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)

    def _place(self, at: int) -> tuple[int, int]:
        """Line and column, counted from 1, of a place in the buffer."""
        line, start = self._buffer.count("\n", 0, at), self._buffer.rfind("\n", 0, at) + 1
        return self._lines + line + 1, at - start + 1 + (0 if line else self._columns)

    def _refuse(self, at: int) -> NoReturn:
        line, column = self._place(at)
        raise TransferError(f"The file is no JSON, or not all of it: line {line}, column {column}.")
