"""How a process kills itself (kill -9) at one point of its next save."""

import os
import signal
import sys
from itertools import count
from typing import Any

from botocore.client import BaseClient
from sqlalchemy import Engine, event


def die_at_statement(fatal: int) -> None:
    """From now on, die before the statement of that number, counted over all connections."""
    numbers = count(1)

    def watch(*_: object) -> None:
        if next(numbers) == fatal:
            _die()

    event.listen(Engine, "before_cursor_execute", watch)
    event.listen(Engine, "commit", watch)


def die_at(point: str) -> None:
    """From now on, die where the next save comes to ``point``.

    ``aside``: both sizes of a photo are written into the folder, neither is in its place; ``half``: one is;
    ``object``: one of the two is in the bucket; ``row``: the photo is kept, the day's row comes next; ``commit``: the
    row is written, its transaction is not committed yet (SQLite; to PostgreSQL both are one). Anywhere else, it goes on
    living.
    """
    if point in {"aside", "half"}:
        _die_at_move(1 if point == "aside" else 2)
    elif point == "object":
        _die_at_second_object()
    elif point == "row":
        event.listen(Engine, "before_cursor_execute", _die_at_row)
    elif point == "commit":
        event.listen(Engine, "commit", _die)


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_row(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
    if "INSERT INTO entries" in statement or "UPDATE entries" in statement:
        _die()


def _die_at_move(fatal: int) -> None:
    moves = 0

    def watch(happening: str, _: object) -> None:
        nonlocal moves
        if happening == "os.rename":
            moves += 1
            if moves == fatal:
                _die()

    sys.addaudithook(watch)


def _die_at_second_object() -> None:
    ask, puts = BaseClient._make_api_call, 0

    def watched(client: BaseClient, operation: str, arguments: Any) -> Any:
        nonlocal puts
        puts += operation == "PutObject"
        if puts == 2:
            _die()
        return ask(client, operation, arguments)

    BaseClient._make_api_call = watched
