"""Whether a database is fit for the diary."""

from pathlib import Path

from sqlalchemy import Engine, false, update
from sqlalchemy.exc import DBAPIError

from diary.errors import StorageError
from diary.storage.database import is_current, reading, writing
from diary.storage.tables import people


def check(engine: Engine) -> None:
    """Ask whether the database answers, has the newest form, is whole (SQLite only), and may be written to.

    Nothing is changed, and a SQLite file that is not there is not made. Raises StorageError, a sentence on
    what is wrong and what to do.
    """
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        raise StorageError("There is no database yet. Start the diary, or run: python -m diary migrate")
    try:
        _try(engine)
    except DBAPIError as error:
        raise StorageError("The database refuses. Grant its user to read and write all tables of the diary.") from error


def _try(engine: Engine) -> None:
    if not is_current(engine):
        raise StorageError("The database has the form of another version. Run: python -m diary migrate")
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                raise StorageError("The diary's file is damaged. Put the newest copy of it that you have in its place.")
    with writing(engine) as connection:
        connection.execute(update(people).where(false()).values(owner_id=people.c.owner_id))
