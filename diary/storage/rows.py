"""How a day lies in its row: the columns to ask for, the row of an entry, the entry of a row."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, RowMapping, Select, Table, and_, case, select

from diary.model import Entry, Song
from diary.query import fold
from diary.storage.people import mood_of
from diary.storage.tables import moods, tracks
from diary.storage.tracks import track_of

MOOD = [column.label(f"mood_{column.name}") for column in moods.c if column.name != "owner_id"]
TRACK = [column.label(f"track_{column.name}") for column in tracks.c]


def track_key(song: FromClause) -> ColumnElement[str]:
    """The SQL twin of `Song.track_key`."""
    return case(
        (song.c.spotify_id.is_not(None), "spotify:" + song.c.spotify_id),
        (song.c.mbid.is_not(None), "musicbrainz:" + song.c.mbid),
    )


def select_days(table: Table) -> Select[Any]:
    """Days of ``table``, with their moods and cached tracks, ready for `entry_of`."""
    own = (column for column in table.c if column.name not in {"owner_id", "mood_id", "folded"})
    return (
        select(*own, *MOOD, *TRACK)
        .outerjoin(moods, and_(moods.c.owner_id == table.c.owner_id, moods.c.id == table.c.mood_id))
        .outerjoin(tracks, tracks.c.key == track_key(table))
    )


def values_of(entry: Entry) -> dict[str, Any]:
    """The columns of the row that holds ``entry``, but for the owner."""
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


def song_of(row: RowMapping) -> Song | None:
    """The song in a row, None where the day has none."""
    if row["song_title"] is None:
        return None
    return Song(row["song_title"], row["song_artist"], row["spotify_id"], row["mbid"])


def entry_of(row: RowMapping) -> Entry:
    """The entry in a row of `select_days`."""
    same = ("day", "note", "photo", "zone", "revision", "created_at", "updated_at")
    return Entry(
        **{name: row[name] for name in same},
        mood=mood_of(row, "mood_"),
        song=song_of(row),
        tags=tuple(row["tags"]),
        track=track_of(row, "track_"),
    )
