"""F1: the whole app is killed (kill -9) while several tabs press Save; what their pages said "Saved" of is there."""

import random
import time
from pathlib import Path

import pytest

from tests.browser.server import DiaryServer
from tests.faults.conftest import Place
from tests.faults.content import look
from tests.faults.figures import note
from tests.faults.kept import is_damaged
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Tab
from tests.faults.typists import Typists

ROUNDS, TABS = scaled(1, 10), 4
PLACES = ["SQLite, folder", "PostgreSQL, S3"]
if FULL:
    PLACES += ["SQLite, S3", "PostgreSQL, folder"]


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_an_app_killed_while_tabs_save_loses_nothing_of_which_a_page_said_saved(place: Place, tmp_path: Path) -> None:
    chance = random.Random(1)
    server = DiaryServer(tmp_path, place.env)
    acked: list[int] = []
    in_flight, longest = 0, 0.0
    damaged = {"files_damaged": 0} if place.database_file else {}
    for _ in range(ROUNDS):
        server.start()
        with Typists(server.url, TABS) as typists:
            enough = chance.randrange(1, 20)
            typists.wait(lambda: len(typists.acked) >= enough)  # noqa: B023
            time.sleep(chance.uniform(0, 0.05))
            typists.wait(lambda: typists.in_flight > 1)
            server.kill()
        acked += typists.acked
        in_flight += typists.in_flight
        longest = max(longest, typists.longest)
        assert typists.refused == {}
        if place.database_file:
            damaged["files_damaged"] += is_damaged(place.database_file)
    with server, Tab(server.url) as tab:
        tab.set(note="after all this")
        tab.press("save")
        assert tab.said_saved
        tab.press("delete")
    found = look(place.parts(), acked)
    note(
        "F1 kill -9 during saves",
        f"{place.name}, whole app, {TABS} tabs",
        rounds=ROUNDS,
        killed_in_a_save=in_flight,
        acknowledged=len(acked),
        lost=len(found.lost),
        half_written=len(found.half_written) + len(found.gaps),
        broken_photos=len(found.broken_photos),
        orphan_photos=found.orphans,
        longest_wait_for_a_page_s=longest,
        **damaged,
    )
    assert in_flight >= ROUNDS / 2, "the kills have to meet saves"
    assert found.is_well, found
    assert not any(damaged.values())
    assert "Traceback" not in server.log()
