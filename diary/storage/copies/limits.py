"""Whether a row could have been written by the diary itself: what its model refuses would break its pages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import MAXYEAR, date
from typing import Any

from diary.clock import known_zone
from diary.errors import DiaryError
from diary.model import FIRST_DAY, EntryDraft, Mood, Song, Track, Unsaved
from diary.storage.copies.lines import LARGEST, SPOILED, line_of, parsed, row_of
from diary.storage.copies.manifest import max_line
from diary.storage.photos.keys import belongs_to, is_name_of
from diary.storage.tables import metadata

_MOOD_ID = re.compile(r"[0-9a-z]{1,32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ARTWORK = re.compile(r"https?://[^\s/]+/\S*")
_TEXTS = {one.name for one in fields(Unsaved)} - {"day", "revision", "chose_photo"}
Row = Mapping[Any, Any]


def is_sound(table: str, row: Row) -> bool:
    """Whether the row of that ``table``, in its newest form, is what the diary's model allows."""
    try:
        return _CHECKS[table](row) and _can_be_shown(row)
    except (DiaryError, *SPOILED):
        return False


def sound_line(table: str, row: Row) -> bytes | None:
    """The line of a sound ``row``, None where the row that is read from it is another one or would be refused."""
    try:
        line = line_of(row)
        same = len(line) <= max_line(table) and row_of(line, metadata.tables[table]) == dict(row)
    except SPOILED:
        return None
    return line if same and is_sound(table, row) else None


def _can_be_shown(row: Row) -> bool:
    """Whether each day and instant has another one before and after it in every zone."""
    return all(FIRST_DAY.year <= value.year < MAXYEAR for value in row.values() if isinstance(value, date))


def _person(row: Row) -> bool:
    return bool(row["owner_id"]) and 0 <= row["day_cutoff_hour"] <= 6


def _mood(row: Row) -> bool:
    mood = Mood(**{one.name: row[one.name] for one in fields(Mood)})
    return mood.name == row["name"] and _MOOD_ID.fullmatch(mood.id) is not None


def _day(row: Row) -> bool:
    song = (row["song_title"], row["song_artist"], row["spotify_id"], row["mbid"])
    no_song = song == (None, None, None, None)
    draft = EntryDraft(
        row["day"], None, None if no_song else Song(*song), row["note"], tuple(row["tags"]), zone=row["zone"]
    )
    same = draft.tags == tuple(row["tags"]) and known_zone(row["zone"]) == row["zone"] and row["revision"] > 0
    return same and (row["photo"] is None or belongs_to(row["owner_id"], row["photo"]))


def _draft(row: Row) -> bool:
    typed = parsed(row["fields"].encode())
    Unsaved(day=row["day"], **typed)  # other fields than those are a TypeError
    optional = {"mood", "spotify_id", "mbid", "photo"}
    texts = all(
        isinstance(value, str) or (value is None and name in optional)
        for name, value in typed.items()
        if name in _TEXTS
    )
    revision = typed.get("revision", 0)
    return texts and type(revision) is int and 0 <= revision <= LARGEST


def _waiting(row: Row) -> bool:
    return is_name_of(row["key"], row["large"])


def _track(row: Row) -> bool:
    track = Track(**{one.name: row[one.name] for one in fields(Track)})
    address = track.artwork_url
    fits = track.duration is None or track.duration >= 0
    return track.song().track_key == track.key and fits and (address is None or bool(_ARTWORK.fullmatch(address)))


def _ending(row: Row) -> bool:
    return _SHA256.fullmatch(row["key"]) is not None


_CHECKS: dict[str, Callable[[Row], bool]] = {
    "people": _person,
    "moods": _mood,
    "entries": _day,
    "revisions": _day,
    "drafts": _draft,
    "waiting_photos": _waiting,
    "tracks": _track,
    "endings": _ending,
}
