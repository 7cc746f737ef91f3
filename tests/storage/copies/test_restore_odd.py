"""What comes back in odd places: over a spoiled diary, over settings only, in folders of odd names, on a full disk."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from diary.diary import Diary
from diary.errors import StorageError, TransferError
from diary.model import EntryDraft
from diary.storage.copies import schema
from diary.storage.copies.backup import back_up
from diary.storage.photos import PhotoStore
from tests.builders import TODAY, make_diary, make_engine
from tests.conftest import KINDS
from tests.storage.copies.conftest import Place
from tests.storage.copies.world import bring_back, digests_in, everything, picture, quiet


def spoil(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute(sql)
        raw.commit()


@pytest.fixture
def file(tmp_path: Path, archive: Path) -> Path:
    """The archive, beside which something may be kept."""
    return Path(shutil.copy(archive, tmp_path / "good.zip"))


def test_a_good_archive_replaces_a_spoiled_diary_and_what_could_not_be_kept_is_named(
    tmp_path: Path, shelf: PhotoStore, file: Path
) -> None:
    diary = make_diary(tmp_path, "anna", photos=shelf)
    lost = diary.save(EntryDraft(TODAY, note="mine", new_photo=picture("teal"))).photo
    diary.save(EntryDraft(TODAY.replace(day=1), note="spoiled"))
    (tmp_path / "photos" / str(lost)).unlink()
    spoil(tmp_path / "diary.db", "UPDATE entries SET zone = 'Mars/Base' WHERE note = 'spoiled'")
    database = f"sqlite:///{tmp_path / 'diary.db'}"
    done = bring_back(database, shelf, file, replace=True)
    assert done.not_kept == (f"entries, anna, {TODAY.replace(day=1)}", f"photos, {lost}")
    assert everything(database) == digests_in(file)
    assert done.kept_before
    bring_back(database, shelf, done.kept_before, replace=True)
    assert [entry.note for entry in make_diary(database, "anna").each()] == ["mine"]


def test_one_that_nobody_can_read_is_named_and_a_new_place_takes_the_archive(
    tmp_path: Path, shelf: PhotoStore, file: Path
) -> None:
    make_diary(tmp_path).save(EntryDraft(TODAY, note="mine"))
    spoil(tmp_path / "diary.db", "UPDATE entries SET day = 'someday'")
    with pytest.raises(
        StorageError, match=r"In “entries” lies a row that cannot be read\..* let DATABASE_URL name a new"
    ):
        bring_back(f"sqlite:///{tmp_path / 'diary.db'}", shelf, file, replace=True)
    assert not bring_back(f"sqlite:///{tmp_path / 'new.db'}", shelf, file).was_there


# ---------------------------------------------------------------------- settings count as written


def hide(diary: Diary) -> None:
    diary.arrange_moods([mood.id for mood in diary.moods()], hidden=["sad"])


def turn_round(diary: Diary) -> None:
    diary.arrange_moods([mood.id for mood in reversed(diary.moods())], hidden=[])


def end_early(diary: Diary) -> None:
    diary.set_day_cutoff_hour(2)


def spare_me(diary: Diary) -> None:
    diary.set_leaves_out_hard_days(True)


@pytest.mark.parametrize("act", [hide, turn_round, end_early, spare_me])
@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_not_replaced_unasked(
    place: Place, shelf: PhotoStore, file: Path, kind: str, act: Callable[[Diary], None]
) -> None:
    database = place(kind)
    act(make_diary(database))
    before = everything(database)
    with pytest.raises(TransferError, match="--replace"):
        bring_back(database, shelf, file)
    assert everything(database) == before


# ---------------------------------------------------------------------- places


@pytest.mark.parametrize("name", ["what?", "a%20b", "a b#c", "?mode=memory", "Ünal 日本"])
def test_a_folder_may_have_any_name(tmp_path: Path, shelf: PhotoStore, file: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    moved = Path(shutil.copy(file, folder / "x.zip"))
    bring_back(f"sqlite:///{tmp_path / 'x.db'}", shelf, moved)
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    back_up(engine, shelf, folder / "again.zip", quiet)
    assert sorted(path.name for path in folder.iterdir()) == ["again.zip", "x.zip"]
    known = {name, "photos", "good.zip", "x.db", "x.db-wal", "x.db-shm", "data"}
    assert {path.name for path in tmp_path.iterdir()} <= known


def test_a_disk_that_refuses_during_the_check_is_told(
    tmp_path: Path, shelf: PhotoStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(config: object, revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.exec_driver_sql("CREATE TABLE x (y)")

    monkeypatch.setattr(schema.command, "upgrade", fill)
    with pytest.raises(StorageError, match="The disk is full"):
        bring_back(f"sqlite:///{tmp_path / 'x.db'}", shelf, file)


def test_a_disk_that_cannot_be_asked_for_its_room_is_told(
    tmp_path: Path, shelf: PhotoStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("shutil.disk_usage", refuse)
    with pytest.raises(TransferError, match="cannot be looked at: Input/output error"):
        bring_back(f"sqlite:///{tmp_path / 'x.db'}", shelf, file)
