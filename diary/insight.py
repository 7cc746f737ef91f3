"""Sums over days and moods: what the charts show, as data. Pure functions over frozen rows.

A day without a mood is not recorded: it is a gap, never a neutral day.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MoodDay:
    """One day that has a mood; valence and arousal run from −1 to 1."""

    day: date
    mood_id: str
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True)
class MonthMean:
    """The mean valence (−1 to 1) of the ``days`` of a month that have a mood."""

    year: int
    month: int
    valence: float
    days: int


@dataclass(frozen=True, slots=True)
class MoodCount:
    """How many days of a month were noted with a mood."""

    year: int
    month: int
    mood_id: str
    days: int


@dataclass(frozen=True, slots=True)
class WeekdayMean:
    """The mean valence (−1 to 1) of the ``days`` on one weekday (0 = Monday) that have a mood."""

    weekday: int
    valence: float
    days: int
