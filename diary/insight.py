"""Sums over days and moods: what the charts show, as data. Pure functions over frozen rows.

A day without a mood is not recorded: it is a gap, never a neutral day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from math import sqrt
from operator import attrgetter
from statistics import fmean
from typing import NamedTuple

from diary.model import Mood
from diary.periods import Step

FEW = 3  # a mean of fewer days or months tells nothing
SEEN = 0.1  # a smaller difference in valence or arousal is called none


class MoodDay(NamedTuple):
    """One day that has a mood; valence and arousal run from −1 to 1. Thousands are made for one page."""

    day: date
    mood_id: str
    valence: float
    arousal: float

    @property
    def days(self) -> int:
        return 1


class YearDay(NamedTuple):
    """One written day as the shelf of a year shows it: its ``mood`` if it has one, its song's label, its picture.

    ``title`` is None where it has no song. ``source`` is the catalogue that ``artwork_url`` comes from.
    """

    day: date
    mood: MoodDay | None
    title: str | None = None
    artist: str = ""
    artwork_url: str | None = None
    source: str | None = None
    photo: str | None = None


@dataclass(frozen=True, slots=True)
class MonthMean:
    """The mean valence (−1 to 1) of the ``days`` of a month that have a mood."""

    year: int
    month: int
    valence: float
    days: int

    @property
    def day(self) -> date:
        return date(self.year, self.month, 1)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many days of a month are written."""

    year: int
    month: int
    days: int


class MoodCount(NamedTuple):
    """How many days of a month were noted with a mood. A thousand are made for one page."""

    year: int
    month: int
    mood_id: str
    days: int

    @property
    def day(self) -> date:
        return date(self.year, self.month, 1)


@dataclass(frozen=True, slots=True)
class WeekdayMean:
    """The mean valence (−1 to 1) of the ``days`` on one weekday (0 = Monday) that have a mood."""

    weekday: int
    valence: float
    days: int


@dataclass(frozen=True, slots=True)
class Level:
    """The mean valence of a window of days that ends with ``day``.

    ``low`` and ``high`` lie half a standard deviation to either side, but within what was noted.
    """

    day: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """How often a mood was noted in the week, month or year that begins on ``start``; all its shares sum to 1."""

    start: date
    mood: Mood
    days: int
    share: float


Mix = Mapping[date, Mapping[Mood, int]]  # days by mood, by the start of the week, month or year


def newest_versions(moods: Sequence[Mood]) -> dict[str, Mood]:
    """For every mood's id the version that stands for its name: the one in use, else the last of ``moods``."""
    by_name = {mood.name: mood for mood in sorted(moods, key=lambda mood: not mood.retired)}
    return {mood.id: by_name[mood.name] for mood in moods}


def mean_valence(rows: Sequence[MoodDay | MonthMean]) -> float:
    """The mean of all days in ``rows``, of which there must be some."""
    return fmean([row.valence for row in rows], [row.days for row in rows])


def month_means(counts: Iterable[MoodCount], valence: Mapping[str, float]) -> tuple[MonthMean, ...]:
    """The mean of each month, oldest first, from ``counts`` in the order of months and the ``valence`` by mood's id."""
    means = []
    for (year, month), some in groupby(counts, lambda count: (count.year, count.month)):
        kinds = list(some)
        mean = fmean([valence[kind.mood_id] for kind in kinds], [kind.days for kind in kinds])
        means.append(MonthMean(year, month, mean, sum(kind.days for kind in kinds)))
    return tuple(means)


def mood_counts(noted: Mapping[str, Iterable[date]]) -> tuple[MoodCount, ...]:
    """How often each mood was noted in each month, oldest month first; ``noted`` are the days by the mood's id."""
    month = attrgetter("year", "month")
    counts = (
        MoodCount(*when, mood_id, days)
        for mood_id, noted_on in noted.items()
        for when, days in Counter(map(month, noted_on)).items()
    )
    return tuple(sorted(counts))


