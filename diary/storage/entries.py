"""The days of every owner. No method without an owner; what is another's is not there."""

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from diary.errors import ConflictError
from diary.model import FIRST_DAY, Entry, Mood, PastSong, Song, unstorable
from diary.query import EntryFilter, fold, words
from diary.storage.database import reading, writing
from diary.storage.people import mood_of, put_moods
from diary.storage.tables import entries, moods, tracks
from diary.storage.tracks import track_of


def _track_key(song: FromClause) -> ColumnElement[str]:
    """The SQL twin of `Song.track_key`."""
    return case(
        (song.c.spotify_id.is_not(None), "spotify:" + song.c.spotify_id),
        (song.c.mbid.is_not(None), "musicbrainz:" + song.c.mbid),
    )


_MOOD = [column.label(f"mood_{column.name}") for column in moods.c if column.name != "owner_id"]
_TRACK = [column.label(f"track_{column.name}") for column in tracks.c]
_DAYS = (
    select(*(column for column in entries.c if column.name not in {"owner_id", "mood_id", "folded", "deleted_at"}))
    .add_columns(*_MOOD, *_TRACK)
    .outerjoin(moods, and_(moods.c.owner_id == entries.c.owner_id, moods.c.id == entries.c.mood_id))
    .outerjoin(tracks, tracks.c.key == _track_key(entries))
)


class EntryStore:
    """Entries by owner and day; every reading method is one SELECT."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_day(self, owner_id: str, day: date) -> Entry | None:
        """The entry of ``day``."""
        found = self._read(_DAYS.where(_mine(owner_id), entries.c.day == day))
        return found[0] if found else None

    def find(
        self,
        owner_id: str,
        wanted: EntryFilter,
        limit: int,
        *,
        before: date | None = None,
        after: date | None = None,
    ) -> tuple[Entry, ...]:
        """At most ``limit`` entries, newest first: the newest ones before the day ``before``, or, with ``after``,
        the oldest ones after it (keyset: the cost does not depend on how far back that is)."""
        query = _DAYS.where(_mine(owner_id), *_conditions(wanted)).limit(limit)
        if after:
            return self._read(query.where(entries.c.day > after).order_by(entries.c.day))[::-1]
        if before:
            query = query.where(entries.c.day < before)
        return self._read(query.order_by(entries.c.day.desc()))

    def on_this_day(self, owner_id: str, day: date, limit: int) -> tuple[Entry, ...]:
        """The entries of the same month and day in earlier years, newest first."""
        years = range(FIRST_DAY.year, day.year)
        same = [day.replace(year=year) for year in years if (day.month, day.day) != (2, 29) or isleap(year)]
        query = _DAYS.where(_mine(owner_id), entries.c.day.in_(same))
        return self._read(query.order_by(entries.c.day.desc()).limit(limit))

    def each(self, owner_id: str) -> Iterator[Entry]:
        """All entries, oldest first, read as they are asked for."""
        query = _DAYS.where(_mine(owner_id)).order_by(entries.c.day)
        with reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=500).execute(query).mappings():
                yield _entry(row)

    def count(self, owner_id: str) -> int:
        """How many days are written."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).where(_mine(owner_id))).scalar_one()

    def past_songs(self, owner_id: str, text: str, limit: int) -> tuple[PastSong, ...]:
        """Songs of one's own past in whose title or artist every word of ``text`` occurs, most chosen first."""
        what = (entries.c.song_title, entries.c.song_artist, entries.c.spotify_id, entries.c.mbid)
        songs = (
            select(*what, func.count().label("times"), func.max(entries.c.day).label("last_day"))
            .where(_mine(owner_id), entries.c.song_title.is_not(None), *_conditions(EntryFilter(text=text)))
            .group_by(*what)
            .subquery()
        )
        query = (
            select(songs, *_TRACK)
            .outerjoin(tracks, tracks.c.key == _track_key(songs))
            .order_by(songs.c.times.desc(), songs.c.last_day.desc())
        )
        wanted = words(text)
        found = []
        with reading(self._engine) as connection:
            for row in connection.execute(query).mappings():
                song = _song(row)
                label = fold(f"{row['song_title']} {row['song_artist']}")  # the note matched otherwise
                if song and all(word in label for word in wanted):
                    found.append(PastSong(song, track_of(row, "track_"), row["times"], row["last_day"]))
        return tuple(found[:limit])

    def write(self, owner_id: str, entry: Entry, over: int) -> None:
        """Put ``entry`` in the place of the day's revision ``over`` (0: of nothing).

        Raises ConflictError when the day holds another revision, deleted or not.
        """
        values = _values(entry)
        mine = and_(entries.c.owner_id == owner_id, entries.c.day == entry.day)
        try:
            with writing(self._engine) as connection:
                query = update(entries).where(mine, entries.c.revision == over).values(**values, deleted_at=None)
                if connection.execute(query).rowcount:
                    return
                if over:
                    raise ConflictError(entry.day)
                connection.execute(insert(entries).values(owner_id=owner_id, **values))
        except IntegrityError as error:
            raise ConflictError(entry.day) from error

    def add(self, owner_id: str, new: Sequence[Entry], brought: Sequence[Mood] = ()) -> None:
        """Write many days at once with the moods they bring along, all or none.

        Raises ConflictError when a day is written already, InvalidMoodError when a mood's name is in use.
        """
        try:
            with writing(self._engine) as connection:
                rows = _rows_over(connection, owner_id, new)
                put_moods(connection, owner_id, brought)
                if rows:
                    gone = delete(entries).where(entries.c.owner_id == owner_id, entries.c.deleted_at.is_not(None))
                    days = [{"taken": row["day"]} for row in rows]
                    connection.execute(gone.where(entries.c.day == bindparam("taken")), days)
                    connection.execute(insert(entries), rows)
        except IntegrityError as error:  # somebody was quicker
            raise ConflictError(new[0].day) from error

    def last_revision(self, owner_id: str, day: date) -> int:
        """The revision the day's row holds, also when it was deleted; 0 for a day never written."""
        query = select(entries.c.revision).where(entries.c.owner_id == owner_id, entries.c.day == day)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none() or 0

    def delete(self, owner_id: str, day: date, revision: int, now: datetime) -> None:
        """Take the day's ``revision`` out of the diary; it can be put back by `write`. Raises ConflictError."""
        query = (
            update(entries)
            .where(_mine(owner_id), entries.c.day == day, entries.c.revision == revision)
            .values(deleted_at=now, revision=revision + 1)
        )
        with writing(self._engine) as connection:
            if not connection.execute(query).rowcount:
                raise ConflictError(day)

    def _read(self, query: Select[Any]) -> tuple[Entry, ...]:
        with reading(self._engine) as connection:
            return tuple(_entry(row) for row in connection.execute(query).mappings())


