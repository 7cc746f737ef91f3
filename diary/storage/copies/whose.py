"""Which rows are one person's, for copies of one diary alone."""

from sqlalchemy import ColumnElement, Connection, Table, false, or_, select, true

from diary.storage.photos.keys import folder_of
from diary.storage.rows import track_key
from diary.storage.tables import endings, entries, revisions, tracks, waiting_photos
from diary.storage.wall import rows_beside, rows_of, turn_to


def belonging_to(owner_id: str | None, table: Table) -> ColumnElement[bool]:
    """Which rows of ``table`` are one person's, or everybody's (None): of the cache, what their days refer to.

    The ends of log-ins are no part of a diary.
    """
    if owner_id is None:
        return true()
    if table is endings:
        return false()
    if table is waiting_photos:
        return table.c.key.startswith(f"{folder_of(owner_id)}/")
    if table is tracks:
        songs = (select(track_key(one)).where(one.c.owner_id == owner_id) for one in (entries, revisions))
        return or_(*(table.c.key.in_(keys) for keys in songs))
    return table.c.owner_id == owner_id


def turn_to_owner(connection: Connection, table: Table, owner_id: str | None) -> None:
    """Ask for the one owner's rows from now on, so that the wall stands behind each query for them."""
    if owner_id is not None:
        turn_to(connection, rows_beside(folder_of(owner_id)) if table is waiting_photos else rows_of(owner_id))
