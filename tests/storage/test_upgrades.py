"""A diary in an older form and the newest one, on each kind of database, and what PostgreSQL adds: roles."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import psycopg2
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, Table, insert, inspect, select, text

from diary import assembly
from diary.errors import SettingsError, StorageError
from diary.model import EntryDraft, Song, Unsaved
from diary.query import parse
from diary.settings import load_settings
from diary.storage import migration
from diary.storage import postgres as postgres_module
from diary.storage.database import writing
from diary.storage.engine import make_file, open_engine
from diary.storage.migration import is_current, migrate
from diary.storage.photos.pictures import Picture
from diary.storage.photos.waiting import WaitingPhotos
from diary.storage.rows import folded_of
from diary.storage.tables import endings, entries, metadata, moods
from tests.builders import NOON, SERENE, TODAY, eventually
from tests.conftest import KINDS
from tests.postgres import PostgresServer
from tests.storage.conftest import Put

MIGRATING = 0x0D1A21
OLD_ROWS = {
    "people": [("me", 4, "2026-01-01 10:00"), ("you", 0, "2026-01-02 10:00")],
    "moods": [("me", "calm", "calm", "😌", "#087a6b", "#47b09e", 0.65, -0.6, 1, False, False)],
    "entries": [
        ("me", "2026-01-01", 3, "calm", "Étoile", "*NSYNC", None, None, "a\n“note” 👩‍👩‍👧", '["rain"]', "a/b.webp",
         "Pacific/Kiritimati", "2026-01-01 10:00", "2026-01-02 10:00", None, "étoile"),
        ("me", "2026-01-02", 1, None, None, None, None, None, "", "[]", None,
         "UTC", "2026-01-02 10:00", "2026-01-02 10:00", "2026-01-03 10:00", ""),
    ],
    "drafts": [("me", "2026-01-03", '{"note": "half"}', "2026-01-03 10:00")],
    "tracks": [("spotify:x", "Étoile", '["A"]', "B", None, 1000, "2026-01-03 10:00")],
}  # fmt: skip
NEW_TABLES = ("revisions", "waiting_photos", "marks", "keys", "endings")
_numbers = count(1)


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/diary.db"
    else:
        yield from _empty_postgres(request.getfixturevalue("postgres"))


def _empty_postgres(server: PostgresServer) -> Iterator[str]:
    name = f"empty_{next(_numbers)}"
    server.ask(f"CREATE DATABASE {name} OWNER diary")
    yield server.url(name, "diary")
    server.ask(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_program_that_only_reads_begins_no_diary(empty: str) -> None:
    engine = open_engine(empty)
    with pytest.raises(
        StorageError, match=r"^There is no diary at .*\. To begin a new one there, run: python -m diary"
    ):
        migrate(engine, begin=False)
    migrate(engine)
    migrate(engine, begin=False)


@pytest.fixture
def on_server(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database without any table, in PostgreSQL."""
    yield from _empty_postgres(postgres)


def go(url: str, what: Callable[[Config, str], None], revision: str) -> None:
    """Up or down to ``revision`` by alembic alone."""
    config, engine = Config(), open_engine(url, patient=True)
    config.set_main_option("script_location", str(migration.MIGRATIONS))
    if engine.dialect.name == "sqlite":
        make_file(engine)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        what(config, revision)
    engine.dispose()


def make_old(url: str) -> None:
    """A diary as the first migration made it, with rows in all its tables."""
    go(url, command.upgrade, "0001")
    engine = open_engine(url)
    with engine.begin() as connection:
        for table, rows in OLD_ROWS.items():
            for row in rows:
                named = {f"v{number}": value for number, value in enumerate(row)}
                connection.execute(
                    text(f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in named)})"), named
                )
    engine.dispose()


def rows_in(engine: Engine, schema: str | None = None, tables: tuple[str, ...] = tuple(OLD_ROWS)) -> dict[str, object]:
    """What stands in the tables, as the database itself tells it.

    Without what each form makes of it for search, and without what came later.
    """
    with engine.connect() as connection:
        found = {name: Table(name, MetaData(), autoload_with=connection, schema=schema) for name in tables}
        own = {
            name: [one for one in table.c if not one.name.startswith(("folded", "leaves_out"))]
            for name, table in found.items()
        }
        return {name: sorted(map(repr, connection.execute(select(*columns)))) for name, columns in own.items()}


