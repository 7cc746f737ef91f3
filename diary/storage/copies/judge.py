"""Whether rows could have been written together by the diary itself: the same is asked of a backup and a restore."""

from typing import Any

from sqlalchemy import Connection, Table, and_, or_, select

from diary.storage.copies.limits import Row, is_sound, sound_line
from diary.storage.copies.snapshot import key_of, readable
from diary.storage.tables import entries, moods, revisions


class Judge:
    """Asked about every row of the database of ``connection``, in the order of `TABLES` and of keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: tuple[str, tuple[Any, ...]] = ("", ())
        self._names: set[tuple[str, str]] = set()  # of moods that are offered or hidden
        self._refused: set[tuple[Any, ...]] = set()  # days
        self._strays: frozenset[tuple[Any, ...]] | None = None

    def takes(self, table: Table, row: Row) -> bool:
        """Whether ``row`` is sound and goes with those before it."""
        return is_sound(table.name, row) and self._fits(table, row)

    def line(self, table: Table, row: Row) -> bytes | None:
        """The line of ``row`` in an archive, None where no restore would take it from there."""
        line = sound_line(table.name, row)
        if line and self._fits(table, row):
            return line
        if table is entries:
            self._refused.add(key_of(table, row))
        return None

    def _fits(self, table: Table, row: Row) -> bool:
        before, key = self._last, key_of(table, row)
        self._last = table.name, key
        if before[0] == table.name and key <= before[1]:
            return False
        if table is moods and not row["retired"]:
            name = row["owner_id"], row["name"].casefold()
            is_new = name not in self._names
            self._names.add(name)
            return is_new
        return table is not revisions or (key not in self._find_strays() and key[:2] not in self._refused)

    def _find_strays(self) -> frozenset[tuple[Any, ...]]:
        """Former versions that no day has outgrown: they would stand in the way when it is written the next time."""
        if self._strays is None:
            same_day = and_(entries.c.owner_id == revisions.c.owner_id, entries.c.day == revisions.c.day)
            query = (
                select(*revisions.primary_key)
                .outerjoin_from(revisions, entries, same_day)
                .where(or_(entries.c.revision.is_(None), entries.c.revision <= revisions.c.revision))
            )
            with readable(revisions):
                self._strays = frozenset(map(tuple, self._connection.execute(query)))
        return self._strays
