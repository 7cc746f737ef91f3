"""What days were before they were changed or deleted, until it is forgotten."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Engine,
    Insert,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    select,
)

from diary.errors import NotFoundError
from diary.model import Entry
from diary.protocols import RESTORED, Forgotten, Former
from diary.storage.database import reading, writing
from diary.storage.rows import entry_of, select_days
from diary.storage.tables import UtcDateTime, drafts, entries, marks, revisions
from diary.storage.wall import EVERYONE, rows_of

_CONTENT = [column.name for column in revisions.c if column.name != "replaced_at"]
# By parameters whose names no column has.
_ONE_VERSION = and_(
    entries.c.owner_id == bindparam("of_owner"),
    entries.c.day == bindparam("of_day"),
    entries.c.revision == bindparam("of_revision"),
)


def _insert_former(*which: ColumnElement[bool]) -> Insert:
    content = (entries.c[name] for name in _CONTENT)
    now = bindparam("now", type_=UtcDateTime)
    return insert(revisions).from_select([*_CONTENT, "replaced_at"], select(*content, now).where(*which))


_KEEP = _insert_former(_ONE_VERSION)


class Change:
    """A change of one version of a day, which is kept as it stood before: both, or neither.

    On PostgreSQL it is one statement, for `writing` at once: all parts of one see the rows as they stood before it.
    https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
    """

    def __init__(self, change: Update | Delete, *columns: str) -> None:
        if isinstance(change, Update):
            change = change.values({name: bindparam(f"new_{name}", type_=entries.c[name].type) for name in columns})
        self._change = change.where(_ONE_VERSION)
        changed = self._change.returning(entries.c.owner_id, entries.c.day).cte("changed")
        self._both = _insert_former(entries.c.owner_id == changed.c.owner_id, entries.c.day == changed.c.day)

    def make(
        self,
        connection: Connection,
        owner_id: str,
        day: date,
        revision: int,
        values: Mapping[str, object],
        *,
        now: datetime,
    ) -> bool:
        """Put ``values`` into its columns, or tell that the day does not hold that ``revision``.

        Then, or on an IntegrityError, another transaction has changed it just now, and the caller's is to be undone.
        """
        bound = {"of_owner": owner_id, "of_day": day, "of_revision": revision, "now": now}
        bound |= {f"new_{name}": value for name, value in values.items()}
        if connection.dialect.name == "postgresql":
            return bool(connection.execute(self._both, bound).rowcount)
        connection.execute(_KEEP, bound)
        return bool(connection.execute(self._change, bound).rowcount)


def hold_version(connection: Connection, owner_id: str, day: date, revision: int) -> None:
    """Keep a former version from being forgotten before the caller's transaction ends.

    Raises NotFoundError when it is gone already.
    """
    query = select(revisions.c.revision).where(_is(owner_id, day, revision)).with_for_update(read=True, key_share=True)
    if connection.execute(query).first() is None:
        raise NotFoundError("That version of the day is no longer kept.")


def _is(owner_id: str, day: date, revision: int) -> ColumnElement[bool]:
    return and_(revisions.c.owner_id == owner_id, revisions.c.day == day, revisions.c.revision == revision)


class RevisionStore:
    """Former versions of days and deleted days, by owner."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_day(self, owner_id: str, day: date, limit: int | None) -> tuple[Former, ...]:
        """What the day was before, newest first, at most ``limit`` of them; the times it was empty are left out."""
        query = (
            select_days(revisions, revisions.c.replaced_at)
            .where(revisions.c.owner_id == owner_id, revisions.c.day == day, revisions.c.deleted_at.is_(None))
            .order_by(revisions.c.revision.desc())
            .limit(limit)
        )
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(Former(entry_of(row), row.replaced_at) for row in connection.execute(query))

    def find(self, owner_id: str, day: date, revision: int) -> Entry | None:
        """What the day was at ``revision``; None where that is not kept, or the day was empty then."""
        query = select_days(revisions).where(_is(owner_id, day, revision), revisions.c.deleted_at.is_(None))
        with reading(self._engine, rows_of(owner_id)) as connection:
            row = connection.execute(query).one_or_none()
        return entry_of(row) if row else None

    def deleted(self, owner_id: str, limit: int) -> tuple[Former, ...]:
        """The days in the trash, those deleted last first."""
        query = (
            select_days(entries, entries.c.deleted_at)
            .where(entries.c.owner_id == owner_id, entries.c.deleted_at.is_not(None))
            .order_by(entries.c.deleted_at.desc(), entries.c.day.desc())
            .limit(limit)
        )
        with reading(self._engine, rows_of(owner_id)) as connection:
            return tuple(Former(entry_of(row), row.deleted_at) for row in connection.execute(query))

    def find_deleted(self, owner_id: str, day: date) -> Entry | None:
        """The day as it lies in the trash."""
        query = select_days(entries).where(
            entries.c.owner_id == owner_id, entries.c.day == day, entries.c.deleted_at.is_not(None)
        )
        with reading(self._engine, rows_of(owner_id)) as connection:
            row = connection.execute(query).one_or_none()
        return entry_of(row) if row else None

    def forget(self, before: datetime) -> Forgotten:
        """Drop for good, of every owner, the days deleted and the versions replaced before that instant.

        A day takes all its versions along: one that stayed would stand in the way of the day written anew. Nothing
        is dropped when a backup was restored since: what it brought is old, but was not here to be taken back.
        """
        kept = exists().where(marks.c.name == RESTORED, marks.c.at >= before)
        day = exists().where(entries.c.owner_id == revisions.c.owner_id, entries.c.day == revisions.c.day)
        gone = delete(entries).where(entries.c.deleted_at < before, ~kept).returning(entries.c.photo)
        old = delete(revisions).where((revisions.c.replaced_at < before) | ~day, ~kept).returning(revisions.c.photo)
        with writing(self._engine, EVERYONE) as connection:
            days = connection.execute(gone).scalars().all()
            versions = connection.execute(old).scalars().all()
        return Forgotten(len(days), len(versions), frozenset(key for key in (*days, *versions) if key))

    def photos_in_use(self, keys: Collection[str]) -> set[str]:
        """Those of ``keys`` that a day, one in the trash, a former version or a draft shows, all at one instant."""
        left, used = iter(keys), set[str]()
        if not keys:
            return used
        with reading(self._engine, EVERYONE, still=True) as connection:
            while some := list(islice(left, 500)):
                for table in (entries, revisions):
                    used.update(connection.execute(select(table.c.photo).where(table.c.photo.in_(some))).scalars())
            return used.union(set(keys).intersection(photos_of_drafts(connection)))


def photos_of_drafts(connection: Connection, owner_id: str | None = None) -> Iterator[str]:
    """The keys of photos that drafts show, of all owners or of one; what stands there may be spoiled.

    Drafts without a photo, however long, are not fetched.
    """
    with_photo = select(drafts.c.fields).where(drafts.c.fields.contains('"photo": "'))
    if owner_id is not None:
        with_photo = with_photo.where(drafts.c.owner_id == owner_id)
    for fields in connection.execute(with_photo).scalars():
        with suppress(ValueError, AttributeError):  # what is no draft shows no photo
            if isinstance(key := json.loads(fields).get("photo"), str):
                yield key
