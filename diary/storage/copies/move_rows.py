"""Moving the database: all rows to another one, which may hold what an earlier, interrupted move has brought."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Table, delete, func, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from diary.errors import TransferError
from diary.storage.copies.limits import sound_line
from diary.storage.copies.snapshot import (
    TABLES,
    Digest,
    at_once,
    count_of,
    digests,
    each_row,
    key_of,
    named,
    snapshot_beside,
)
from diary.storage.copies.writer import Tell
from diary.storage.database import put_row, writing
from diary.storage.tables import drafts, endings, entries, moods, people, revisions
from diary.storage.wall import EVERYONE

log = logging.getLogger(__name__)
_NOT_ALIKE = "The two databases are not alike yet. Did somebody write into the new one? Please run this again."
Row = RowMapping
Pair = tuple[Row | None, Row | None]  # what the source has, what the target has under the same primary key


@dataclass(frozen=True)
class Moved:
    """The digest of each table, the same in source and target, and how many rows were ``sent`` this time.

    ``is_behind`` says that somebody wrote into the source meanwhile: moved again, that comes along too.
    """

    tables: dict[str, Digest]
    sent: int
    is_behind: bool


def move_rows(source: Engine, target: Engine, tell: Tell) -> Moved:
    """Bring all rows of ``source`` to ``target``, whose tables have the newest form; the source stays as it is.

    Rows that have arrived are not sent again, so that an interrupted move goes on where it was. A target that
    holds anything which is not of the source is refused before a row is written, and so is a row of the source that
    the diary could not have written: raises TransferError. Raises StorageError where one of the two cannot be read.
    """
    with snapshot_beside(source) as whole:
        wanted = digests(whole)
        with snapshot_beside(target) as arrived:
            for table in TABLES:
                _refuse(table, whole, arrived)
            sent = sum(_send(table, whole, arrived, target, tell) for table in TABLES)
            outgrown = [theirs for ours, theirs in _differences(moods, whole, arrived) if theirs and not ours]
            _drop(moods, outgrown, target)
    with snapshot_beside(target) as connection:
        if digests(connection) != wanted:
            raise TransferError(_NOT_ALIKE)
    with snapshot_beside(source) as connection:
        is_behind = digests(connection) != wanted
    log.info("moved rows=%d behind=%s", sent, is_behind)
    return Moved(wanted, sent, is_behind)


def _differences(table: Table, whole: Connection, arrived: Connection) -> Iterator[Pair]:
    """What is not alike on both sides, by one walk along both."""
    left, right = each_row(whole, table), each_row(arrived, table)
    ours, theirs = next(left, None), next(right, None)
    while ours or theirs:
        if theirs is None or (ours is not None and key_of(table, ours) < key_of(table, theirs)):
            yield ours, None
            ours = next(left, None)
        elif ours is None or key_of(table, theirs) < key_of(table, ours):
            yield None, theirs
            theirs = next(right, None)
        else:
            if ours != theirs:
                yield ours, theirs
            ours, theirs = next(left, None), next(right, None)


# ---------------------------------------------------------------------- what may be replaced


def _refuse(table: Table, whole: Connection, arrived: Connection) -> None:
    """Rows of the target are replaced or removed only if the source has outgrown them, and by sound ones only."""
    for ours, theirs in _differences(table, whole, arrived):
        if ours is not None and sound_line(table.name, ours) is None:
            raise TransferError(
                f"This row is too long, or not of the diary's making, and cannot be moved: {named(table, ours)}. "
                "Nothing was changed. Please mend or remove it."
            )
        if theirs is not None and not _is_outgrown(table, ours, theirs, whole, arrived):
            raise TransferError(
                f"The new database holds something that is not of this diary, is newer, or was thrown away here since: "
                f"{named(table, theirs)}. Nothing was changed. Please move to an empty one."
            )


def _is_outgrown(table: Table, ours: Row | None, theirs: Row, whole: Connection, arrived: Connection) -> bool:
    """Whether ``theirs`` is what an earlier move brought.

    Of days and drafts this can be proved. Moods, preferences and what waits go with them: whoever wrote in the
    target has left a day or a draft there. A mood that the source has no longer was overwritten by another one, as
    those are that no day has; there are never fewer than before. The cache, the former versions and the ends of single
    log-ins may be forgotten at any time; who was shut out for good is not let in again.
    """
    if table is entries:
        return ours is not None and _was_once(theirs, whole)
    if table is drafts:
        return bool(_newest_of_day(whole, theirs["owner_id"], theirs["day"]) >= theirs["kept_at"])
    if table is moods and ours is None:
        return _moods_of(theirs["owner_id"], arrived) <= _moods_of(theirs["owner_id"], whole)
    if table is endings:
        return not theirs["for_good"] or (ours is not None and ours["for_good"])
    if table in {people, moods}:
        return ours is not None
    return table is not revisions or ours is None


def _was_once(theirs: Row, whole: Connection) -> bool:
    """Whether the source's former versions tell of exactly this day."""
    same = (revisions.c[name] == theirs[name] for name in ("owner_id", "day", "revision"))
    former = whole.execute(select(revisions).where(*same)).mappings().one_or_none()
    content = [column.name for column in revisions.c if column.name != "replaced_at"]
    return former is not None and [former[name] for name in content] == [theirs[name] for name in content]


