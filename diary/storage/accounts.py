"""Ending a diary: all that the database holds of one person goes at once."""

import re
import sqlite3
from contextlib import closing
from datetime import datetime

from sqlalchemy import Engine, delete, select

from diary.errors import AwayError
from diary.protocols import ENDED
from diary.storage.database import complaint, reading, writing
from diary.storage.marks import set_mark
from diary.storage.photos.keys import folder_of
from diary.storage.tables import marks, metadata, people, waiting_photos
from diary.storage.wall import rows_beside, rows_of, turn_to

# A table comes after those that it points to.
OWNED = tuple(table for table in metadata.sorted_tables if "owner_id" in table.c)
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"  # gives 1 where somebody reads there
_FOLDER = re.compile(r"[0-9a-f]{32}")


class AccountStore:
    """Ends diaries; a mark named after the folder of their photos stays until these are removed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def end(self, owner_id: str, now: datetime) -> str:
        """Remove all rows of the person, and give the folder of their photos, which are to be removed next.

        Whoever saves at the same moment is waited for, and comes too late afterwards.
        """
        folder = folder_of(owner_id)
        with writing(self._engine, rows_of(owner_id)) as connection:
            connection.execute(select(people.c.owner_id).where(people.c.owner_id == owner_id).with_for_update())
            for table in reversed(OWNED):
                connection.execute(delete(table).where(table.c.owner_id == owner_id))
            turn_to(connection, rows_beside(folder))
            connection.execute(delete(waiting_photos).where(waiting_photos.c.key.startswith(f"{folder}/")))
            set_mark(connection, folder, now)
            set_mark(connection, ENDED, now)
        return folder

    def unfinished(self) -> tuple[str, ...]:
        """The folders of photos that are still to be removed."""
        with reading(self._engine) as connection:
            names = connection.execute(select(marks.c.name)).scalars().all()
        return tuple(name for name in names if _FOLDER.fullmatch(name))

    def finish(self, folder: str) -> None:
        """The photos in ``folder`` are removed: let go of what is left in the database as well.

        SQLite's file is written anew, as what was removed lies on in it and in its log. Raises AwayError while somebody
        else uses them.
        """
        in_file = self._engine.dialect.name == "sqlite"
        if in_file:
            self._run("VACUUM")
        if in_file and self._run(_EMPTY_LOG):
            raise AwayError("The diary is in use by another program. Try again in a moment.")
        with writing(self._engine) as connection:
            connection.execute(delete(marks).where(marks.c.name == folder))
        if in_file:
            self._run(_EMPTY_LOG)

    def _run(self, statement: str) -> bool:
        """What the statement gives first, outside of any transaction."""
        try:
            with closing(self._engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                found = cursor.execute(statement).fetchone()
        except sqlite3.Error as error:
            raise complaint(str(error)) from error
        return bool(found and found[0])
