"""Whether anything was written into a diary: a page that was only opened counts not."""

from sqlalchemy import Connection, case, or_, select

from diary.model import BUILT_IN_MOODS
from diary.storage.copies.whose import belonging_to
from diary.storage.people import NEW
from diary.storage.tables import drafts, entries, moods, people, revisions, waiting_photos


def is_written(connection: Connection, owner_id: str | None = None) -> bool:
    """Whether the database holds days, drafts or changed settings, of anybody or of one owner."""
    places = {mood.id: place for place, mood in enumerate(BUILT_IN_MOODS)}
    changed = or_(
        moods.c.id.not_in(places), moods.c.hidden, moods.c.retired, moods.c.position != case(places, value=moods.c.id)
    )
    asked = (
        select(moods.c.id).where(belonging_to(owner_id, moods), changed),
        select(people.c.owner_id).where(
            belonging_to(owner_id, people),
            or_(people.c.day_cutoff_hour != NEW.day_cutoff_hour, people.c.leaves_out_hard_days),
        ),
        *(
            select(*table.primary_key).where(belonging_to(owner_id, table))
            for table in (entries, revisions, drafts, waiting_photos)
        ),
    )
    return any(connection.execute(query.limit(1)).first() for query in asked)
