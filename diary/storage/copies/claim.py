"""Claiming a diary: all that is one owner's becomes another's, as when log-in is switched on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, literal, select, text, update

from diary.clock import utc_now
from diary.errors import AwayError, NotFoundError, StorageError, TransferError
from diary.protocols import ENDED
from diary.storage.accounts import OWNED
from diary.storage.copies.backup import Photos, photo_of
from diary.storage.copies.snapshot import TABLES, count_of, photo_keys
from diary.storage.copies.untouched import is_written
from diary.storage.copies.whose import belonging_to
from diary.storage.copies.writer import Tell
from diary.storage.database import reading, writing
from diary.storage.marks import set_mark
from diary.storage.photos.keys import folder_of
from diary.storage.tables import drafts, entries, marks, people, waiting_photos
from diary.storage.wall import EVERYONE, turn_to

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """What the new owner has now. ``lost`` are the former keys of photos that the store has not got whole."""

    days: int
    photos: int
    lost: tuple[str, ...]


def claim(engine: Engine, photos: Photos, owner_id: str, to: str, tell: Tell) -> Claimed:
    """Make the diary of ``owner_id`` that of ``to``, whose former one, if any, was only looked at.

    Photos are copied to their new keys first, then all rows change in one transaction. What was interrupted is begun
    anew by the next call; after the transaction only the photos under the old keys are left, for `finish_ends`.
    Raises NotFoundError, TransferError or StorageError, and has then changed no row.
    """
    if owner_id == to:
        raise TransferError("The diary is theirs already.")
    lost: tuple[str, ...] = ()
    with reading(engine, EVERYONE, still=True) as connection:
        is_done = _is_claimed(connection, owner_id, to)
        keys = photo_keys(connection, owner_id)
    if not is_done:
        lost = _copy(photos, keys, to, tell)
        _hand_over(engine, keys, owner_id, to)
    with reading(engine, EVERYONE, still=True) as connection:
        days, shown = count_of(connection, entries, to), len(photo_keys(connection, to))
        waiting = count_of(connection, waiting_photos, to)
    log.info("claimed a diary days=%d photos=%d lost=%d", days, shown + waiting, len(lost))
    return Claimed(days, shown + waiting - len(lost), lost)


def _is_claimed(connection: Connection, owner_id: str, to: str) -> bool:
    """Whether only the old photos are left to be removed. Raises what is in the way of it otherwise."""
    pending = set(connection.execute(select(marks.c.name)).scalars())
    known = set(connection.execute(select(people.c.owner_id).where(people.c.owner_id.in_((owner_id, to)))).scalars())
    if owner_id not in known and to in known and folder_of(owner_id) in pending:
        return True
    if owner_id not in known:
        raise NotFoundError(f"There is no diary of “{owner_id}” here. Say with --owner whose it is.")
    if is_written(connection, to):
        raise TransferError(f"“{to}” writes a diary here already, so nothing was changed.")
    if {folder_of(owner_id), folder_of(to)} & pending:
        raise AwayError("A former diary is still being removed. Run this first: python -m diary sweep")
    return False


def _copy(photos: Photos, keys: Sequence[str], to: str, tell: Tell) -> tuple[str, ...]:
    """Keep each photo under its new key as well, and give the keys of those that are not there."""
    lost = []
    for number, key in enumerate(keys, 1):
        if found := photo_of(photos, key):
            copy = key.replace(key.partition("/")[0], folder_of(to))
            photos.keep(copy, *found)
            if photo_of(photos, copy) != found:
                raise StorageError(f"The photo {copy} did not arrive as it is. Please run this again.")
        else:
            lost.append(key)
        tell("photos", number, len(keys))
    return tuple(lost)


def _hand_over(engine: Engine, copied: Sequence[str], owner_id: str, to: str) -> None:
    with writing(engine, EVERYONE) as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(table.name for table in TABLES)
            connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        is_behind = _is_claimed(connection, owner_id, to) or not {*photo_keys(connection, owner_id)} <= {*copied}
        turn_to(connection, EVERYONE)
        if is_behind:
            raise TransferError("Somebody wrote into the diary meanwhile, so nothing was changed. Run this again.")
        _drop(connection, to)
        _rename(connection, owner_id, to)
        _drop(connection, owner_id)
        now = utc_now()
        set_mark(connection, folder_of(owner_id), now)
        set_mark(connection, ENDED, now)


def _drop(connection: Connection, owner_id: str) -> None:
    for table in (*reversed(OWNED), waiting_photos):
        connection.execute(delete(table).where(belonging_to(owner_id, table)))


def _rename(connection: Connection, owner_id: str, to: str) -> None:
    """Write all rows of one owner again as another's, with the new keys of the photos that they show."""
    old, new = f"{folder_of(owner_id)}/", f"{folder_of(to)}/"
    for table in OWNED:
        values: dict[str, ColumnElement[Any]] = {**table.c, "owner_id": literal(to)}
        if "photo" in table.c:
            values["photo"] = func.replace(table.c.photo, old, new)
        if table is drafts:  # within a text of JSON no quotation mark stands by itself, so this is the field
            values["fields"] = func.replace(table.c.fields, f'"photo": "{old}', f'"photo": "{new}')
        rows = select(*values.values()).where(table.c.owner_id == owner_id)
        connection.execute(insert(table).from_select([*values], rows))
    key = func.replace(waiting_photos.c.key, old, new)
    connection.execute(update(waiting_photos).where(belonging_to(owner_id, waiting_photos)).values(key=key))
