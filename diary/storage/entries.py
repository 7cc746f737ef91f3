"""The days of every owner. No method without an owner; what is another's is not there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from diary.errors import ConflictError, InvalidEntryError
from diary.model import Entry, Mood, PastSong
from diary.query import EVERYTHING, Days, Term, words
from diary.storage.conditions import condition, in_song
from diary.storage.database import reading, writing
from diary.storage.moods import put_moods
from diary.storage.people import PersonStore, is_nobodys
from diary.storage.revisions import Change, hold_version
from diary.storage.rows import (
    MINE,
    WITHIN,
    entry_of,
    past_song_of,
    select_days,
    select_some,
    select_songs,
    values_of,
)
from diary.storage.tables import entries
from diary.storage.wall import rows_of

# Made once: to put a query together takes longer than to answer it.
_LIMIT = bindparam("limit", type_=Integer)
_DAYS = select_days(entries).where(MINE)
_DAY = _DAYS.where(entries.c.day == bindparam("day"))
_ROW = select_days(entries, entries.c.deleted_at).where(
    entries.c.owner_id == bindparam("owner"), entries.c.day == bindparam("day")
)
_NEWEST, _OLDEST = select_some(WITHIN, _LIMIT), select_some(WITHIN, _LIMIT, oldest=True)
_COUNT = select(func.count()).select_from(entries).where(MINE)
_NEW = insert(entries)
_CHANGE = Change(update(entries), *(column.name for column in entries.c if column.name != "owner_id"))
_TAKE_OUT = Change(update(entries).where(entries.c.deleted_at.is_(None)), "deleted_at", "revision")
_GIVE_WAY = Change(delete(entries))
_ONE_DAY = timedelta(days=1)
_BATCH, _LONG = 1000, 300_000  # days, and characters of their notes, written at once: rows hold each text twice


class EntryStore:
    """Entries by owner and day; every reading method is one SELECT."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._people = engine, PersonStore(engine)

    def find_day(self, owner_id: str, day: date) -> Entry | None:
        """The entry of ``day``."""
        found = self._read(owner_id, _DAY, day=day)
        return found[0] if found else None

    def find_last(self, owner_id: str, day: date) -> tuple[Entry | None, int]:
        """The entry of ``day``, and the revision its row holds, also when it was deleted; 0 for a day never written."""
        with reading(self._engine, rows_of(owner_id)) as connection:
            row = connection.execute(_ROW, {"owner": owner_id, "day": day}).one_or_none()
        return (entry_of(row) if row and not row.deleted_at else None), row.revision if row else 0

    def find(
        self,
        owner_id: str,
        wanted: Term,
        limit: int,
        *,
        before: date | None = None,
        after: date | None = None,
    ) -> tuple[Entry, ...]:
        """At most ``limit`` entries, newest first: the newest ones before the day ``before``, or, with ``after``,
        the oldest ones after it (keyset: the cost does not depend on how far back that is)."""
        first, last = after + _ONE_DAY if after else date.min, before - _ONE_DAY if before else date.max
        query = _OLDEST if after else _NEWEST
        if isinstance(wanted, Days):
            first, last = max(first, wanted.first or first), min(last, wanted.last or last)
        elif wanted != EVERYTHING:
            query = _select_found(wanted, after is not None)
        found = self._read(owner_id, query, first=first, last=last, limit=limit)
        return found[::-1] if after else found

    def on_days(self, owner_id: str, days: Sequence[date]) -> tuple[Entry, ...]:
        """The entries of these ``days``, newest first."""
        named = {f"day{number}": day for number, day in enumerate(days)}
        return self._read(owner_id, _select_on(tuple(named)), **named)

    def each(self, owner_id: str) -> Iterator[Entry]:
        """All entries, oldest first, read as they are asked for: few at a time, as each may hold a long note."""
        query = _DAYS.order_by(entries.c.day)
        with reading(self._engine, rows_of(owner_id), still=True) as connection:
            for row in connection.execution_options(yield_per=40).execute(query, {"owner": owner_id}):
                yield entry_of(row)

    def count(self, owner_id: str) -> int:
        """How many days are written."""
        with reading(self._engine, rows_of(owner_id)) as connection:
            return connection.execute(_COUNT, {"owner": owner_id}).scalar_one()

    def past_songs(self, owner_id: str, text: str, limit: int) -> tuple[PastSong, ...]:
        """Songs of one's own past in whose title or artist every word of ``text`` occurs, most chosen first."""
        query = select_songs(and_(MINE, *map(in_song, words(text))), limit)
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(map(past_song_of, connection.execute(query, {"owner": owner_id})))

    def write(self, owner_id: str, entry: Entry, over: int, now: datetime, former: int | None = None) -> None:
        """Put ``entry`` in the place of the day's revision ``over`` (0: of nothing), which is kept as a former version.

        ``former`` is the former version it is taken from. Raises ConflictError when the day holds another revision,
        deleted or not, InvalidEntryError when its mood is gone, NotFoundError when that version is.
        """
        values = {**values_of(entry), "deleted_at": None}

        def put() -> None:
            with writing(self._engine, rows_of(owner_id), at_once=former is None) as connection:
                if not over:
                    connection.execute(_NEW, {"owner_id": owner_id, **values})
                    return
                if not _CHANGE.make(connection, owner_id, entry.day, over, values, now=now):
                    raise ConflictError(entry.day)
                if former is not None:
                    hold_version(connection, owner_id, entry.day, former)

        self._attempt(owner_id, [entry], put)

    def add(self, owner_id: str, new: Sequence[Entry], brought: Sequence[Mood], now: datetime) -> None:
        """Write many days at once with the moods they bring along, all or none.

        Raises ConflictError when a day is written already, InvalidMoodError when a mood's name is in use,
        InvalidEntryError when a mood is gone.
        """

        def put() -> None:
            with writing(self._engine, rows_of(owner_id)) as connection:
                over = _revisions_over(connection, owner_id, new)
                put_moods(connection, owner_id, brought)
                _make_room(connection, owner_id, over, now)
                ordered = sorted(new, key=lambda entry: entry.day)  # so that no two who add at once wait for each other
                for some in _batches(ordered):
                    rows = [{**values_of(e), "owner_id": owner_id, "revision": over[e.day] + 1} for e in some]
                    connection.execute(_NEW, rows)

        self._attempt(owner_id, new, put)

    def _attempt(self, owner_id: str, new: Sequence[Entry], put: Callable[[], None]) -> None:
        try:
            self._people.knowing(owner_id, put)
        except ConflictError:
            self._people.recognise(owner_id)  # whose diary was ended meanwhile learns that
            raise
        except IntegrityError as error:
            if is_nobodys(error):
                raise InvalidEntryError("mood", "That mood is gone meanwhile. Choose another one.") from error
            raise ConflictError(new[0].day) from error  # somebody was quicker

    def delete(self, owner_id: str, day: date, revision: int, now: datetime) -> None:
        """Take the day's ``revision`` out of the diary; it can be put back by `write`. Raises ConflictError."""
        try:
            with writing(self._engine, rows_of(owner_id), at_once=True) as connection:
                after = {"deleted_at": now, "revision": revision + 1}
                if not _TAKE_OUT.make(connection, owner_id, day, revision, after, now=now):
                    raise ConflictError(day)
        except IntegrityError as error:  # somebody was quicker
            raise ConflictError(day) from error

    def _read(self, owner_id: str, query: Select[Any], **bound: object) -> tuple[Entry, ...]:
        with reading(self._engine, rows_of(owner_id)) as connection:
            rows = connection.execute(query, {"owner": owner_id, **bound}).all()  # row by row it takes longer
        return tuple(map(entry_of, rows))


