"""One database: how it is opened, what a transaction is, and what is said when it cannot be used."""

import logging
import multiprocessing
import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, insert, text
from sqlalchemy.exc import IntegrityError

from diary.errors import AwayError, StorageError
from diary.model import FIRST_DAY, EntryDraft
from diary.storage.database import complaint, put_row, reading, writing
from diary.storage.engine import open_engine
from diary.storage.entries import EntryStore
from diary.storage.migration import is_current, migrate
from diary.storage.tables import people, tracks
from diary.storage.wall import EVERYONE, rows_of
from tests.builders import NOON, TODAY, a_row_of_days, make_diary, make_engine, statements

PERSON = {"owner_id": "half", "day_cutoff_hour": 4, "created_at": NOON}
HALF = rows_of("half")


def set_up(engine: Engine, pragma: str) -> Engine:
    """The engine with a further PRAGMA on each of its connections."""
    event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA {pragma}"))
    return engine


# -------------------------------------------------------------------- opening


def test_sqlite_is_set_up_so_that_what_was_committed_survives_a_power_loss(tmp_path: Path) -> None:
    engine = make_engine(tmp_path)
    with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    migrate(open_engine(f"sqlite:///{tmp_path}/new/and/deeper/diary.db"))
    assert (tmp_path / "new" / "and" / "deeper" / "diary.db").exists()


@pytest.mark.parametrize(
    "wrong", ["postgresql+psycopg2://me:s3cret@db:port/x", "postgresql+psycopg2://me:s3cret@[::1/x"]
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(StorageError, match="DATABASE_URL is no address") as caught:
        open_engine(wrong)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_where_no_folder_can_be_made_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"^The folder of the diary cannot be made: .*\. Check DATABASE_URL\.$"):
        migrate(open_engine(f"sqlite:///{tmp_path}/file/diary.db"))


# -------------------------------------------------------------------- transactions


def test_a_writer_takes_its_lock_at_once_and_a_reader_takes_none(tmp_path: Path) -> None:
    engine = make_engine(tmp_path)
    with statements() as seen:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        with reading(engine, still=True) as connection:
            connection.execute(text("SELECT 1"))
        with writing(engine) as connection:
            connection.execute(text("SELECT 1"))
    assert [one for one in seen if one.startswith("BEGIN")] == ["BEGIN", "BEGIN IMMEDIATE"]


def test_a_reader_is_not_held_up_by_a_writer_and_sees_no_half_of_its_work(database: str) -> None:
    engine = make_engine(database)
    everybody = people.select()
    with writing(engine, HALF) as connection:
        connection.execute(insert(people).values(**PERSON))
        with reading(engine, HALF) as other:
            assert other.execute(everybody).all() == []
    with reading(engine, HALF) as other:
        assert len(other.execute(everybody).all()) == 1


def test_a_transaction_that_fails_leaves_nothing(database: str) -> None:
    engine = make_engine(database)
    with pytest.raises(IntegrityError), writing(engine, HALF) as connection:
        connection.execute(insert(people), [PERSON, PERSON])
    with reading(engine, HALF) as connection:
        assert connection.execute(people.select()).all() == []


def test_a_row_that_is_put_twice_is_there_once_as_it_was_put_last(database: str) -> None:
    row = {"key": "k", "title": "one", "artists": ["a"], "album": "x", "artwork_url": "u", "fetched_at": NOON}
    with writing(make_engine(database)) as connection:
        put_row(connection, tracks, {**row, "duration": 1})
        put_row(connection, tracks, {**row, "duration": None, "title": "two"})
        (kept,) = connection.execute(tracks.select()).mappings().all()
    assert dict(kept) == {**row, "duration": None, "title": "two"}


def test_eight_writers_at_once_wait_for_one_another(database: str) -> None:
    diary = make_diary(database)
    days = [TODAY - timedelta(days=back) for back in range(80)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda day: diary.save(EntryDraft(day, "calm")), days))
    assert diary.count() == 80


# -------------------------------------------------------------------- what can go wrong


def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    diary = make_diary(tmp_path)
    entry = diary.save(EntryDraft(TODAY, "calm"))
    store = EntryStore(set_up(open_engine(f"sqlite:///{tmp_path}/diary.db"), "max_page_count=1"))
    with pytest.raises(StorageError, match=r"^The disk is full, so nothing could be saved\. Free some space"):
        store.write("local", replace(entry, note="x" * 99_999), over=1, now=NOON)
    assert diary.find_day(TODAY) == entry


def test_a_file_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    diary = make_diary(tmp_path)
    entry = diary.save(EntryDraft(TODAY, "calm"))
    store = EntryStore(set_up(open_engine(f"sqlite:///{tmp_path}/diary.db"), "query_only=ON"))
    with pytest.raises(StorageError, match=r"^The diary's file may not be written to\. Check the rights"):
        store.delete("local", TODAY, entry.revision, NOON)
    assert store.find_day("local", TODAY) == entry


