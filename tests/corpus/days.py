"""A diary in which every text of the corpus is title, artist and note of a day, and short ones tags and moods."""

from dataclasses import replace
from datetime import date, timedelta

from diary.diary import Diary
from diary.model import EntryDraft, Song
from tests.builders import SERENE
from tests.corpus.naughty import TEXTS

FIRST = date(2020, 1, 1)
MOODS = tuple(
    {
        text.strip().casefold(): text for text in TEXTS if 0 < len(text.strip()) < 31 and "\n" not in text.strip()
    }.values()
)
TAGS = tuple(text for text in TEXTS if 0 < len(text) < 51 and "," not in text and text.strip("# \n\r\t"))


def hostile_day(number: int) -> EntryDraft:
    """A day whose title, artist and note are three texts of the corpus, whose tags and mood are others."""
    title, artist, note = (TEXTS[(number * step) % len(TEXTS)] for step in (1, 5, 3))
    song = Song(title[:300], artist[:300]) if title.strip() else None
    tags = [TAGS[(number * 4 + place) % len(TAGS)] for place in range(4)]
    return EntryDraft(FIRST + timedelta(number), mood_of(number), song, note, tuple(tags))


def mood_of(number: int) -> str:
    """One of forty hostile moods, others for each form of the corpus."""
    return MOODS[number % 40 * len(MOODS) // 40].strip()


def fill(diary: Diary) -> list[EntryDraft]:
    """Write all hostile days; they end long before today."""
    for name in {mood_of(number): None for number in range(40)}:
        diary.add_mood(replace(SERENE, name=name, emoji=name[:8].strip() or "x"))
    drafts = [hostile_day(number) for number in range(len(TEXTS))]
    diary.add_days(drafts)
    return drafts
