"""A row as a line of JSON, the same on every kind of database: for archives, comparisons and checksums.

Columns in the order of their names; a date as ``2026-11-22``; an instant in UTC with microseconds as
``2026-11-22T12:00:00.000000Z``; bytes in Base64; a float with as many digits as bring it back exactly.
"""

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NoReturn

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeEngine

from diary.storage.copies.manifest import max_line
from diary.storage.tables import Texts, UtcDateTime
from diary.written import unstorable

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
LARGEST = 2**31 - 1  # PostgreSQL's integer
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?')  # one without an end is not looked for anew from within
SPOILED = (ValueError, TypeError, RecursionError)  # what values from outside the diary raise
_LONG = 4 * 2**20  # bytes; what is longer, a draft or a photo, is written in ASCII
_MAX_STRINGS, _MAX_REST = 300, 1_000  # a day has about 70 strings, and some 300 bytes of JSON that belong to none


def line_of(row: Mapping[Any, Any]) -> bytes:
    """The line of ``row``, with its line end, in UTF-8."""
    return f"{_ENCODER.encode(dict(row))}\n".encode()


def row_of(line: bytes, table: Table) -> dict[str, Any]:
    """The row of ``table`` that ``line`` holds. Raises ValueError, saying what is wrong, if it could not lie there."""
    if len(line) > max_line(table.name):
        raise ValueError("longer than a row can be")
    values = parsed(line)
    if not isinstance(values, dict) or values.keys() != set(table.c.keys()):
        raise ValueError("other columns than the table has")
    return {column.name: _value(values[column.name], column) for column in table.c}


def parsed(text: bytes) -> Any:
    """The value that ``text`` is in JSON. Raises ValueError, also for one of many parts: each takes much memory."""
    rest = len(text)
    for found in islice(_STRING.finditer(text), _MAX_STRINGS):
        length = found.end() - found.start()
        rest -= length
        if length > _LONG and not found[0].isascii():  # one such character, and each would take four bytes
            raise ValueError("a longer text than a row has")
    if rest > _MAX_REST:
        raise ValueError("more values than a row has")
    try:
        return json.loads(text.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("lists nested too deeply") from None


def trace_of(row: Mapping[Any, Any]) -> bytes:
    """What tells ``row`` from any other: its line, or, where something spoiled it so that it has none, its values."""
    try:
        return line_of(row)
    except SPOILED:
        return repr(dict(row)).encode(errors="backslashreplace")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} has no form in an archive")


_ENCODER = json.JSONEncoder(default=_plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _value(value: Any, column: Column[Any]) -> Any:
    if value is None and column.nullable:
        return None
    read = next(read for kind, read in _READERS if isinstance(column.type, kind))
    try:
        return read(value, column.type)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"a value that “{column.name}” cannot have") from None


def _text(value: Any, kind: TypeEngine[Any]) -> str:
    too_long = isinstance(kind, String) and kind.length is not None and len(value) > kind.length
    if not isinstance(value, str) or too_long or unstorable(value):
        raise ValueError
    return value


def _texts(value: Any, kind: TypeEngine[Any]) -> list[str]:
    if not isinstance(value, list):
        raise TypeError
    return [_text(one, kind) for one in value]


def _bytes(value: Any, _: TypeEngine[Any]) -> bytes:
    return base64.b64decode(value, validate=True)


def _truth(value: Any, _: TypeEngine[Any]) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _integer(value: Any, _: TypeEngine[Any]) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise ValueError
    return value


def _float(value: Any, _: TypeEngine[Any]) -> float:
    if type(value) not in {int, float} or not math.isfinite(value):
        raise ValueError
    return float(value)


def _day(value: Any, _: TypeEngine[Any]) -> date:
    if not _DAY.fullmatch(value):
        raise ValueError
    return date.fromisoformat(value)


def _instant(value: Any, _: TypeEngine[Any]) -> datetime:
    if not _INSTANT.fullmatch(value):
        raise ValueError
    return datetime.fromisoformat(value)


_READERS: tuple[tuple[type[TypeEngine[Any]], Callable[[Any, TypeEngine[Any]], Any]], ...] = (
    (UtcDateTime, _instant),
    (Date, _day),
    (Texts, _texts),
    (String, _text),
    (LargeBinary, _bytes),
    (Boolean, _truth),
    (Integer, _integer),
    (Float, _float),
)
