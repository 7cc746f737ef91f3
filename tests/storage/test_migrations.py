"""How the tables come to be and change, whatever happens on the way."""

import logging
import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from diary.errors import StorageError
from diary.storage import migration
from diary.storage.checkup import check
from diary.storage.database import reading, writing
from diary.storage.engine import open_engine
from diary.storage.migration import is_current, migrate
from diary.storage.tables import metadata
from tests.builders import a_row_of_days, make_diary, make_engine, statements
from tests.storage.conftest import LATER, Put

SENTENCE = r"^The diary's database cannot be prepared\. "


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A diary of 30 days in the newest form, closed."""
    make_diary(tmp_path).add_days(a_row_of_days(30))
    return tmp_path / "diary.db"


def ask(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(sql).fetchall()


def tables_in(file: Path) -> set[object]:
    return {name for (name,) in ask(file, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def revision_in(file: Path) -> object:
    return ask(file, "SELECT version_num FROM alembic_version")[0][0]


def days_in(file: Path) -> list[tuple[object, ...]]:
    return ask(file, "SELECT * FROM entries ORDER BY day")


def copies_beside(file: Path) -> list[Path]:
    return sorted(file.parent.glob(f"{file.name}.*.bak*"))


def bring_up(file: Path) -> None:
    migrate(open_engine(f"sqlite:///{file}"))


# -------------------------------------------------------------------- from nothing to the newest


def test_from_nothing_to_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/diary.db")
    migrate(engine)
    assert is_current(engine)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert copies_beside(tmp_path / "diary.db") == []


def test_a_program_that_only_reads_begins_no_diary_in_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "diary.db").touch()
    with pytest.raises(StorageError, match=rf"^There is no diary at sqlite:///{tmp_path}/diary\.db\."):
        migrate(open_engine(f"sqlite:///{tmp_path}/diary.db"), begin=False)
    assert tables_in(tmp_path / "diary.db") == set()


def test_the_second_time_nothing_is_written(tmp_path: Path) -> None:
    engine = make_engine(tmp_path)
    with statements() as seen:
        migrate(engine)
    assert [sql for sql in seen if not sql.startswith(("BEGIN", "SELECT", "PRAGMA"))] == []
    assert copies_beside(tmp_path / "diary.db") == []


def test_down_to_nothing_and_up_again(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(migration.MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables_in(file) == {"alembic_version"}
    migrate(engine)
    assert is_current(engine)
    assert days_in(file) == []


def test_eight_programs_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(bring_up, [tmp_path / "diary.db"] * 8))
    assert is_current(open_engine(f"sqlite:///{tmp_path}/diary.db"))


# -------------------------------------------------------------------- from an older form


def test_before_an_older_diary_is_changed_a_whole_copy_of_it_is_kept(file: Path, put_later: Put) -> None:
    before, old = days_in(file), revision_in(file)
    put_later("op.execute('CREATE TABLE later (id INTEGER)')")
    engine = open_engine(f"sqlite:///{file}")
    assert not is_current(engine)
    migrate(engine)
    assert is_current(engine)
    assert "later" in tables_in(file)
    assert days_in(file) == before
    (copy,) = copies_beside(file)
    assert copy.name == f"diary.db.{old}.bak"
    assert (days_in(copy), revision_in(copy)) == (before, old)
    assert "later" not in tables_in(copy)


def test_a_migration_that_fails_halfway_leaves_nothing(
    file: Path, put_later: Put, caplog: pytest.LogCaptureFixture
) -> None:
    before, old = days_in(file), revision_in(file)
    put_later(
        "op.execute('CREATE TABLE later (id INTEGER)'); "
        "op.execute(\"UPDATE entries SET note = 'gone'\"); "
        "op.execute('INSERT INTO nowhere VALUES (1)')"
    )
    with caplog.at_level(logging.INFO), pytest.raises(StorageError, match=SENTENCE):
        bring_up(file)
    assert "later" not in tables_in(file)
    assert (days_in(file), revision_in(file)) == (before, old)
    assert "no such table: nowhere" in caplog.text
    put_later("op.execute('CREATE TABLE later (id INTEGER)')")
    bring_up(file)
    assert revision_in(file) == LATER


def test_a_migration_that_breaks_on_a_value_does_not_tell_it(
    file: Path, put_later: Put, caplog: pytest.LogCaptureFixture
) -> None:
    put_later(
        "import sqlalchemy as sa; "
        "op.get_bind().execute(sa.text('INSERT INTO tracks (key) VALUES (:note)'), {'note': 'my private note'})"
    )
    with caplog.at_level(logging.DEBUG, "diary"), pytest.raises(StorageError) as caught:
        bring_up(file)
    assert "private" not in f"{caplog.text} {caught.value} {caught.value.__cause__}"
    assert "NOT NULL" in caplog.text


def migrate_from(folder: Path, file: Path) -> None:
    """Migrates with the migrations in ``folder``, in a process of its own."""
    migration.MIGRATIONS = folder
    bring_up(file)


@pytest.mark.parametrize("done_before", [0, 1, 2])
def test_a_program_killed_while_it_migrates_leaves_the_old_form_and_the_next_start_finishes(
    file: Path, put_later: Put, done_before: int
) -> None:
    before, old = days_in(file), revision_in(file)
    steps = ["op.execute('CREATE TABLE later (id INTEGER)')", "op.execute(\"UPDATE entries SET note = 'new'\")"]
    die = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    folder = put_later("; ".join([*steps[:done_before], die, *steps[done_before:]]))
    program = multiprocessing.get_context("forkserver").Process(target=migrate_from, args=(folder, file))
    program.start()
    program.join()
    assert program.exitcode == -9
    assert (days_in(file), revision_in(file)) == (before, old)
    assert "later" not in tables_in(file)
    put_later("; ".join(steps))
    bring_up(file)
    assert revision_in(file) == LATER
    assert ask(file, "SELECT DISTINCT note FROM entries") == [("new",)]
    assert [copy.name for copy in copies_beside(file)] == [f"diary.db.{old}.bak"]


def test_an_empty_file_beside_a_copy_is_not_taken_for_a_new_diary(tmp_path: Path) -> None:
    file = tmp_path / "diary.db"
    file.touch()
    (tmp_path / "diary.db.0001.bak").write_bytes(b"the diary of ten years")
    with pytest.raises(StorageError, match=r"^The diary's file is empty, but beside it lies diary\.db\.0001\.bak"):
        bring_up(file)
    assert tables_in(file) == set()


def test_a_diary_of_a_newer_program_is_left_alone(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}")
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = days_in(file)
    with pytest.raises(StorageError, match=r"^This diary was written by a newer version\. Please update the program"):
        migrate(engine)
    assert not is_current(engine)
    assert (days_in(file), revision_in(file)) == (before, "9999")
    assert copies_beside(file) == []


def make_text(place: Path) -> None:
    place.write_text("Dear diary, this is no database. " * 100)


def make_foreign(place: Path) -> None:
    with closing(sqlite3.connect(place)) as raw:
        raw.execute("CREATE TABLE people (name)")


def content(place: Path) -> bytes | None:
    """What is in the file behind SQLite's header, which tells how it was opened."""
    return place.read_bytes()[100:] if place.is_file() else None


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_text, "The file that DATABASE_URL names is no SQLite database."),
        (Path.mkdir, "The diary's file cannot be opened. Check DATABASE_URL and the rights of its folder."),
        (make_foreign, "DATABASE_URL names the database of another program. Choose a new one for the diary."),
    ],
    ids=["text", "a folder", "another program's"],
)
def test_what_is_no_diary_is_told_and_left_alone(make: Callable[[Path], None], sentence: str, tmp_path: Path) -> None:
    place = tmp_path / "diary.db"
    make(place)
    before = content(place)
    with pytest.raises(StorageError) as caught:
        bring_up(place)
    assert str(caught.value) == f"The diary's database cannot be prepared. {sentence}"
    assert content(place) == before


