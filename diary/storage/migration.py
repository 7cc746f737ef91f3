"""The migrations that bring a database's tables to the newest form.

A deploy migrates first, and replaces programs afterwards; one that is taken back leaves the tables as they are. So a
migration that only adds says in the name of its revision which older programs can serve on: ``0007_from_0005`` is form
0007, and a program that knows 0005 or 0006 reads and writes it as its own. What those need is taken away by a later
migration, when none of them is left.
"""

import logging
import re
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from diary.errors import AwayError, StorageError
from diary.storage import before
from diary.storage.database import begin_to_write, complaint, reading
from diary.storage.engine import HOW_TO_BEGIN, make_file, without_password
from diary.storage.tables import metadata

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
_FROM = re.compile(r"(?P<form>[0-9]{4})_from_(?P<oldest>[0-9]{4})")
_MIGRATING = 0x0D1A21  # any number, the same in every process: PostgreSQL's advisory lock for migrations


def migrate(engine: Engine, app_role: str | None = None, *, begin: bool = True, serving: bool = False) -> None:
    """Bring the tables to the newest form, after keeping a copy of an existing diary. One program does, others wait.

    Where there is no diary, one is made; without ``begin`` that is refused, and nothing is made.
    The copy of SQLite is ``FILE.REVISION.bak`` beside the file. In PostgreSQL it is the schema ``before_REVISION``;
    an older one is dropped. ``app_role`` is the role of PostgreSQL that the diary runs by, where another one
    migrates: it is granted what it needs. ``serving``: a newer form that this program `can_serve` is left as it is.
    Raises StorageError when this is no diary, a damaged one, or was written by a newer program.
    """
    try:
        if begin and engine.dialect.name == "sqlite":
            make_file(engine)
        if cause := damage(engine):
            raise sqlite3.DatabaseError(cause)
        with engine.begin() as connection:
            begin_to_write(connection)
            if engine.dialect.name == "postgresql":
                _wait_for_others(connection)
            _upgrade(connection, begin, serving)
            if app_role and engine.dialect.name == "postgresql":
                _grant(connection, app_role)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        cause = str(getattr(error, "orig", error))
        log.warning("database cannot be prepared cause=%r", cause)
        known = complaint_on(engine, cause)
        raise type(known)(f"The diary's database cannot be prepared. {known}") from error


def is_prepared(engine: Engine, *, serving: bool = False) -> bool:
    """Whether `migrate` has nothing left to do for the role of ``engine``, in PostgreSQL. Raises AwayError."""
    try:
        if not (can_serve(engine) if serving else is_current(engine)):
            return False
        with reading(engine) as connection:
            return not missing_rights(connection, connection.execute(select(func.current_user())).scalar_one())
    except AwayError:
        raise
    except StorageError:
        return False  # it may not even ask


def is_current(engine: Engine) -> bool:
    """Whether the database answers and its tables have the newest form."""
    return _found(engine) == newest_revision()


def can_serve(engine: Engine) -> bool:
    """Whether the database answers and its tables have the newest form, or a newer one that only adds to it."""
    return _lets_serve(_found(engine))


def newest_revision() -> str:
    """The revision that this program's tables have."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def known_revisions() -> frozenset[str]:
    """All revisions that this program can bring up to the newest."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def alembic_config() -> Config:
    """Where Alembic finds the migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _found(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _lets_serve(found: str | None) -> bool:
    newest = newest_revision()
    named, own = _FROM.fullmatch(found or ""), newest[:4]
    return found == newest or (named is not None and named["oldest"] <= own < named["form"])


def _upgrade(connection: Connection, begin: bool, serving: bool) -> None:
    found, newest = MigrationContext.configure(connection).get_current_revision(), newest_revision()
    if found == newest or (serving and _lets_serve(found)):
        return
    known = known_revisions()
    if found is not None and found not in known:
        raise StorageError("This diary was written by a newer version. Please update the program.")
    if found is None and (copies := before.copies_beside(connection.engine)):
        raise StorageError(
            f"The diary's file is empty, but beside it lies {copies[-1].name}, kept before an update. Put that in its "
            "place, or move it away to begin a new diary."
        )
    if found is None and not begin:
        raise StorageError(f"There is no diary at {without_password(connection.engine.url)}. {HOW_TO_BEGIN}")
    if found is not None:
        before.keep(connection, found, known)
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    log.info("migrated from=%s to=%s", found or "nothing", newest)


# -------------------------------------------------------------------- SQLite


def damage(engine: Engine) -> str | None:
    """What is wrong with a SQLite file that is looked through from beginning to end; None for PostgreSQL.

    It takes 0.2 s for the 140 MB of 100 000 entries, and finds damage before more is written.
    """
    if engine.dialect.name != "sqlite":
        return None
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    except DBAPIError as error:
        return str(error.orig)
    return None if found == "ok" else f"malformed: {found}"


def complaint_on(engine: Engine, cause: str) -> StorageError:
    """As `complaint`; for a damaged SQLite file it names the newest copy that lies beside it."""
    if (copies := before.copies_beside(engine)) and re.search("malformed|not a database", cause):
        return StorageError(
            "The diary's file is damaged. Put the newest copy of it that you have in its place; "
            f"beside it lies {copies[-1].name}, kept before an update."
        )
    return complaint(cause)


# -------------------------------------------------------------------- PostgreSQL


def _wait_for_others(connection: Connection) -> None:
    if not connection.execute(select(func.pg_try_advisory_xact_lock(_MIGRATING))).scalar():
        log.info("another program migrates the database; waiting for it")
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))


def missing_rights(connection: Connection, role: str) -> list[tuple[str, str]]:
    """Tables of the diary in PostgreSQL, each with a right that ``role`` needs on it and has not."""
    query = text(
        "SELECT name, granted FROM unnest(:tables) AS name, unnest(:rights) AS granted "
        "WHERE NOT has_table_privilege(:role, quote_ident(name), granted) ORDER BY name, granted"
    )
    needed = ((list(metadata.tables), ["SELECT", "INSERT", "UPDATE", "DELETE"]), (["alembic_version"], ["SELECT"]))
    return [
        (row.name, row.granted)
        for tables, rights in needed
        for row in connection.execute(query, {"role": role, "tables": tables, "rights": rights})
    ]


def _grant(connection: Connection, role: str) -> None:
    """Let ``role`` read and write the diary's tables, and see which form they have; nothing more."""
    quote = connection.dialect.identifier_preparer.quote
    schema = connection.execute(select(func.current_schema())).scalar_one()
    if not connection.execute(select(func.has_schema_privilege(role, schema, "USAGE"))).scalar():
        connection.execute(text(f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(role)}"))
    for table, right in missing_rights(connection, role):
        connection.execute(text(f"GRANT {right} ON {quote(table)} TO {quote(role)}"))
