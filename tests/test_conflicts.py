"""A day changed in two places, deleted, taken back: nothing is overwritten or lost unasked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from diary.diary import Diary
from diary.errors import ConflictError
from diary.model import Entry, EntryDraft, Unsaved
from diary.query import EVERYTHING, Words
from tests.builders import (
    FULL_DAY,
    TODAY,
    Clock,
    MemoryPhotoStore,
    a_row_of_days,
    make_diary,
    over,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def diary(database: str, clock: Clock) -> Diary:
    return make_diary(database, clock=clock)


# -------------------------------------------------------------------- two tabs


def test_of_two_tabs_the_second_is_told_and_changes_nothing(diary: Diary) -> None:
    opened = diary.save(EntryDraft(TODAY, "calm"))
    first = diary.save(over(opened, note="from one tab"))
    diary.keep_unsaved(Unsaved(TODAY, note="from the other"))
    with pytest.raises(ConflictError) as caught:
        diary.save(over(opened, note="from the other", new_photo=b"x"))
    assert caught.value.day == TODAY
    assert diary.find_day(TODAY) == first
    assert diary.find_unsaved(TODAY)[0].note == "from the other"


def test_of_two_tabs_on_an_empty_day_the_second_is_told(diary: Diary) -> None:
    first = diary.save(EntryDraft(TODAY, "calm"))
    with pytest.raises(ConflictError):
        diary.save(EntryDraft(TODAY, "sad"))
    assert diary.find_day(TODAY) == first


def test_what_was_deleted_in_one_tab_is_not_brought_back_by_another_unasked(diary: Diary) -> None:
    opened = diary.save(EntryDraft(TODAY, "calm"))
    diary.delete(opened)
    with pytest.raises(ConflictError):
        diary.save(over(opened, note="more"))
    assert diary.find_day(TODAY) is None
    assert diary.save(over(opened, note="more", revision=0)).note == "more"


def test_a_tab_from_before_a_day_was_deleted_and_written_anew_never_overwrites_it(diary: Diary) -> None:
    opened = diary.save(EntryDraft(TODAY, "calm", note="old"))
    entry = opened
    for round_ in range(3):
        diary.delete(entry)
        if round_ == 1:
            diary.add_days([EntryDraft(TODAY, "sad", note=f"new {round_}")])
            entry = diary.find_day(TODAY)
        else:
            entry = diary.save(EntryDraft(TODAY, "sad", note=f"new {round_}"))
        assert entry.revision == 3 + 2 * round_
        for stale in (over(opened, note="stale"), EntryDraft(TODAY, "happy")):
            with pytest.raises(ConflictError):
                diary.save(stale)
        with pytest.raises(ConflictError):
            diary.delete(opened)
        assert diary.find_day(TODAY) == entry


@pytest.mark.parametrize("start", ["empty", "written", "deleted"])
def test_of_eight_who_save_the_same_day_at_once_one_succeeds_and_seven_are_told(diary: Diary, start: str) -> None:
    for back in range(5):
        day = TODAY - timedelta(days=back)
        revision = 0
        if start != "empty":
            entry = diary.save(EntryDraft(day, "sad"))
            revision = entry.revision
        if start == "deleted":
            diary.delete(entry)
            revision = 0

        def save(number: int, day: date = day, revision: int = revision) -> Entry | ConflictError:
            try:
                return diary.save(EntryDraft(day, "calm", note=f"mine {number}", revision=revision))
            except ConflictError as error:
                return error

        with ThreadPoolExecutor(8) as threads:
            results = list(threads.map(save, range(8)))
        (winner,) = (result for result in results if isinstance(result, Entry))
        assert sum(isinstance(result, ConflictError) for result in results) == 7
        assert diary.find_day(day) == winner
    assert diary.count() == 5


def test_of_eight_imports_of_the_same_days_in_another_order_one_succeeds_and_seven_are_told(diary: Diary) -> None:
    days = a_row_of_days(400)

    def bring(number: int) -> int | ConflictError:
        try:
            return diary.add_days(days[:: 1 if number % 2 else -1])
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(bring, range(8)))
    assert [type(result) for result in results if result != 400] == [ConflictError] * 7
    assert diary.count() == 400


def test_of_eight_who_delete_a_day_at_once_one_succeeds_and_seven_are_told(diary: Diary) -> None:
    def delete(entry: Entry) -> ConflictError | None:
        try:
            return diary.delete(entry)
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(8) as threads:
        for back in range(10):
            entry = diary.save(EntryDraft(TODAY - timedelta(days=back), "calm"))
            assert list(threads.map(delete, [entry] * 8)).count(None) == 1
    assert diary.count() == 0


def test_a_day_that_another_tab_writes_in_the_midst_of_a_save_is_not_overwritten(database: str, clock: Clock) -> None:
    other = make_diary(database)

    class SlowPhotos(MemoryPhotoStore):
        def put(self, owner_id: str, data: bytes) -> str:
            other.save(EntryDraft(TODAY, "sad"))
            return super().put(owner_id, data)

    diary = make_diary(database, clock=clock, photos=SlowPhotos())
    with pytest.raises(ConflictError):
        diary.save(EntryDraft(TODAY, "calm", new_photo=b"x"))
    assert diary.find_day(TODAY).mood.name == "sad"


# -------------------------------------------------------------------- deleting and taking back


def test_a_deleted_day_is_hidden_everywhere(diary: Diary) -> None:
    diary.delete(diary.save(replace(FULL_DAY, day=TODAY - timedelta(days=365))))
    day, ever = TODAY - timedelta(days=365), (date.min, date.max)
    assert diary.find_day(day) is None
    assert diary.find(EVERYTHING) == diary.find(Words("note")) == diary.on_this_day(TODAY) == ()
    assert diary.past_songs("") == diary.sums.mood_days(*ever) == ()
    assert (list(diary.each()), diary.count(), diary.sums.span()) == ([], 0, None)


def test_a_deletion_taken_back_restores_the_day_to_the_letter(diary: Diary, clock: Clock) -> None:
    first = diary.save(FULL_DAY)
    clock.move(hours=1)
    entry = diary.save(over(first, note="changed"))
    clock.move(hours=1)
    diary.delete(entry)
    clock.move(hours=1)
    diary.history.undo(TODAY, entry, entry.revision + 1)
    assert diary.find_day(TODAY) == replace(entry, revision=entry.revision + 2)
    assert diary.photo(entry.photo) == b"a picture"


def test_a_change_taken_back_restores_the_day_to_the_letter(diary: Diary, clock: Clock) -> None:
    before = diary.save(FULL_DAY)
    clock.move(hours=1)
    after = diary.save(over(before, mood="sad", song=None, note="", tags=(), photo=None))
    diary.history.undo(TODAY, before, after.revision)
    assert diary.find_day(TODAY) == replace(before, revision=3)


def test_a_first_save_taken_back_leaves_the_day_empty(diary: Diary) -> None:
    entry = diary.save(FULL_DAY)
    diary.history.undo(TODAY, None, entry.revision)
    assert diary.find_day(TODAY) is None


@pytest.mark.parametrize("meanwhile", ["saved", "deleted", "deleted and written anew", "taken back already"])
def test_what_was_changed_again_meanwhile_is_not_taken_back(diary: Diary, meanwhile: str) -> None:
    before = diary.save(EntryDraft(TODAY, "calm"))
    change = diary.save(over(before, note="x"))
    acts: dict[str, Callable[[], object]] = {
        "saved": lambda: diary.save(over(change, note="y")),
        "deleted": lambda: diary.delete(change),
        "deleted and written anew": lambda: (diary.delete(change), diary.save(EntryDraft(TODAY, "sad"))),
        "taken back already": lambda: diary.history.undo(TODAY, before, change.revision),
    }
    acts[meanwhile]()
    kept = diary.find_day(TODAY)
    for back_to in (before, None):
        with pytest.raises(ConflictError):
            diary.history.undo(TODAY, back_to, change.revision)
    assert diary.find_day(TODAY) == kept


def test_an_entry_that_was_changed_meanwhile_is_not_deleted(diary: Diary) -> None:
    before = diary.save(EntryDraft(TODAY, "calm"))
    after = diary.save(over(before, note="x"))
    for stale in (before, replace(after, revision=9), replace(after, day=TODAY - timedelta(days=1))):
        with pytest.raises(ConflictError):
            diary.delete(stale)
    assert diary.find_day(TODAY) == after
