"""What PostgreSQL itself keeps from a query that forgot whose rows it asks for; nothing here asks a store."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from diary.diary import Diary
from diary.errors import StorageError
from diary.model import EntryDraft, Unsaved
from diary.storage.checkup import hole_in_wall
from diary.storage.database import put_row, reading, writing
from diary.storage.engine import open_engine
from diary.storage.photos.pictures import Picture
from diary.storage.photos.waiting import WaitingPhotos
from diary.storage.tables import WALLED, drafts, entries, metadata, people, waiting_photos
from diary.storage.wall import EVERYONE, Rows, rows_beside, rows_of
from tests.builders import NOON, SERENE, TODAY, make_engine, make_parts, over
from tests.postgres import PostgresServer

on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
OWNED = [table for table in WALLED if "owner_id" in table.c]
KEYS = {owner: f"{number * 32}/{'c' * 64}.webp" for owner, number in (("anna", "a"), ("ben", "b"))}
Begin = Callable[[Engine, Rows | None], AbstractContextManager[Connection]]
TRANSACTIONS: dict[str, Begin] = {
    "reading": reading,
    "reading a still database": lambda engine, rows: reading(engine, rows, still=True),
    "writing": writing,
}


@pytest.fixture
def engine(database: str) -> Engine:
    """By the role of every day, on a database where two people have rows in all tables that belong to owners."""
    parts, engine = make_parts(database), make_engine(database)
    for owner, key in KEYS.items():
        diary = Diary(owner, parts)
        diary.add_mood(SERENE)
        diary.save(over(diary.save(EntryDraft(TODAY, "serene", note="first")), note="second"))
        diary.keep_unsaved(Unsaved(TODAY, note="half"))
        WaitingPhotos(engine).put(key, Picture(b"large", b"small"))
    return engine


@pytest.fixture
def owner_url(engine: Engine) -> str:
    """The same database by the role that its tables belong to."""
    return engine.url.set(username="diary").render_as_string()


def whole(owner_url: str) -> dict[str, list[str]]:
    """All rows there are."""
    with open_engine(owner_url).connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in WALLED}


@pytest.mark.parametrize("begin", TRANSACTIONS.values(), ids=TRANSACTIONS)
@on_postgresql
def test_who_asks_for_all_rows_gets_those_of_the_owner_named(engine: Engine, begin: Begin) -> None:
    for table in OWNED:
        with begin(engine, rows_of("anna")) as connection:
            assert set(connection.execute(select(table.c.owner_id)).scalars()) == {"anna"}
    with begin(engine, rows_beside(KEYS["anna"])) as connection:
        assert connection.execute(select(waiting_photos.c.key)).scalars().all() == [KEYS["anna"]]


@pytest.mark.parametrize("begin", TRANSACTIONS.values(), ids=TRANSACTIONS)
@on_postgresql
def test_the_house_work_gets_those_of_everyone(engine: Engine, begin: Begin) -> None:
    with begin(engine, EVERYONE) as connection:
        for table in OWNED:
            assert set(connection.execute(select(table.c.owner_id)).scalars()) == {*KEYS}
        assert set(connection.execute(select(waiting_photos.c.key)).scalars()) == {*KEYS.values()}


@pytest.mark.parametrize("begin", TRANSACTIONS.values(), ids=TRANSACTIONS)
@pytest.mark.parametrize("table", WALLED, ids=str)
@on_postgresql
def test_who_names_nobody_gets_an_error_and_does_not_believe_that_nothing_is_there(
    engine: Engine, begin: Begin, table: object
) -> None:
    said = pytest.raises(ProgrammingError, match="whose rows are asked for was not said")
    with said, begin(engine, None) as connection:
        connection.execute(select(table))


@on_postgresql
def test_the_photos_of_one_are_not_asked_for_by_the_name_of_another_kind(engine: Engine) -> None:
    for rows, table in ((rows_of("anna"), waiting_photos), (rows_beside(KEYS["anna"]), entries)):
        with pytest.raises(ProgrammingError, match="whose rows"), reading(engine, rows) as connection:
            connection.execute(select(table))


# -------------------------------------------------------------------- writing


@on_postgresql
def test_who_changes_or_drops_all_rows_does_so_to_those_of_the_owner_named(engine: Engine, owner_url: str) -> None:
    before = whole(owner_url)
    with writing(engine, rows_of("anna")) as connection:
        assert connection.execute(update(entries).values(note="gone")).rowcount == 1
        for table in reversed(OWNED):
            connection.execute(delete(table))
    with writing(engine, rows_beside(KEYS["anna"])) as connection:
        assert connection.execute(delete(waiting_photos)).rowcount == 1
    left = {table: [row for row in rows if "ben" in row or "b" * 32 in row] for table, rows in before.items()}
    assert all(left.values())
    assert whole(owner_url) == left


BENS = {"owner_id": "ben", "day": TODAY.replace(day=1), "fields": "{}", "kept_at": NOON}
FORBIDDEN: dict[str, Callable[[Connection], object]] = {
    "a new row": lambda connection: connection.execute(insert(drafts).values(**BENS)),
    "a row in the place of another": lambda connection: put_row(connection, drafts, BENS | {"day": TODAY}),
    "a row given away": lambda connection: connection.execute(update(drafts).values(owner_id="ben")),
    "a person": lambda connection: connection.execute(
        insert(people).values(owner_id="carla", day_cutoff_hour=4, created_at=NOON)
    ),
}


@pytest.mark.parametrize("act", FORBIDDEN.values(), ids=FORBIDDEN)
@on_postgresql
def test_who_writes_a_row_of_another_is_refused_and_that_is_told_as_a_bug(
    engine: Engine, owner_url: str, act: Callable[[Connection], object]
) -> None:
    before = whole(owner_url)
    with pytest.raises(ProgrammingError, match="row-level security"), writing(engine, rows_of("anna")) as connection:
        act(connection)
    assert whole(owner_url) == before


# -------------------------------------------------------------------- over the wall


OWNED_BY_ANOTHER = "refuses to change what another role owns"
CLIMBED = {
    "the server's switch": ("SET LOCAL row_security = off; SELECT * FROM entries", "row-level security"),
    "the table's switch": ("ALTER TABLE entries DISABLE ROW LEVEL SECURITY", OWNED_BY_ANOTHER),
    "the policy": ("DROP POLICY wall ON entries", OWNED_BY_ANOTHER),
    "the function": (
        "CREATE OR REPLACE FUNCTION diary_rows_of(kind text) RETURNS text LANGUAGE sql AS $$ SELECT NULL $$",
        "The database refuses",
    ),
    "the owner's role": ("SET LOCAL ROLE diary", "The database refuses"),
}


@pytest.mark.parametrize(("sql", "said"), CLIMBED.values(), ids=CLIMBED)
@on_postgresql
def test_the_diarys_role_cannot_take_the_wall_down(engine: Engine, sql: str, said: str) -> None:
    with pytest.raises((ProgrammingError, StorageError), match=said), writing(engine, rows_of("anna")) as connection:
        connection.exec_driver_sql(sql)


@pytest.mark.parametrize(
    "odd",
    ["", "everyone", "owner:anna", "photos:anna", "anna'; SET diary.rows_of = 'everyone", "anna' OR '1'='1", "anna\\",
     "\\'; --", "%s %(day_1)s %%", "Ünal|日本 👩‍👩‍👧", "ANNA", "anna ", "a" * 255],
)  # fmt: skip
@on_postgresql
def test_whatever_an_owner_is_called_it_is_taken_for_a_name(engine: Engine, odd: str) -> None:
    with writing(engine, rows_of(odd)) as connection:
        connection.execute(insert(people).values(owner_id=odd, day_cutoff_hour=4, created_at=NOON))
    for begin in TRANSACTIONS.values():
        with begin(engine, rows_of(odd)) as connection:
            assert connection.execute(select(func.diary_rows_of("owner"))).scalar() == odd
            assert connection.execute(select(people.c.owner_id)).scalars().all() == [odd]


@pytest.mark.parametrize("begin", TRANSACTIONS.values(), ids=TRANSACTIONS)
@pytest.mark.parametrize("rows", [rows_of("anna"), EVERYONE], ids=["an owner", "everyone"])
@on_postgresql
def test_a_connection_that_is_used_again_has_forgotten_whose_rows_were_asked_for(
    database: str, engine: Engine, begin: Begin, rows: Rows
) -> None:
    one = open_engine(database, pool=1)
    with begin(one, rows) as connection:
        process = connection.connection.dbapi_connection.info.backend_pid
        assert connection.execute(select(entries)).all()
    with begin(one, None) as connection:
        assert connection.connection.dbapi_connection.info.backend_pid == process
        with pytest.raises(ProgrammingError, match="whose rows"):
            connection.execute(select(entries))


# -------------------------------------------------------------------- no table is forgotten


@on_postgresql
def test_every_table_that_has_owners_has_its_wall(engine: Engine) -> None:
    query = (
        "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
        "WHERE relrowsecurity AND polcmd = '*' AND polpermissive AND polroles = '{0}'"
    )
    with reading(engine) as connection:
        walled = connection.exec_driver_sql(query).scalars().all()
    assert sorted(walled) == sorted(table.name for table in WALLED)
    assert {table for table in metadata.tables.values() if "owner_id" in table.c} < {*WALLED}


# -------------------------------------------------------------------- whom it does not hold for


@pytest.fixture
def climber(postgres: PostgresServer, database: str) -> Iterator[str]:
    """The database by a role of its own, which a test may give what it should not have."""
    name = database.rpartition("/")[2]
    postgres.ask("CREATE ROLE climber LOGIN")
    postgres.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO climber", name)
    yield database.replace("//diary_app@", "//climber@")
    postgres.ask("DROP OWNED BY climber", name)
    postgres.ask("DROP ROLE climber")


MIGHTY = "climber is a superuser or may bypass row-level security, or is a member of such a role"
OWNS = "climber owns the tables, or is a member of the role that does"


@pytest.mark.parametrize(
    ("grants", "why"),
    [
        (["ALTER ROLE climber SUPERUSER"], MIGHTY),
        (["ALTER ROLE climber BYPASSRLS"], MIGHTY),
        (["GRANT postgres TO climber", "ALTER ROLE climber NOINHERIT"], MIGHTY),
        (["GRANT diary TO climber"], OWNS),
        (["GRANT diary TO climber", "ALTER ROLE climber NOINHERIT"], OWNS),
        (["ALTER TABLE drafts OWNER TO climber"], OWNS),
    ],
)
@on_postgresql
def test_a_role_that_passes_by_the_wall_is_told_with_what_to_do(
    climber: str, postgres: PostgresServer, grants: list[str], why: str
) -> None:
    engine = open_engine(climber)
    assert hole_in_wall(engine) is None
    for grant in grants:
        postgres.ask(grant, climber.rpartition("/")[2])
    assert hole_in_wall(engine) == (
        f"Nothing keeps one owner's rows from another: {why}. Let DATABASE_URL name a role that only reads and writes, "
        "and DIARY_MIGRATION_URL the one that owns the tables."
    )


@on_postgresql
def test_a_wall_that_was_taken_down_is_told(engine: Engine, owner_url: str) -> None:
    assert hole_in_wall(engine) is None
    with open_engine(owner_url).begin() as connection:
        connection.execute(text("ALTER TABLE drafts DISABLE ROW LEVEL SECURITY"))
    told = hole_in_wall(engine)
    assert told is not None
    assert told.endswith("row-level security is off. Switch it on for all tables.")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_has_no_wall_and_nothing_is_told_of_it(database: str) -> None:
    assert hole_in_wall(make_engine(database)) is None
