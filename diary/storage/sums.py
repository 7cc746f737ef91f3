"""Sums over one owner's days, done by the database. Deleted days do not count, nor for moods those without one."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, extract, func, select

from diary.insight import MonthCount, MonthMean, MoodCount, MoodDay, WeekdayMean, YearDay
from diary.storage.database import reading
from diary.storage.rows import track_key
from diary.storage.tables import entries, moods, tracks
from diary.storage.wall import rows_of

_ITS_MOOD = and_(moods.c.owner_id == entries.c.owner_id, moods.c.id == entries.c.mood_id)


class SumStore:
    """Each method is one SELECT over the days from ``first`` to ``last``, both included."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mood_days(self, owner_id: str, first: date, last: date) -> tuple[MoodDay, ...]:
        """The days that have a mood, oldest first."""
        what = select(entries.c.day, moods.c.id, moods.c.valence, moods.c.arousal)
        query = _within(what, owner_id, first, last).order_by(entries.c.day)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(MoodDay(*row) for row in connection.execute(query))

    def mood_ids(self, owner_id: str, first: date, last: date) -> dict[date, str]:
        """The mood's id of each day that has one, oldest first."""
        query = select(entries.c.day, entries.c.mood_id).where(_mine(owner_id), entries.c.mood_id.is_not(None))
        query = query.where(entries.c.day.between(first, last)).order_by(entries.c.day)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return {row[0]: row[1] for row in connection.execute(query).all()}

    def year_days(self, owner_id: str, first: date, last: date) -> tuple[YearDay, ...]:
        """The written days, oldest first; those without a mood as well."""
        label = entries.c.song_title, entries.c.song_artist, tracks.c.artwork_url, tracks.c.key, entries.c.photo
        query = (
            select(entries.c.day, moods.c.id, moods.c.valence, moods.c.arousal, *label)
            .outerjoin(moods, _ITS_MOOD)
            .outerjoin(tracks, tracks.c.key == track_key(entries))
            .where(_mine(owner_id), entries.c.day.between(first, last))
            .order_by(entries.c.day)
        )
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(_year_day(*row) for row in connection.execute(query).all())

    def first_day(self, owner_id: str) -> date | None:
        """The first written day, whether it has a mood or not."""
        query = select(entries.c.day).where(_mine(owner_id)).order_by(entries.c.day).limit(1)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return connection.execute(query).scalar()

    def month_means(self, owner_id: str, first: date, last: date) -> tuple[MonthMean, ...]:
        """The mean valence of each month that has a mood, oldest first."""
        year, month = extract("year", entries.c.day), extract("month", entries.c.day)
        query = _within(select(year, month, func.avg(moods.c.valence), func.count()), owner_id, first, last)
        query = query.group_by(year, month).order_by(year, month)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(MonthMean(int(y), int(m), mean, days) for y, m, mean, days in connection.execute(query))

    def mood_counts(self, owner_id: str, first: date, last: date) -> tuple[MoodCount, ...]:
        """How often each mood was noted in each month, oldest month first."""
        year, month = extract("year", entries.c.day), extract("month", entries.c.day)
        query = _within(select(year, month, moods.c.id, func.count()), owner_id, first, last)
        query = query.group_by(year, month, moods.c.id).order_by(year, month, moods.c.id)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(MoodCount(int(y), int(m), mood, days) for y, m, mood, days in connection.execute(query))

    def weekday_means(self, owner_id: str, first: date, last: date) -> tuple[WeekdayMean, ...]:
        """The mean valence of each weekday that has a mood, Monday first."""
        sunday_first = extract("dow", entries.c.day)
        query = _within(select(sunday_first, func.avg(moods.c.valence), func.count()), owner_id, first, last)
        with reading(self._engine, rows_of(owner_id)) as connection:
            rows = connection.execute(query.group_by(sunday_first)).all()
        return tuple(sorted((WeekdayMean((int(d) + 6) % 7, mean, n) for d, mean, n in rows), key=lambda w: w.weekday))

    def months(self, owner_id: str) -> tuple[MonthCount, ...]:
        """How many days of each month are written, oldest first."""
        year, month = extract("year", entries.c.day), extract("month", entries.c.day)
        mine = and_(entries.c.owner_id == owner_id, entries.c.deleted_at.is_(None))
        query = select(year, month, func.count()).where(mine).group_by(year, month).order_by(year, month)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(MonthCount(int(y), int(m), days) for y, m, days in connection.execute(query))

    def span(self, owner_id: str) -> tuple[date, date] | None:
        """The first and the last day that have a mood."""
        query = _within(select(func.min(entries.c.day), func.max(entries.c.day)), owner_id, date.min, date.max)
        with reading(self._engine, rows_of(owner_id)) as connection:
            first, last = connection.execute(query).one()
        return (first, last) if first else None


def _mine(owner_id: str) -> ColumnElement[bool]:
    return and_(entries.c.owner_id == owner_id, entries.c.deleted_at.is_(None))


def _within(what: Select[Any], owner_id: str, first: date, last: date) -> Select[Any]:
    days = what.select_from(entries).join(moods, _ITS_MOOD)
    return days.where(_mine(owner_id), entries.c.day.between(first, last))


def _year_day(day: date, mood: str | None, valence: float, arousal: float, *label: Any) -> YearDay:
    title, artist, artwork_url, key, photo = label
    source = key.partition(":")[0] if key else None
    return YearDay(
        day, MoodDay(day, mood, valence, arousal) if mood else None, title, artist or "", artwork_url, source, photo
    )