def bring_up(url: str, **how: str) -> Engine:
    engine = open_engine(url, patient=True)
    migrate(engine, **how)
    return engine


# -------------------------------------------------------------------- on both


def test_the_migrations_make_what_the_program_knows(empty: str) -> None:
    engine = open_engine(empty)
    bring_up(empty)
    assert is_current(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_diary_of_the_first_form_is_the_same_in_the_newest_and_after_down_and_up(empty: str) -> None:
    make_old(empty)
    engine = open_engine(empty)
    before = rows_in(engine)
    assert [len(rows) for rows in before.values()] == [2, 1, 2, 1, 1]
    bring_up(empty)
    assert is_current(engine)
    assert rows_in(engine) == before
    go(empty, command.downgrade, "0001")
    assert not is_current(engine)
    assert rows_in(engine) == before
    bring_up(empty)
    assert is_current(engine)
    assert rows_in(engine) == before


def test_a_written_diary_goes_down_and_up_again_with_all_that_the_older_form_knows(empty: str) -> None:
    engine = bring_up(empty)
    settings = load_settings({"DATABASE_URL": empty})
    diary, parts = assembly.open_diary(settings), assembly.make_parts(settings)
    first = diary.save(EntryDraft(TODAY, "calm", note="first"))
    diary.save(replace(first.draft(), note="second"))
    diary.delete(diary.save(EntryDraft(TODAY - timedelta(days=1), note="thrown away")))
    diary.keep_unsaved(Unsaved(TODAY, note="half a thought"))
    parts.marks.advance("forgot", None, NOON)
    parts.marks.secret("photos")
    WaitingPhotos(engine).put("a/b.webp", Picture(b"large", b"small"))
    with writing(engine) as connection:
        connection.execute(insert(endings).values(key="0" * 64, at=NOON, for_good=True))
    assert all(count for count in map(len, rows_in(engine, tables=NEW_TABLES).values()))
    before = rows_in(engine)
    go(empty, command.downgrade, "0001")
    assert rows_in(engine) == before
    bring_up(empty)
    assert rows_in(engine) == before
    assert diary.find_day(TODAY).note == "second"
    assert diary.history.versions(TODAY) == ()
    assert [former.entry.note for former in diary.history.deleted()] == ["thrown away"]


def folded_in(url: str) -> list[tuple[object, ...]]:
    """What the search of the newest form looks into."""
    columns = (entries.c.day, *(entries.c[name] for name in folded_of("", "", "", ())))
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(*columns).order_by(entries.c.owner_id, entries.c.day)).all()
        names = connection.execute(select(moods.c.id, moods.c.folded_name).order_by(moods.c.owner_id, moods.c.id)).all()
    engine.dispose()
    return [tuple(row) for row in (*found, *names)]


def test_what_search_looks_into_is_made_for_the_days_that_are_there_as_for_new_ones(empty: str) -> None:
    bring_up(empty)
    diary = assembly.open_diary(load_settings({"DATABASE_URL": empty}))
    diary.add_mood(replace(SERENE, name="Éveillé"))
    titles = ("Étoile", "らーめん", "قَلْـب", "", "a\b 100%")
    days = [
        EntryDraft(
            TODAY - timedelta(days=back),
            "Éveillé" if back % 2 else None,
            Song(titles[back % 5], "Sigur  Rós") if titles[back % 5] else None,
            f"Note\n {back} ١",
            ("Night walk", "ﬁn")[: back % 3],
        )
        for back in range(450)
    ]
    diary.add_days(days)
    before = folded_in(empty)
    assert len(before) > 450
    go(empty, command.downgrade, "0003")
    with open_engine(empty).connect() as connection:
        old = connection.execute(text("SELECT folded FROM entries ORDER BY day DESC LIMIT 3")).scalars().all()
    assert old == [
        "etoile\nsigur  ros\nnote\n 0 ١",
        "らーめん\nsigur  ros\nnote\n 1 ١\nnight walk",
        "قلـب\nsigur  ros\nnote\n 2 ١\nnight walk\nfin",
    ]
    bring_up(empty)
    assert folded_in(empty) == before
    assert len(diary.find(parse("ラーメン mood:eveille tag:fin").term, 1000)) == 15


