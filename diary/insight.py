"""Sums over days and moods: what the charts show, as data. Pure functions over frozen rows.

A day without a mood is not recorded: it is a gap, never a neutral day.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import dist, sqrt
from statistics import fmean
from typing import NamedTuple, TypeVar

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


Noted = Mapping[str, Sequence[date]]  # the days that each mood was noted on, by the mood's id
Valences = Mapping[str, float]  # of moods, by their ids
Mix = Mapping[date, Mapping[Mood, int]]  # days by mood, by the start of the week, month or year
_T = TypeVar("_T", date, int)


def newest_versions(moods: Sequence[Mood]) -> dict[str, Mood]:
    """For every mood's id the version that stands for its name: the one in use, else the last of ``moods``."""
    by_name = {mood.name: mood for mood in sorted(moods, key=lambda mood: not mood.retired)}
    return {mood.id: by_name[mood.name] for mood in moods}


def mean_valence(rows: Sequence[MoodDay | MonthMean]) -> float:
    """The mean of all days in ``rows``, of which there must be some."""
    return fmean([row.valence for row in rows], [row.days for row in rows])


def month_means(noted: Noted, valence: Valences) -> tuple[MonthMean, ...]:
    """The mean of each month that has a mood, oldest first."""
    months = _means(noted, valence, Step.MONTH.tally)
    return tuple(MonthMean(first.year, first.month, mean, days) for first, mean, days in months)


def weekday_means(noted: Noted, valence: Valences) -> tuple[WeekdayMean, ...]:
    """The mean of each weekday that has a mood, Monday first."""
    weekdays = _means(noted, valence, lambda days: Counter(map(date.weekday, days)))
    return tuple(WeekdayMean(*weekday) for weekday in weekdays)


def _means(
    noted: Noted, valence: Valences, tally: Callable[[Iterable[date]], Mapping[_T, int]]
) -> Iterator[tuple[_T, float, int]]:
    """What ``tally`` counts days by, in its order, with the mean valence of those days and their number."""
    sums, counts = defaultdict[_T, float](float), Counter[_T]()
    for mood_id, noted_on in noted.items():
        for what, days in tally(noted_on).items():
            sums[what] += valence[mood_id] * days
            counts[what] += days
    for what in sorted(counts):
        yield what, sums[what] / counts[what], counts[what]


def days_by_mood(rows: Iterable[MoodDay]) -> dict[str, list[date]]:
    """The days of ``rows`` that each mood was noted on."""
    noted: dict[str, list[date]] = {}
    for row in rows:
        noted.setdefault(row.mood_id, []).append(row.day)
    return noted


def rolling(rows: Sequence[MoodDay | MonthMean], window: int) -> tuple[tuple[Level, ...], ...]:
    """The mean of the last ``window`` calendar days at each row (oldest first), in unbroken stretches.

    Only what was noted counts; a window that holds fewer than `FEW` rows gives no mean. Where nothing was
    noted for longer than the window, a new stretch begins.
    """
    stretches: list[list[Level]] = []
    days, values, weights = [row.day for row in rows], [row.valence for row in rows], [row.days for row in rows]
    numbers, start = [day.toordinal() for day in days], 0
    for end, number in enumerate(numbers):
        while number - numbers[start] >= window:
            start += 1
        if not end or number - numbers[end - 1] > window:
            stretches.append([])
        if end - start + 1 >= FEW:
            held = slice(start, end + 1)
            stretches[-1].append(_level(days[end], values[held], weights[held]))
    return tuple(tuple(stretch) for stretch in stretches if stretch)


def _level(day: date, values: Sequence[float], weights: Sequence[int]) -> Level:
    least, most = min(values), max(values)
    mean, middle = min(most, max(least, fmean(values, weights))), fmean(values)
    half = dist(values, [middle] * len(values)) / sqrt(len(values)) / 2
    return Level(day, mean, max(least, mean - half), min(most, mean + half))


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


def mix(noted: Noted, moods: Mapping[str, Mood], step: Step) -> Mix:
    """How many days each mood was noted in each ``step`` that has any; ``moods`` are those of `newest_versions`."""
    gathered = defaultdict[date, Counter[Mood]](Counter)
    for mood_id, noted_on in noted.items():
        for start, days in step.tally(noted_on).items():
            gathered[start][moods[mood_id]] += days
    return dict(sorted(gathered.items()))


def shares(mix: Mix) -> tuple[Share, ...]:
    """The mix as parts of each step's whole."""
    return tuple(
        Share(start, mood, days, days / whole)
        for start, counts in mix.items()
        for whole in [sum(counts.values())]
        for mood, days in counts.items()
    )


def totals(mix: Mix) -> Counter[Mood]:
    """How many days each mood was noted in all."""
    total = Counter[Mood]()
    for counts in mix.values():
        total.update(counts)
    return total


def weekday_extremes(rows: Sequence[WeekdayMean]) -> tuple[WeekdayMean, WeekdayMean] | None:
    """The brightest and the hardest weekday, when at least two were noted often enough and differ."""
    known = sorted((row for row in rows if row.days >= FEW), key=lambda row: row.valence)
    if len(known) < 2 or known[-1].valence - known[0].valence < SEEN:
        return None
    return known[-1], known[0]
