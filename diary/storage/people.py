"""What belongs to a person besides their days: the hour the day ends, the moods, what is not saved yet."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Engine, bindparam, delete, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError

from diary.clock import utc_now
from diary.errors import AwayError, EndedError, NotFoundError, StorageError
from diary.model import Mood, Person, Unsaved
from diary.protocols import ENDED, RESTORED
from diary.storage.database import put_row, reading, writing
from diary.storage.moods import MOOD, hold_moods, mood_of, names_in_use, put_moods, refuse_twin, values_of
from diary.storage.photos.keys import folder_of
from diary.storage.tables import drafts, entries, marks, moods, people, revisions
from diary.storage.wall import rows_of

MAX_DRAFT = 2_000_000  # characters; each takes at most 14 bytes of the 32 MB that a row may have in a backup
NEW = Person()
_T = TypeVar("_T")
# Asked for on every page, so it is put together once.
_PERSON = (
    select(people.c.day_cutoff_hour, people.c.leaves_out_hard_days, *MOOD)
    .outerjoin(moods, moods.c.owner_id == people.c.owner_id)
    .where(people.c.owner_id == bindparam("owner"))
    .order_by(moods.c.retired, moods.c.position, moods.c.id)
)


def is_nobodys(error: IntegrityError) -> bool:
    """Whether a row was refused because the person or the mood it belongs to is not there.

    Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html and https://www.sqlite.org/rescode.html
    """
    return getattr(error.orig, "pgcode", None) == "23503" or getattr(error.orig, "sqlite_errorcode", None) == 787


class PersonStore:
    """One row of preferences, a set of moods, and the drafts, by owner.

    Every method but `welcome` and `knows` raises EndedError where the diary was ended since.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def welcome(self, owner_id: str, now: datetime) -> None:
        """Make the person known, with the built-in moods, unless they are.

        Raises AwayError as long as photos of a diary that they ended are still to be removed.
        """
        if self.knows(owner_id):
            return
        try:
            with writing(self._engine, rows_of(owner_id)) as connection:
                connection.execute(
                    insert(people).values(owner_id=owner_id, day_cutoff_hour=NEW.day_cutoff_hour, created_at=now)
                )
                connection.execute(
                    insert(moods),
                    [{"owner_id": owner_id, "position": i, **values_of(m)} for i, m in enumerate(NEW.moods)],
                )
                if connection.execute(select(marks.c.at).where(marks.c.name == folder_of(owner_id))).first():
                    raise AwayError("The diary that was here is still being removed. Try again in a moment.")
        except IntegrityError:
            return  # somebody was quicker; they made the same rows

    def knows(self, owner_id: str) -> bool:
        """Whether the person was ever made known."""
        with reading(self._engine, rows_of(owner_id)) as connection:
            query = select(people.c.owner_id).where(people.c.owner_id == owner_id)
            return connection.execute(query).one_or_none() is not None

    def recognise(self, owner_id: str) -> None:
        """Raise EndedError where the person is not known any more, as their diary was ended.

        One who is unknown all at once because a backup from before their time was restored is welcomed again.
        """
        if self.knows(owner_id):
            return
        query = select(marks.c.name, marks.c.at).where(marks.c.name.in_((ENDED, RESTORED)))
        with reading(self._engine) as connection:
            last = {row.name: row.at for row in connection.execute(query)}
        if ENDED in last and not (RESTORED in last and last[RESTORED] > last[ENDED]):
            raise EndedError
        self.welcome(owner_id, utc_now())

    def knowing(self, owner_id: str, write: Callable[[], _T]) -> _T:
        """Do ``write``; where it finds the person or a mood unknown, once more after `recognise`.

        Raises IntegrityError when that does not help, or for another reason.
        """
        try:
            return write()
        except IntegrityError as error:
            if not is_nobodys(error):
                raise
        self.recognise(owner_id)
        return write()

    def find(self, owner_id: str) -> Person:
        """What is known of the person, in one SELECT."""
        with reading(self._engine, rows_of(owner_id)) as connection:
            rows = connection.execute(_PERSON, {"owner": owner_id}).all()
        if not rows:
            self.recognise(owner_id)
            return NEW
        hour, left_out = rows[0][:2]
        return Person(hour, left_out, tuple(mood for row in rows if (mood := mood_of(*row[2:]))))

    def set_day_cutoff_hour(self, owner_id: str, hour: int) -> None:
        """Let the day end at ``hour``; days already written stay where they are."""
        self.recognise(owner_id)
        with writing(self._engine, rows_of(owner_id)) as connection:
            connection.execute(update(people).where(people.c.owner_id == owner_id).values(day_cutoff_hour=hour))

    def set_leaves_out_hard_days(self, owner_id: str, left_out: bool) -> None:
        """Leave hard days out, or show them again."""
        self.recognise(owner_id)
        with writing(self._engine, rows_of(owner_id)) as connection:
            mine = people.c.owner_id == owner_id
            connection.execute(update(people).where(mine).values(leaves_out_hard_days=left_out))

    def add_mood(self, owner_id: str, mood: Mood) -> None:
        """Add a mood behind the others. Raises InvalidMoodError when a current one has its name."""

        def put() -> None:
            with writing(self._engine, rows_of(owner_id)) as connection:
                put_moods(connection, owner_id, [mood])

        self.knowing(owner_id, put)

    def replace_mood(self, owner_id: str, old_id: str, new: Mood) -> None:
        """Put ``new`` in the place of the mood ``old_id``, which stays, retired, with the days it was noted for.

        A mood that no day was noted with is simply overwritten. Raises InvalidMoodError on a name in use,
        NotFoundError when the old mood is gone or was replaced already.
        """
        mine = (moods.c.owner_id == owner_id) & (moods.c.id == old_id) & moods.c.retired.is_(False)
        noted = (select(t.c.day).where(t.c.owner_id == owner_id, t.c.mood_id == old_id) for t in (entries, revisions))
        used = union_all(*noted).limit(1)
        with writing(self._engine, rows_of(owner_id)) as connection:
            hold_moods(connection, owner_id)
            refuse_twin(new, names_in_use(connection, owner_id, but=old_id))
            # A day that is being noted with it is waited for, to be seen below.
            position = connection.execute(select(moods.c.position).where(mine).with_for_update()).scalar_one_or_none()
            if position is None:
                raise NotFoundError("That mood is not in this diary.")
            if connection.execute(used).one_or_none():
                connection.execute(update(moods).where(mine).values(retired=True))
            else:
                connection.execute(delete(moods).where(mine))
            connection.execute(insert(moods).values(owner_id=owner_id, position=position, **values_of(new)))

    def arrange_moods(self, owner_id: str, order: Sequence[str], hidden: frozenset[str]) -> None:
        """Show the moods in this ``order`` of ids, and keep the ``hidden`` ones off the palette."""
        with writing(self._engine, rows_of(owner_id)) as connection:
            hold_moods(connection, owner_id)
            for position, mood_id in enumerate(order):
                connection.execute(
                    update(moods)
                    .where(moods.c.owner_id == owner_id, moods.c.id == mood_id, moods.c.retired.is_(False))
                    .values(position=position, hidden=mood_id in hidden)
                )

    def keep_draft(self, owner_id: str, unsaved: Unsaved, now: datetime) -> None:
        """Keep what was typed for a day, in place of what was kept for it before.

        Raises StorageError when it is longer than `MAX_DRAFT`; what was kept before stays.
        """
        fields = {name: value for name, value in asdict(unsaved).items() if name != "day"}
        if sum(len(text) for text in fields.values() if isinstance(text, str)) > MAX_DRAFT:
            raise StorageError(f"More than {MAX_DRAFT:,} characters are not kept before they are saved. Shorten them.")
        row = {"owner_id": owner_id, "day": unsaved.day, "fields": json.dumps(fields), "kept_at": now}

        def put() -> None:
            with writing(self._engine, rows_of(owner_id)) as connection:
                put_row(connection, drafts, row)

        self.knowing(owner_id, put)

    def find_draft(self, owner_id: str, day: date) -> tuple[Unsaved, datetime] | None:
        """What was typed for ``day`` and not saved, with the instant (UTC) it was kept."""
        query = select(drafts).where(drafts.c.owner_id == owner_id, drafts.c.day == day)
        with reading(self._engine, rows_of(owner_id)) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return (Unsaved(day=day, **json.loads(row["fields"])), row["kept_at"]) if row else None

    def drop_draft(self, owner_id: str, day: date) -> None:
        """Forget what was typed for ``day``."""
        with writing(self._engine, rows_of(owner_id)) as connection:
            connection.execute(delete(drafts).where(drafts.c.owner_id == owner_id, drafts.c.day == day))
