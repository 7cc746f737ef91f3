"""F6: a database that cannot be used ends the start with a sentence on what to do."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from diary.assembly import open_diary, prepare
from diary.settings import load_settings
from tests.builders import a_row_of_days
from tests.faults.figures import note
from tests.faults.ordinary import IN_USE, TITLE, OrdinaryServer, locked
from tests.faults.scale import FULL

NOBODY = 65534
BOUND = 7  # seconds; a lock is waited for 5 s


@dataclass(frozen=True)
class Case:
    """What is ``wrong`` with the file of a diary of 30 days, and what the start must ``say`` about it."""

    name: str
    wrong: Callable[[Path], None]
    say: str


def _read_only(file: Path) -> None:
    file.chmod(0o444)
    file.parent.chmod(0o555)


def _read_only_and_empty(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.parent.chmod(0o555)


def _of_somebody_else(file: Path) -> None:
    if os.geteuid() == 0:
        os.chown(file, NOBODY, NOBODY)
    file.chmod(0o600 if os.geteuid() == 0 else 0)


def _directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _no_database(file: Path) -> None:
    file.write_text("This is a shopping list. " * 500)


def _foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE entries (url TEXT, title TEXT)")
        other.commit()


def _damaged(file: Path) -> None:
    """Its middle is overwritten; the beginning, by which SQLite knows it, is left."""
    with file.open("r+b") as content:
        content.seek(4096 * 4)
        content.write(os.urandom(file.stat().st_size - 4096 * 6))


def _damaged_beside_copies(file: Path) -> None:
    for age, name in ((9, "0001"), (5, "0002")):
        copy = file.with_name(f"{file.name}.{name}.bak")
        shutil.copy(file, copy)
        os.utime(copy, (time.time() - age, time.time() - age))
    _damaged(file)


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()


CASES = [
    Case("read-only folder", _read_only, "may not be written to. Check the rights of its folder."),
    Case("file of somebody else's", _of_somebody_else, "cannot be opened. Check DATABASE_URL and the rights"),
    Case("damaged, with copies", _damaged_beside_copies, "beside it lies diary.db.0002.bak"),
    Case("newer", _newer, "was written by a newer version. Please update the program."),
]
if FULL:
    CASES += [
        Case("folder cannot be made", _read_only_and_empty, "folder of the diary cannot be made: Permission denied."),
        Case("a directory", _directory, "cannot be opened. Check DATABASE_URL and the rights"),
        Case("no database", _no_database, "is no SQLite database."),
        Case("another program's", _foreign, "names the database of another program. Choose a new one"),
        Case("damaged", _damaged, "is damaged. Put the newest copy of it that you have in its place."),
    ]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a diary of 30 days, all of it in one file."""
    folder = tmp_path_factory.mktemp("template")
    settings = load_settings({"DATABASE_URL": f"sqlite:///{folder / 'diary.db'}", "DIARY_PHOTOS": str(folder)})
    prepare(settings)
    open_diary(settings).add_days(a_row_of_days(30))
    with closing(sqlite3.connect(folder / "diary.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copy(folder / "diary.db", folder / "closed.db"))


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Iterator[Path]:
    """A diary of 30 days in a folder of its own."""
    file = tmp_path / "home" / "data" / "diary.db"
    file.parent.mkdir(parents=True)
    shutil.copy(template, file)
    yield file
    for folder in (file.parent.parent, file.parent):
        if folder.exists():
            folder.chmod(0o755)


def _start(folder: Path, env: dict[str, str]) -> tuple[str, float]:
    """Start the app, which must end by itself; what it said, and how long that took."""
    begun = time.monotonic()
    with pytest.raises(RuntimeError) as ended, OrdinaryServer(folder, env):
        pass
    return str(ended.value).partition("\n")[2], time.monotonic() - begun


def _env_of(file: Path) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{file}", "DIARY_PHOTOS": str(file.parent / "photos")}


def _check_start(name: str, folder: Path, file: Path, sentence: str) -> tuple[str, float]:
    """Start the diary of ``file``, which must be refused with ``sentence``; all that it said, and after how long."""
    said, seconds = _start(folder, _env_of(file))
    note(
        TITLE,
        f"SQLite, at the start: {name}",
        seconds_until_the_message=seconds,
        told_what_to_do=int(sentence in said),
        tracebacks=said.count("Traceback"),
    )
    assert "The diary cannot start." in said
    assert sentence in said
    assert "Traceback" not in said
    return said, seconds


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_start_is_refused_with_a_sentence(case: Case, file: Path, tmp_path: Path) -> None:
    case.wrong(file)
    _check_start(case.name, tmp_path / "app", file, case.say)


@pytest.mark.skipif(not FULL, reason="make faults: a lock is waited for")
def test_a_start_while_another_program_holds_the_lock_waits_and_says_so(file: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    with OrdinaryServer(tmp_path / "well", _env_of(file)):
        usual = time.monotonic() - begun
    with locked(file):
        said, seconds = _check_start("locked", tmp_path / "app", file, IN_USE)
    assert seconds - usual <= BOUND
    assert said.count("database is locked") == 1, "it is waited for once, 5 s"
