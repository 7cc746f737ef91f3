"""The house work: what is forgotten, what is not, and that it never takes a photo which somebody may still see."""

import logging
from datetime import timedelta

import pytest

from diary import sweep as module
from diary.diary import Diary
from diary.errors import NotFoundError, StorageError
from diary.model import EntryDraft, Unsaved
from diary.sweep import Caretaker, Swept, forget, sweep
from tests.builders import FULL_DAY, TODAY, Clock, MemoryPhotoStore, eventually, make_parts, over

NOTHING = Swept(0, 0, 0, 0)


class Aging(MemoryPhotoStore):
    """Knows, as a real store does, when each photo was put."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.written, self.sent = clock, {}, 0
        self.failure: StorageError | None = None

    def put(self, owner_id: str, data: bytes) -> str:
        key = super().put(owner_id, data)
        self.written[key] = self.clock.now
        return key

    def delete(self, key: str, before=None) -> None:
        if before is None or self.written[key] < before:
            super().delete(key)

    def keys(self, before):
        return (key for key in list(self.kept) if self.written[key] < before)

    def send_waiting(self) -> int:
        if self.failure:
            raise self.failure
        sent, self.sent = self.sent, 0
        return sent


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def photos(clock: Clock) -> Aging:
    return Aging(clock)


@pytest.fixture
def parts(database: str, clock: Clock, photos: Aging):
    return make_parts(database, clock=clock, photos=photos)


@pytest.fixture
def diary(parts) -> Diary:
    return Diary("local", parts)


def test_a_diary_with_nothing_old_is_left_as_it_is(parts, diary: Diary) -> None:
    entry = diary.save(over(diary.save(FULL_DAY), note="second"))
    assert sweep(parts) == NOTHING
    assert diary.find_day(TODAY) == entry
    assert len(diary.history.versions(TODAY)) == 1


def test_for_thirty_days_what_was_deleted_can_be_put_back_with_its_photo(parts, diary: Diary, clock: Clock) -> None:
    entry = diary.save(FULL_DAY)
    diary.delete(entry)
    clock.move(days=30)
    assert sweep(parts) == NOTHING
    diary.history.put_back(TODAY)
    assert diary.photo(entry.photo) == b"a picture"


def test_then_it_is_forgotten_with_its_versions_and_the_photos_that_only_they_showed(
    parts, diary: Diary, clock: Clock, photos: Aging
) -> None:
    first = diary.save(FULL_DAY)
    diary.delete(diary.save(over(first, photo=None, new_photo=b"another picture")))
    other = diary.save(EntryDraft(TODAY - timedelta(days=1), note="stays", new_photo=b"a third"))
    clock.move(days=30, seconds=1)
    assert forget(parts) == Swept(days=1, versions=2, photos=2, sent=0)
    assert diary.history.deleted() == diary.history.versions(TODAY) == ()
    assert list(photos.kept) == [other.photo]
    with pytest.raises(NotFoundError):
        diary.history.put_back(TODAY)
    assert diary.save(EntryDraft(TODAY, "calm")).revision == 1


def test_a_photo_that_another_day_a_version_the_trash_or_a_draft_shows_stays(
    parts, diary: Diary, clock: Clock, photos: Aging
) -> None:
    days = [TODAY - timedelta(days=back) for back in range(8)]
    pictures = {name: name.encode() for name in ("day", "version", "trash", "draft")}
    kept = {name: diary.save(EntryDraft(days[place], new_photo=pictures[name])) for place, name in enumerate(pictures)}
    for place, name in enumerate(pictures):
        diary.delete(diary.save(EntryDraft(days[place + 4], new_photo=pictures[name])))
    clock.move(days=29)
    diary.keep_unsaved(Unsaved(days[3], photo=kept["draft"].photo))
    diary.save(over(kept["version"], photo=None, note="without"))
    diary.delete(kept["trash"])
    diary.save(over(kept["draft"], photo=None, note="without"))
    clock.move(days=2)
    assert forget(parts).photos == 0
    clock.move(days=28)
    assert forget(parts).photos == 0
    clock.move(days=2)
    assert forget(parts).photos == 2
    assert set(photos.kept) == {kept["day"].photo, kept["draft"].photo}


def test_what_is_one_persons_past_is_forgotten_without_touching_the_others(parts, diary: Diary, clock: Clock) -> None:
    other = Diary("other", parts)
    mine = diary.save(FULL_DAY)
    theirs = other.save(FULL_DAY)
    diary.delete(mine)
    clock.move(days=31)
    assert forget(parts).photos == 1
    assert other.photo(theirs.photo) == b"a picture"


def test_a_photo_whose_day_was_never_saved_is_removed_after_a_day(parts, diary: Diary, clock: Clock, photos: Aging):
    entry = diary.save(FULL_DAY)
    orphan = photos.put("local", b"the program was killed before the row was written")
    clock.move(hours=24)
    assert sweep(parts) == NOTHING
    clock.move(seconds=1)
    assert sweep(parts).photos == 1
    assert list(photos.kept) == [entry.photo]
    assert orphan not in photos.kept


def test_a_photo_that_is_just_being_saved_again_stays_though_its_old_day_is_forgotten(
    parts, diary: Diary, clock: Clock, photos: Aging
) -> None:
    key = diary.save(FULL_DAY).photo
    diary.delete(diary.find_day(TODAY))
    clock.move(days=31)
    assert photos.put("local", b"a picture") == key
    forget(parts)
    assert key in photos.kept


def test_photos_of_another_database_are_left_alone_unless_they_are_meant(
    parts, diary: Diary, clock: Clock, photos: Aging
) -> None:
    entry = diary.save(FULL_DAY)
    for number in range(2):
        photos.put("local", b"%d" % number)
    clock.move(days=2)
    with pytest.raises(StorageError, match=r"^2 photos belong to no day of this database, and only 1 do\."):
        sweep(parts)
    assert len(photos.kept) == 3
    assert sweep(parts, even_most=True).photos == 2
    assert list(photos.kept) == [entry.photo]


def test_what_waits_is_sent(parts, photos: Aging) -> None:
    photos.sent = 3
    assert sweep(parts).sent == 3


def test_the_caretaker_sends_forgets_and_outlives_every_failure(
    parts, diary: Diary, photos: Aging, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.02)
    monkeypatch.setattr(module, "DAY", 0.1)
    diary.delete(diary.save(FULL_DAY))
    photos.failure = StorageError("The photo store does not answer.")
    photos.clock.move(days=31)
    caretaker = Caretaker(parts)
    with caplog.at_level(logging.INFO, "diary"):
        caretaker.start()
        try:
            eventually(lambda: "house work waits: The photo store does not answer." in caplog.text)
            photos.failure, photos.sent = None, 2
            eventually(lambda: "sent waiting photos count=2" in caplog.text)
            eventually(lambda: photos.kept == {})
        finally:
            caretaker.stop()
    assert diary.history.deleted() == ()
