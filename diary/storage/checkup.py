"""Whether a database is fit for the diary."""

from sqlalchemy import Engine, false, func, select, text, update
from sqlalchemy.exc import DBAPIError

from diary.errors import StorageError
from diary.storage.database import reading, writing
from diary.storage.migration import complaint_on, damage, is_current, missing_rights
from diary.storage.tables import WALLED, people

# Whom policies bind: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
_HOLES = text("""
SELECT current_user AS role,
    EXISTS (SELECT FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(oid, 'MEMBER')) AS mighty,
    bool_or(pg_has_role(relowner, 'MEMBER')) AS owner, bool_or(NOT relrowsecurity) AS open
FROM pg_class WHERE oid IN (SELECT to_regclass(quote_ident(name)) FROM unnest(:walled) AS name)
""")


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


def hole_in_wall(engine: Engine) -> str | None:
    """A sentence where the role of ``engine`` sees the rows of all owners, whatever it is asked, and what to do.

    None where PostgreSQL hides the rows of others from it (see `wall`), and for SQLite, which hides none. The tables
    have the newest form. Raises StorageError when the database is out of reach.
    """
    if engine.dialect.name != "postgresql":
        return None
    with reading(engine) as connection:
        found = connection.execute(_HOLES, {"walled": [table.name for table in WALLED]}).one()
    if found.mighty:
        why = f"{found.role} is a superuser or may bypass row-level security, or is a member of such a role"
    elif found.owner:
        why = f"{found.role} owns the tables, or is a member of the role that does"
    elif found.open:
        return "Nothing keeps one owner's rows from another: row-level security is off. Switch it on for all tables."
    else:
        return None
    return (
        f"Nothing keeps one owner's rows from another: {why}. Let DATABASE_URL name a role that only reads and writes, "
        "and DIARY_MIGRATION_URL the one that owns the tables."
    )
