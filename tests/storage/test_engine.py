"""What an engine is told, as the server itself sees it."""

import shutil
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DBAPIError

from diary.errors import SettingsError, StorageError
from diary.storage import waits
from diary.storage.checkup import check
from diary.storage.database import reading, writing
from diary.storage.engine import open_engine, read_url, role_to_serve, without_password
from diary.storage.marks import set_mark
from diary.storage.migration import is_current, migrate
from diary.storage.wall import Rows, rows_of
from tests.builders import NOON, a_row_of_days, make_diary, make_engine
from tests.faults.proxy import Proxy
from tests.postgres import PostgresServer


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[Proxy]:
    with Proxy(postgres.port) as proxy:
        yield proxy


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of half a second, so that tests need not last as long as the diary would wait."""
    monkeypatch.setattr(waits, "CONNECT_LIMIT", 0.5)
    monkeypatch.setattr(waits, "LOOKUP_LIMIT", 0.5)


def shown(engine: Engine, *names: str, rows: Rows | None = None) -> list[object]:
    with reading(engine, rows) as connection:
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
        shown(engine, "geqo", rows=rows_of("anna"))
    assert proxy.counts["turns"] - before <= 11
    before = proxy.counts["turns"]
    with writing(engine, rows_of("anna")) as connection:
        connection.execute(text("SELECT 1"))
    assert proxy.counts["turns"] - before <= 4


def test_who_reads_a_still_database_sees_it_as_it_was_and_the_next_one_as_it_is(database: str) -> None:
    engine = make_engine(database)
    count = text("SELECT count(*) FROM marks")
    with reading(engine, still=True) as connection:
        assert connection.execute(count).scalar() == 0
        with writing(engine) as other:
            set_mark(other, "new", NOON)
        assert connection.execute(count).scalar() == 0
    for _ in range(3):
        with reading(engine) as connection:
            assert connection.execute(count).scalar() == 1


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
    engine.dispose()  # others make their database of this one, in which nobody may be then
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


def test_an_address_that_does_not_tell_whose_rights_to_look_after_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^Beside DIARY_MIGRATION_URL, DATABASE_URL needs a user:"):
        role_to_serve("postgresql+psycopg2:///diary", "postgresql+psycopg2://owner@/diary")


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


def test_the_folder_of_a_diary_is_for_its_owner_alone(tmp_path: Path) -> None:
    migrate(open_engine(f"sqlite:///{tmp_path / 'data' / 'diary.db'}"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


# -------------------------------------------------------------------- the file of SQLite


def test_an_engine_makes_no_file_and_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "data" / "diary.db"
    with pytest.raises(StorageError) as caught:
        is_current(open_engine(f"sqlite:///{file}"))
    assert str(caught.value) == (
        f"There is no diary at sqlite:///{file}. Check DATABASE_URL. To begin a new one there, run: "
        "python -m diary migrate"
    )
    assert not file.parent.exists()


@pytest.fixture
def moved_away(tmp_path: Path) -> Path:
    """The place of a diary of 20 days, from which its file is gone; what was saved last lies in the ``-wal``."""
    running, stopped = tmp_path / "running", tmp_path / "stopped"
    diary = make_diary(running)
    diary.add_days(a_row_of_days(20))
    stopped.mkdir()
    shutil.copy(running / "diary.db", stopped / "away.db")
    shutil.copy(running / "diary.db-wal", stopped)
    return stopped / "diary.db"


@pytest.mark.parametrize("ask", [is_current, check, migrate], ids=["ready", "doctor", "migrate"])
@pytest.mark.parametrize("is_empty", [False, True], ids=["missing", "empty"])
def test_whatever_asks_for_a_diary_that_was_moved_away_its_last_saves_are_kept(
    ask: Callable[[Engine], object], is_empty: bool, moved_away: Path
) -> None:
    if is_empty:  # as while it is being copied back
        moved_away.touch()
    with pytest.raises(StorageError) as caught:
        ask(open_engine(f"sqlite:///{moved_away}"))
    assert str(caught.value) == (
        "The diary's file is not in its place, but diary.db-wal lies there. Please put it back."
    )
    (moved_away.parent / "away.db").replace(moved_away)
    assert make_diary(moved_away.parent).count() == 20


def test_a_file_that_goes_between_the_look_and_the_opening_is_not_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_engine(tmp_path).dispose()
    file = tmp_path / "diary.db"
    found = file.stat()
    file.unlink()
    monkeypatch.setattr(Path, "stat", lambda *_, **__: found)
    with pytest.raises(StorageError, match=r"^The diary's file cannot be opened\."):
        is_current(open_engine(f"sqlite:///{file}"))
    assert [*tmp_path.glob("diary.db*")] == []


@pytest.mark.parametrize("name", ["my diary?.db", "50%.db", "a#b.db", "tagebuch-ä.db"])
def test_any_name_is_a_name_of_a_file(name: str, tmp_path: Path) -> None:
    engine = make_engine(URL.create("sqlite", database=str(tmp_path / name)).render_as_string())
    assert is_current(engine)
    assert (tmp_path / name).exists()


# -------------------------------------------------------------------- what is shown of an address


@given(st.text(min_size=1))
def test_no_password_is_in_an_address_that_is_written_down(password: str) -> None:
    place = read_url("postgresql+psycopg2://diary@db:5433/diary?sslmode=require").set(password=password)
    place = place.update_query_dict({"password": password, "sslpassword": password})
    assert without_password(place) == "postgresql://diary@db:5433/diary?sslmode=require"


def test_the_rest_of_a_password_is_not_taken_for_a_host() -> None:
    """So that it is not looked up, and not told in the log."""
    with pytest.raises(StorageError, match=r"^DATABASE_URL is no address of a database\."):
        open_engine("postgresql+psycopg2://diary:first@second@db/diary")


def test_an_option_that_postgresql_does_not_know_is_told(postgres: PostgresServer) -> None:
    engine = open_engine(f"{postgres.url()}?foo=bar")
    for ask in (is_current, migrate):
        with pytest.raises(
            StorageError, match="DATABASE_URL has something after its “\\?” that PostgreSQL does not know"
        ):
            ask(engine)


def test_an_option_that_is_named_twice_is_told() -> None:
    with pytest.raises(StorageError, match=r"^DATABASE_URL names sslmode twice after its “\?”\."):
        open_engine("postgresql+psycopg2://me@db/diary?sslmode=require&sslmode=disable")


# -------------------------------------------------------------------- names of hosts


def test_a_name_is_looked_up_and_all_its_addresses_are_tried(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(waits.socket, "getaddrinfo", lambda *_, **__: both)
    assert shown(open_engine(postgres.url(host="db.example.test") + "?sslmode=disable"), "geqo") == ["on"]


@pytest.mark.usefixtures("_short")
def test_where_the_first_address_is_silent_the_next_try_begins_with_another(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(waits.socket, "getaddrinfo", lambda *_, **__: both)
    engine = open_engine(postgres.url(host="db.example.test") + "?sslmode=disable")
    with socket.create_server(("127.0.0.9", postgres.port)):
        with pytest.raises(StorageError, match=r"^The diary's database is not answering\."):
            shown(engine, "geqo")
        time.sleep(waits.PAUSE)
        assert shown(engine, "geqo") == ["on"]


@pytest.mark.usefixtures("_short")
def test_a_resolver_that_answers_late_is_heard(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def late(*name: object, **_: object) -> list[tuple[object, ...]]:
        asked.append(name)
        time.sleep(1)
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(waits.socket, "getaddrinfo", late)
    engine = open_engine(postgres.url(host="db.example.test") + "?sslmode=disable")
    with pytest.raises(StorageError, match=r"^The diary's database is not answering\."):
        shown(engine, "geqo")
    time.sleep(waits.PAUSE)
    assert shown(engine, "geqo") == ["on"]
    assert len(asked) == 1


def test_a_silent_resolver_is_waited_for_once_and_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, asked = Event(), []
    monkeypatch.setattr(waits.socket, "getaddrinfo", lambda *name, **_: asked.append(name) or (answered.wait() and []))
    engine = open_engine("postgresql+psycopg2://diary@db.example.test/diary?sslmode=disable")
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(StorageError, match=r"^The diary's database is not answering\."):
            shown(engine, "geqo")
    assert time.monotonic() - began < 2
    assert len(asked) == 1
    answered.set()


def test_a_host_that_nobody_knows_is_named_as_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(waits.socket, "getaddrinfo", nobody)
    engine = open_engine("postgresql+psycopg2://diary@nowhere.invalid/diary?sslmode=disable")
    with pytest.raises(StorageError, match="host that DATABASE_URL names is not known"), reading(engine):
        pass


def test_programs_that_open_a_new_file_at_the_same_moment_wait_for_each_other(tmp_path: Path) -> None:
    for number in range(200):
        file, together = tmp_path / f"{number}.db", Barrier(8)
        file.touch()

        def mode(_: int, file: Path = file, together: Barrier = together) -> str:
            engine = open_engine(f"sqlite:///{file}")
            together.wait()
            with engine.connect() as connection:
                return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(mode, range(8))) == {"wal"}
