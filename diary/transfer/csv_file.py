"""Our own CSV: one row a day, for spreadsheets and back without a change.

RFC 4180 with CRLF, every cell in quotes, so that a semicolon in a note opens no new cell; a byte order
mark in front tells spreadsheets that it is UTF-8. Tags, which never hold a comma, are joined by commas.
A cell that a spreadsheet might compute gets an apostrophe in front, and reading takes exactly that one
away again (OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from diary.errors import TransferError
from diary.model import Entry, EntryDraft
from diary.transfer.plan import DiaryFile
from diary.transfer.record import (
    ENTRY_PARTS,
    MAX_DAYS,
    SONG_PARTS,
    TOO_MANY,
    draft_of,
    entry_record,
    open_text,
    taken,
)

COLUMNS = tuple(name for part in ENTRY_PARTS for name in (SONG_PARTS if part == "song" else (part,)))
FORMULA = frozenset("=+-@＝＋－＠")
BREAK = frozenset("\t\r\n")
GUARD = "'"
MAX_ROW = 1_000_000  # characters


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The export, row by row as ``entries`` are read."""
    yield f"\ufeff{','.join(COLUMNS)}\r\n"
    for entry in entries:
        record = entry_record(entry)
        cells = {**record, **(record["song"] or {}), "tags": ", ".join(entry.tags)}
        yield ",".join(_quoted(_guarded(cells.get(name) or "")) for name in COLUMNS) + "\r\n"


def read_csv(data: bytes) -> DiaryFile:
    """What the CSV file ``data`` holds.

    Columns may stand in any order, and all but ``day`` may be missing. Raises TransferError when it is no
    CSV of ours.
    """
    rows = _rows(_Lines(open_text(data)))
    _, header = next(rows, (0, []))
    names = [name.strip() for name in header]
    if "day" not in names:
        raise TransferError(f"The first line of the file must name the columns: {','.join(COLUMNS)}.")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise TransferError(f"The column “{twice[0]}” is in the file twice.")
    places = {name: names.index(name) for name in COLUMNS if name in names}
    days: list[tuple[str, EntryDraft | str]] = []
    for line, row in rows:
        if len(days) == MAX_DAYS:
            raise TransferError(TOO_MANY)
        if len(row) != len(names):
            raise TransferError(f"Line {line} has {len(row)} cells where the first line names {len(names)} columns.")
        cells = {name: _unguarded(row[place]) for name, place in places.items()}
        days.append((f"line {line}", taken(draft_of, _record(cells))))
    return DiaryFile(tuple(days), unknown=tuple(sorted(set(names) - set(COLUMNS))))


class _Lines:
    """The lines of a file, of which one row may take `MAX_ROW` characters."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._left = MAX_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error("it is longer than a day can be")
        if not line:
            raise StopIteration
        return line

    def begin_row(self) -> None:
        """What comes next belongs to another row."""
        self._left = MAX_ROW


def _rows(lines: _Lines) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line on which it begins."""
    reader = csv.reader(lines, strict=True)
    while True:
        line = reader.line_num + 1
        lines.begin_row()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TransferError(f"The file is no CSV, or not all of it: row at line {line}, {error}.") from None
        if row:
            yield line, row


def _record(cells: dict[str, str]) -> dict[str, Any]:
    """The row in the shape that `record` describes."""
    record: dict[str, Any] = {part: cells.get(part) for part in ENTRY_PARTS}
    record["song"] = {part: cells[part] for part in SONG_PARTS if cells.get(part)} or None
    record["tags"] = cells.get("tags", "").split(",")
    return record


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _guarded(text: str) -> str:
    return GUARD + text if _is_risky(text) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(GUARD) and _is_risky(cell[1:]) else cell


def _is_risky(text: str) -> bool:
    """Whether a spreadsheet might compute ``text``, or would if apostrophes before it were taken away.

    Because such apostrophes count, what was guarded and what was not can always be told apart.
    """
    bare = text.lstrip(GUARD)
    return bare[:1] in BREAK or bare.lstrip()[:1] in FORMULA
