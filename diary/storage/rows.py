"""How a day lies in its row: the columns to ask for, the row of an entry, the entry of a row."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Row, Select, and_, bindparam, case, func, select

from diary.model import Entry, PastSong, Song
from diary.query import folded_line
from diary.storage.moods import MOOD, mood_of
from diary.storage.tables import entries, moods, tracks
from diary.storage.tracks import TRACK, track_of

_OWN = ("day", "note", "photo", "zone", "revision", "created_at", "updated_at", "tags")
_SONG = ("song_title", "song_artist", "spotify_id", "mbid")

_song = lru_cache(maxsize=1000)(Song)  # one is in many rows, and is checked once


def mine(owner_id: str | BindParameter[str], table: FromClause = entries) -> ColumnElement[bool]:
    """The days of one owner that are not deleted."""
    return and_(table.c.owner_id == owner_id, table.c.deleted_at.is_(None))


# For queries that are made once, with the parameters ``owner``, ``first`` and ``last``.
OWNER = bindparam("owner", type_=entries.c.owner_id.type)
MINE = mine(OWNER)
WITHIN = and_(MINE, entries.c.day.between(bindparam("first"), bindparam("last")))


def its_mood(table: FromClause) -> ColumnElement[bool]:
    """What joins a day of ``table`` with its mood."""
    return and_(moods.c.owner_id == table.c.owner_id, moods.c.id == table.c.mood_id)


def track_key(song: FromClause) -> ColumnElement[str]:
    """The SQL twin of `Song.track_key`."""
    return case(
        (song.c.spotify_id.is_not(None), "spotify:" + song.c.spotify_id),
        (song.c.mbid.is_not(None), "musicbrainz:" + song.c.mbid),
    )


def select_days(table: FromClause, *more: ColumnElement[Any]) -> Select[Any]:
    """Days of ``table`` with their moods and cached tracks, ready for `entry_of`; ``more`` columns come last."""
    own = (table.c[name] for name in (*_OWN, *_SONG))
    return (
        select(*own, *MOOD, *TRACK, *more)
        .outerjoin(moods, its_mood(table))
        .outerjoin(tracks, tracks.c.key == track_key(table))
    )


_shown = entries.alias("shown")
_SHOWN = select_days(_shown).where(mine(OWNER, _shown))
_NEWEST_FIRST, _OLDEST_FIRST = _SHOWN.order_by(_shown.c.day.desc()), _SHOWN.order_by(_shown.c.day)


def select_some(where: ColumnElement[bool], limit: BindParameter[int] | int, *, oldest: bool = False) -> Select[Any]:
    """As `select_days`, at most ``limit`` of the days of ``owner``, the newest first or the ``oldest``."""
    order = entries.c.day if oldest else entries.c.day.desc()
    found = select(entries.c.day).where(MINE, where).order_by(order).limit(limit)
    return (_OLDEST_FIRST if oldest else _NEWEST_FIRST).where(_shown.c.day.in_(found))


def select_songs(where: ColumnElement[bool], limit: int) -> Select[Any]:
    """The songs of some days with their cached tracks, most chosen first, ready for `past_song_of`."""
    what = [entries.c[name] for name in _SONG]
    times, last_day = func.count().label("times"), func.max(entries.c.day).label("last_day")
    songs = select(*what, times, last_day).where(where, entries.c.song_title.is_not(None)).group_by(*what)
    most = songs.order_by(times.desc(), last_day.desc()).limit(limit).subquery()
    query = select(most, *TRACK).outerjoin(tracks, tracks.c.key == track_key(most))
    return query.order_by(most.c.times.desc(), most.c.last_day.desc())


def values_of(entry: Entry) -> dict[str, Any]:
    """The columns of the row that holds ``entry``, but for the owner."""
    song = entry.song
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
        **folded_of(song.title if song else "", song.artist if song else "", entry.note, entry.tags),
    }


def folded_of(title: str, artist: str, note: str, tags: Iterable[str]) -> dict[str, str]:
    """The columns that search looks into."""
    title, artist, note, *names = map(folded_line, (title, artist, note, *tags))
    return {
        "folded": "\n".join((title, artist, note, *names)),
        "folded_title": title,
        "folded_artist": artist,
        "folded_tags": "\n".join(("", *names, "")) if names else "",
    }


def past_song_of(row: Row[*tuple[Any, ...]]) -> PastSong:
    """The song in a row of `select_songs`."""
    title, artist, spotify_id, mbid, times, last_day, *track = row
    return PastSong(_song(title, artist, spotify_id, mbid), track_of(*track), times, last_day)


def entry_of(row: Row[*tuple[Any, ...]]) -> Entry:
    """The entry in a row of `select_days`."""
    day, note, photo, zone, revision, created_at, updated_at, tags, title, artist, spotify_id, mbid, *others = row
    return Entry(
        day=day,
        mood=mood_of(*others[: len(MOOD)]),
        song=None if title is None else _song(title, artist, spotify_id, mbid),
        note=note,
        tags=tuple(tags),
        photo=photo,
        zone=zone,
        revision=revision,
        created_at=created_at,
        updated_at=updated_at,
        track=track_of(*others[len(MOOD) : len(MOOD) + len(TRACK)]),
    )
