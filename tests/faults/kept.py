"""What a database holds of days, read past the program."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

_COLUMNS = (
    "t.owner_id, t.day, t.revision, m.name AS mood, t.song_title, t.song_artist, t.note, t.tags, t.photo, t.deleted_at"
)
_DAYS = " UNION ALL ".join(
    f"SELECT {_COLUMNS}, {current} AS current FROM {table} t LEFT JOIN moods m ON m.owner_id = t.owner_id "
    "AND m.id = t.mood_id"
    for table, current in (("entries", 1), ("revisions", 0))
)


@dataclass(frozen=True)
class Kept:
    """A version of a day; ``is_current``: the one in the diary or, ``is_deleted``, in the trash."""

    owner: str
    day: str
    revision: int
    mood: str | None
    title: str | None
    artist: str | None
    note: str
    tags: tuple[str, ...]
    photo: str | None
    is_deleted: bool
    is_current: bool


@contextmanager
def past_the_program(address: str) -> Iterator[Connection]:
    """A connection to the rows of everyone in the database at ``address``, and nothing left of it afterwards."""
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('diary.rows_of', 'everyone', false)"))
        yield connection
    engine.dispose()


def versions(address: str) -> list[Kept]:
    """All versions of all days, by owner, day and revision."""
    with past_the_program(address) as connection:
        rows = connection.execute(text(_DAYS)).all()
    kept = (
        Kept(
            row.owner_id,
            str(row.day),
            row.revision,
            row.mood,
            row.song_title,
            row.song_artist,
            row.note,
            tuple(json.loads(row.tags) if isinstance(row.tags, str) else row.tags),
            row.photo,
            row.deleted_at is not None,
            bool(row.current),
        )
        for row in rows
    )
    return sorted(kept, key=lambda one: (one.owner, one.day, one.revision))


def unsaved_days(address: str) -> list[str]:
    """The days for which something typed is kept that was not saved."""
    with past_the_program(address) as connection:
        return [str(day) for day in connection.execute(text("SELECT day FROM drafts ORDER BY day")).scalars()]


def notes(address: str, day: str = "") -> list[str]:
    """The notes of all versions, of one day or of all, oldest version first."""
    return [one.note for one in versions(address) if day in ("", one.day) and not one.is_deleted]


def doubles(address: str) -> int:
    """How many versions are one too many: the same owner, day and revision twice, or a day twice in the diary."""
    all_of_them = versions(address)
    ranks = [(one.owner, one.day, one.revision) for one in all_of_them]
    days = [(one.owner, one.day) for one in all_of_them if one.is_current]
    return len(ranks) - len(set(ranks)) + len(days) - len(set(days))


def number(address: str, query: str) -> int:
    """The single number that ``query`` gives."""
    with past_the_program(address) as connection:
        return int(connection.execute(text(query)).scalar_one())


def is_damaged(file: Path) -> bool:
    """Whether a SQLite file is not whole as it was left; to be asked before a program opens it to write."""
    if not file.exists():
        return False
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as left:
        return left.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
