"""F3: the program is killed (kill -9) between a photo and the row of its day.

A day with a photo is saved; then it is changed, photo included, and the program kills itself at one point of that.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from diary.clock import utc_now
from diary.diary import Diary
from diary.history import KEPT
from diary.model import EntryDraft
from diary.sweep import sweep
from tests.faults.conftest import Place
from tests.faults.content import draft_of, look, number_of, picture
from tests.faults.figures import note
from tests.faults.scale import FULL, scaled
from tests.faults.writer import Writer

DAYS = scaled(1, 10)
POINTS = {
    "folder": {"aside": "before the photo is in its place", "half": "between thumbnail and photo"},
    "S3": {"object": "between thumbnail and photo"},
    "SQLite": {"row": "before the row is written", "commit": "before the row is committed"},
    "PostgreSQL": {"row": "before the row is written and committed"},
}
PLACES = ["SQLite, folder", "PostgreSQL, S3"]
if FULL:
    PLACES += ["SQLite, S3", "PostgreSQL, folder"]


def days_with_two_photos() -> list[tuple[int, int]]:
    """Pairs of numbers: a day with a photo, and the same day with another one that no first photo is; no day twice."""
    firsts: dict[date, int] = {}
    pairs: dict[date, tuple[int, int]] = {}
    for number in count(0, 5):
        day, is_first = draft_of(number).day, number // 5 % 2 == 0
        if is_first:
            firsts.setdefault(day, number)
        elif day in firsts:
            pairs.setdefault(day, (firsts[day], number))
        if len(pairs) == DAYS * 4:
            break
    return [*pairs.values()]


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_the_old_photo_stays_with_its_day_and_the_new_one_is_swept(place: Place) -> None:
    database, store = place.name.split(", ")
    pairs, points = days_with_two_photos(), POINTS[store] | POINTS[database]
    with Writer(place.env) as writer:
        for turn, (point, when) in enumerate(points.items()):
            _kill_and_look(place, writer, (point, when), pairs[turn * DAYS : (turn + 1) * DAYS])
    if place.photo_folder.exists():
        _leaves_no_half_files(place)


def _kill_and_look(place: Place, writer: Writer, at: tuple[str, str], pairs: Sequence[tuple[int, int]]) -> None:
    (point, when), before = at, writer.killed
    for pair in pairs:
        writer.begin(pair, point)
        writer.wait(lambda: writer.is_at_rest)
    parts = place.parts()
    found = look(parts, writer.acked)
    later = replace(parts, clock=lambda: utc_now() + KEPT + timedelta(minutes=1))
    swept = sweep(later, even_most=True).photos
    left = look(parts, writer.acked)
    note(
        "F3 kill -9 between a photo and its row",
        f"{place.name}, {when}",
        kills=writer.killed - before,
        acknowledged=len(writer.acked),
        lost=len(found.lost),
        broken_photos=len(found.broken_photos | left.broken_photos),
        orphan_photos=found.orphans,
        swept=swept,
        orphans_after_one_sweep=left.orphans,
    )
    assert writer.killed - before == DAYS
    assert writer.acked[-DAYS:] == [first for first, _ in pairs]
    shown = {number_of(entry) for entry in Diary("local", parts).each()}
    assert shown == {*writer.acked}, "the old version is the one in the diary"
    assert found.is_well, found
    assert left.is_well, left
    assert left.orphans == 0
    assert found.orphans > 0 or point == "aside", "the new photo was kept before its row"


def _leaves_no_half_files(place: Place) -> None:
    """What lay aside goes with the next photo that is kept an hour later."""
    aside = [*place.photo_folder.glob(".aside-*")]
    assert len(aside) > 0
    for folder in aside:
        os.utime(folder, (0, 0))
    Diary("local", place.parts()).save(EntryDraft(date(2020, 1, 1), new_photo=picture(7)))
    assert [*place.photo_folder.glob(".aside-*")] == []