def test_a_file_that_another_program_holds_is_told(tmp_path: Path) -> None:
    diary = make_diary(tmp_path)
    entry = diary.save(EntryDraft(TODAY, "calm"))
    store = EntryStore(set_up(open_engine(f"sqlite:///{tmp_path}/diary.db"), "busy_timeout=10"))
    with closing(sqlite3.connect(tmp_path / "diary.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"^The diary is in use by another program\. Try again"):
            store.delete("local", TODAY, entry.revision, NOON)
        assert store.find_day("local", TODAY) == entry
    store.delete("local", TODAY, entry.revision, NOON)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    make_diary(tmp_path).add_days(a_row_of_days(200))
    file = tmp_path / "diary.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    engine = open_engine(f"sqlite:///{file}")
    with pytest.raises(StorageError, match=r"^The diary's file is damaged\."):
        EntryStore(engine).count("local")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "diary.db").write_text("Dear diary, this is no database. " * 100)
    with pytest.raises(StorageError, match=r"^The file that DATABASE_URL names is no SQLite database\.$"):
        is_current(open_engine(f"sqlite:///{tmp_path}/diary.db"))


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(StorageError, match="not answering") as caught:
        is_current(open_engine("postgresql+psycopg2://me:s3cret@127.0.0.1:1/diary"))
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


def test_who_reads_does_not_queue_behind_those_who_wait_for_a_lock(tmp_path: Path) -> None:
    engine = make_engine(tmp_path)

    def add(number: int) -> None:
        with writing(engine) as connection:
            connection.execute(insert(people).values(**PERSON | {"owner_id": str(number)}))

    with ThreadPoolExecutor(30) as together:
        with writing(engine):
            waiting = [together.submit(add, number) for number in range(30)]
            with reading(engine) as connection:
                assert connection.execute(people.select()).all() == []
            assert not any(one.done() for one in waiting)
        assert [one.result() for one in waiting] == [None] * 30


@pytest.mark.parametrize(
    ("cause", "start"),
    [
        ('FATAL:  password authentication failed for user "readonly"', "The database refuses the diary's user."),
        ("fe_sendauth: no password supplied", "The database refuses the diary's user."),
        ('FATAL:  PAM authentication failed for user "x"', "The database refuses the token."),
        ('FATAL:  no pg_hba.conf entry for host "1", user "x", SSL encryption', "The database lets the diary's user"),
        ('FATAL:  no pg_hba.conf entry for host "1", no encryption', "The database takes encrypted connections only."),
        ('role "app" does not exist', "The database or the user that DATABASE_URL names does not exist."),
        ("must be owner of schema before_0001", "The database refuses to change what another role owns."),
    ],
)
def test_what_waiting_does_not_mend_is_told_with_what_to_do(cause: str, start: str) -> None:
    told = complaint(cause)
    assert str(told).startswith(start)
    assert not isinstance(told, AwayError)


@pytest.mark.parametrize(
    "cause",
    [
        "FATAL:  the database system is starting up",
        "FATAL:  sorry, too many clients already",
        "database is locked",
        "canceling statement due to lock timeout",
        "cannot execute UPDATE in a read-only transaction",
        'could not translate host name "db" to address: Temporary failure in name resolution',
        "the server did not answer within 4.5 s",
    ],
)
def test_what_may_pass_is_told_as_such(cause: str) -> None:
    assert isinstance(complaint(cause), AwayError)


def test_more_people_at_once_than_connections_are_told_to_try_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/small.db", pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect(), pytest.raises(StorageError, match=r"Try again in a moment\.$"), reading(engine) as second:
        second.execute(text("SELECT 1"))


def test_a_bug_stays_itself_and_tells_nothing_of_what_was_written(database: str) -> None:
    with pytest.raises(IntegrityError) as caught, writing(make_engine(database), EVERYONE) as connection:
        connection.execute(insert(people).values(owner_id="my private note", day_cutoff_hour=None, created_at=NOON))
    assert "private" not in str(caught.value)


def test_the_log_tells_the_cause_and_no_content(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    diary = make_diary(tmp_path)
    entry = diary.save(EntryDraft(TODAY, note="my private note"))
    store = EntryStore(set_up(open_engine(f"sqlite:///{tmp_path}/diary.db"), "query_only=ON"))
    with caplog.at_level(logging.DEBUG), pytest.raises(StorageError):
        store.write("local", entry, over=1, now=NOON)
    assert "attempt to write a readonly database" in caplog.text
    assert "private" not in caplog.text


# -------------------------------------------------------------------- a writer that is killed


def write_days_and_tell(folder: Path, first: date, told: Connection) -> None:
    """Saves one day after the other, and tells each one when it is saved; runs until it is killed."""
    diary = make_diary(folder)
    for ahead in range(10_000):
        diary.save(EntryDraft(first + timedelta(days=ahead), "calm", note="x" * 5000))
        told.send(first + timedelta(days=ahead))


def test_a_writer_killed_at_any_moment_loses_nothing_that_it_had_saved(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.builders"])
    chance = random.Random(7)
    told_days: list[date] = []
    for _ in range(20):
        heard, told = processes.Pipe(duplex=False)
        first = told_days[-1] + timedelta(days=2) if told_days else FIRST_DAY
        writer = processes.Process(target=write_days_and_tell, args=(tmp_path, first, told), daemon=True)
        writer.start()
        told.close()
        told_days += [heard.recv() for _ in range(chance.randint(1, 30))]
        time.sleep(chance.uniform(0, 0.01))
        writer.kill()
        try:
            while True:
                told_days.append(heard.recv())
        except EOFError:
            writer.join()
    with closing(sqlite3.connect(tmp_path / "diary.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    kept = [entry.day for entry in make_diary(tmp_path).each()]
    assert len(told_days) >= 20
    assert set(told_days) <= set(kept)
    assert len(kept) <= len(told_days) + 20  # of each writer at most the one day that it could not tell any more
