"""The house work: what is forgotten, what is not, and that it never takes a photo which somebody may still see."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from diary import sweep as module
from diary.diary import Diary
from diary.errors import NotFoundError, StorageError
from diary.history import KEPT
from diary.model import EntryDraft, Unsaved
from diary.protocols import RESTORED
from diary.storage.database import writing
from diary.storage.marks import set_mark
from diary.storage.tables import drafts
from diary.storage.wall import EVERYONE
from diary.sweep import Caretaker, Swept, forget, sweep
from tests.builders import FULL_DAY, TODAY, Clock, MemoryPhotoStore, eventually, make_engine, make_parts, over

NOTHING = Swept(0, 0, 0, 0)


class Aging(MemoryPhotoStore):
    """Knows, as a real store does, when each photo was put."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.written, self.sent = clock, {}, 0
        self.failure: StorageError | None = None
        self.at_removal: Callable[[], object] = lambda: None

    def put(self, owner_id: str, data: bytes) -> str:
        key = super().put(owner_id, data)
        self.written[key] = self.clock.now
        return key

    def remove(self, key: str, before, is_shown) -> bool:
        self.at_removal()
        return self.written[key] < before and super().remove(key, before, is_shown)

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


def test_a_photo_whose_day_was_never_saved_is_removed_after_thirty_days(
    parts, diary: Diary, clock: Clock, photos: Aging
) -> None:
    entry = diary.save(FULL_DAY)
    orphan = photos.put("local", b"the program was killed before the row was written")
    clock.move(days=30)
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
    clock.move(days=31)
    photos.sent = 1
    assert sweep(parts) == Swept(days=0, versions=0, photos=0, sent=1, left=2)
    assert len(photos.kept) == 3
    assert sweep(parts, even_most=True).photos == 2
    assert list(photos.kept) == [entry.photo]


def test_what_waits_is_sent(parts, photos: Aging) -> None:
    photos.sent = 3
    assert sweep(parts).sent == 3


# ---------------------------------------------------------------------- what comes in between


def test_what_a_restored_backup_brought_can_be_taken_back_for_thirty_days(
    database: str, parts, diary: Diary, clock: Clock
) -> None:
    diary.delete(diary.save(over(diary.save(FULL_DAY), note="second")))
    clock.move(days=40)
    with writing(make_engine(database)) as connection:
        set_mark(connection, RESTORED, clock())
    clock.move(days=30)
    assert sweep(parts) == NOTHING
    assert len(diary.history.deleted()) == 1
    clock.move(seconds=1)
    assert forget(parts) == Swept(days=1, versions=2, photos=1, sent=0)


def test_a_photo_of_what_was_there_before_a_restore_stays_as_long(
    parts, database: str, diary: Diary, clock: Clock, photos: Aging
) -> None:
    """Days that the restored backup does not know may yet be found again."""
    unknown = photos.put("local", b"shown by a day of the lost database")
    diary.save(EntryDraft(TODAY, new_photo=b"shown"))
    clock.move(days=40)
    with writing(make_engine(database)) as connection:
        set_mark(connection, RESTORED, clock())
    clock.move(days=29)
    assert sweep(parts) == NOTHING
    assert unknown in photos.kept
    clock.move(days=1)
    assert sweep(parts).photos == 1


def test_a_forgotten_day_takes_versions_of_a_later_hour_along(parts, diary: Diary, clock: Clock) -> None:
    """The clock was set back between a change and the deletion."""
    entry = diary.save(over(diary.save(FULL_DAY), note="second"))
    clock.move(hours=-1)
    diary.delete(entry)
    clock.move(days=30, seconds=1)
    assert forget(parts) == Swept(days=1, versions=2, photos=1, sent=0)
    diary.save(over(diary.save(EntryDraft(TODAY, note="anew")), note="changed"))
    assert diary.find_day(TODAY).note == "changed"


def test_a_draft_that_cannot_be_read_stops_no_sweep(database: str, parts, diary: Diary, clock: Clock) -> None:
    diary.delete(diary.save(FULL_DAY))
    days = [TODAY - timedelta(days=back) for back in range(4)]
    spoiled = ('{"photo": "half', "[1]", '{"photo": ["a", "list"]}', "null")
    for day, fields in zip(days, spoiled, strict=True):
        diary.keep_unsaved(Unsaved(day))
        with writing(make_engine(database), EVERYONE) as connection:
            connection.execute(update(drafts).where(drafts.c.day == day).values(fields=fields))
    clock.move(days=31)
    assert sweep(parts).photos == 1


