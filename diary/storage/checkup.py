"""Whether a database is fit for the diary."""

from sqlalchemy import Engine, false, func, select, update
from sqlalchemy.exc import DBAPIError

from diary.errors import StorageError
from diary.storage.database import reading, writing
from diary.storage.migration import complaint_on, damage, is_current, missing_rights
from diary.storage.tables import people


def check(engine: Engine) -> None:
    """Ask whether the database answers, is whole (SQLite only), has the newest form, and may be read and written.

    Nothing is changed. Raises StorageError, a sentence on
    what is wrong and what to do.
    """
    try:
        _try(engine)
    except DBAPIError as error:
        raise StorageError("The database refuses. Grant its user to read and write all tables of the diary.") from error


def _try(engine: Engine) -> None:
    if cause := damage(engine):
        raise complaint_on(engine, cause)
    if not is_current(engine):
        raise StorageError("The database has the form of another version. Run: python -m diary migrate")
    if engine.dialect.name == "postgresql":
        with reading(engine) as connection:
            role = connection.execute(select(func.current_user())).scalar_one()
            if missing := missing_rights(connection, role):
                table, right = missing[0]
                raise StorageError(f"The database refuses. Grant {right} on {table} to {role}.")
    with writing(engine) as connection:
        connection.execute(update(people).where(false()).values(owner_id=people.c.owner_id))
