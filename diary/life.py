"""The life of a song or an artist in a diary: when they were chosen, how the days were, how long they were away."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

NOTICED = 60  # days; a shorter pause is none


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose life it is: a song's, by title and, where that is known, artist, or else an artist's."""

    title: str = ""
    artist: str = ""


@dataclass(frozen=True, slots=True)
class ChosenMonth:
    """How many ``days`` of a month had the song and the mood, None for no mood, and the outermost of them."""

    mood_id: str | None
    days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Pause:
    """From one day with the song to the next one."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days


@dataclass(frozen=True, slots=True)
class Life:
    """All days of a song or an artist, summed up by month and mood, oldest first."""

    months: tuple[ChosenMonth, ...] = ()

    @property
    def days(self) -> int:
        return sum(month.days for month in self.months)

    @property
    def first(self) -> date:
        return min(month.first for month in self.months)

    @property
    def last(self) -> date:
        return max(month.last for month in self.months)

    @property
    def longest_pause(self) -> Pause | None:
        """The longest time between two of its days, if it was one to notice. Within a month there is none."""
        ends = sorted((month.first, month.last) for month in self.months)
        pauses, last = [], date.max
        for first, end in ends:
            if first > last:
                pauses.append(Pause(last, first))
            last = end if last == date.max else max(last, end)
        longest = max(pauses, key=lambda pause: pause.days, default=None)
        return longest if longest and longest.days >= NOTICED else None

    def moods(self) -> tuple[tuple[str | None, int], ...]:
        """How many days each mood had, most first."""
        return tuple(_counted(self.months).most_common())

    def by_month(self) -> dict[tuple[int, int], tuple[tuple[str | None, int], ...]]:
        """The same for each month that has a day."""
        months: dict[tuple[int, int], list[ChosenMonth]] = {}
        for one in self.months:
            months.setdefault((one.first.year, one.first.month), []).append(one)
        return {month: tuple(_counted(some).most_common()) for month, some in months.items()}


@dataclass(frozen=True, slots=True)
class Names:
    """Artists and tags of a diary's newest days, those of most days first."""

    artists: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def pauses_after(days: Sequence[date]) -> tuple[Pause | None, ...]:
    """For each of ``days``, newest first, the pause before it that is to be noticed."""
    pairs = zip(days, (*days[1:], None), strict=True)
    pauses = (Pause(earlier, day) if earlier else None for day, earlier in pairs)
    return tuple(pause if pause and pause.days >= NOTICED else None for pause in pauses)


def _counted(months: Iterable[ChosenMonth]) -> Counter[str | None]:
    counts: Counter[str | None] = Counter()
    for month in months:
        counts[month.mood_id] += month.days
    return counts
