"""A believable diary to look at: invented days, the same for the same seed and dates."""

import math
import random
import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from diary.model import EntryDraft, Mood, Song
from diary.transfer import demo_words as words

DAY = timedelta(days=1)
_SENTENCE = re.compile(r"(?:^|[.!?]\s+|\n- )[a-z]")


def demo_days(first: date, last: date, moods: Sequence[Mood], seed: int) -> Iterator[EntryDraft]:
    """Days from ``first`` to ``last``, oldest first and not without gaps, noted with ``moods``."""
    life = _Life(moods, seed)
    for number in range((last - first).days + 1):
        day = first + number * DAY
        life.live(day)
        if not life.forgets(day):
            yield life.write(day)


class _Life:
    """Someone whose mood wanders over the plane of valence and arousal (an Ornstein–Uhlenbeck walk).

    What it is drawn to changes with the season, the weekday, and chapters of some weeks.
    """

    def __init__(self, moods: Sequence[Mood], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  an invented life is no secret
        self._moods = moods
        self._songs = [
            (Song(title, artist), valence, arousal)
            for artist, valence, arousal, titles in words.ARTISTS
            for title in titles
        ]
        self._fame = [self._random.random() ** 2 + 0.2 for _ in self._songs]
        self._valence = self._arousal = 0.0
        self._chapter_ends = self._favourite_until = self._away_from = self._away_until = date.min
        self._drift = (0.0, 0.0)
        self._favourites: list[Song] = []
        self._lately: deque[str] = deque(maxlen=30)
        self._played: deque[Song] = deque(maxlen=25)
        self._lazy = False

    def live(self, day: date) -> None:
        """Let the day pass, and the mood wander with it."""
        rnd = self._random
        if day >= self._chapter_ends:
            self._chapter_ends = day + rnd.randint(10, 60) * DAY
            self._drift = (rnd.gauss(0, 0.3), rnd.gauss(0, 0.3))
        if day >= self._favourite_until:
            self._favourite_until = day + rnd.randint(12, 40) * DAY
            self._favourites.append(self._returning() or self._song_near())
        summer = math.cos(2 * math.pi * (day.timetuple().tm_yday - 196) / 365)
        weekend = (-0.2, 0, 0, 0, 0.2, 0.3, 0.1)[day.weekday()]
        valence = 0.15 + 0.2 * summer + weekend + self._drift[0]
        arousal = 0.2 * summer + weekend / 2 + self._drift[1]
        self._valence = _bounded(self._valence + 0.45 * (valence - self._valence) + rnd.gauss(0, 0.42))
        self._arousal = _bounded(self._arousal + 0.45 * (arousal - self._arousal) + rnd.gauss(0, 0.42))

    def forgets(self, day: date) -> bool:
        """Whether the day stays unwritten: two weeks of every July or August, and now and then a few days in a row."""
        rnd = self._random
        if (day.month, day.day) == (7, 1) or self._away_from == date.min:
            self._away_from = date(day.year, 7, 3) + rnd.randint(0, 40) * DAY
            self._away_until = self._away_from + rnd.randint(9, 16) * DAY
        self._lazy = rnd.random() < (0.5 if self._lazy else 0.035)
        return self._lazy or self._away_from <= day < self._away_until

    def write(self, day: date) -> EntryDraft:
        """The entry of ``day``, written in its evening."""
        rnd = self._random
        song = None if rnd.random() < 0.03 else self._song()
        mood = None if song and rnd.random() < 0.03 else self._mood()
        written = datetime.combine(day, time(rnd.randint(18, 23), rnd.randint(0, 59), rnd.randint(0, 59)), UTC)
        return EntryDraft(
            day,
            mood,
            song,
            self._note(day) if rnd.random() < 0.64 else "",
            tuple(self._tags(day)),
            created_at=written,
            updated_at=written,
        )

    def _mood(self) -> str:
        return min(self._moods, key=lambda mood: self._distance(mood.valence, mood.arousal)).name

    def _distance(self, valence: float, arousal: float) -> float:
        return math.hypot(valence - self._valence, arousal - self._arousal)

    def _song(self) -> Song:
        song = self._favourites[-1] if self._random.random() < 0.27 else self._song_near()
        self._played.append(song)
        return song

    def _song_near(self) -> Song:
        """A song that goes with the mood and was not heard in the last days."""
        near = [
            0 if song in self._played else fame * math.exp(-1.5 * self._distance(valence, arousal) ** 2)
            for fame, (song, valence, arousal) in zip(self._fame, self._songs, strict=True)
        ]
        return self._random.choices(self._songs, near)[0][0]

    def _returning(self) -> Song | None:
        former = list(dict.fromkeys(self._favourites))
        return self._random.choice(former) if former and self._random.random() < 0.4 else None

    def _note(self, day: date) -> str:
        rnd = self._random
        season = ("winter", "spring", "summer", "autumn")[day.month % 12 // 3]
        sentences = [self._fresh(words.BY_QUARTER[self._valence > 0, self._arousal > 0])]
        if rnd.random() < 0.25:
            sentences.append(self._fresh(words.BY_SEASON[season]))
        if rnd.random() < 0.35:
            sentences.append(self._fresh(words.ON_MUSIC))
        text = " ".join(sentences)
        if rnd.random() < 0.04:
            second = self._fresh(words.BY_QUARTER[self._valence > 0, self._arousal <= 0])
            text = self._fresh(words.LONG).replace("{one}", text).replace("{two}", second)
        for slot, fillings in words.SLOTS.items():
            for filling in rnd.sample(fillings, len(fillings)):
                text = text.replace(f"{{{slot}}}", filling, 1)
        return _SENTENCE.sub(lambda first: first[0].upper(), text)

    def _fresh(self, choices: Sequence[str]) -> str:
        """One of ``choices`` that was not taken lately."""
        chosen = self._random.choice([one for one in choices if one not in self._lately] or choices)
        self._lately.append(chosen)
        return chosen

    def _tags(self, day: date) -> Iterator[str]:
        for tag, weekdays, share, valence in words.TAGS:
            if day.weekday() in weekdays and self._random.random() < share * math.exp(1.5 * valence * self._valence):
                yield tag


def _bounded(value: float) -> float:
    return max(-1.0, min(1.0, value))
