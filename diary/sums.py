"""Sums over one person's days and moods, for their charts and shelves."""

from datetime import date

from diary import protocols
from diary.insight import MonthCount, MoodDay, YearDay


class Sums:
    """Sums over the days of one diary, that of ``owner_id``. Every method may raise StorageError."""

    def __init__(self, owner_id: str, sums: protocols.Sums) -> None:
        self._owner_id, self._sums = owner_id, sums

    def mood_days(self, first: date, last: date) -> tuple[MoodDay, ...]:
        """The days from ``first`` to ``last`` that have a mood, oldest first."""
        return self._sums.mood_days(self._owner_id, first, last)

    def noted(self, first: date, last: date) -> dict[str, list[date]]:
        """The days from ``first`` to ``last`` that each mood was noted on, by its id; light even for decades."""
        return self._sums.noted(self._owner_id, first, last)

    def year_days(self, first: date, last: date, covers: bool = False) -> tuple[YearDay, ...]:
        """All written days from ``first`` to ``last``, with or without a mood, oldest first.

        Their artwork and photos are looked for where ``covers`` are asked for.
        """
        return self._sums.year_days(self._owner_id, first, last, covers)

    def first_day(self) -> date | None:
        """The first day that is written."""
        return self._sums.first_day(self._owner_id)

    def months(self) -> tuple[MonthCount, ...]:
        """How many days of each month are written, with a mood or without, oldest first."""
        return self._sums.months(self._owner_id)

    def span(self) -> tuple[date, date] | None:
        """The first and the last day that have a mood."""
        return self._sums.span(self._owner_id)
