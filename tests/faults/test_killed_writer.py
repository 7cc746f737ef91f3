"""F1: the program is killed (kill -9) while it saves. What was acknowledged is there, and nothing is half there."""

import random
import time

import pytest

from tests.faults.conftest import Place
from tests.faults.content import look
from tests.faults.figures import note
from tests.faults.kept import is_damaged
from tests.faults.scale import FULL, scaled
from tests.faults.writer import Writer

ROUNDS = scaled(20, 200)
PLACES = ["SQLite, folder", "PostgreSQL, folder"]
if FULL:
    PLACES += ["SQLite, S3", "PostgreSQL, S3"]
IN_A_ROUND = 10_000  # numbers, more than are ever saved in one


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_a_writer_killed_at_any_moment_loses_nothing_that_was_acknowledged(place: Place) -> None:
    chance = random.Random(1)
    amid = left = 0
    damaged = {"files_damaged": 0} if place.database_file else {}
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
            if place.database_file:
                damaged["files_damaged"] += is_damaged(place.database_file)
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
        orphan_photos=found.orphans,
        **damaged,
    )
    assert killed == ROUNDS
    assert amid > ROUNDS / 4, "the kills have to meet saves"
    assert writer.failed == {}
    assert len(writer.acked) >= scaled(100, 1_000)
    assert found.is_well, found
    assert not any(damaged.values())
    assert left < ROUNDS / 2