def weekday_means(days: Iterable[tuple[date, float]]) -> tuple[WeekdayMean, ...]:
    """The mean valence of each weekday that has a mood, Monday first; each of ``days`` comes with its valence."""
    by_weekday = defaultdict[int, list[float]](list)
    for day, valence in days:
        by_weekday[day.weekday()].append(valence)
    return tuple(WeekdayMean(weekday, fmean(some), len(some)) for weekday, some in sorted(by_weekday.items()))


def rolling(rows: Sequence[MoodDay | MonthMean], window: int) -> tuple[tuple[Level, ...], ...]:
    """The mean of the last ``window`` calendar days at each row (oldest first), in unbroken stretches.

    Only what was noted counts; a window that holds fewer than `FEW` rows gives no mean. Where nothing was
    noted for longer than the window, a new stretch begins.
    """
    stretches: list[list[Level]] = []
    start = 0
    for end, row in enumerate(rows):
        while (row.day - rows[start].day).days >= window:
            start += 1
        if not end or (row.day - rows[end - 1].day).days > window:
            stretches.append([])
        if end - start + 1 >= FEW:
            stretches[-1].append(_level(rows[start : end + 1]))
    return tuple(tuple(stretch) for stretch in stretches if stretch)


def _level(rows: Sequence[MoodDay | MonthMean]) -> Level:
    values = [row.valence for row in rows]
    least, most = min(values), max(values)
    mean, middle = min(most, max(least, mean_valence(rows))), fmean(values)
    half = sqrt(fmean((value - middle) ** 2 for value in values)) / 2
    return Level(rows[-1].day, mean, max(least, mean - half), min(most, mean + half))


def since(first: date, stretches: Iterable[Sequence[Level]]) -> tuple[tuple[Level, ...], ...]:
    """What of the ``stretches`` lies on ``first`` or later."""
    later = (tuple(level for level in stretch if level.day >= first) for stretch in stretches)
    return tuple(stretch for stretch in later if stretch)


def longest_bright_run(days: Sequence[MoodDay]) -> tuple[MoodDay, ...]:
    """The most calendar days in a row that are all above even (valence > 0); the first such run of that length."""
    best: list[MoodDay] = []
    run: list[MoodDay] = []
    for day in days:
        follows = bool(run) and (day.day - run[-1].day).days == 1
        run = ([*run, day] if follows else [day]) if day.valence > 0 else []
        best = run if len(run) > len(best) else best
    return tuple(best)


def mix(rows: Iterable[MoodDay | MoodCount], moods: Mapping[str, Mood], step: Step) -> Mix:
    """How many days each mood was noted in each ``step`` that has any; ``moods`` are those of `newest_versions`."""
    start_of = cache(step.start)  # many rows are of one month
    gathered = defaultdict[date, Counter[str]](Counter)
    for row in rows:
        gathered[start_of(row.day)][row.mood_id] += row.days
    return {start: _by_mood(gathered[start], moods) for start in sorted(gathered)}


def _by_mood(counts: Mapping[str, int], moods: Mapping[str, Mood]) -> Counter[Mood]:
    total = Counter[Mood]()
    for mood_id, days in counts.items():
        total[moods[mood_id]] += days
    return total


def shares(mix: Mix) -> tuple[Share, ...]:
    """The mix as parts of each step's whole."""
    return tuple(
        Share(start, mood, days, days / sum(counts.values()))
        for start, counts in mix.items()
        for mood, days in counts.items()
    )


def totals(mix: Mix) -> Counter[Mood]:
    """How many days each mood was noted in all."""
    return sum((Counter(counts) for counts in mix.values()), Counter())


def weekday_extremes(rows: Sequence[WeekdayMean]) -> tuple[WeekdayMean, WeekdayMean] | None:
    """The brightest and the hardest weekday, when at least two were noted often enough and differ."""
    known = sorted((row for row in rows if row.days >= FEW), key=lambda row: row.valence)
    if len(known) < 2 or known[-1].valence - known[0].valence < SEEN:
        return None
    return known[-1], known[0]
