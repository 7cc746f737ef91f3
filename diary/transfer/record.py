"""An entry and a mood as plain values, as our own files hold them, and back.

An entry: ``{"day", "mood", "song": {"title", "artist", "spotify_id", "mbid"} | null, "note", "tags": [],
"zone", "created_at", "updated_at", "photo"}``. Days are ISO dates, instants ISO 8601 in UTC, ``mood`` is
a mood's name and ``photo`` the key of a photo. What is missing or null is taken as empty.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, UTC, date, datetime
from io import BytesIO, TextIOWrapper
from typing import Any, TextIO, TypeVar

from diary.clock import known_zone
from diary.errors import InvalidEntryError, InvalidMoodError, TransferError
from diary.model import FIRST_DAY, Entry, EntryDraft, Mood, Song

T = TypeVar("T")
MAX_BYTES = 50_000_000  # a note of 1 000 characters on every day since 1900
MAX_DAYS = 100_000
MAX_MOODS = 1000
TOO_MANY = f"The file holds more than {MAX_DAYS:,} entries: more than there are days since 1900."
ENTRY_PARTS = ("day", "mood", "song", "note", "tags", "zone", "created_at", "updated_at", "photo")
SONG_PARTS = ("title", "artist", "spotify_id", "mbid")
MOOD_PARTS = ("name", "emoji", "light", "dark", "valence", "arousal", "hidden")
_CHUNK = 1_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def entry_record(entry: Entry) -> dict[str, Any]:
    """``entry`` as plain values, in the order of `ENTRY_PARTS`."""
    song = {part: getattr(entry.song, part) for part in SONG_PARTS} if entry.song else None
    return {
        "day": entry.day.isoformat(),
        "mood": entry.mood.name if entry.mood else None,
        "song": song,
        "note": entry.note,
        "tags": list(entry.tags),
        "zone": entry.zone,
        "created_at": _instant_text(entry.created_at),
        "updated_at": _instant_text(entry.updated_at),
        "photo": entry.photo,
    }


def mood_record(mood: Mood) -> dict[str, Any]:
    """``mood`` as plain values, in the order of `MOOD_PARTS`."""
    return {part: getattr(mood, part) for part in MOOD_PARTS}


def draft_of(record: object) -> EntryDraft:
    """The day that ``record`` holds. Raises TransferError or InvalidEntryError, a sentence, when it holds none."""
    parts = _object(record, "An entry")
    zone = _text(parts, "zone") or "UTC"
    if known_zone(zone) != zone:
        raise TransferError(f"“{zone[:40]}” is no time zone that is known here.")
    return EntryDraft(
        day=_day(_text(parts, "day")),
        mood=_text(parts, "mood") or None,
        song=_song(parts.get("song")),
        note=_text(parts, "note"),
        tags=_tags(parts.get("tags")),
        photo=_text(parts, "photo") or None,
        zone=zone,
        created_at=_instant(parts, "created_at"),
        updated_at=_instant(parts, "updated_at"),
    )


def mood_of(record: object) -> Mood:
    """The mood that ``record`` holds, without an id. Raises TransferError or InvalidMoodError, a sentence."""
    parts = _object(record, "A mood")
    hidden = parts.get("hidden", False)
    if not isinstance(hidden, bool):
        raise TransferError("“hidden” must be true or false.")
    return Mood(
        id="",
        name=_text(parts, "name"),
        emoji=_text(parts, "emoji"),
        light=_text(parts, "light"),
        dark=_text(parts, "dark"),
        valence=_number(parts, "valence"),
        arousal=_number(parts, "arousal"),
        hidden=hidden,
    )


def taken(read: Callable[[object], T], record: object) -> T | str:
    """What `draft_of` or `mood_of` makes of ``record``, or the sentence with which it refuses."""
    try:
        return read(record)
    except (TransferError, InvalidEntryError, InvalidMoodError) as error:
        return str(error)


def open_text(data: bytes) -> TextIO:
    """The text of a file, to be read piece by piece. Raises TransferError when it is too large or not in UTF-8."""
    if len(data) > MAX_BYTES:
        raise TransferError(f"The file is larger than the {MAX_BYTES // 1_000_000} MB that can be brought in.")
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        end = min(start + _CHUNK, len(data))
        try:
            decoder.decode(data[start:end], final=end == len(data))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, end - len(error.object) + error.start) + 1
            raise TransferError(f"The file is not in UTF-8 (line {line}). Please save it again as UTF-8.") from None
    return TextIOWrapper(BytesIO(data), "utf-8-sig", newline="")


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TransferError(f"{what} must be an object with named parts.")
    return value


def _text(parts: Mapping[str, Any], name: str) -> str:
    value = parts.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TransferError(f"“{name}” must be text.")
    return value


def _number(parts: Mapping[str, Any], name: str) -> float:
    value = parts.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TransferError(f"“{name}” must be a number.")
    return value


def _song(value: object) -> Song | None:
    if value is None:
        return None
    parts = _object(value, "A song")
    return Song(
        title=_text(parts, "title"),
        artist=_text(parts, "artist"),
        spotify_id=_text(parts, "spotify_id") or None,
        mbid=_text(parts, "mbid") or None,
    )


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise TransferError("“tags” must be a list of texts.")
    return tuple(value)


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise TransferError(f"“{text[:40]}” is no day. A day is written like 2026-11-22.")


def _instant(parts: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(parts, name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo and FIRST_DAY.year <= instant.astimezone(UTC).year < MAXYEAR:  # any zone can show it
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise TransferError(
        f"“{name}” is no instant between {FIRST_DAY.year} and {MAXYEAR - 1}: “{text[:40]}”. "
        "Please write it like 2026-11-22T18:30:00Z."
    )


def _instant_text(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
