"""F4: the disk is full under what is not a running diary on SQLite: a migration at its start, and PostgreSQL."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.browser.server import DiaryServer
from tests.faults.distant import write
from tests.faults.figures import note
from tests.faults.kept import notes
from tests.faults.old_form import SqliteOld, begin_migration, content
from tests.faults.scale import FULL
from tests.faults.small_disk import MEGABYTE, SmallDisk
from tests.faults.tab import Tab
from tests.postgres import PostgresServer

DATABASE = "F4 disk full: database"


def test_a_migration_that_finds_no_room_changes_nothing_and_is_made_up_for(tmp_path: Path) -> None:
    with SmallDisk(tmp_path / "disk", 16 * MEGABYTE) as disk:
        old = SqliteOld(disk.folder)
        before = content(old.url)
        disk.fill(leave=64 * 1024)
        refused = begin_migration(old)
        said = refused.communicate()[1]
        is_same = content(old.url) == before
        left = {*disk.folder.glob("*.bak*")}
        disk.free()
        again = begin_migration(old)
        again.communicate()
        note(
            DATABASE,
            "SQLite, full disk, at the start: a migration",
            starts_refused=int(refused.returncode == 1),
            told_the_cause=int("disk is full" in said),
            rows_changed=int(not is_same),
            half_copies=len(left),
            tracebacks=said.count("Traceback"),
        )
        assert refused.returncode == 1
        assert "The disk is full" in said
        assert "Traceback" not in said
        assert left == set()
        assert is_same
        assert again.returncode == 0
        assert content(old.url) == old.copy() == before


@contextmanager
def postgres_on_a_small_disk() -> Iterator[tuple[PostgresServer, SmallDisk]]:
    with ExitStack() as stack:
        reachable = Path(stack.enter_context(tempfile.TemporaryDirectory()))  # pytest's own is for root alone
        reachable.chmod(0o755)
        disk = stack.enter_context(SmallDisk(reachable / "disk", 160 * MEGABYTE))
        with pytest.MonkeyPatch.context() as there:
            there.setattr(tempfile, "tempdir", str(disk.folder))
            postgres = stack.enter_context(PostgresServer(("max_wal_size=32MB", "min_wal_size=32MB"), durable=True))
        yield postgres, disk


def long_text(number: int) -> str:
    """A text that no compression makes much smaller."""
    return "".join(random.Random(number).choices("abcdefghijklmnopqrstuvwxyz ", k=9000))


@pytest.mark.skipif(not FULL, reason="make faults: it takes a disk of 160 MB")
def test_postgresql_on_a_full_disk_says_so_and_goes_on(tmp_path: Path) -> None:
    with ExitStack() as stack:
        postgres, disk = stack.enter_context(postgres_on_a_small_disk())
        server = stack.enter_context(DiaryServer(tmp_path / "app", {"DATABASE_URL": postgres.url()}))
        tab = stack.enter_context(Tab(server.url, query="day=2024-01-01"))
        assert write(tab, "before")
        disk.fill(leave=MEGABYTE)
        acked, number = ["before"], 0
        while write(tab, text := long_text(number)):
            acked.append(text)
            number += 1
        told = "The disk is full" in tab.text
        disk.free()
        if not postgres.answers():
            postgres.kill()
            postgres.start()
        if tab.has("again"):
            tab.press("again")
        lost = tab.value("note") != text
        tab.press("save")
        lost_texts = {*acked, text} - {*notes(postgres.url())}
        note(
            DATABASE,
            "PostgreSQL, full disk",
            acknowledged=len(acked),
            longest_wait_s=tab.longest,
            told_the_cause=int(told),
            failures_in_the_log=postgres.log().count("No space left"),
            texts_lost_from_the_form=int(lost),
            tracebacks=len(tab.tracebacks) + server.log().count("Traceback"),
            saved_once_there_was_room=int(tab.said_saved),
            lost=len(lost_texts),
        )
        assert "No space left" in postgres.log()
        assert told
        assert not lost
        assert tab.said_saved
        assert lost_texts == set()
        assert "Traceback" not in server.log()
