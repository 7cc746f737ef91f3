"""What search looks into, folded further than before: also title, artist, tags and the names of moods by themselves."""

import unicodedata
from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from alembic import op

from diary.query import folded_line
from diary.storage.rows import folded_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW = ("folded_title", "folded_artist", "folded_tags")
BATCH = 200  # days whose notes are in memory at once
ENTRIES = sa.table(
    "entries",
    *map(sa.column, ("owner_id", "day", "song_title", "song_artist", "note", "folded", *NEW)),
    sa.column("tags", sa.JSON),
)
KEY = (ENTRIES.c.owner_id, ENTRIES.c.day)
MOODS = sa.table("moods", *map(sa.column, ("owner_id", "id", "name", "folded_name")))
Fold = Callable[[str, str, str, list[str]], dict[str, str]]


def upgrade() -> None:
    for name in NEW:
        op.add_column("entries", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("moods", sa.Column("folded_name", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    for mood in connection.execute(sa.select(MOODS.c.name).distinct()).all():
        same = sa.update(MOODS).where(MOODS.c.name == mood.name)
        connection.execute(same.values(folded_name=folded_line(mood.name)))
    _fold_days(_folded_now)


def downgrade() -> None:
    _fold_days(_folded_before)
    op.drop_column("moods", "folded_name")
    for name in NEW:
        op.drop_column("entries", name)


def _folded_now(title: str, artist: str, note: str, tags: list[str]) -> dict[str, str]:
    now = folded_of(title, artist, note, tags)
    return {name: now[name] for name in ("folded", *NEW)}  # columns of a later form are not there yet


def _folded_before(title: str, artist: str, note: str, tags: list[str]) -> dict[str, str]:
    plain = unicodedata.normalize("NFKD", "\n".join((title, artist, note, *tags))).casefold()
    folded = unicodedata.normalize("NFKD", plain)
    return {"folded": "".join(sign for sign in folded if not unicodedata.combining(sign))}


def _fold_days(folded: Fold) -> None:
    connection = op.get_bind()
    query = sa.select(*KEY, *(ENTRIES.c[name] for name in ("song_title", "song_artist", "note", "tags")))
    rows = connection.execute(query.order_by(*KEY).limit(BATCH)).all()
    while rows:
        _change(connection, [(*row[:2], folded(row[2] or "", row[3] or "", *row[4:])) for row in rows])
        further = query.where(sa.tuple_(*KEY) > sa.tuple_(*rows[-1][:2]))
        rows = connection.execute(further.order_by(*KEY).limit(BATCH)).all()


def _change(connection: sa.Connection, days: list[tuple[str, date, dict[str, str]]]) -> None:
    names = list(days[0][2])
    if connection.dialect.name != "postgresql":
        query = sa.update(ENTRIES).where(*(key == sa.bindparam(f"its_{key.name}") for key in KEY))
        query = query.values({name: sa.bindparam(f"new_{name}") for name in names})
        rows = [{f"new_{name}": value for name, value in new.items()} for *_, new in days]
        keys = [{"its_owner_id": owner_id, "its_day": day} for owner_id, day, _ in days]
        connection.execute(query, [row | key for row, key in zip(rows, keys, strict=True)])
        return
    # One statement for all of them, where each would be a round trip.
    columns = {"owner_id": [day[0] for day in days], "day": [day[1] for day in days]}
    columns |= {name: [day[2][name] for day in days] for name in names}
    kinds = {name: sa.ARRAY(sa.Date if name == "day" else sa.Text) for name in columns}
    arrays = (sa.cast(sa.bindparam(name, value, kinds[name]), kinds[name]) for name, value in columns.items())
    new = sa.func.unnest(*arrays).table_valued(*columns).render_derived(name="new")
    query = sa.update(ENTRIES).where(*(key == new.c[key.name] for key in KEY))
    connection.execute(query.values({name: new.c[name] for name in names}))
