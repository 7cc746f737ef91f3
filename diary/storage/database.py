"""Transactions on the database, and what is said when it cannot be used."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from diary.errors import AwayError, StorageError
from diary.storage.wall import OPTION, SET, Rows

log = logging.getLogger(__name__)
_STILL = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
    "SET LOCAL idle_in_transaction_session_timeout = '10min'"
)
_SENTENCES = (
    ("is full", "The disk is full, so nothing could be saved. Free some space and try again."),
    ("No space left", "The disk is full, so nothing could be saved. Free some space and try again."),
    (
        "disk I/O error",
        "The disk refuses. Its space or its owner's quota may be full, or it is failing. Look after it.",
    ),
    ("not a database", "The file that DATABASE_URL names is no SQLite database."),
    ("malformed", "The diary's file is damaged. Put the newest copy of it that you have in its place."),
    ("already exists", "DATABASE_URL names the database of another program. Choose a new one for the diary."),
    (
        "Could not decode to UTF-8",
        "The diary's file holds what is no text, as another program left it. Put the newest copy of it in its place.",
    ),
    ("readonly", "The diary's file may not be written to. Check the rights of its folder."),
    ("unable to open", "The diary's file cannot be opened. Check DATABASE_URL and the rights of its folder."),
    ("permission denied", "The database refuses. Grant its user to read and write all tables of the diary."),
    (
        "must be owner",
        "The database refuses to change what another role owns. Let DIARY_MIGRATION_URL name the role that owns all.",
    ),
    (
        "invalid dsn|invalid connection option|invalid sslmode value",
        "DATABASE_URL has something after its “?” that PostgreSQL does not know. Check it, or take it out.",
    ),
    (
        "PAM authentication failed",
        "The database refuses the token. Grant its user the role rds_iam, and let this machine's role connect as it.",
    ),
    (
        "authentication failed|no password supplied",
        "The database refuses the diary's user. Check user and password in DATABASE_URL.",
    ),
    ("no encryption", "The database takes encrypted connections only. Take sslmode out of DATABASE_URL or PGSSLMODE."),
    ("no pg_hba.conf entry", "The database lets the diary's user not in from this machine. Allow it in pg_hba.conf."),
    ("not support SSL", "The database has no encryption. Switch it on there, or add ?sslmode=disable to DATABASE_URL."),
    ("does not match host", "The database's certificate is for another host. Check the host in DATABASE_URL."),
    (
        "certificate|signature failure",
        "The database's certificate cannot be verified. Let PGSSLROOTCERT name a file with the certificate of its "
        "authority; for Amazon RDS that is global-bundle.pem of truststore.pki.rds.amazonaws.com.",
    ),
    (
        "FATAL: .*does not exist|^role .*does not exist",
        "The database or the user that DATABASE_URL names does not exist. Make it, or check the name.",
    ),
)
_AWAY = (
    ("read-only", "The diary's database takes no changes just now. Try again in a moment."),
    ("locked|lock timeout", "The diary is in use by another program. Try again in a moment."),
    ("translate host name", "The host that DATABASE_URL names is not known. Check it, and the network."),
    ("", "The diary's database is not answering. Try again in a moment."),
)


@contextmanager
def reading(engine: Engine, rows: Rows | None = None, *, still: bool = False) -> Iterator[Connection]:
    """To read only, of tables with owners those ``rows``; an unreachable database becomes a StorageError.

    A bug stays itself. Without ``rows``, PostgreSQL gives none that belongs to an owner, but an error.

    A ``still`` database stays as it was at the first query, and answers may be read in parts for as long as it takes.
    Otherwise each query stands for itself: a transaction would cost PostgreSQL two round trips, and SQLite two more
    statements, which take longer than most queries.
    """
    in_postgres = engine.dialect.name == "postgresql"
    if in_postgres and not still:
        with _each_by_itself(engine, rows) as connection:
            yield connection
        return
    with _honest(), engine.connect() as connection:
        if still and not in_postgres:
            connection.exec_driver_sql("BEGIN")
        elif still and rows:
            connection.exec_driver_sql(f"{_STILL}; {SET}", rows.bound)
        elif still:
            connection.exec_driver_sql(_STILL)
        yield connection


@contextmanager
def _each_by_itself(engine: Engine, rows: Rows | None) -> Iterator[Connection]:
    """To PostgreSQL each statement is a transaction; SQLAlchemy's level AUTOCOMMIT costs a round trip at its end."""
    with _honest(), engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.autocommit = True
        try:
            yield connection.execution_options(**{OPTION: rows})
        finally:
            if not raw.closed:
                raw.autocommit = False


@contextmanager
def writing(engine: Engine, rows: Rows | None = None, *, at_once: bool = False) -> Iterator[Connection]:
    """A transaction that writes: committed at the end as a whole, or not at all; ``rows`` and errors as in `reading`.

    A single statement is one by itself to PostgreSQL: given ``at_once``, it is spared the two round trips that begin
    and commit it. Where the connection breaks during the commit, nobody knows which. It is not tried again: the
    person does that, and finds by the day's revision what had been kept after all.
    """
    if at_once and engine.dialect.name == "postgresql":
        with _each_by_itself(engine, rows) as connection:
            yield connection
        return
    with _honest(), engine.begin() as connection:
        begin_to_write(connection)
        yield connection.execution_options(**{OPTION: rows})


def begin_to_write(connection: Connection) -> None:
    """Take SQLite's lock at once: a reader that turns into a writer is refused without waiting."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def put_row(connection: Connection, table: Table, values: Mapping[str, object], change: Collection[str] = ()) -> None:
    """Insert a row or replace the one with its primary key, in one statement: two who do it at once both succeed.

    Of a row that is there only the columns of ``change`` are replaced, where any are named.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    query = insert(table).values(**values)
    connection.execute(
        query.on_conflict_do_update(
            index_elements=[*table.primary_key], set_={name: values[name] for name in change or values}
        )
    )


@contextmanager
def _honest() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        if isinstance(error, DBAPIError) and not _out_of_reach(error):
            raise
        cause = str(getattr(error, "orig", error))
        log.warning("database failed cause=%r", cause)
        raise complaint(cause) from error


def _out_of_reach(error: DBAPIError) -> bool:
    """Whether the database is at fault, and not the program that asked."""
    damaged = type(error) is DatabaseError
    standing_by = isinstance(error, InternalError)  # a PostgreSQL server that only reads just now
    # https://www.postgresql.org/docs/current/errcodes-appendix.html; a row of another owner is the program's mistake
    forbidden = getattr(error.orig, "pgcode", None) == "42501" and "row-level security" not in str(error.orig)
    unreadable = "invalid dsn" in str(error.orig)  # psycopg2 counts an address with an unknown option as a bug
    at_fault = damaged or standing_by or forbidden or unreadable
    return isinstance(error, OperationalError) or at_fault or error.connection_invalidated


def complaint(cause: str) -> StorageError:
    """What the database's ``cause`` means for the person who was about to save; an AwayError if it may pass."""
    said = re.sub('"[^"]*"', '""', cause)  # a name may look like a sign
    for sign, sentence in _SENTENCES:
        if re.search(sign, said):
            return StorageError(sentence)
    return AwayError(next(sentence for sign, sentence in _AWAY if re.search(sign, said)))
