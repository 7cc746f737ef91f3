"""F21: backups are taken while somebody writes, and come back in a place of the other kind; damaged ones do not."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from diary.assembly import back_up, open_diary, prepare, restore
from diary.errors import TransferError
from tests.builders import a_row_of_days
from tests.faults.conftest import Place
from tests.faults.content import draft_of, look
from tests.faults.figures import note
from tests.faults.kept import doubles, versions
from tests.faults.memory import cost, only_on_linux
from tests.faults.scale import FULL, scaled
from tests.faults.writer import Writer
from tests.storage.copies.world import everything, quiet

FAULT = "F21 backup and restore"
BACKUPS, TRUNCATED, FLIPPED = scaled(1, 20), scaled(5, 40), scaled(10, 200)
OWNERS, DAYS = 4, 25_000  # 100 000 days
PLACES = pytest.mark.parametrize("place", ["SQLite, folder", "PostgreSQL, S3"], indirect=True)


def differing(place: Place, there: Place) -> int:
    """How many versions of days are in one of two places as they are not in the other."""
    return len({*versions(place.env["DATABASE_URL"])} ^ {*versions(there.env["DATABASE_URL"])})


@PLACES
def test_backups_taken_while_somebody_writes_come_back_whole(place: Place, there: Place, tmp_path: Path) -> None:
    prepare(there.settings)
    taken: dict[Path, list[int]] = {}  # each archive, and what was acknowledged before it was begun
    meanwhile, seconds = 0, 0.0
    with Writer(place.env) as writer:
        writer.begin("0:")
        for turn in range(BACKUPS + 20):
            if turn >= BACKUPS and meanwhile > turn:
                break  # a backup during which nobody wrote shows nothing, so another was taken
            enough = len(writer.acked) + 25
            writer.wait(lambda: len(writer.acked) >= enough)  # noqa: B023
            acked, begun, file = [*writer.acked], time.monotonic(), tmp_path / f"{turn}.zip"
            back_up(place.settings, file, quiet)
            taken[file] = acked
            seconds += time.monotonic() - begun
            meanwhile += len(writer.acked) - len(acked)
    wrong = dict.fromkeys(("lost", "differing", "doubled", "photos_lost", "changed_by_a_second_restore"), 0)
    for file, acked in taken.items():
        restore(there.settings, file, replace=True, tell=quiet)
        before = everything(there.env["DATABASE_URL"])
        found, again = look(there.parts(), acked), restore(there.settings, file, replace=False, tell=quiet)
        wrong["lost"] += len(found.lost)
        wrong["differing"] += len(found.half_written) + len(found.gaps)
        wrong["doubled"] += doubles(there.env["DATABASE_URL"])
        wrong["photos_lost"] += len({*again.lost} | found.broken_photos)
        wrong["changed_by_a_second_restore"] += not again.was_there or everything(there.env["DATABASE_URL"]) != before
    back_up(place.settings, tmp_path / "last.zip", quiet)
    restore(there.settings, tmp_path / "last.zip", replace=True, tell=quiet)
    wrong["differing"] += differing(place, there)
    note(
        FAULT,
        f"{place.name}, brought back to {there.name}",
        backups=len(taken) + 1,
        saves_a_second_meanwhile=meanwhile / seconds,
        acknowledged=len(writer.acked),
        **wrong,
    )
    assert writer.failed == {}
    assert meanwhile > len(taken), "somebody wrote"
    assert not any(wrong.values()), wrong


def damaged(archive: bytes) -> Iterator[tuple[bool, bytes]]:
    """Archives cut off, at once or at the last byte, and some with a changed byte; whether it is one that was cut."""
    for part in range(TRUNCATED):
        yield True, archive[: len(archive) * part // TRUNCATED]
    yield True, archive[:-1]
    chance = random.Random(8)
    for _ in range(FLIPPED):
        place = chance.randrange(len(archive))
        yield False, archive[:place] + bytes([archive[place] ^ 1 << chance.randrange(8)]) + archive[place + 1 :]


@PLACES
def test_a_damaged_backup_is_refused_before_anything_is_touched(place: Place, there: Place, tmp_path: Path) -> None:
    for one in (place, there):
        prepare(one.settings)
    for number in range(15):
        open_diary(place.settings).save(draft_of(number))
    open_diary(there.settings).save(draft_of(100))
    back_up(place.settings, tmp_path / "whole.zip", quiet)
    content, folder = (tmp_path / "whole.zip").read_bytes(), tmp_path / "damaged"
    folder.mkdir()
    file, photos = folder / "damaged.zip", there.parts().photos
    tried = refused = harmless = touched = 0

    def state() -> tuple[object, ...]:
        kept = sorted(photos.keys(there.parts().clock() + timedelta(days=1)))
        return everything(there.env["DATABASE_URL"]), kept, sorted(folder.iterdir())

    for is_cut, spoiled in damaged(content):
        file.write_bytes(spoiled)
        before = state()
        tried += 1
        try:
            restore(there.settings, file, replace=True, tell=quiet)
            harmless += not is_cut and differing(place, there) == 0
        except TransferError:
            refused += 1
            touched += state() != before
    note(
        FAULT,
        f"{there.name}, damaged backups",
        tried=tried,
        refused=refused,
        taken_and_all_of_it_right=harmless,
        touched_before_refused=touched,
    )
    assert refused + harmless == tried
    assert touched == 0
    assert refused > TRUNCATED + FLIPPED / 2


WORK = """
    from diary.assembly import back_up, prepare, restore
    from diary.settings import load_settings
    settings, file = load_settings(), pathlib.Path(sys.argv[1])
    prepare(settings)
"""


@only_on_linux
@pytest.mark.skipif(not FULL, reason="takes a while")
@PLACES
def test_what_a_large_diary_costs(place: Place, there: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(place.settings)
    for owner in range(OWNERS):
        open_diary(place.settings, f"owner-{owner}").add_days(a_row_of_days(DAYS))
    file = tmp_path / "large.zip"
    taking = cost(WORK, "said = str(back_up(settings, file, lambda *_: None).days)", file)
    monkeypatch.setenv("DATABASE_URL", there.env["DATABASE_URL"])
    monkeypatch.setenv("DIARY_PHOTOS", there.env["DIARY_PHOTOS"])
    bringing = cost(WORK, "said = str(restore(settings, file, replace=False, tell=lambda *_: None).days)", file)
    for what, one, spent in (("backup", place, taking), ("restore", there, bringing)):
        note(FAULT, f"{one.name}, {what} of {int(spent.said):,} days", seconds=spent.seconds, peak_mb=spent.mb)
        assert int(spent.said) == OWNERS * DAYS
    assert differing(place, there) == 0
