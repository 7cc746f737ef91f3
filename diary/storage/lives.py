"""Songs and artists through one owner's days. Every method is one SELECT; deleted days do not count."""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Engine,
    Integer,
    Select,
    and_,
    bindparam,
    desc,
    extract,
    func,
    literal,
    select,
    true,
    union_all,
)

from diary.life import ChosenMonth, Names, Subject
from diary.model import Entry, PastSong
from diary.query import folded_line
from diary.storage.database import reading
from diary.storage.rows import MINE, entry_of, past_song_of, select_some, select_songs
from diary.storage.tables import entries
from diary.storage.wall import rows_of
from diary.written import unstorable

RECENT = 365  # days: what is offered to look for is of now, and costs as much in the tenth year as in the first
_WORDS = select(entries.c.song_artist, entries.c.folded_artist, entries.c.tags, entries.c.folded_tags)
_RECENT = _WORDS.where(MINE).order_by(entries.c.day.desc()).limit(RECENT).subquery("recent")


class LifeStore:
    """Titles and artists are compared as search folds them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._names = _names(engine.dialect.name)

    def months(self, owner_id: str, subject: Subject) -> tuple[ChosenMonth, ...]:
        """How many days each month had with each mood, oldest month first."""
        month = (extract("year", entries.c.day), extract("month", entries.c.day))
        what = (entries.c.mood_id, func.count(), func.min(entries.c.day), func.max(entries.c.day))
        query = select(*what).where(_days_of(subject)).group_by(*month, entries.c.mood_id)
        return tuple(ChosenMonth(*row) for row in self._rows(owner_id, query.order_by(*month), subject))

    def days(self, owner_id: str, subject: Subject, limit: int, before: date | None) -> tuple[Entry, ...]:
        """At most ``limit`` of its days, the newest ones before the day ``before``, newest first."""
        where = _days_of(subject)
        query = select_some(and_(where, entries.c.day < before) if before else where, limit)
        return tuple(entry_of(row) for row in self._rows(owner_id, query, subject))

    def songs(self, owner_id: str, artist: str, limit: int) -> tuple[PastSong, ...]:
        """The artist's songs, most chosen first."""
        subject = Subject(artist=artist)
        query = select_songs(_days_of(subject), limit)
        return tuple(past_song_of(row) for row in self._rows(owner_id, query, subject))

    def names(self, owner_id: str, limit: int) -> Names:
        """Artists and tags of most of the owner's newest `RECENT` days."""
        with reading(self._engine, rows_of(owner_id)) as connection:
            rows = connection.execute(self._names, {"owner": owner_id, "most": limit}).all()
        named = {kind: tuple(row.name for row in rows if row.kind == kind) for kind in ("artist", "tag")}
        return Names(named["artist"], named["tag"])

    def _rows(self, owner_id: str, query: Select[Any], subject: Subject) -> list[Any]:
        if unstorable(subject.title + subject.artist):
            return []
        with reading(self._engine, rows_of(owner_id)) as connection:
            return list(connection.execute(query, {"owner": owner_id}))


def _days_of(subject: Subject) -> ColumnElement[bool]:
    looked_at = ((entries.c.folded_title, subject.title), (entries.c.folded_artist, subject.artist))
    return and_(
        MINE,
        entries.c.song_title.is_not(None),
        *(column == folded_line(name) for column, name in looked_at if name),
    )


def _names(database: str) -> CompoundSelect[Any]:
    """For the parameters ``owner`` and ``most``, the number of artists and of tags."""
    each = func.json_array_elements_text if database == "postgresql" else func.json_each
    tag = each(_RECENT.c.tags).table_valued("value")
    artist = func.max(_RECENT.c.song_artist)  # one of the ways it was written
    artists = select(*_counted("artist", artist)).where(_RECENT.c.folded_artist != "")
    tags = select(*_counted("tag", tag.c.value)).select_from(_RECENT.join(tag, true()))
    found = (
        _most(artists.group_by(_RECENT.c.folded_artist)),
        _most(tags.where(_RECENT.c.folded_tags != "").group_by(tag.c.value)),
    )
    return union_all(*found).order_by(desc("times"), "name")


def _counted(kind: str, name: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
    return literal(kind).label("kind"), name.label("name"), func.count().label("times")


def _most(names: Select[Any]) -> Select[Any]:
    return select(names.order_by(desc("times"), "name").limit(bindparam("most", type_=Integer)).subquery())