def test_down_to_nothing_leaves_nothing(empty: str) -> None:
    engine = bring_up(empty)
    go(empty, command.downgrade, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    bring_up(empty)
    assert is_current(engine)


def test_one_can_write_in_a_diary_that_was_brought_up(empty: str) -> None:
    make_old(empty)
    diary = assembly.open_diary(load_settings({"DATABASE_URL": empty}), "me")
    bring_up(empty)
    (old,) = diary.each()
    assert (old.note, old.song.title, old.mood.name) == ("a\n“note” 👩‍👩‍👧", "Étoile", "calm")
    diary.save(EntryDraft(TODAY, note="new"))
    assert diary.count() == 2


def bring_up_from(folder: Path, url: str) -> None:
    """Migrates with the migrations in ``folder``, in a process of its own."""
    migration.MIGRATIONS = folder
    bring_up(url)


def start(folder: Path, url: str) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("forkserver").Process(target=bring_up_from, args=(folder, url))
    process.start()
    return process


def test_of_eight_programs_that_start_at_once_one_migrates(empty: str, put_later: Put) -> None:
    make_old(empty)
    folder = put_later("op.execute('CREATE TABLE later AS SELECT 1 AS id')")
    programs = [start(folder, empty) for _ in range(8)]
    for program in programs:
        program.join()
    assert [program.exitcode for program in programs] == [0] * 8
    engine = open_engine(empty)
    assert is_current(engine)
    assert rows_in(engine, tables=("later",)) == {"later": ["(1,)"]}


STEPS = ("op.execute('CREATE TABLE later (id INTEGER)')", "op.execute(\"UPDATE entries SET note = 'new'\")")
DIE = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("done_before", [0, 1, 2])
def test_a_program_killed_while_it_migrates_leaves_the_old_form_and_the_next_one_finishes(
    empty: str, put_later: Put, done_before: int
) -> None:
    make_old(empty)
    engine = open_engine(empty)
    before = rows_in(engine)
    program = start(put_later("; ".join([*STEPS[:done_before], DIE, *STEPS[done_before:]])), empty)
    program.join()
    assert program.exitcode == -9
    assert rows_in(engine) == before
    assert set(inspect(engine).get_table_names()) == {*OLD_ROWS, "alembic_version"}
    put_later("; ".join(STEPS))
    bring_up(empty)
    assert is_current(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT DISTINCT note FROM entries")).all() == [("new",)]


def test_a_migration_that_fails_leaves_nothing(empty: str, put_later: Put) -> None:
    make_old(empty)
    engine = open_engine(empty)
    before = rows_in(engine)
    put_later("; ".join([*STEPS, "op.execute('INSERT INTO nowhere VALUES (1)')"]))
    with pytest.raises(StorageError, match=r"^The diary's database cannot be prepared\."):
        bring_up(empty)
    assert rows_in(engine) == before
    assert set(inspect(engine).get_table_names()) == {*OLD_ROWS, "alembic_version"}
    assert "before_0001" not in inspect(engine).get_schema_names()


def test_a_diary_of_a_newer_program_is_left_alone(empty: str) -> None:
    make_old(empty)
    engine = open_engine(empty)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = rows_in(engine)
    with pytest.raises(StorageError, match=r"^This diary was written by a newer version\. Please update the program"):
        bring_up(empty)
    assert rows_in(engine) == before


# -------------------------------------------------------------------- the copy in PostgreSQL


def test_before_an_older_diary_is_changed_a_copy_of_all_its_tables_is_kept(
    on_server: str, put_later: Put, caplog: pytest.LogCaptureFixture
) -> None:
    make_old(on_server)
    engine = open_engine(on_server)
    before = rows_in(engine)
    put_later(STEPS[1])
    with caplog.at_level(logging.INFO):
        bring_up(on_server)
    assert rows_in(engine) != before
    assert rows_in(engine, "before_0001") == before
    assert set(inspect(engine).get_table_names("before_0001")) == {*OLD_ROWS, "alembic_version"}
    assert "copy kept before migration schema=before_0001" in caplog.text


def test_only_the_newest_copy_is_kept(on_server: str, put_later: Put) -> None:
    make_old(on_server)
    engine = bring_up(on_server)
    put_later(STEPS[0])
    bring_up(on_server)
    newest = max(file.name[:4] for file in (migration.MIGRATIONS / "versions").glob("0*.py"))
    assert [name for name in inspect(engine).get_schema_names() if name.startswith("before_")] == [f"before_{newest}"]


def test_a_new_diary_needs_no_copy(on_server: str) -> None:
    assert "before_0001" not in inspect(bring_up(on_server)).get_schema_names()


def test_the_way_back_leads_back(on_server: str, put_later: Put) -> None:
    make_old(on_server)
    engine = open_engine(on_server)
    before = rows_in(engine)
    put_later(STEPS[1])
    bring_up(on_server)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    go(on_server, command.upgrade, "0001")
    with engine.begin() as connection:
        for table in OLD_ROWS:
            connection.execute(text(f"INSERT INTO {table} SELECT * FROM before_0001.{table}"))
    assert rows_in(engine) == before


def test_where_no_copy_can_be_kept_nothing_is_changed_and_it_is_told(on_server: str, postgres: PostgresServer) -> None:
    make_old(on_server)
    name = on_server.rpartition("/")[2]
    postgres.ask(f"ALTER DATABASE {name} OWNER TO postgres")
    engine = open_engine(on_server)
    before = rows_in(engine)
    with pytest.raises(StorageError, match=r"Grant the role that migrates CREATE on the database\.$"):
        bring_up(on_server)
    assert rows_in(engine) == before
    assert not is_current(engine)


def test_a_newer_program_that_starts_too_early_on_the_way_back_leaves_the_copy(empty: str, tmp_path: Path) -> None:
    make_old(empty)
    engine = open_engine(empty)
    old = rows_in(engine)
    bring_up(empty)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        engine.dispose()
        for file in tmp_path.glob("diary.db*"):
            if not file.name.endswith(".bak"):
                file.unlink()
        make_file(engine)
    go(empty, command.upgrade, "0001")
    for _ in range(2):
        bring_up(empty)
        go(empty, command.downgrade, "0001")
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            kept = connection.execute(text('SELECT count(*) FROM "before_0001_2".entries')).scalar_one()
            assert connection.execute(text("SELECT to_regnamespace('before_0001_3')")).scalar() is None
    else:
        copy = open_engine(f"sqlite:///{tmp_path}/diary.db.0001-2.bak")
        assert rows_in(copy) == old
        assert not (tmp_path / "diary.db.0001-3.bak").exists()
        kept = len(OLD_ROWS["entries"])
    assert kept == len(OLD_ROWS["entries"])


# -------------------------------------------------------------------- others that migrate


def test_who_has_nothing_to_migrate_waits_for_nobody(on_server: str, postgres: PostgresServer) -> None:
    bring_up(on_server)
    name = on_server.rpartition("/")[2]
    with closing(
        psycopg2.connect(host=str(postgres.folder), port=postgres.port, user="postgres", dbname=name)
    ) as other:
        other.cursor().execute(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        began = time.monotonic()
        assembly.prepare(load_settings({"DATABASE_URL": on_server}))
        assert time.monotonic() - began < 30


def test_who_waits_for_another_program_says_so_and_goes_on_when_it_is_done(
    on_server: str, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    name = on_server.rpartition("/")[2]
    with closing(
        psycopg2.connect(host=str(postgres.folder), port=postgres.port, user="postgres", dbname=name)
    ) as other:
        other.cursor().execute(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        with caplog.at_level(logging.INFO):
            waiting = threading.Thread(target=bring_up, args=(on_server,))
            waiting.start()
            eventually(lambda: "another program migrates the database; waiting for it" in caplog.text)
        assert not is_current(open_engine(on_server))
    waiting.join()
    assert is_current(open_engine(on_server))


def test_it_does_not_wait_for_ever(on_server: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres_module._PATIENT, "lock_timeout", 300)
    name = on_server.rpartition("/")[2]
    with closing(
        psycopg2.connect(host=str(postgres.folder), port=postgres.port, user="postgres", dbname=name)
    ) as other:
        other.cursor().execute(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        with pytest.raises(StorageError, match=r"The diary is in use by another program\. Try again in a moment\.$"):
            bring_up(on_server)


# -------------------------------------------------------------------- roles


@pytest.fixture
def app_url(on_server: str, postgres: PostgresServer) -> Iterator[str]:
    """The same database by a role that may do nothing yet."""
    postgres.ask("CREATE ROLE app LOGIN")
    yield on_server.replace("//diary@", "//app@")
    postgres.ask("DROP OWNED BY app", on_server.rpartition("/")[2])
    postgres.ask("DROP ROLE app")


def test_another_role_that_migrates_gives_the_diarys_role_what_it_needs_and_nothing_more(
    on_server: str, app_url: str, postgres: PostgresServer
) -> None:
    settings = load_settings({"DATABASE_URL": app_url, "DIARY_MIGRATION_URL": on_server})
    assembly.prepare(settings)
    assert assembly.make_parts(settings).is_ready()
    assembly.check_database(settings)
    diary = assembly.open_diary(settings)
    diary.delete(diary.save(EntryDraft(TODAY, "calm", note="mine")))
    query = "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'app'"
    granted = set(postgres.ask(query, on_server.rpartition("/")[2]))
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")
    assert granted == {(table, right) for table in metadata.tables for right in rights} | {
        ("alembic_version", "SELECT")
    }
    refused = pytest.raises(StorageError, match=r"^The database refuses to change what another role owns\.")
    with refused, writing(open_engine(app_url)) as connection:
        connection.execute(text("DROP TABLE entries"))


def test_tables_where_the_diarys_role_does_not_look_are_told(on_server: str, app_url: str) -> None:
    with open_engine(on_server).begin() as connection:
        connection.execute(text("CREATE SCHEMA elsewhere"))
    settings = load_settings(
        {"DATABASE_URL": app_url, "DIARY_MIGRATION_URL": f"{on_server}?options=-csearch_path%3Delsewhere"}
    )
    with pytest.raises(StorageError, match=r"Give both roles the same search_path\.$"):
        assembly.prepare(settings)


def test_what_is_wrong_with_the_migrating_role_is_told_under_its_own_setting(on_server: str, app_url: str) -> None:
    wrong = on_server.replace("//diary@", "//nobody_of_that_name@")
    settings = load_settings({"DATABASE_URL": app_url, "DIARY_MIGRATION_URL": wrong})
    with pytest.raises(StorageError, match="the user that DIARY_MIGRATION_URL names does not exist"):
        assembly.prepare(settings)


def test_a_right_that_was_taken_away_is_given_back_at_the_next_start_and_missed_by_doctor(
    on_server: str, app_url: str, postgres: PostgresServer
) -> None:
    settings = load_settings({"DATABASE_URL": app_url, "DIARY_MIGRATION_URL": on_server})
    assembly.prepare(settings)
    postgres.ask("REVOKE DELETE ON moods FROM app", on_server.rpartition("/")[2])
    with pytest.raises(StorageError, match=r"^The database refuses\. Grant DELETE on moods to app\.$"):
        assembly.check_database(settings)
    assembly.prepare(settings)
    assembly.check_database(settings)


def test_without_the_migrating_role_an_app_that_is_up_to_date_starts_and_one_that_is_not_is_told(
    on_server: str, app_url: str
) -> None:
    make_old(on_server)
    alone = load_settings({"DATABASE_URL": app_url})
    migrate(open_engine(on_server, patient=True), "app")
    assembly.prepare(alone)
    go(on_server, command.downgrade, "0001")
    with pytest.raises(StorageError, match=r"belong to another role\. Let DIARY_MIGRATION_URL name that one\.$"):
        assembly.prepare(alone)


@pytest.mark.parametrize("other", ["sqlite:////tmp/other.db", "postgresql+psycopg2://diary@127.0.0.1/another_database"])
def test_another_database_is_not_migrated_in_place_of_the_diarys(on_server: str, other: str) -> None:
    settings = load_settings({"DATABASE_URL": on_server, "DIARY_MIGRATION_URL": other})
    with pytest.raises(SettingsError, match=r"^DIARY_MIGRATION_URL names another database than DATABASE_URL\."):
        assembly.prepare(settings)
    assert not is_current(open_engine(on_server))
