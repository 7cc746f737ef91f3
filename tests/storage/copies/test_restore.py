"""What was backed up comes back, on either kind of database, all of it or nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from sqlalchemy import text

from diary.diary import Diary
from diary.errors import TransferError
from diary.model import EntryDraft
from diary.protocols import RESTORED
from diary.storage.copies.backup import back_up
from diary.storage.copies.restore import Restored
from diary.storage.database import writing
from diary.storage.marks import MarkStore
from diary.storage.photos import PhotoStore
from diary.storage.wall import EVERYONE
from tests.builders import SERENE, TODAY, a_row_of_days, make_diary, make_engine
from tests.conftest import KINDS
from tests.storage.copies.conftest import Place
from tests.storage.copies.world import (
    ANNA,
    LATER,
    OWNERS,
    Repacked,
    bring_back,
    digests_in,
    everything,
    exports,
    fill,
    open_shelf,
    quiet,
)
from tests.transfer.test_round_trip import diaries

BOTH_WAYS = [(one, other) for one in KINDS for other in KINDS]


def take(database: str, photos: PhotoStore, file: Path) -> Path:
    engine = make_engine(database)
    back_up(engine, photos, file, quiet)
    engine.dispose()
    return file


# ---------------------------------------------------------------------- the same again


@pytest.mark.parametrize(("one", "other"), BOTH_WAYS)
def test_the_exports_and_the_next_backup_are_the_same_byte_for_byte(
    place: Place, tmp_path: Path, shelf: PhotoStore, one: str, other: str
) -> None:
    source, target, elsewhere = place(one), place(other), open_shelf(tmp_path / "elsewhere")
    keys = fill(source, shelf)
    done = bring_back(target, elsewhere, take(source, shelf, tmp_path / "one.zip"))
    assert exports(target) == exports(source)
    assert all(len(text) > 1000 for pair in exports(target).values() for text in pair)
    take(target, elsewhere, tmp_path / "two.zip")
    first, second = Repacked(tmp_path / "one.zip"), Repacked(tmp_path / "two.zip")
    assert second.members == first.members
    assert done == Restored(
        days=len(OWNERS) * 30,
        photos=len(keys),
        created_at=first.manifest["created_at"],
        lost=(),
        kept_before=None,
        not_kept=(),
        was_there=False,
    )


@pytest.fixture(scope="module")
def two_places(
    request: pytest.FixtureRequest, shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str, Path]:
    """The database that is backed up, the other kind where it is restored, and a folder."""
    folder = tmp_path_factory.mktemp("both")
    if shared_database.startswith("sqlite"):
        server = request.getfixturevalue("postgres")
        server.ask("CREATE DATABASE any_diary TEMPLATE migrated OWNER diary STRATEGY file_copy")
        return shared_database, server.url("any_diary", "diary"), folder
    return shared_database, f"sqlite:///{folder / 'diary.db'}", folder


@settings(max_examples=15)
@given(days=diaries)
def test_any_diary_survives(two_places: tuple[str, str, Path], days: list[EntryDraft]) -> None:
    source, target, folder = two_places
    photos = open_shelf(folder / "photos")
    (folder / "x.zip").unlink(missing_ok=True)
    for database in two_places[:2]:
        engine = make_engine(database)
        with writing(engine, EVERYONE) as connection:
            connection.execute(text("DELETE FROM people"))
        engine.dispose()
    make_diary(source, ANNA).add_days(days)
    bring_back(target, photos, take(source, photos, folder / "x.zip"))
    assert everything(target) == everything(source)
    assert exports(target)[ANNA] == exports(source)[ANNA]


@pytest.mark.parametrize("kind", KINDS)
def test_again_it_changes_nothing_and_needs_no_permission(
    place: Place, shelf: PhotoStore, archive: Path, kind: str
) -> None:
    database = place(kind)
    assert not bring_back(database, shelf, archive).was_there
    before = everything(database)
    again = bring_back(database, shelf, archive)
    assert (again.was_there, again.kept_before) == (True, None)
    assert everything(database) == before


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_noted_in_the_database_and_no_backup_takes_the_note_along(
    place: Place, tmp_path: Path, shelf: PhotoStore, archive: Path, kind: str
) -> None:
    database = place(kind)
    engine = make_engine(database)
    assert MarkStore(engine).find(RESTORED) is None
    bring_back(database, shelf, archive)
    assert MarkStore(engine).find(RESTORED) is not None
    engine.dispose()
    again = Repacked(take(database, shelf, tmp_path / "again.zip"))
    assert not {"marks", "keys"} & again.manifest["tables"].keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_was_only_opened_does_not_stand_in_the_way(
    place: Place, shelf: PhotoStore, archive: Path, kind: str
) -> None:
    database = place(kind)
    make_diary(database, "somebody").moods()
    assert not bring_back(database, shelf, archive).was_there
    assert everything(database) == digests_in(archive)


def test_a_photo_that_is_damaged_in_the_store_is_healed(tmp_path: Path, shelf: PhotoStore, archive: Path) -> None:
    database = f"sqlite:///{tmp_path / 'x.db'}"
    bring_back(database, shelf, archive)
    file = next((tmp_path / "photos").glob("*/*.small.webp"))
    whole = file.read_bytes()
    file.write_bytes(bytes(len(whole)))
    bring_back(database, shelf, archive)
    assert file.read_bytes() == whole


def test_photos_that_were_lost_at_the_backup_are_named_again(tmp_path: Path, shelf: PhotoStore) -> None:
    source = f"sqlite:///{tmp_path / 'x.db'}"
    keys = fill(source, shelf)
    (tmp_path / "photos" / keys[3]).unlink()
    done = bring_back(f"sqlite:///{tmp_path / 'y.db'}", shelf, take(source, shelf, tmp_path / "x.zip"))
    assert (done.lost, done.photos) == ((keys[3],), len(keys) - 1)


# ---------------------------------------------------------------------- where a diary is written already


def write_a_day(diary: Diary) -> None:
    diary.save(EntryDraft(TODAY, note="mine"))


def write_and_delete(diary: Diary) -> None:
    diary.delete(diary.save(EntryDraft(TODAY, note="mine")))


def add_a_mood(diary: Diary) -> None:
    diary.add_mood(SERENE)


@pytest.mark.parametrize("act", [write_a_day, write_and_delete, add_a_mood])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_not_replaced_unasked(
    place: Place, shelf: PhotoStore, archive: Path, kind: str, act: Callable[[Diary], None]
) -> None:
    database = place(kind)
    act(make_diary(database))
    before = everything(database)
    with pytest.raises(TransferError, match=r"A diary is written here already, so nothing was changed.* --replace"):
        bring_back(database, shelf, archive)
    assert everything(database) == before
    assert [*shelf.keys(LATER)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_asked_to_it_replaces_all_and_keeps_what_was_there_so_that_it_can_be_undone(
    place: Place, tmp_path: Path, shelf: PhotoStore, archive: Path, kind: str
) -> None:
    file = tmp_path / "diary.zip"
    file.write_bytes(archive.read_bytes())
    database = place(kind)
    make_diary(database, "me").add_days(a_row_of_days(40))
    before = everything(database)
    done = bring_back(database, shelf, file, replace=True)
    assert everything(database) == digests_in(archive)
    assert done.kept_before is not None
    assert done.kept_before.parent == tmp_path
    assert done.kept_before.name.startswith("diary-before-")
    bring_back(database, shelf, done.kept_before, replace=True)
    assert everything(database) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_writes_meanwhile_is_not_swallowed(
    place: Place, tmp_path: Path, shelf: PhotoStore, archive: Path, kind: str
) -> None:
    file = tmp_path / "diary.zip"
    file.write_bytes(archive.read_bytes())
    database = place(kind)
    diary = make_diary(database)
    diary.save(EntryDraft(TODAY, note="mine"))
    late = EntryDraft(TODAY - timedelta(days=1), note="written in the last moment")

    class Meanwhile:
        get = shelf.get

        def keep(self, key: str, large: bytes, small: bytes) -> None:
            if not diary.find_day(late.day):
                diary.save(late)
            shelf.keep(key, large, small)

    with pytest.raises(TransferError, match="Somebody wrote into the diary meanwhile, so nothing was changed"):
        bring_back(database, Meanwhile(), file, replace=True)
    assert [entry.note for entry in diary.each()] == [late.note, "mine"]


# ---------------------------------------------------------------------- other versions


def test_an_archive_of_an_older_schema_is_brought_up(
    place: Place, tmp_path: Path, shelf: PhotoStore, archive: Path
) -> None:
    old = Repacked(archive)
    for table in ("revisions", "waiting_photos", "endings"):  # they came with revisions 0002 and 0003
        del old.members[f"tables/{table}.jsonl"], old.manifest["tables"][table]
        del old.manifest["members"][f"tables/{table}.jsonl"]
    for table in ("entries", "moods", "people"):  # what 0004 looks into for search, and a choice that came with 0005
        later = ("folded_", "leaves_out_")
        rows = [{name: row[name] for name in row if not name.startswith(later)} for row in old.lines(table)]
        old.put_lines(table, [row | {"folded": "as it was"} if "folded" in row else row for row in rows])
    old.manifest["schema"] = "0001"
    file = old.write(tmp_path / "old.zip")
    for kind in KINDS:
        database = place(kind)
        bring_back(database, shelf, file)
        expected = digests_in(archive)
        found = everything(database)
        assert (found["revisions"].rows, found["waiting_photos"].rows) == (0, 0)
        assert {name: found[name] for name in old.manifest["tables"]} == {
            name: expected[name] for name in old.manifest["tables"]
        }


@pytest.mark.parametrize("newer", [{"schema": "9001"}, {"version": 2}])
def test_an_archive_of_a_newer_program_is_refused(
    tmp_path: Path, shelf: PhotoStore, archive: Path, newer: dict[str, object]
) -> None:
    future = Repacked(archive)
    future.manifest |= newer
    with pytest.raises(TransferError, match=r"written by a newer version\. Please update the program"):
        bring_back(f"sqlite:///{tmp_path / 'x.db'}", shelf, future.write(tmp_path / "future.zip"))
