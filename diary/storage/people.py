"""What belongs to a person besides their days: the hour the day ends, the moods, what is not saved yet."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError

from diary.errors import InvalidMoodError, NotFoundError
from diary.model import BUILT_IN_MOODS, Mood, Unsaved
from diary.storage.database import put_row, reading, writing
from diary.storage.tables import drafts, entries, moods, people, revisions


def mood_of(row: RowMapping, prefix: str = "") -> Mood | None:
    """The mood in a row whose columns are named with ``prefix``; None where an outer join found none."""
    if row[f"{prefix}id"] is None:
        return None
    names = ("id", "name", "emoji", "light", "dark", "valence", "arousal", "hidden", "retired")
    return Mood(**{name: row[f"{prefix}{name}"] for name in names})


def put_moods(connection: Connection, owner_id: str, new: Sequence[Mood]) -> None:
    """Add moods behind the others, in the caller's transaction. Raises InvalidMoodError on a name in use."""
    _hold_moods(connection, owner_id)
    last = connection.execute(select(func.max(moods.c.position)).where(moods.c.owner_id == owner_id)).scalar()
    for position, mood in enumerate(new, start=(last or 0) + 1):
        _refuse_twin(connection, owner_id, mood)
        connection.execute(insert(moods).values(owner_id=owner_id, position=position, **asdict(mood)))


def _hold_moods(connection: Connection, owner_id: str) -> None:
    """Let others who change this person's moods wait on PostgreSQL, too, as SQLite's one writer does by itself."""
    connection.execute(select(people.c.owner_id).where(people.c.owner_id == owner_id).with_for_update(key_share=True))


def _refuse_twin(connection: Connection, owner_id: str, mood: Mood, but: str = "") -> None:
    names = select(moods.c.name).where(moods.c.owner_id == owner_id, moods.c.retired.is_(False), moods.c.id != but)
    if mood.name.casefold() in {name.casefold() for name in connection.execute(names).scalars()}:
        raise InvalidMoodError(f"There is a mood named “{mood.name}” already. Choose another name.")


class PersonStore:
    """One row of preferences, a set of moods, and the drafts, by owner."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def welcome(self, owner_id: str, now: datetime) -> None:
        """Make the person known, with the built-in moods, unless they are."""
        known = select(people.c.owner_id).where(people.c.owner_id == owner_id)
        with reading(self._engine) as connection:
            if connection.execute(known).one_or_none():
                return
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(people).values(owner_id=owner_id, day_cutoff_hour=4, created_at=now))
                connection.execute(
                    insert(moods),
                    [{"owner_id": owner_id, "position": i, **asdict(m)} for i, m in enumerate(BUILT_IN_MOODS)],
                )
        except IntegrityError:
            return  # somebody was quicker; they made the same rows

    def day_cutoff_hour(self, owner_id: str) -> int:
        """The hour (0–6) at which the person's day ends."""
        with reading(self._engine) as connection:
            query = select(people.c.day_cutoff_hour).where(people.c.owner_id == owner_id)
            return int(connection.execute(query).scalar_one())

    def set_day_cutoff_hour(self, owner_id: str, hour: int) -> None:
        """Let the day end at ``hour``; days already written stay where they are."""
        with writing(self._engine) as connection:
            connection.execute(update(people).where(people.c.owner_id == owner_id).values(day_cutoff_hour=hour))

    def moods(self, owner_id: str) -> tuple[Mood, ...]:
        """All moods the person has, in their order, hidden and retired ones too."""
        query = (
            select(moods).where(moods.c.owner_id == owner_id).order_by(moods.c.retired, moods.c.position, moods.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(mood for row in rows if (mood := mood_of(row)))

    def add_mood(self, owner_id: str, mood: Mood) -> None:
        """Add a mood behind the others. Raises InvalidMoodError when a current one has its name."""
        with writing(self._engine) as connection:
            put_moods(connection, owner_id, [mood])

    def replace_mood(self, owner_id: str, old_id: str, new: Mood) -> None:
        """Put ``new`` in the place of the mood ``old_id``, which stays, retired, with the days it was noted for.

        A mood that no day was noted with is simply overwritten. Raises InvalidMoodError on a name in use,
        NotFoundError when the old mood is gone or was replaced already.
        """
        mine = (moods.c.owner_id == owner_id) & (moods.c.id == old_id) & moods.c.retired.is_(False)
        noted = (select(t.c.day).where(t.c.owner_id == owner_id, t.c.mood_id == old_id) for t in (entries, revisions))
        used = union_all(*noted).limit(1)
        with writing(self._engine) as connection:
            _hold_moods(connection, owner_id)
            _refuse_twin(connection, owner_id, new, but=old_id)
            # A day that is being noted with it is waited for, to be seen below.
            position = connection.execute(select(moods.c.position).where(mine).with_for_update()).scalar_one_or_none()
            if position is None:
                raise NotFoundError("That mood is not in this diary.")
            if connection.execute(used).one_or_none():
                connection.execute(update(moods).where(mine).values(retired=True))
            else:
                connection.execute(delete(moods).where(mine))
            connection.execute(insert(moods).values(owner_id=owner_id, position=position, **asdict(new)))

    def arrange_moods(self, owner_id: str, order: Sequence[str], hidden: frozenset[str]) -> None:
        """Show the moods in this ``order`` of ids, and keep the ``hidden`` ones off the palette."""
        with writing(self._engine) as connection:
            _hold_moods(connection, owner_id)
            for position, mood_id in enumerate(order):
                connection.execute(
                    update(moods)
                    .where(moods.c.owner_id == owner_id, moods.c.id == mood_id, moods.c.retired.is_(False))
                    .values(position=position, hidden=mood_id in hidden)
                )

    def keep_draft(self, owner_id: str, unsaved: Unsaved, now: datetime) -> None:
        """Keep what was typed for a day, in place of what was kept for it before."""
        fields = {name: value for name, value in asdict(unsaved).items() if name != "day"}
        row = {"owner_id": owner_id, "day": unsaved.day, "fields": json.dumps(fields), "kept_at": now}
        with writing(self._engine) as connection:
            put_row(connection, drafts, row)

    def find_draft(self, owner_id: str, day: date) -> tuple[Unsaved, datetime] | None:
        """What was typed for ``day`` and not saved, with the instant (UTC) it was kept."""
        query = select(drafts).where(drafts.c.owner_id == owner_id, drafts.c.day == day)
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return (Unsaved(day=day, **json.loads(row["fields"])), row["kept_at"]) if row else None

    def drop_draft(self, owner_id: str, day: date) -> None:
        """Forget what was typed for ``day``."""
        with writing(self._engine) as connection:
            connection.execute(delete(drafts).where(drafts.c.owner_id == owner_id, drafts.c.day == day))
