"""A claimed diary is the same one under another name; whenever it is interrupted, nothing is lost."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select

from diary.account import finish_ends
from diary.diary import Diary
from diary.errors import AwayError, EndedError, NotFoundError, StorageError, TransferError
from diary.model import EntryDraft, Unsaved
from diary.protocols import Parts
from diary.query import Words
from diary.storage.copies import claim as module
from diary.storage.copies.claim import Claimed, claim
from diary.storage.copies.snapshot import TABLES
from diary.storage.database import reading
from diary.storage.photos import PhotoStore, Picture, open_photos
from diary.storage.photos.waiting import WaitingPhotos
from diary.storage.wall import EVERYONE
from tests.builders import SERENE, TODAY, a_row_of_days, make_engine, make_parts, over
from tests.storage.copies.world import picture, quiet

LOCAL, ANNA, BEN = "local", "https://id.example|anna", "https://id.example|ben"
WAITING = b"a picture that waits"
DAYS = 30


@pytest.fixture(params=["folder", "bucket"])
def photos(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> PhotoStore:
    place = str(tmp_path / "album")
    if request.param == "bucket":
        place = f"s3://{request.getfixturevalue('bucket')}/album"
    return open_photos(place, make_engine(database))


@pytest.fixture
def folder(database: str, tmp_path: Path) -> PhotoStore:
    return open_photos(str(tmp_path / "album"), make_engine(database))


def write(parts: Parts, database: str, owner: str = LOCAL) -> Diary:
    """A diary of days, trash, former versions, moods, settings, a draft, and photos, one of which waits."""
    diary = Diary(owner, parts)
    folder = parts.photos.folder_of(owner)
    diary.add_mood(SERENE)
    diary.set_day_cutoff_hour(2)
    diary.change_mood(replace(diary.moods()[3], name="wild"))
    diary.add_days(a_row_of_days(DAYS - 2, TODAY - timedelta(days=2)))
    entry = diary.save(EntryDraft(TODAY, "serene", note="first", tags=("tag",), new_photo=picture("teal")))
    diary.save(over(entry, note=f'"photo": "{folder}/', new_photo=picture("navy")))
    diary.delete(diary.save(EntryDraft(TODAY - timedelta(days=1), note="thrown away", new_photo=picture("red"))))
    shown = parts.photos.put(owner, picture("gold"))
    diary.keep_unsaved(Unsaved(TODAY, note=f'"photo": "{folder}/ \\"photo\\": \\"{folder}/', photo=shown))
    WaitingPhotos(make_engine(database)).put(f"{folder}/{'0' * 64}.webp", Picture(WAITING, WAITING))
    return diary


def state(database: str, parts: Parts, owner: str) -> dict[str, list[str]]:
    """All that is kept of a person, but for the name under which it is."""
    folder, kept = parts.photos.folder_of(owner), {}
    with reading(make_engine(database), EVERYONE) as connection:
        for table in TABLES:
            rows = [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            kept[table.name] = [repr(row).replace(owner, "OWNER").replace(f"'{folder}/", "'FOLDER/") for row in rows]
    for row in kept["drafts"]:
        assert f'"photo": "{folder}/' in row
    kept["drafts"] = [row.replace(f'"photo": "{folder}/', '"photo": "FOLDER/') for row in kept["drafts"]]
    files = {name.replace(folder, "FOLDER"): parts.photos._shelf.read(name) for name, _ in parts.photos._shelf.names()}
    kept["photos"] = sorted(f"{name} {content!r}" for name, content in files.items())
    return kept


def claimed(database: str, photos: PhotoStore, owner: str = LOCAL, to: str = ANNA) -> Claimed:
    return claim(make_engine(database), photos, owner, to, quiet)


# ---------------------------------------------------------------------- the same diary


def test_all_that_was_kept_is_the_new_owners_and_the_old_one_does_not_exist_any_more(
    database: str, photos: PhotoStore
) -> None:
    parts = make_parts(database, photos=photos)
    write(parts, database)
    before = state(database, parts, LOCAL)
    assert all(rows for name, rows in before.items() if name not in {"tracks", "endings"})
    Diary(ANNA, parts)  # she has only looked in
    assert claimed(database, photos) == Claimed(DAYS, 5, ())
    finish_ends(parts)
    assert state(database, parts, ANNA) == before
    assert not parts.people.knows(LOCAL)
    anna = Diary(ANNA, parts)
    assert anna.find(Words("tag"))[0].day == TODAY
    for former in (*anna.history.deleted(), *anna.history.versions(TODAY)):
        assert anna.photo(former.entry.photo, small=True)
    assert anna.photo(anna.find_unsaved(TODAY)[0].photo)
    anna.history.put_back(TODAY - timedelta(days=1))
    assert anna.save(over(anna.find_day(TODAY), note="goes on")).note == "goes on"


def test_what_others_keep_is_not_touched(database: str, folder: PhotoStore) -> None:
    parts = make_parts(database, photos=folder)
    ben, other = Diary(BEN, parts), Diary(LOCAL, parts)
    entry = ben.save(EntryDraft(TODAY, "calm", new_photo=picture("teal")))
    other.save(EntryDraft(TODAY, "sad", new_photo=picture("teal")))
    claimed(database, folder)
    finish_ends(parts)
    assert ben.find_day(TODAY) == entry
    assert ben.photo(entry.photo)


# ---------------------------------------------------------------------- what is refused


def test_what_cannot_be_claimed_is_told_and_stays_as_it_is(database: str, folder: PhotoStore) -> None:
    parts = make_parts(database, photos=folder)
    write(parts, database)
    before = state(database, parts, LOCAL)
    with pytest.raises(TransferError, match="theirs already"):
        claimed(database, folder, LOCAL, LOCAL)
    with pytest.raises(NotFoundError, match="There is no diary of “nobody” here"):
        claimed(database, folder, "nobody")
    assert state(database, parts, LOCAL) == before


@pytest.mark.parametrize("what", ["day", "deleted day", "draft", "mood", "hour"])
def test_somebody_who_has_written_already_is_refused(database: str, folder: PhotoStore, what: str) -> None:
    parts = make_parts(database, photos=folder)
    Diary(LOCAL, parts).save(EntryDraft(TODAY, "calm"))
    anna = Diary(ANNA, parts)
    if what in {"day", "deleted day"}:
        entry = anna.save(EntryDraft(TODAY, note="mine"))
    if what == "deleted day":
        anna.delete(entry)
    if what == "draft":
        anna.keep_unsaved(Unsaved(TODAY, note="typed"))
    if what == "mood":
        anna.arrange_moods([mood.id for mood in anna.moods()], ["calm"])
    if what == "hour":
        anna.set_day_cutoff_hour(0)
    with pytest.raises(TransferError, match="writes a diary here already, so nothing was changed"):
        claimed(database, folder)
    assert Diary(LOCAL, parts).count() == 1


def test_a_lost_photo_is_named_and_the_rest_is_claimed(database: str, folder: PhotoStore) -> None:
    parts = make_parts(database, photos=folder)
    key = Diary(LOCAL, parts).save(EntryDraft(TODAY, new_photo=picture("teal"))).photo
    Diary(LOCAL, parts).save(EntryDraft(TODAY - timedelta(days=1), new_photo=picture("navy")))
    folder.delete(key)
    assert claimed(database, folder) == Claimed(2, 1, (key,))


# ---------------------------------------------------------------------- what comes in between


def test_a_photo_that_is_saved_while_the_others_are_copied_is_not_left_behind(
    database: str, folder: PhotoStore
) -> None:
    parts = make_parts(database, photos=folder)
    diary = write(parts, database)

    def save(*_: object) -> None:
        diary.save(EntryDraft(TODAY - timedelta(days=99), new_photo=picture("pink")))

    before = state(database, parts, LOCAL)
    with pytest.raises(TransferError, match="Somebody wrote into the diary meanwhile, so nothing was changed"):
        claim(make_engine(database), folder, LOCAL, ANNA, save)
    assert state(database, parts, LOCAL)["entries"][1:] == before["entries"]
    assert claimed(database, folder).days == DAYS + 1


def test_a_page_of_the_old_owner_that_is_still_open_changes_nothing(database: str, folder: PhotoStore) -> None:
    parts = make_parts(database, photos=folder)
    tab = Diary(LOCAL, parts)
    entry = tab.save(EntryDraft(TODAY, "calm"))
    claimed(database, folder)
    for draft in (over(entry, note="more"), EntryDraft(TODAY - timedelta(days=1), note="x", new_photo=picture("red"))):
        with pytest.raises(EndedError):
            tab.save(draft)
    finish_ends(parts)
    assert not parts.people.knows(LOCAL)
    assert [*folder._shelf.names()] == []


def test_an_owner_whose_former_diary_is_still_being_removed_has_to_wait(database: str, folder: PhotoStore) -> None:
    parts = make_parts(database, photos=folder)
    Diary(LOCAL, parts).save(EntryDraft(TODAY, "calm"))
    parts.accounts.end(ANNA, parts.clock())
    with pytest.raises(AwayError, match="python -m diary sweep"):
        claimed(database, folder)
    finish_ends(parts)
    assert claimed(database, folder).days == 1


def test_photos_that_cannot_be_copied_stop_it_before_a_row_is_changed(
    database: str, folder: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = make_parts(database, photos=folder)
    write(parts, database)
    before = state(database, parts, LOCAL)

    def refuse(*_: object) -> None:
        raise StorageError("The photo store is away.")

    monkeypatch.setattr(folder, "keep", refuse)
    with pytest.raises(StorageError, match="away"):
        claimed(database, folder)
    assert state(database, parts, LOCAL) == before


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _claim_and_die(database: str, album: str, point: str) -> None:
    engine = make_engine(database)
    photos = open_photos(album, None)

    def at_row(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO entries"):
            _die()

    def at_photo(_: str, number: int, __: int) -> None:
        if point == "between two photos" and number == 2:
            _die()

    if point == "between two rows":
        event.listen(Engine, "before_cursor_execute", at_row)
    if point == "before the commit":
        event.listen(Engine, "commit", _die)
    if point == "after the commit":
        hand_over = module._hand_over

        def over_and_out(*arguments: object) -> None:
            hand_over(*arguments)
            _die()

        module._hand_over = over_and_out
    claim(engine, photos, LOCAL, ANNA, at_photo)


@pytest.mark.parametrize("point", ["between two photos", "between two rows", "before the commit", "after the commit"])
def test_killed_at_any_point_it_has_lost_nothing_and_the_next_one_finishes(
    database: str, folder: PhotoStore, tmp_path: Path, point: str
) -> None:
    parts = make_parts(database, photos=folder)
    write(parts, database)
    before = state(database, parts, LOCAL)
    arguments = (database, str(tmp_path / "album"), point)
    process = multiprocessing.get_context("spawn").Process(target=_claim_and_die, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert parts.people.knows(LOCAL) != parts.people.knows(ANNA)
    assert parts.people.knows(LOCAL) == (point != "after the commit")
    assert claimed(database, folder) == Claimed(DAYS, 5, ())
    finish_ends(parts)
    assert state(database, parts, ANNA) == before
    assert parts.accounts.unfinished() == ()
