"""F22: the program is killed (kill -9) while it brings a diary of the first form to the newest; the next start ends it.

Through the real start: at any moment, and before each of its statements and commits.
"""

import multiprocessing
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary.assembly import make_parts, prepare
from diary.settings import load_settings
from tests.faults.death import die_at_statement
from tests.faults.figures import note
from tests.faults.old_form import DAYS, Old, PostgresOld, SqliteOld, begin_migration, content, shape
from tests.faults.scale import scaled

TITLE = "F22 kill -9 of a migration"
ROUNDS, EACH = scaled(1, 15), scaled(15, 1)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Old]:
    if request.param == "SQLite":
        yield SqliteOld(tmp_path)
    else:
        server = request.getfixturevalue("durable_postgres")
        yield PostgresOld(server)
        server.ask("DROP DATABASE old WITH (FORCE)")
        server.ask("DROP DATABASE old_template WITH (FORCE)")


class Forms:
    """The rows and the two forms of a diary, and how often it was found in another state than one of them."""

    def __init__(self, old: Old) -> None:
        self._old, self._rows, self._first = old, content(old.url), shape(old.url)
        prepare(load_settings({"DATABASE_URL": old.url}))
        self._newest = shape(old.url)
        self.counts = dict.fromkeys(
            ("left_in_the_old_form", "rows_changed", "between_two_forms", "unfinished", "without_a_whole_copy"), 0
        )

    def look(self) -> None:
        """After a kill."""
        found = shape(self._old.url)
        self.counts["left_in_the_old_form"] += found == self._first
        self.counts["between_two_forms"] += found not in (self._first, self._newest)
        self.counts["rows_changed"] += content(self._old.url) != self._rows

    def look_at_the_end(self) -> None:
        """After the next start."""
        is_ready = make_parts(load_settings({"DATABASE_URL": self._old.url})).is_ready()
        self.counts["unfinished"] += not (is_ready and shape(self._old.url) == self._newest)
        self.counts["rows_changed"] += content(self._old.url) != self._rows
        self.counts["without_a_whole_copy"] += self._old.copy() != self._rows

    @property
    def wrong(self) -> int:
        return sum(self.counts.values()) - self.counts["left_in_the_old_form"]


def migrate(old: Old, kill_after: float | None) -> tuple[int, float]:
    """Run `migrate`; kill it so many seconds after it opened the database. Its exit code, and seconds from then on."""
    run = begin_migration(old)
    while not old.is_open() and run.poll() is None:
        time.sleep(0.001)
    opened = time.monotonic()
    try:
        run.wait(kill_after if kill_after is not None else 120)
    except subprocess.TimeoutExpired:
        run.kill()
    run.communicate()
    return run.returncode, time.monotonic() - opened


def test_a_migration_killed_at_any_moment_is_finished_by_the_next_start(old: Old) -> None:
    chance, forms, killed, whole = random.Random(4), Forms(old), 0, 0.0
    for turn in range(ROUNDS + 1):
        old.renew()
        code, took = migrate(old, chance.uniform(0, whole * 0.8) if turn else None)
        whole = whole or took
        killed += code == -9
        if turn:
            forms.look()
            assert migrate(old, None)[0] == 0
        forms.look_at_the_end()
    where = f"{old.name}, {DAYS} days, python -m diary migrate, at any moment"
    note(TITLE, where, kills_tried=ROUNDS, killed=killed, **forms.counts)
    assert killed >= ROUNDS / 2
    assert forms.wrong == 0, forms.counts


def _migrate_and_die(url: str, fatal: int) -> None:
    die_at_statement(fatal)
    prepare(load_settings({"DATABASE_URL": url}))


def test_a_migration_killed_at_a_statement_is_finished_by_the_next_start(old: Old) -> None:
    forms, killed, fatal, started = Forms(old), 0, EACH, multiprocessing.get_context("spawn")
    while True:
        old.renew()
        program = started.Process(target=_migrate_and_die, args=(old.url, fatal))
        program.start()
        program.join()
        if program.exitcode == 0:
            break  # it has fewer statements
        assert program.exitcode == -9
        killed, fatal = killed + 1, fatal + EACH
        forms.look()
        prepare(load_settings({"DATABASE_URL": old.url}))
        forms.look_at_the_end()
    note(
        TITLE,
        f"{old.name}, {DAYS} days, before {'each' if EACH == 1 else 'a'} statement",
        killed=killed,
        **forms.counts,
    )
    assert killed >= scaled(1, 16), "it was killed at every statement that changes something"
    assert forms.wrong == 0, forms.counts