def damage(file: Path, begin: int, length: int) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = bytearray(file.read_bytes())
    whole[begin : begin + length] = b"\xa5" * len(whole[begin : begin + length])
    file.write_bytes(whole)


def cut_off(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], None]] = {
    "header": lambda file: damage(file, 0, 100),
    "first page": lambda file: damage(file, 100, 3996),
    "a page in the middle": lambda file: damage(file, file.stat().st_size // 8192 * 4096, 4096),
    "all behind the header": lambda file: damage(file, 4096, file.stat().st_size),
    "cut off": cut_off,
}


@pytest.mark.parametrize("harm", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused_at_the_start_and_the_newest_copy_beside_it_is_named(
    harm: Callable[[Path], None], file: Path
) -> None:
    for revision in ("0002", "0001"):  # the latter is made last, as after a way back
        shutil.copy(file, file.with_name(f"diary.db.{revision}.bak"))
        os.utime(file.with_name(f"diary.db.{revision}.bak"), (4_000_000_000 - int(revision),) * 2)
    harm(file)
    before = content(file)
    said = (
        "The diary's file is damaged. Put the newest copy of it that you have in its place; "
        "beside it lies diary.db.0001.bak, kept before an update."
    )
    with pytest.raises(StorageError) as caught:
        bring_up(file)
    assert str(caught.value) == f"The diary's database cannot be prepared. {said}"
    with pytest.raises(StorageError) as caught:
        check(open_engine(f"sqlite:///{file}"))
    assert str(caught.value) == said
    assert content(file) == before


def test_without_a_copy_none_is_named(file: Path) -> None:
    damage(file, 4096, file.stat().st_size)
    with pytest.raises(StorageError, match=r"Put the newest copy of it that you have in its place\.$"):
        bring_up(file)


def test_where_the_copy_cannot_be_kept_nothing_is_changed(file: Path, put_later: Put) -> None:
    put_later("op.execute('CREATE TABLE later (id INTEGER)')")
    old = revision_in(file)
    (file.parent / f"diary.db.{old}.bak" / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError, match=SENTENCE):
        bring_up(file)
    assert revision_in(file) == old
    assert "later" not in tables_in(file)
