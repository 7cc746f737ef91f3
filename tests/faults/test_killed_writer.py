"""F1: the program is killed (kill -9) while it saves. What was acknowledged is there, and nothing is half there."""

import random
import sqlite3
import time
from contextlib import closing

import pytest

from tests.faults.conftest import Place
from tests.faults.content import look
from tests.faults.figures import note
from tests.faults.scale import scaled
from tests.faults.writer import Writer

ROUNDS = scaled(20, 200)
IN_A_ROUND = 10_000  # numbers, more than are ever saved in one


@pytest.mark.parametrize("place", ["SQLite, folder", "PostgreSQL, folder"], indirect=True)
def test_a_writer_killed_at_any_moment_loses_nothing_that_was_acknowledged(place: Place) -> None:
    chance = random.Random(1)
    amid, damaged, left = 0, 0, 0
    with Writer(place.env) as writer:
        for turn in range(ROUNDS):
            before = len(writer.acked)
            writer.begin(f"{turn * IN_A_ROUND}:")
            if turn % 5:
                enough = before + chance.randrange(1, 25)
                writer.wait(lambda: len(writer.acked) >= enough)  # noqa: B023
                time.sleep(chance.uniform(0, 0.03))
            else:  # while it opens the diary, as a rule
                time.sleep(chance.uniform(0, 0.2))
            writer.kill()
            amid += writer.is_in_flight
            damaged += not _is_sound(place)
            left += len(writer.acked) == before
        killed = writer.killed
        writer.begin([ROUNDS * IN_A_ROUND])
        writer.wait(lambda: writer.acked[-1:] == [ROUNDS * IN_A_ROUND])
    found = look(place.parts(), writer.acked)
    note(
        "F1 kill -9 during saves",
        f"{place.name}, bare writer",
        rounds=ROUNDS,
        killed_in_a_save=amid,
        acknowledged=len(writer.acked),
        lost=len(found.lost),
        half_written=len(found.half_written) + len(found.gaps),
        broken_photos=len(found.broken_photos),
        files_damaged=damaged,
        orphan_photos=found.orphans,
    )
    assert killed == ROUNDS
    assert amid > ROUNDS / 4, "the kills have to meet saves"
    assert writer.failed == {}
    assert len(writer.acked) > ROUNDS * 5
    assert found.is_well, found
    assert damaged == 0
    assert left < ROUNDS / 2


def _is_sound(place: Place) -> bool:
    """Whether the file is whole as it was left, before anything has opened it to write."""
    if place.database_file is None:
        return True
    if not place.database_file.exists():
        return True  # killed before it was made
    with closing(sqlite3.connect(f"file:{place.database_file}?mode=rw", uri=True)) as file:
        return file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
