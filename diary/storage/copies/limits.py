"""Whether a row could have been written by the diary itself: what its model refuses would break its pages."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from diary.clock import known_zone
from diary.errors import DiaryError
from diary.model import EntryDraft, Mood, Song, Track, Unsaved
from diary.storage.photos.keys import belongs_to, is_name_of

_MOOD_ID = re.compile(r"[0-9a-z]{1,32}")
_ARTWORK = re.compile(r"https?://[^\s/]+/\S*")
_TEXTS = {one.name for one in fields(Unsaved)} - {"day", "revision"}
Row = Mapping[Any, Any]


def is_sound(table: str, row: Row) -> bool:
    """Whether the row of that ``table``, in its newest form, is what the diary's model allows."""
    try:
        return _CHECKS[table](row)
    except (DiaryError, ValueError, TypeError, RecursionError):
        return False


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
    typed = json.loads(row["fields"])
    Unsaved(day=row["day"], **typed)  # other fields than those are a TypeError
    optional = {"mood", "spotify_id", "mbid", "photo"}
    texts = all(
        isinstance(value, str) or (value is None and name in optional)
        for name, value in typed.items()
        if name in _TEXTS
    )
    return texts and type(typed.get("revision", 0)) is int and typed.get("revision", 0) >= 0


def _waiting(row: Row) -> bool:
    return is_name_of(row["key"], row["large"])


def _track(row: Row) -> bool:
    track = Track(**{one.name: row[one.name] for one in fields(Track)})
    address = track.artwork_url
    fits = track.duration is None or track.duration >= 0
    return track.song().track_key == track.key and fits and (address is None or bool(_ARTWORK.fullmatch(address)))


_CHECKS: dict[str, Callable[[Row], bool]] = {
    "people": _person,
    "moods": _mood,
    "entries": _day,
    "revisions": _day,
    "drafts": _draft,
    "waiting_photos": _waiting,
    "tracks": _track,
}
