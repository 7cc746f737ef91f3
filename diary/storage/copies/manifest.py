"""What an archive says about itself: the first thing read and the last thing written.

An archive is a ZIP file with ``manifest.json``, a member ``tables/<table>.jsonl`` for each table, deflated, with
the lines of `lines` sorted by primary key, and the photos under their keys, ``photos/<key>``, as they are.
The manifest is ``{"format": "music-diary-backup", "version": 1, "schema": "<revision of the tables>",
"created_at": "…Z", "tables": {"<table>": rows}, "members": {"<name>": {"bytes": …, "sha256": "…"}},
"lost_photos": ["<key>"]}``; lost are those that could not be copied, because the store has not got them whole.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from diary.errors import TransferError

NAME, FORMAT, VERSION = "manifest.json", "music-diary-backup", 1
FOREIGN = "The file is no backup of a music diary, or not all of it."
DAMAGED = "The backup is damaged. Nothing was changed. Please take another one."
_NEWER = "The backup was written by a newer version. Please update the program."
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z_]{1,40}")
_PHOTO = re.compile(r"photos/[0-9a-f]{32}/[0-9a-f]{64}(\.small)?\.webp")


@dataclass(frozen=True)
class Member:
    """A member of an archive: its size, unpacked, in ``bytes``, and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """``tables`` are the numbers of rows by the table's name, ``lost`` the keys of photos that are not there."""

    schema: str
    created_at: str
    tables: dict[str, int]
    members: dict[str, Member]
    lost: tuple[str, ...]

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
            "lost_photos": self.lost,
        }
        return json.dumps(values, indent=1).encode()


def table_name(table: str) -> str:
    """The member that holds the rows of ``table``."""
    return f"tables/{table}.jsonl"


def photo_names(key: str) -> tuple[str, str]:
    """The members that hold a photo and its thumbnail."""
    return f"photos/{key}", f"photos/{key.removesuffix('.webp')}.small.webp"


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
    others = members.keys() - {table_name(table) for table in tables}
    if type(values["version"]) is not int or values["version"] != VERSION or len(members) - len(others) != len(tables):
        raise ValueError
    for name in others:
        _fitting(_PHOTO, name)
        if not {*photo_names(name.removeprefix("photos/").replace(".small", ""))} <= members.keys():
            raise ValueError
    return Manifest(
        _text(values["schema"]), _text(values["created_at"]), tables, members, tuple(map(_text, values["lost_photos"]))
    )


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
