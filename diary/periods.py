"""Stretches of days: those that end today, and the steps in which they are told."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter


class Period(StrEnum):
    """A stretch of days that ends today."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"

    def first(self, last: date, begin: date) -> date:
        """Its first day, when it ends on ``last`` and the diary begins on ``begin``."""
        days = {Period.MONTH: 30, Period.QUARTER: 91, Period.YEAR: 365}.get(self)
        return last - timedelta(days - 1) if days else min(begin, last)


class Step(StrEnum):
    """How finely a mix is told over time."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def start(self, day: date) -> date:
        """The day on which the step that holds ``day`` begins; a week begins on Monday."""
        if self is Step.WEEK:
            return day - timedelta(day.weekday())
        return day.replace(day=1) if self is Step.MONTH else day.replace(month=1, day=1)

    def tally(self, days: Iterable[date]) -> dict[date, int]:
        """How many of ``days`` each step holds, by its `start`, which is made once a step and not once a day."""
        if self is Step.WEEK:
            return Counter(map(self.start, days))
        if self is Step.MONTH:
            months = Counter(map(attrgetter("year", "month"), days))
            return {date(year, month, 1): count for (year, month), count in months.items()}
        return {date(year, 1, 1): count for year, count in Counter(map(attrgetter("year"), days)).items()}


def mix_step(first: date, last: date) -> Step:
    """The step that tells the days from ``first`` to ``last`` in 5 to 40 parts."""
    days = (last - first).days
    return Step.WEEK if days < 120 else Step.MONTH if days < 1200 else Step.YEAR