@lru_cache
def _select_found(wanted: Term, oldest: bool) -> Select[Any]:
    """As `_NEWEST` or `_OLDEST`, the days that ``wanted`` means; each rerun of a page asks for the same."""
    return select_some(and_(WITHIN, condition(wanted)), _LIMIT, oldest=oldest)


@lru_cache
def _select_on(names: Sequence[str]) -> Select[Any]:
    """As `_DAYS`, those that the parameters of these ``names`` hold, newest first."""
    return _DAYS.where(entries.c.day.in_(map(bindparam, names))).order_by(entries.c.day.desc())


def _batches(new: Iterable[Entry]) -> Iterator[list[Entry]]:
    some, length = list[Entry](), 0
    for entry in new:
        some.append(entry)
        length += len(entry.note)
        if len(some) == _BATCH or length > _LONG:
            yield some
            some, length = [], 0
    if some:
        yield some


def _revisions_over(connection: Connection, owner_id: str, new: Sequence[Entry]) -> dict[date, int]:
    """The revision that each of the ``new`` days last had, 0 for a day never written. Raises ConflictError."""
    taken = select(entries.c.day, entries.c.revision, entries.c.deleted_at).where(entries.c.owner_id == owner_id)
    known = {day: (revision, deleted) for day, revision, deleted in connection.execute(taken)}
    over = {}
    for entry in new:
        revision, deleted = known.get(entry.day, (0, True))
        if not deleted or entry.day in over:
            raise ConflictError(entry.day)
        over[entry.day] = revision
    return over


def _make_room(connection: Connection, owner_id: str, over: Mapping[date, int], now: datetime) -> None:
    """Take the deleted days that hold a revision of ``over`` out of the way; it is kept as a former version.

    One that was put back meanwhile stays, and stands in the way of what is written after this.
    """
    for day in sorted(day for day in over if over[day]):
        _GIVE_WAY.make(connection, owner_id, day, over[day], {}, now=now)
