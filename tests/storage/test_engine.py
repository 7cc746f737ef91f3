"""What an engine is told, as the server itself sees it."""

import traceback
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from diary.errors import SettingsError, StorageError
from diary.storage.database import reading, writing
from diary.storage.engine import open_engine, role_to_serve
from tests.faults.proxy import Proxy
from tests.postgres import PostgresServer


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[Proxy]:
    with Proxy(postgres.port) as proxy:
        yield proxy


def shown(engine: Engine, *names: str) -> list[object]:
    with reading(engine) as connection:
        return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]


def test_the_server_ends_what_the_diary_would_wait_for_too_long(postgres: PostgresServer) -> None:
    engine = open_engine(postgres.url())
    assert shown(engine, "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout") == [
        "4s",
        "3s",
        "30s",
    ]
    assert shown(engine, "application_name") == ["Music Diary"]


def test_what_the_address_says_goes_before(postgres: PostgresServer) -> None:
    engine = open_engine(
        f"{postgres.url()}?application_name=mine&options=-c%20statement_timeout%3D9s%20-c%20geqo%3Doff"
    )
    assert shown(engine, "application_name", "statement_timeout", "lock_timeout", "geqo") == ["mine", "9s", "3s", "off"]


def test_as_many_connections_are_kept_as_are_asked_for(postgres: PostgresServer) -> None:
    engine = open_engine(postgres.url(), pool=2)
    for connection in [engine.connect() for _ in range(4)]:
        connection.close()
    assert engine.pool.checkedin() == 2


def test_a_question_costs_one_round_trip_and_a_save_three(proxy: Proxy, postgres: PostgresServer) -> None:
    """Faults.md F9: the time of a page over a slow network is its round trips."""
    engine = open_engine(postgres.url().replace(f":{postgres.port}/", f":{proxy.port}/"))
    with reading(engine, still=True) as connection:
        connection.execute(text("SELECT 1"))
    before = proxy.counts["turns"]
    for _ in range(10):
        shown(engine, "geqo")
    assert proxy.counts["turns"] - before <= 11
    before = proxy.counts["turns"]
    with writing(engine) as connection:
        connection.execute(text("SELECT 1"))
    assert proxy.counts["turns"] - before <= 4


def test_who_reads_a_still_database_sees_it_as_it_was_and_the_next_one_as_it_is(database: str) -> None:
    engine = open_engine(database)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE lines (line text)"))
    count = text("SELECT count(*) FROM lines")
    with reading(engine, still=True) as connection:
        assert connection.execute(count).scalar() == 0
        with writing(engine) as other:
            other.execute(text("INSERT INTO lines VALUES ('new')"))
        assert connection.execute(count).scalar() == 0
    for _ in range(3):
        with reading(engine) as connection:
            assert connection.execute(count).scalar() == 1
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE lines"))


def test_after_a_question_a_save_is_a_transaction_again(postgres: PostgresServer) -> None:
    engine = open_engine(postgres.url())
    shown(engine, "geqo")
    with pytest.raises(RuntimeError), writing(engine) as connection:  # noqa: PT012
        connection.execute(text("CREATE TABLE half (line text)"))
        raise RuntimeError
    assert postgres.ask("SELECT to_regclass('half')") == [(None,)]


@pytest.mark.parametrize(
    "mistake",
    [
        "INSERT INTO nowhere VALUES (:note)",
        "INSERT INTO tracks (key) VALUES (:note)",
        "SELECT CAST(:note AS integer)",
        "SELECT CAST(:note AS date)",
    ],
)
def test_errors_do_not_quote_what_was_written(mistake: str, postgres: PostgresServer) -> None:
    engine = open_engine(postgres.url("migrated"))
    with pytest.raises(DBAPIError) as caught, writing(engine) as connection:
        connection.execute(text(mistake), {"note": "my private note"})
    told = "".join(traceback.format_exception(caught.value))
    assert "private" not in told.replace('my private note"})', "")  # the line of this test
    assert type(caught.value.orig).__name__ in told


# -------------------------------------------------------------------- what the server refuses


@pytest.mark.parametrize(
    ("user", "database", "sentence"),
    [
        ("nobody", "postgres", "The database or the user that DATABASE_URL names does not exist."),
        ("postgres", "nowhere", "The database or the user that DATABASE_URL names does not exist."),
    ],
)
def test_a_name_that_does_not_exist_is_told(user: str, database: str, sentence: str, postgres: PostgresServer) -> None:
    with pytest.raises(StorageError) as caught:
        shown(open_engine(postgres.url(database, user)), "geqo")
    assert str(caught.value).startswith(sentence)


def test_a_wrong_password_is_told_and_not_repeated() -> None:
    rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    with PostgresServer(rules=rules) as server:
        server.ask("CREATE ROLE diary LOGIN PASSWORD 'right'")
        assert shown(open_engine(server.url(user="diary", password="right")), "geqo") == ["on"]
        with pytest.raises(StorageError, match=r"^The database refuses the diary's user\. Check user and") as caught:
            shown(open_engine(server.url(user="diary", password="s3cret")), "geqo")
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_server_that_only_reads_just_now_is_told(postgres: PostgresServer) -> None:
    engine = open_engine(f"{postgres.url()}?options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(StorageError, match=r"takes no changes just now\. Try again"), writing(engine) as connection:
        connection.execute(text("CREATE TABLE half (line text)"))


def test_a_right_that_is_missing_is_told(postgres: PostgresServer) -> None:
    postgres.ask("CREATE TABLE IF NOT EXISTS theirs (line text)")
    engine = open_engine(postgres.url(user="diary"))
    with pytest.raises(StorageError, match=r"^The database refuses\."), reading(engine) as connection:
        connection.execute(text("SELECT * FROM theirs"))


# -------------------------------------------------------------------- two roles


@pytest.mark.parametrize(
    ("url", "migration_url", "role"),
    [
        ("postgresql+psycopg2://app@db/diary", "postgresql+psycopg2://owner:pw@db/diary", "app"),
        ("postgresql+psycopg2://app@proxy/diary", "postgresql+psycopg2://owner@db:5433/diary", "app"),
        ("postgresql+psycopg2://app@db/diary", "postgresql+psycopg2://app@db/diary", None),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db", None),
    ],
)
def test_the_role_that_is_served_by_the_one_that_migrates(url: str, migration_url: str, role: str | None) -> None:
    assert role_to_serve(url, migration_url) == role


@pytest.mark.parametrize(
    ("url", "migration_url"),
    [
        ("postgresql+psycopg2://app@db/diary", "postgresql+psycopg2://owner@db/other"),
        ("postgresql+psycopg2://app@db/diary", "sqlite:////tmp/a.db"),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/b.db"),
    ],
)
def test_two_different_databases_are_refused(url: str, migration_url: str) -> None:
    with pytest.raises(SettingsError, match=r"^DIARY_MIGRATION_URL names another database than DATABASE_URL\."):
        role_to_serve(url, migration_url)
