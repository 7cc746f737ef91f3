"""Days of known content: a number tells all of it, so that what lies in a diary can be compared to the letter."""

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from itertools import chain

from PIL import Image

from diary.diary import Diary
from diary.errors import DiaryError
from diary.model import BUILT_IN_MOODS, Entry, EntryDraft, Song
from diary.protocols import Parts
from diary.storage.photos import photo_key, prepare

FIRST, DAYS = date(2024, 1, 1), 150
ZONE = "Europe/Berlin"  # that of a `Tab`
_PICTURES = 20
_WORDS = ("rain", "Straße", "日本", "two words", "ñandú", "👩‍👩‍👧", "100 %", "it's", "a_b", "<b>", "$x$", "*")


def draft_of(number: int) -> EntryDraft:
    """The day that ``number`` stands for; every fifth has a photo. Many numbers stand for one date."""
    chance = random.Random(number)
    words = chance.choices(_WORDS, k=chance.choice((1, 8, 60, 600)))
    return EntryDraft(
        day=FIRST + timedelta(chance.randrange(DAYS)),
        mood=chance.choice((None, *(mood.name for mood in BUILT_IN_MOODS))),
        song=Song(f"Song {number}", chance.choice(("", "Nora Wilde", "A$AP"))) if chance.random() < 0.7 else None,
        note=f"{number}\n{' '.join(words)}",
        tags=tuple(sorted({word for word in words[:4] if word != "*"})),
        zone=ZONE,
        new_photo=picture(number // 5 % _PICTURES) if number % 5 == 0 else None,
    )


@cache
def picture(kind: int) -> bytes:
    """A small JPEG, another one for each of twenty kinds."""
    file = BytesIO()
    noise = random.Random(kind).randbytes(96 * 64 * 3)
    Image.frombytes("RGB", (96, 64), noise).save(file, "JPEG", quality=90)
    return file.getvalue()


@cache
def key_of(kind: int, owner: str = "local") -> str:
    """Where the picture of that kind is kept."""
    return photo_key(owner, prepare(picture(kind)))


def number_of(entry: Entry) -> int | None:
    """The number an entry was written by, None where its note does not tell."""
    head = entry.note.partition("\n")[0]
    return int(head) if head.isdigit() else None


def is_whole(entry: Entry, owner: str = "local") -> bool:
    """Whether every field is what its number says."""
    number = number_of(entry)
    if number is None:
        return False
    wanted = draft_of(number)
    photo = key_of(number // 5 % _PICTURES, owner) if wanted.new_photo else None
    mood = entry.mood.name if entry.mood else None
    is_same_day = (entry.day, mood, entry.song, entry.zone) == (wanted.day, wanted.mood, wanted.song, wanted.zone)
    return is_same_day and (entry.note, entry.tags, entry.photo) == (wanted.note, wanted.tags, photo)


@dataclass(frozen=True)
class Found:
    """What is wrong with a diary, and how many days, former versions among them, were looked at."""

    versions: int
    lost: set[int]  # numbers that were acknowledged and are nowhere
    half_written: list[Entry]
    gaps: list[date]  # days whose revisions do not count up from one
    broken_photos: set[str]
    orphans: int  # photos that no day shows, which a sweep removes

    @property
    def is_well(self) -> bool:
        return not (self.lost or self.half_written or self.gaps or self.broken_photos)


def look(parts: Parts, acknowledged: Iterable[int], owner: str = "local") -> Found:
    """Read the whole diary of one person with its past and its photos."""
    diary = Diary(owner, parts)
    days = {entry.day: [entry, *(f.entry for f in diary.history.versions(entry.day))] for entry in diary.each()}
    versions = [*chain.from_iterable(days.values())]
    shown = {version.photo for version in versions if version.photo}
    return Found(
        versions=len(versions),
        lost=set(acknowledged) - {number_of(version) for version in versions},
        half_written=[version for version in versions if not is_whole(version, owner)],
        gaps=[day for day, kept in days.items() if [v.revision for v in kept] != [*range(len(kept), 0, -1)]],
        broken_photos={key for key in shown if not _is_sound(diary, key)},
        orphans=len({*parts.photos.keys(parts.clock() + timedelta(days=1))} - shown),
    )


def _is_sound(diary: Diary, key: str) -> bool:
    """Whether photo and thumbnail can be read, and the photo's content is the one it is named after."""
    try:
        large, small = diary.photo(key), diary.photo(key, small=True)
        Image.open(BytesIO(small)).load()
    except (DiaryError, OSError):
        return False
    return hashlib.sha256(large).hexdigest() in key
