"""What an archive says about itself: the first thing read and the last thing written.

An archive is a ZIP file with ``manifest.json``, a member ``tables/<table>.jsonl`` for each table, deflated, with
the lines of `lines` sorted by primary key, and a member ``photos/<key>`` for each photo: the picture, its thumbnail,
and the size of the picture in 8 bytes, the highest first. Programs that show pictures show the first.
The manifest is ``{"format": "music-diary-backup", "version": 1, "schema": "<revision of the tables>",
"created_at": "…Z", "tables": {"<table>": rows}, "members": {"<name>": {"bytes": …, "sha256": "…"}},
"photos": {"number": …, "sha256": "…"}}``, with the tables' members, and the SHA-256 over those of the photos'
members, sorted by key. Its size does not grow with the diary.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from diary.errors import TransferError

NAME, FORMAT, VERSION = "manifest.json", "music-diary-backup", 1
MAX_PHOTO = 32 * 2**20  # bytes of a photo's member
# Bytes of a line. Folded for search, a day's text may have 18 times as many characters as it was written with (U+FDFA).
_MAX_LINE = {"drafts": 32 * 2**20, "waiting_photos": 32 * 2**20, "entries": 4 * 2**20}
MAX_PHOTOS = 200_000  # some 700 bytes of memory each, in Python's `zipfile`
MAX_MANIFEST = 2**16
FOREIGN = "The file is no backup of a music diary, or not all of it."
DAMAGED = "The backup is damaged. Nothing was changed. Please take another one."
_NEWER = "The backup was written by a newer version. Please update the program."
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z_]{1,40}")
PHOTO = re.compile(r"photos/[0-9a-f]{32}/[0-9a-f]{64}\.webp")


@dataclass(frozen=True)
class Member:
    """A table's member of an archive: its size, unpacked, in ``bytes``, and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """``tables`` are the numbers of rows by the table's name, ``photos`` how many there are, with their SHA-256."""

    schema: str
    created_at: str
    tables: dict[str, int]
    members: dict[str, Member]
    photos: tuple[int, str]

    def as_json(self) -> bytes:
        """The content of ``manifest.json``."""
        members = {name: {"bytes": one.bytes, "sha256": one.sha256} for name, one in self.members.items()}
        values = {
            "format": FORMAT,
            "version": VERSION,
            "schema": self.schema,
            "created_at": self.created_at,
            "tables": self.tables,
            "members": members,
            "photos": {"number": self.photos[0], "sha256": self.photos[1]},
        }
        return json.dumps(values, indent=1).encode()


def table_name(table: str) -> str:
    """The member that holds the rows of ``table``."""
    return f"tables/{table}.jsonl"


def max_line(table: str) -> int:
    """How many bytes a line of ``table`` may have."""
    return _MAX_LINE.get(table, 2**20)


def read_manifest(content: bytes) -> Manifest:
    """The manifest that ``content`` is. Raises TransferError."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        raise TransferError(DAMAGED) from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise TransferError(FOREIGN)
    version = values.get("version")
    if type(version) is int and version > VERSION:
        raise TransferError(_NEWER)
    try:
        return _manifest(values)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise TransferError(DAMAGED) from None


def _manifest(values: dict[str, Any]) -> Manifest:
    tables = {_fitting(_TABLE, name): _count(rows) for name, rows in values["tables"].items()}
    members = {
        name: Member(_count(one["bytes"]), _fitting(_SHA256, one["sha256"])) for name, one in values["members"].items()
    }
    if type(values["version"]) is not int or values["version"] != VERSION:
        raise ValueError
    if members.keys() != {table_name(table) for table in tables}:
        raise ValueError
    photos = _count(values["photos"]["number"]), _fitting(_SHA256, values["photos"]["sha256"])
    return Manifest(_text(values["schema"]), _text(values["created_at"]), tables, members, photos)


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _fitting(shape: re.Pattern[str], value: Any) -> str:
    if not shape.fullmatch(value):
        raise ValueError
    return str(value)