def _moods_of(owner_id: str, connection: Connection) -> int:
    """How many moods the person may choose from, or has hidden."""
    query = select(func.count()).where(moods.c.owner_id == owner_id, moods.c.retired.is_(False))
    return int(connection.execute(query).scalar_one())


def _newest_of_day(whole: Connection, owner_id: str, day: Any) -> datetime:
    """When something was last written for that day in the source."""
    kept = select(drafts.c.kept_at).where(drafts.c.owner_id == owner_id, drafts.c.day == day)
    saved = select(entries.c.updated_at, entries.c.deleted_at).where(
        entries.c.owner_id == owner_id, entries.c.day == day
    )
    known = (instant for query in (kept, saved) for row in whole.execute(query) for instant in row if instant)
    return max(known, default=datetime.min.replace(tzinfo=UTC))


# ---------------------------------------------------------------------- sending


def _send(table: Table, whole: Connection, arrived: Connection, target: Engine, tell: Tell) -> int:
    """Bring the target's table to what the source's is, some rows a transaction, and give how many were sent."""
    sent, total = 0, count_of(whole, table)
    differences = _differences(table, whole, arrived)
    while pairs := list(islice(differences, at_once(table))):
        _write(table, pairs, target)
        arrived.execute(select(1))  # PostgreSQL ends a transaction in which nothing was asked for ten minutes
        if arrived_now := sum(ours is not None for ours, _ in pairs):
            sent += arrived_now
            tell(table.name, sent, total)
    return sent


def _write(table: Table, pairs: Sequence[Pair], target: Engine) -> None:
    new = [dict(ours) for ours, theirs in pairs if ours is not None and theirs is None]
    try:
        with writing(target, EVERYONE) as connection:
            if new:
                connection.execute(insert(table), new)
            for ours, theirs in pairs:
                if ours is not None and theirs is not None:
                    put_row(connection, table, dict(ours))
    except (IntegrityError, DataError):
        raise TransferError(f"The new database does not take “{table.name}” as it is. {_NOT_ALIKE}") from None
    if table is not moods:  # days of the target may be noted with them until the end
        _drop(table, [theirs for ours, theirs in pairs if ours is None and theirs is not None], target)


def _drop(table: Table, rows: Sequence[Row], target: Engine) -> None:
    try:
        with writing(target, EVERYONE) as connection:
            for row in rows:
                same = zip(table.primary_key, key_of(table, row), strict=True)
                connection.execute(delete(table).where(*(column == value for column, value in same)))
    except IntegrityError:
        raise TransferError(_NOT_ALIKE) from None
