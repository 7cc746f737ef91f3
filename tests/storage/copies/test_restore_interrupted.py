"""Whatever ends a restore in the middle: the diary is as it was, and run again it finishes."""

import multiprocessing
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from diary.errors import TransferError
from diary.model import EntryDraft
from diary.storage.copies.examine import examined
from diary.storage.copies.restore import restore
from diary.storage.photos import PhotoStore
from tests.builders import TODAY, make_diary, make_engine
from tests.storage.copies.world import bring_back, digests_in, everything, open_shelf


def _restore_and_stop(database: str, photos: Path, file: Path, where: str) -> None:
    """Goes to sleep for ever at ``where``, which is a table or the photos, in the middle of it."""

    def hang(what: str, done: int, _total: int) -> None:
        if what == where and done == 3:
            Path(f"{file}.reached").touch()
            time.sleep(600)

    with examined(file, hang) as found:
        restore(found, make_engine(database), open_shelf(photos), replace=True, tell=hang)


@pytest.mark.parametrize("where", ["checking entries", "photos", "people", "entries", "drafts"])
def test_killed_it_leaves_what_was_there_and_run_again_it_finishes(
    database: str, tmp_path: Path, shelf: PhotoStore, archive: Path, where: str
) -> None:
    file = tmp_path / "diary.zip"
    file.write_bytes(archive.read_bytes())
    make_diary(database).save(EntryDraft(TODAY, note="mine"))
    before = everything(database)
    process = multiprocessing.get_context("spawn").Process(
        target=_restore_and_stop, args=(database, tmp_path / "photos", file, where)
    )
    process.start()
    reached = Path(f"{file}.reached")
    while not reached.exists():
        assert process.is_alive()
        time.sleep(0.01)
    process.kill()
    process.join()
    assert everything(database) == before
    bring_back(database, shelf, file, replace=True)
    assert everything(database) == digests_in(archive)


def test_a_database_that_fails_in_the_middle_keeps_what_it_had(
    tmp_path: Path, shelf: PhotoStore, archive: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'x.db'}"
    make_diary(database).save(EntryDraft(TODAY, note="mine"))
    before = everything(database)
    with closing(sqlite3.connect(tmp_path / "x.db")) as raw:
        raw.execute(
            "CREATE TRIGGER full BEFORE INSERT ON drafts BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    (tmp_path / "y.zip").write_bytes(archive.read_bytes())
    with pytest.raises(TransferError, match=r"did not keep everything .* so nothing was changed"):
        bring_back(database, shelf, tmp_path / "y.zip", replace=True)
    assert everything(database) == before
