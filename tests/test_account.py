"""Ending a diary: nothing of it is left, nothing of anybody else's is touched, and no open page begins it anew."""

import sqlite3
import threading
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, select

from diary.account import finish_ends
from diary.diary import Diary
from diary.errors import AwayError, EndedError, StorageError
from diary.model import EntryDraft, Unsaved
from diary.protocols import ENDED, RESTORED, Parts
from diary.storage.database import reading, writing
from diary.storage.marks import set_mark
from diary.storage.photos import PhotoStore, open_photos
from diary.storage.tables import people, waiting_photos
from diary.storage.wall import EVERYONE
from diary.sweep import sweep
from tests import s3
from tests.builders import NOON, SERENE, TODAY, a_row_of_days, make_engine, make_parts, over
from tests.storage.copies.world import picture

ANNA, BEN = "https://id.example|anna", "https://id.example|ben"
CANARY = "canary-of-anna"


@pytest.fixture(params=["folder", "bucket"])
def photos(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> PhotoStore:
    """A place for photos whose failures are waited out in the database."""
    place = str(tmp_path / "photos")
    if request.param == "bucket":
        for name, value in s3.aws_env(s3.moto().url).items():
            monkeypatch.setenv(name, value)
        place = f"s3://{s3.moto().new_bucket()}/album"
    return open_photos(place, make_engine(database))


class Away:
    """A photo store that is out of reach as soon as it ``is_away``."""

    def __init__(self, photos: PhotoStore) -> None:
        self.photos, self.is_away = photos, False

    def __getattr__(self, name: str):
        if self.is_away and name in {"clear", "put", "get", "send_waiting"}:
            raise StorageError("The photo store is away.")
        return getattr(self.photos, name)


def write_much(diary: Diary, parts: Parts, database: str) -> None:
    """A diary with days, trash, former versions, moods, a draft, and photos: shown, once shown, unshown, waiting."""
    name = f"canary-of-{diary.owner_id.rpartition('|')[2]}"
    diary.add_mood(replace(SERENE, name=name))
    diary.set_day_cutoff_hour(2)
    diary.add_days(a_row_of_days(30, TODAY - timedelta(days=10)))
    entry = diary.save(EntryDraft(TODAY, name, note=name * 300, tags=(name,), new_photo=picture("teal")))
    for turn in range(3):
        entry = diary.save(over(entry, note=f"{turn} {name}" * 300, new_photo=picture(f"#{4 * turn}0f0a0")))
        diary.keep_unsaved(Unsaved(TODAY - timedelta(days=1), note=f"{turn} {name}" * 500, photo=entry.photo))
    diary.delete(entry)
    shown_by_nothing = parts.photos.put(diary.owner_id, picture("navy"))
    row = {"key": f"{shown_by_nothing[:33]}{'0' * 64}.webp", "large": name.encode(), "small": b"", "kept_at": NOON}
    with writing(make_engine(database), EVERYONE) as connection:
        connection.execute(insert(waiting_photos).values(row))


def rows(database: str) -> list[str]:
    """Every row of every table that the database has."""
    tables, engine = MetaData(), make_engine(database)
    with reading(engine, EVERYONE) as connection:
        tables.reflect(connection)
        assert len(tables.tables) >= 9
        return sorted(f"{t.name} {tuple(row)}" for t in tables.tables.values() for row in connection.execute(select(t)))


def stored(photos: PhotoStore) -> dict[str, bytes]:
    return {name: photos._shelf.read(name) for name, _ in photos._shelf.names()}


def of_anna(found: list[str], photos: PhotoStore) -> list[str]:
    return [one for one in found if ANNA in one or CANARY in one or photos.folder_of(ANNA) in one]


# ---------------------------------------------------------------------- nothing is left


def test_no_table_no_file_and_no_object_holds_anything_of_it_and_the_other_diary_stays_as_it_was(
    database: str, photos: PhotoStore
) -> None:
    parts = make_parts(database, photos=photos)
    ben = Diary(BEN, parts)
    write_much(ben, parts, database)
    before, photos_before = rows(database), stored(photos)
    anna = Diary(ANNA, parts)
    write_much(anna, parts, database)
    assert len(of_anna(rows(database), photos)) > 30
    assert len(of_anna([*stored(photos)], photos)) == 10
    assert anna.end()
    assert [row for row in rows(database) if not row.startswith("marks ('ended'")] == before
    assert stored(photos) == photos_before
    assert ben.history.deleted()


def test_the_file_of_sqlite_and_its_log_hold_no_byte_of_it(tmp_path: Path) -> None:
    """Whatever was changed, replaced or thrown away before, by programs that did not overwrite it either."""
    database, photos = (
        f"sqlite:///{tmp_path / 'diary.db'}",
        open_photos(str(tmp_path / "photos"), make_engine(tmp_path)),
    )
    parts = make_parts(database, photos=photos)
    anna, ben = Diary(ANNA, parts), Diary(BEN, parts)
    for diary in (anna, ben):
        write_much(diary, parts, database)
    with closing(sqlite3.connect(tmp_path / "diary.db")) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        row = (ANNA, "2020-01-01", CANARY * 3000, "2020-01-01 00:00:00")
        connection.execute("INSERT INTO drafts VALUES (?, ?, ?, ?)", row)
        connection.execute("DELETE FROM drafts WHERE day = '2020-01-01'")
        connection.commit()

    def left(sign: str) -> list[str]:
        return [
            p.name for p in tmp_path.rglob("*") if sign in p.name or (p.is_file() and sign.encode() in p.read_bytes())
        ]

    assert left(CANARY)
    assert left("canary-of-ben")
    assert left(photos.folder_of(ANNA))
    assert anna.end()
    assert [*left(CANARY), *left(ANNA), *left(photos.folder_of(ANNA))] == []
    assert left("canary-of-ben")


def test_somebody_who_wrote_nothing_can_end_it_too(database: str) -> None:
    parts = make_parts(database)
    assert Diary(ANNA, parts).end()
    assert not parts.people.knows(ANNA)


# ---------------------------------------------------------------------- a photo store that is away


def test_while_the_photo_store_is_away_the_rows_go_and_the_photos_as_soon_as_it_is_back(
    database: str, photos: PhotoStore
) -> None:
    away = Away(photos)
    parts = make_parts(database, photos=away)
    anna, ben = Diary(ANNA, parts), Diary(BEN, parts)
    write_much(anna, parts, database)
    ben.save(EntryDraft(TODAY, new_photo=picture("teal")))
    away.is_away = True
    assert not anna.end()
    assert not parts.people.knows(ANNA)
    assert [row for row in rows(database) if ANNA in row or CANARY in row] == []
    with pytest.raises(StorageError):
        finish_ends(parts)
    with pytest.raises(AwayError, match="still being removed"):
        Diary(ANNA, parts)
    assert not parts.people.knows(ANNA)
    away.is_away = False
    sweep(parts)
    assert of_anna([*rows(database), *stored(photos)], photos) == []
    assert len(stored(photos)) == 2
    assert Diary(ANNA, parts).count() == 0


def test_photos_of_a_backup_that_was_restored_meanwhile_stay(database: str, photos: PhotoStore) -> None:
    away = Away(photos)
    parts = make_parts(database, photos=away)
    anna = Diary(ANNA, parts)
    key = anna.save(EntryDraft(TODAY, new_photo=picture("teal"))).photo
    away.is_away = True
    anna.end()
    away.is_away = False
    engine = make_engine(database)
    with writing(engine, EVERYONE) as connection:
        connection.execute(insert(people).values(owner_id=ANNA, day_cutoff_hour=4, created_at=NOON))
    Diary(ANNA, parts).save(EntryDraft(TODAY, note="restored", photo=key))
    finish_ends(parts)
    assert parts.accounts.unfinished() == ()
    assert anna.photo(key)


# ---------------------------------------------------------------------- what is still open


def test_a_page_that_is_still_open_changes_nothing_and_a_fresh_visit_begins_anew(database: str) -> None:
    parts = make_parts(database)
    tab, other = Diary(ANNA, parts), Diary(ANNA, parts)
    entry = tab.save(EntryDraft(TODAY, "calm"))
    other.end()
    for act in (
        lambda: tab.save(over(entry, note="more")),
        lambda: tab.save(over(entry, mood=None, note="more")),
        lambda: tab.save(EntryDraft(TODAY - timedelta(days=1), note="words alone")),
        lambda: tab.save(EntryDraft(TODAY - timedelta(days=1), new_photo=b"x")),
        lambda: tab.add_days([EntryDraft(TODAY, "calm")]),
        lambda: tab.keep_unsaved(Unsaved(TODAY, note="typed")),
        lambda: tab.set_day_cutoff_hour(3),
        lambda: tab.add_mood(SERENE),
        lambda: tab.today("UTC"),
        tab.moods,
    ):
        with pytest.raises(EndedError, match="Load the page again"):
            act()
    assert not parts.people.knows(ANNA)
    assert parts.photos.kept == {}
    anew = Diary(ANNA, parts)
    assert (anew.count(), len(anew.moods()), anew.person().day_cutoff_hour) == (0, 12, 4)
    assert anew.save(EntryDraft(TODAY, "calm")).revision == 1


def test_who_is_unknown_since_a_backup_was_restored_is_welcomed_again_and_not_taken_for_ended(database: str) -> None:
    parts = make_parts(database)
    parts.accounts.end(BEN, NOON)
    tab = Diary(ANNA, parts)
    parts.accounts.end(ANNA, NOON)
    parts.accounts.finish(parts.photos.folder_of(ANNA))
    with writing(make_engine(database)) as connection:
        set_mark(connection, RESTORED, NOON + timedelta(seconds=1))
    assert tab.save(EntryDraft(TODAY, "calm")).mood.name == "calm"
    parts.accounts.end(BEN, NOON + timedelta(seconds=2))
    assert parts.marks.find(ENDED) > parts.marks.find(RESTORED)
    assert tab.find_day(TODAY)


@pytest.mark.parametrize("point", ["before the photo is kept", "before the row is written", "after it"])
def test_a_save_at_the_same_moment_leaves_neither_row_nor_photo(database: str, photos: PhotoStore, point: str) -> None:
    parts = make_parts(database, photos=photos)
    other = Diary(ANNA, parts)

    class Meanwhile:
        """The store of which a part is used when the other tab ends the diary."""

        def __init__(self, whole: object) -> None:
            self._whole = whole

        def __getattr__(self, name: str):
            return getattr(self._whole, name)

        def put(self, *args):
            if point == "before the photo is kept":
                other.end()
            return self._whole.put(*args)

        def write(self, *args, **how):
            if point == "before the row is written":
                other.end()
            self._whole.write(*args, **how)
            if point == "after it":
                other.end()

    tab = Diary(ANNA, replace(parts, photos=Meanwhile(photos), entries=Meanwhile(parts.entries)))
    for draft in (EntryDraft(TODAY, note=CANARY, new_photo=picture("teal")), EntryDraft(TODAY, note=CANARY)):
        with suppress(EndedError):  # where it comes in time, it is done, and gone with the rest
            tab.save(draft)
        with pytest.raises(EndedError):
            tab.moods()
        assert of_anna([*rows(database), *stored(photos)], photos) == []
        tab = Diary(ANNA, tab._parts)
        if draft.new_photo and point == "before the photo is kept":
            return


def test_of_many_who_save_while_it_ends_each_is_told_and_none_is_left(database: str) -> None:
    parts = make_parts(database)
    diary, told, ready = Diary(ANNA, parts), list[str](), threading.Barrier(5)

    def save(number: int) -> None:
        tab = Diary(ANNA, parts)
        ready.wait()
        try:
            for day in count():
                tab.save(EntryDraft(TODAY - timedelta(days=day * 4 + number), "calm", note=CANARY))
        except EndedError:
            told.append("ended")

    tabs = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for tab in tabs:
        tab.start()
    ready.wait()
    assert diary.end()
    for tab in tabs:
        tab.join()
    assert told == ["ended"] * 4
    assert [row for row in rows(database) if ANNA in row or CANARY in row] == []
