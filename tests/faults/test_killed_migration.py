"""F22: the program is killed (kill -9) while it brings a diary of the first form to the newest; the next start ends it.

Here through the real start, at any moment. `tests/storage` kills a migration at each of its statements.
"""

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary.assembly import is_ready
from diary.settings import load_settings
from tests.faults.figures import note
from tests.faults.old_form import DAYS, Old, PostgresOld, SqliteOld, begin_migration, content
from tests.faults.scale import scaled

ROUNDS = scaled(1, 15)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Old]:
    if request.param == "SQLite":
        yield SqliteOld(tmp_path)
    else:
        server = request.getfixturevalue("durable_postgres")
        yield PostgresOld(server)
        server.ask("DROP DATABASE old WITH (FORCE)")
        server.ask("DROP DATABASE old_template WITH (FORCE)")


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
    chance = random.Random(4)
    before = content(old.url)
    code, whole = migrate(old, None)
    assert code == 0
    killed = changed = unfinished = left_old = without_copy = 0
    for _ in range(ROUNDS):
        old.renew()
        code, _ = migrate(old, chance.uniform(0, whole * 0.8))
        killed += code == -9
        left_old += not is_ready(load_settings({"DATABASE_URL": old.url}))
        changed += content(old.url) != before
        code, _ = migrate(old, None)
        unfinished += code != 0 or not is_ready(load_settings({"DATABASE_URL": old.url}))
        changed += content(old.url) != before
        without_copy += old.copy() != before
    note(
        "F22 kill -9 of a migration",
        f"{old.name}, {DAYS} days, python -m diary migrate",
        rounds=ROUNDS,
        killed=killed,
        left_in_the_old_form=left_old,
        rows_changed=changed,
        not_finished_by_the_next_start=unfinished,
        without_a_whole_copy=without_copy,
    )
    assert killed >= ROUNDS / 2
    assert (changed, unfinished, without_copy) == (0, 0, 0)
