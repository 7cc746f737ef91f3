"""The wall between owners: PostgreSQL hides the rows of others even from a query that forgot to leave them out.

A transaction says first whose rows it asks for, in a setting that ends with it; the policies of migration 0003 compare
each row with that, and fail where nothing was said. The wall holds for a role that owns no table and may not pass by
it: see `diary.storage.checkup.hole_in_wall`. SQLite has none. It guards against a mistake in a query, not against
somebody who can send statements of their own.
https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

OPTION = "diary_rows"  # of a connection: the rows that each of its statements asks for
SET = "SELECT set_config('diary.rows_of', %(diary_rows_of)s, true)"


@dataclass(frozen=True)
class Rows:
    """Whose rows a transaction may see and write; ``named`` is the value of the setting."""

    named: str

    @property
    def bound(self) -> dict[str, str]:
        """The parameter of `SET`."""
        return {"diary_rows_of": self.named}


EVERYONE = Rows("everyone")  # for the house work, which spans owners


def rows_of(owner_id: str) -> Rows:
    """The rows of one owner in the tables that have a column ``owner_id``."""
    return Rows(f"owner:{owner_id}")


def rows_beside(key: str) -> Rows:
    """The waiting photos of the owner whose photo ``key`` names."""
    return Rows(f"photos:{key.partition('/')[0]}")


def turn_to(connection: Connection, rows: Rows) -> None:
    """From now on, the transaction asks for these ``rows``."""
    connection.execution_options(**{OPTION: rows})
    connection.execute(select(1))  # which says so to named cursors too


def say_whose_rows(
    connection: Connection, cursor: Any, statement: str, parameters: Any, _context: object, _many: bool
) -> tuple[str, Any]:
    """Listens to ``before_cursor_execute``: the setting goes with the statement, which spares a round trip.

    PostgreSQL takes both for one transaction where none is under way. With a named cursor only one statement can go:
    its transaction has said it before.
    """
    rows = connection.get_execution_options().get(OPTION)
    if rows is None or cursor.name:
        return statement, parameters
    return f"{SET}; {statement}", parameters | rows.bound