def test_a_draft_that_becomes_a_day_while_photos_are_looked_for_is_seen(parts, diary: Diary, photos: Aging) -> None:
    key = photos.put("local", b"a picture")
    diary.keep_unsaved(Unsaved(TODAY, photo=key))
    saved: list[object] = []

    class KeysThatAreSavedMeanwhile(list[str]):
        def __iter__(self):
            yield from super().__iter__()
            if not saved:
                saved.append(diary.save(EntryDraft(TODAY, photo=key)))
                diary.drop_unsaved(TODAY)

    assert parts.revisions.photos_in_use(KeysThatAreSavedMeanwhile([key, *map(str, range(500))])) == {key}
    assert saved
    assert parts.revisions.photos_in_use([key]) == {key}


def test_a_photo_shown_again_just_before_it_is_removed_is_put_back(
    parts, diary: Diary, clock: Clock, photos: Aging
) -> None:
    key = diary.save(FULL_DAY).photo
    diary.delete(diary.find_day(TODAY))
    clock.move(days=31)
    photos.at_removal = lambda: diary.find_day(TODAY) or diary.save(EntryDraft(TODAY, photo=key))
    assert forget(parts).photos == 0
    assert diary.photo(key) == b"a picture"


@pytest.mark.parametrize("how", ["saved", "imported"])
def test_a_photo_removed_just_before_its_day_is_kept_is_put_again(parts, clock: Clock, photos: Aging, how: str) -> None:
    """The sweep has looked twice, and the day was not there yet."""

    class Sweeping:
        def __getattr__(self, name: str):
            return getattr(parts.entries, name)

        def write(self, *args) -> None:
            self._sweep()
            parts.entries.write(*args)

        def add(self, *args) -> None:
            self._sweep()
            parts.entries.add(*args)

        def _sweep(self) -> None:
            clock.move(days=31)
            assert sweep(parts, even_most=True).photos == 1
            assert photos.kept == {}

    diary = Diary("local", replace(parts, entries=Sweeping()))
    draft = EntryDraft(TODAY, new_photo=b"a picture")
    _ = diary.save(draft) if how == "saved" else diary.add_days([draft])
    assert diary.photo(diary.find_day(TODAY).photo) == b"a picture"


# ---------------------------------------------------------------------- once a day


def test_the_first_time_a_day_goes_by_before_anything_is_forgotten(parts, clock: Clock) -> None:
    assert [module.is_turn(parts), module.is_turn(parts)] == [False, False]
    clock.move(hours=23, minutes=59)
    assert not module.is_turn(parts)
    clock.move(minutes=1)
    assert [module.is_turn(parts), module.is_turn(parts)] == [True, False]
    clock.move(days=3)
    assert module.is_turn(parts)


@pytest.mark.parametrize("jump", [timedelta(days=3, seconds=1), timedelta(days=9000), timedelta(seconds=-1)])
def test_after_the_clock_has_jumped_or_the_program_slept_long_a_day_goes_by_too(
    parts, clock: Clock, jump: timedelta
) -> None:
    module.is_turn(parts)
    clock.now += jump
    assert not module.is_turn(parts)
    clock.move(hours=23)
    assert not module.is_turn(parts)
    clock.move(hours=1)
    assert module.is_turn(parts)


def test_of_many_programs_on_one_database_one_has_the_turn(database: str, clock: Clock) -> None:
    programs = [make_parts(database, clock=clock) for _ in range(4)]
    for wait in (timedelta(0), timedelta(days=1)):
        clock.now += wait
        turns, together = [], threading.Barrier(len(programs))

        def look(one, turns=turns, together=together) -> None:
            together.wait()
            turns.append(module.is_turn(one))

        people = [threading.Thread(target=look, args=(one,)) for one in programs]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert sorted(turns) == [False, False, False, bool(wait)]


def test_a_secret_is_the_same_for_all_programs_and_another_by_every_name(database: str) -> None:
    one, other = make_parts(database).marks, make_parts(database).marks
    assert one.secret("photos") == other.secret("photos") != one.secret("else")
    assert len(one.secret("photos")) == 32


def test_the_caretaker_sends_sweeps_and_outlives_every_failure(
    parts, diary: Diary, photos: Aging, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.02)
    diary.delete(diary.save(FULL_DAY))
    diary.save(EntryDraft(TODAY - timedelta(days=1), new_photo=b"shown"))
    orphan = photos.put("local", b"shown by none")
    photos.failure = StorageError("The photo store does not answer.")
    photos.clock.now += KEPT
    caretaker = Caretaker(parts)
    with caplog.at_level(logging.INFO, "diary"):
        caretaker.start()
        try:
            eventually(lambda: "house work waits: The photo store does not answer." in caplog.text)
            photos.failure, photos.sent = None, 2
            eventually(lambda: "sent waiting photos count=2" in caplog.text)
            eventually(lambda: parts.marks.find("forgot"))
            assert len(photos.kept) == 3
            photos.clock.move(days=1)
            eventually(lambda: len(photos.kept) == 1)
        finally:
            caretaker.stop()
    assert diary.history.deleted() == ()
    assert orphan not in photos.kept
