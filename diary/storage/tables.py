"""The tables, as SQLAlchemy Core sees them; `migrations/` makes them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from json import JSONDecoder
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite, which keeps no zone, is given it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database keeps it; a naive one is a mistake of the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """`process_result_value`; of SQLite's texts in one step, as a page reads three instants a day."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant, aware, in UTC."""
        return None if value is None else value.astimezone(UTC)


@lru_cache(maxsize=1000)  # most days were last changed when they were made, and a track is of many days
def _instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(f"{written}+00:00")


class Texts(TypeDecorator[list[str]]):
    """A few texts, kept as JSON."""

    impl = JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], list[str] | None] | None:
        """As JSON's; SQLite's in one step, as a page reads two of them a day."""
        return _texts if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


_JSON = JSONDecoder()


def _texts(written: str | None) -> list[str] | None:
    """As `json.loads`, which takes longer to look for spaces around a list of a few names than to read it."""
    return None if written is None else _JSON.raw_decode(written)[0]


people = Table(
    "people",
    metadata,
    Column("owner_id", String(255), primary_key=True),
    Column("day_cutoff_hour", Integer, nullable=False),
    Column("leaves_out_hard_days", Boolean, nullable=False, default=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
)

moods = Table(
    "moods",
    metadata,
    Column("owner_id", String(255), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("name", String(30), nullable=False),
    Column("emoji", String(16), nullable=False),
    Column("light", String(7), nullable=False),
    Column("dark", String(7), nullable=False),
    Column("valence", Float, nullable=False),
    Column("arousal", Float, nullable=False),
    Column("position", Integer, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("folded_name", Text, nullable=False),
    ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
)


def _content() -> list[Column[Any]]:
    """What a day holds, in its row and in each of its former versions."""
    return [
        Column("mood_id", String(32)),
        Column("song_title", Text),
        Column("song_artist", Text),
        Column("spotify_id", String(22)),
        Column("mbid", String(36)),
        Column("note", Text, nullable=False),
        Column("tags", Texts, nullable=False),
        Column("photo", String(255)),
        Column("zone", String(64), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        Column("deleted_at", UtcDateTime),
    ]


entries = Table(
    "entries",
    metadata,
    Column("owner_id", String(255), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("revision", Integer, nullable=False),
    *_content(),
    # For search, as `query.folded_line` makes them: title, artist, note and each tag on a line of its own, and three of
    # these alone. Each tag in ``folded_tags`` has a line end before and behind it.
    Column("folded", Text, nullable=False),
    Column("folded_title", Text, nullable=False),
    Column("folded_artist", Text, nullable=False),
    Column("folded_tags", Text, nullable=False),
    ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["owner_id", "mood_id"], ["moods.owner_id", "moods.id"]),
    Index("entries_mood", "owner_id", "mood_id", "day"),
    Index("entries_photo", "photo"),
    Index("entries_trash", "deleted_at"),
)

# What a day was before it was changed: the row as it stood, until `sweep` forgets it.
revisions = Table(
    "revisions",
    metadata,
    Column("owner_id", String(255), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("revision", Integer, primary_key=True),
    *_content(),
    Column("replaced_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["owner_id", "mood_id"], ["moods.owner_id", "moods.id"]),
    Index("revisions_photo", "photo"),
    Index("revisions_replaced", "replaced_at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("owner_id", String(255), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("fields", Text, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["owner_id"], ["people.owner_id"], ondelete="CASCADE"),
)

# Photos that the store could not take when they were saved, until it does.
waiting_photos = Table(
    "waiting_photos",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("large", LargeBinary, nullable=False),
    Column("small", LargeBinary, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

WALLED = (people, moods, entries, revisions, drafts, waiting_photos)  # their rows belong to owners: see `wall`

# What lets nobody in any longer: one log-in, or all that an owner has begun before that instant.
endings = Table(
    "endings",
    metadata,
    Column("key", String(64), primary_key=True),  # the SHA-256, in hexadecimal, of what names the log-in or the owner
    Column("at", UtcDateTime, nullable=False),
    Column("for_good", Boolean, nullable=False),
)

# When something was last done, for all programs that share this database.
marks = Table(
    "marks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# Secrets that all programs on this database share.
keys = Table(
    "keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
NOT_COPIED = (marks, keys)  # they belong to a database, not to what is kept in it: no backup or move holds them

# What outside catalogues answered: a cache of public facts, no part of anybody's diary.
tracks = Table(
    "tracks",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("artists", Texts, nullable=False),
    Column("album", Text, nullable=False),
    Column("artwork_url", Text),
    Column("duration", Integer),
    Column("fetched_at", UtcDateTime, nullable=False),
)
