"""Sums over one owner's days, done by the database. Deleted days do not count, nor for moods those without one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine, Executable, String, cast, extract, func, select

from diary.insight import MonthCount, MoodDay, YearDay
from diary.storage.database import reading
from diary.storage.rows import MINE, WITHIN, its_mood, track_key
from diary.storage.tables import entries, moods, tracks
from diary.storage.wall import rows_of

_HAS_MOOD = entries.c.mood_id.is_not(None)
_YEAR, _MONTH = extract("year", entries.c.day), extract("month", entries.c.day)


# Made once: to put a query together takes as long as many a query.
_MOOD_DAYS = (
    select(entries.c.day, moods.c.id, moods.c.valence, moods.c.arousal)
    .join(moods, its_mood(entries))
    .where(WITHIN)
    .order_by(entries.c.day)
)
# A row for each mood and not for each day, as a row costs more than to take its days apart. Both databases write days
# as ISO does: psycopg2 asks for that, whatever the server's own way is.
_NOTED = (
    select(entries.c.mood_id, func.aggregate_strings(cast(entries.c.day, String), ","))
    .where(WITHIN, _HAS_MOOD)
    .group_by(entries.c.mood_id)
)
_YEAR_DAYS = (
    select(entries.c.day, moods.c.id, moods.c.valence, moods.c.arousal, entries.c.song_title, entries.c.song_artist)
    .outerjoin(moods, its_mood(entries))
    .where(WITHIN)
    .order_by(entries.c.day)
)
_YEAR_COVERS = _YEAR_DAYS.add_columns(tracks.c.artwork_url, tracks.c.key, entries.c.photo).outerjoin(
    tracks, tracks.c.key == track_key(entries)
)
_FIRST_DAY = select(entries.c.day).where(MINE).order_by(entries.c.day).limit(1)
_MONTHS = select(_YEAR, _MONTH, func.count()).where(MINE).group_by(_YEAR, _MONTH).order_by(_YEAR, _MONTH)
# Each end is one step in the index; min and max together would read every day.
_WITH_MOOD = select(entries.c.day).where(MINE, _HAS_MOOD).limit(1)
_ENDS = select(*(_WITH_MOOD.order_by(end).scalar_subquery() for end in (entries.c.day, entries.c.day.desc())))


class SumStore:
    """Each method is one SELECT over the days from ``first`` to ``last``, both included."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mood_days(self, owner_id: str, first: date, last: date) -> tuple[MoodDay, ...]:
        """The days that have a mood, oldest first."""
        return tuple(MoodDay(*row) for row in self._ask(_MOOD_DAYS, owner_id, first, last))

    def noted(self, owner_id: str, first: date, last: date) -> dict[str, list[date]]:
        """The days that each mood was noted on, in no order, by the mood's id, in its order."""
        rows = sorted(self._ask(_NOTED, owner_id, first, last))
        return {mood_id: [*map(date.fromisoformat, days.split(","))] for mood_id, days in rows}

    def year_days(self, owner_id: str, first: date, last: date, covers: bool) -> tuple[YearDay, ...]:
        """The written days, oldest first; those without a mood as well. With their ``covers``, where asked for."""
        query = _YEAR_COVERS if covers else _YEAR_DAYS
        return tuple(map(_year_day, self._ask(query, owner_id, first, last)))

    def first_day(self, owner_id: str) -> date | None:
        """The first written day, whether it has a mood or not."""
        rows = self._ask(_FIRST_DAY, owner_id)
        return rows[0][0] if rows else None

    def months(self, owner_id: str) -> tuple[MonthCount, ...]:
        """How many days of each month are written, oldest first."""
        rows = self._ask(_MONTHS, owner_id)
        return tuple(MonthCount(int(year), int(month), days) for year, month, days in rows)

    def span(self, owner_id: str) -> tuple[date, date] | None:
        """The first and the last day that have a mood."""
        first, last = self._ask(_ENDS, owner_id)[0]
        return (first, last) if first else None

    def _ask(self, query: Executable, owner_id: str, *ends: date) -> Sequence[Any]:
        bound = {"owner": owner_id, **dict(zip(("first", "last"), ends, strict=False))}
        with reading(self._engine, rows_of(owner_id)) as connection:
            return connection.execute(query, bound).all()


def _year_day(row: Sequence[Any]) -> YearDay:
    day, mood, valence, arousal, title, artist, *cover = row
    noted = MoodDay(day, mood, valence, arousal) if mood else None
    if not cover:
        return YearDay(day, noted, title, artist or "")
    artwork_url, key, photo = cover
    return YearDay(day, noted, title, artist or "", artwork_url, key.partition(":")[0] if key else None, photo)