def _mine(owner_id: str) -> ColumnElement[bool]:
    return and_(entries.c.owner_id == owner_id, entries.c.deleted_at.is_(None))


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    if any(map(unstorable, (wanted.text, *wanted.moods))):
        return [false()]  # no database takes such text, not even as a question
    conditions: list[ColumnElement[bool]] = [
        entries.c.folded.contains(word, autoescape=True) for word in words(wanted.text)
    ]
    if wanted.moods:
        conditions.append(moods.c.name.in_(wanted.moods))
    if wanted.first:
        conditions.append(entries.c.day >= wanted.first)
    if wanted.last:
        conditions.append(entries.c.day <= wanted.last)
    return conditions


def _values(entry: Entry) -> dict[str, Any]:
    song = entry.song
    parts = (song.title if song else "", song.artist if song else "", entry.note, *entry.tags)
    return {
        "day": entry.day,
        "revision": entry.revision,
        "mood_id": entry.mood.id if entry.mood else None,
        "song_title": song.title if song else None,
        "song_artist": song.artist if song else None,
        "spotify_id": song.spotify_id if song else None,
        "mbid": song.mbid if song else None,
        "note": entry.note,
        "tags": list(entry.tags),
        "photo": entry.photo,
        "zone": entry.zone,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
        "folded": fold("\n".join(parts)),
    }


def _rows_over(connection: Connection, owner_id: str, new: Sequence[Entry]) -> list[dict[str, Any]]:
    """The rows of ``new`` days, each over the revision that its day last had."""
    taken = select(entries.c.day, entries.c.revision, entries.c.deleted_at).where(entries.c.owner_id == owner_id)
    known = {day: (revision, deleted) for day, revision, deleted in connection.execute(taken)}
    rows = {}
    for entry in new:
        revision, deleted = known.get(entry.day, (0, True))
        if not deleted or entry.day in rows:
            raise ConflictError(entry.day)
        rows[entry.day] = {**_values(entry), "owner_id": owner_id, "revision": revision + 1}
    return list(rows.values())


def _song(row: RowMapping) -> Song | None:
    if row["song_title"] is None:
        return None
    return Song(row["song_title"], row["song_artist"], row["spotify_id"], row["mbid"])


def _entry(row: RowMapping) -> Entry:
    same = ("day", "note", "photo", "zone", "revision", "created_at", "updated_at")
    return Entry(
        **{name: row[name] for name in same},
        mood=mood_of(row, "mood_"),
        song=_song(row),
        tags=tuple(row["tags"]),
        track=track_of(row, "track_"),
    )
