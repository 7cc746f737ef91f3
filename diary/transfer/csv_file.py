"""Our own CSV: one row a day, for spreadsheets and back without a change.

RFC 4180 with CRLF, every cell in quotes, so that a semicolon in a note opens no new cell; a byte order
mark in front tells spreadsheets that it is UTF-8. Tags, which never hold a comma, are joined by commas.
A cell that a spreadsheet might compute gets an apostrophe in front, and reading takes exactly that one
away again (OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from diary.errors import TransferError
from diary.model import Entry
from diary.transfer.plan import DiaryFile
from diary.transfer.record import ENTRY_PARTS, MAX_DAYS, SONG_PARTS, TOO_MANY, entry_record, text_of

COLUMNS = tuple(name for part in ENTRY_PARTS for name in (SONG_PARTS if part == "song" else (part,)))
FORMULA = frozenset("=+-@＝＋－＠")
BREAK = frozenset("\t\r\n")
GUARD = "'"


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The export, row by row as ``entries`` are read."""
    yield f"\ufeff{','.join(COLUMNS)}\r\n"
    for entry in entries:
        record = entry_record(entry)
        cells = {**record, **(record["song"] or {}), "tags": ", ".join(entry.tags)}
        yield ",".join(_quoted(_guarded(cells.get(name) or "")) for name in COLUMNS) + "\r\n"


def read_csv(data: bytes) -> DiaryFile:
    """What the CSV file ``data`` holds, not checked day by day yet.

    Columns may stand in any order, and all but ``day`` may be missing. Raises TransferError when it is no
    CSV of ours.
    """
    rows = _rows(text_of(data))
    _, header = next(rows, (0, []))
    names = [name.strip() for name in header]
    if "day" not in names:
        raise TransferError(f"The first line of the file must name the columns: {','.join(COLUMNS)}.")
    if twice := [name for name in COLUMNS if names.count(name) > 1]:
        raise TransferError(f"The column “{twice[0]}” is in the file twice.")
    days: list[tuple[str, object]] = []
    for line, row in rows:
        if len(days) == MAX_DAYS:
            raise TransferError(TOO_MANY)
        if len(row) != len(names):
            raise TransferError(f"Line {line} has {len(row)} cells where the first line names {len(names)} columns.")
        days.append((f"line {line}", _record(dict(zip(names, map(_unguarded, row), strict=True)))))
    return DiaryFile(tuple(days), unknown=tuple(sorted(set(names) - set(COLUMNS))))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
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
