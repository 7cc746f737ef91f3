"""How a mood lies in its row, and what holds for all moods of one person."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, insert, select

from diary.errors import InvalidMoodError
from diary.model import Mood
from diary.query import folded_line
from diary.storage.tables import moods, people

_COLUMNS = ("id", "name", "emoji", "light", "dark", "valence", "arousal", "hidden", "retired")
MOOD = tuple(moods.c[name].label(f"mood_{name}") for name in _COLUMNS)  # what `mood_of` reads


@lru_cache(maxsize=1000)
def mood_of(*values: Any) -> Mood | None:
    """The mood whose columns `MOOD` hold these ``values``; None where an outer join found none.

    One mood is in many rows, and is checked once.
    """
    return None if values[0] is None else Mood(*values)


def values_of(mood: Mood) -> dict[str, object]:
    """The columns of the row that holds ``mood``, but for its owner and its position."""
    return {**asdict(mood), "folded_name": folded_line(mood.name)}


def put_moods(connection: Connection, owner_id: str, new: Sequence[Mood]) -> None:
    """Add moods behind the others, in the caller's transaction. Raises InvalidMoodError on a name in use."""
    hold_moods(connection, owner_id)
    last = connection.execute(select(func.max(moods.c.position)).where(moods.c.owner_id == owner_id)).scalar()
    taken, rows = names_in_use(connection, owner_id), []
    for position, mood in enumerate(new, start=(last or 0) + 1):
        refuse_twin(mood, taken)
        taken.add(mood.name.casefold())
        rows.append({"owner_id": owner_id, "position": position, **values_of(mood)})
    if rows:
        connection.execute(insert(moods), rows)


def hold_moods(connection: Connection, owner_id: str) -> None:
    """Let others who change this person's moods wait on PostgreSQL, too, as SQLite's one writer does by itself."""
    connection.execute(select(people.c.owner_id).where(people.c.owner_id == owner_id).with_for_update(key_share=True))


def names_in_use(connection: Connection, owner_id: str, but: str = "") -> set[str]:
    """The names in use, without case, but for that of the mood with the id ``but``."""
    names = select(moods.c.name).where(moods.c.owner_id == owner_id, moods.c.retired.is_(False), moods.c.id != but)
    return {name.casefold() for name in connection.execute(names).scalars()}


def refuse_twin(mood: Mood, taken: Collection[str]) -> None:
    """Raise InvalidMoodError where the mood's name is ``taken``."""
    if mood.name.casefold() in taken:
        raise InvalidMoodError(f"There is a mood named “{mood.name}” already. Choose another name.")
