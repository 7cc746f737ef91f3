"""What a day was before can be seen and taken back, for thirty days."""

from dataclasses import replace
from datetime import timedelta

import pytest

from diary.diary import Diary
from diary.errors import ConflictError, NotFoundError
from diary.model import EntryDraft
from diary.sweep import forget
from tests.builders import FULL_DAY, TODAY, Clock, a_row_of_days, make_diary, make_parts, mood, over

YESTERDAY = TODAY - timedelta(days=1)


def notes(diary) -> list[str]:
    return [former.entry.note for former in diary.history.versions(TODAY)]


def test_a_day_that_was_never_changed_has_no_former_version(database: str) -> None:
    diary = make_diary(database)
    diary.save(FULL_DAY)
    assert diary.history.versions(TODAY) == ()
    assert diary.history.versions(YESTERDAY) == ()


def test_every_change_leaves_what_was_there_whole_with_the_instant_of_the_change(database: str) -> None:
    clock = Clock()
    diary = make_diary(database, clock=clock)
    first = diary.save(FULL_DAY)
    clock.move(hours=3)
    second = diary.save(over(first, note="second", mood="sad"))
    changed_at = clock.now
    clock.move(hours=1)
    diary.save(over(second, note="third"))
    newer, older = diary.history.versions(TODAY)
    assert (older.entry, older.until) == (first, changed_at)
    assert (newer.entry, newer.until) == (second, clock.now)


def test_saving_the_same_again_leaves_no_version(database: str) -> None:
    diary = make_diary(database)
    entry = diary.save(FULL_DAY)
    diary.save(entry.draft())
    assert diary.history.versions(TODAY) == ()


def test_a_former_version_is_brought_back_and_what_it_replaced_becomes_one(database: str) -> None:
    clock = Clock()
    diary = make_diary(database, clock=clock)
    first = diary.save(FULL_DAY)
    clock.move(minutes=5)
    second = diary.save(over(first, note="second", song=None, photo=None))
    diary.history.take_back(TODAY, first.revision, 2)
    assert diary.find_day(TODAY) == replace(first, revision=3)
    assert diary.photo(first.photo) == b"a picture"
    diary.history.take_back(TODAY, second.revision, 3)
    assert diary.find_day(TODAY) == replace(second, revision=4)
    assert notes(diary) == [first.note, "second", first.note]


def test_the_version_comes_back_with_the_mood_it_was_noted_with(database: str) -> None:
    """The mood was given up for that day, then changed: no day shows it, but a former version does."""
    diary = make_diary(database)
    first = diary.save(EntryDraft(TODAY, "calm"))
    diary.save(over(first, mood="sad"))
    diary.change_mood(replace(mood(diary.moods(), "calm"), name="peaceful", valence=0.1))
    diary.history.take_back(TODAY, 1, 2)
    assert diary.find_day(TODAY).mood == replace(first.mood, retired=True)


def test_a_version_that_was_never_there_is_not_found(database: str) -> None:
    diary = make_diary(database)
    entry = diary.save(FULL_DAY)
    for revision in (entry.revision, 0, 7, -1):
        with pytest.raises(NotFoundError, match="kept for 30 days"):
            diary.history.take_back(TODAY, revision, entry.revision)
    with pytest.raises(NotFoundError):
        diary.history.take_back(YESTERDAY, 1, 1)
    assert diary.find_day(TODAY) == entry


def test_a_tab_that_shows_an_older_state_cannot_save_over_what_was_taken_back(database: str) -> None:
    diary = make_diary(database)
    first = diary.save(FULL_DAY)
    stale = diary.save(over(first, note="second"))
    diary.history.take_back(TODAY, 1, 2)
    with pytest.raises(ConflictError):
        diary.save(over(stale, note="from another tab"))


@pytest.mark.parametrize("meanwhile", ["changed", "deleted"])
def test_a_version_is_not_brought_back_over_what_the_screen_did_not_show(database: str, meanwhile: str) -> None:
    diary = make_diary(database)
    shown = diary.save(over(diary.save(FULL_DAY), note="shown"))
    if meanwhile == "changed":
        diary.save(over(shown, note="from another tab"))
    else:
        diary.delete(shown)
    kept = diary.find_day(TODAY)
    with pytest.raises(ConflictError):
        diary.history.take_back(TODAY, 1, shown.revision)
    assert diary.find_day(TODAY) == kept


def test_a_day_is_not_put_back_that_somebody_is_writing_anew(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    diary = make_diary(database)
    diary.delete(diary.save(FULL_DAY))
    deleted = diary.history._revisions.find_deleted("local", TODAY)
    anew = diary.save(EntryDraft(TODAY, note="anew"))
    monkeypatch.setattr(diary.history._revisions, "find_deleted", lambda *_: deleted)
    with pytest.raises(ConflictError):
        diary.history.put_back(TODAY)
    assert diary.find_day(TODAY) == anew


@pytest.mark.parametrize("way", ["taken back", "undone"])
def test_a_version_that_is_forgotten_at_the_same_moment_is_not_brought_back(
    database: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its photo would go with it, and the day would show a broken picture."""
    clock = Clock()
    parts = make_parts(database, clock=clock)
    diary = Diary("local", parts)
    first = diary.save(FULL_DAY)
    second = diary.save(over(first, note="second", photo=None))
    clock.move(days=31)
    really = diary.history._entries.write

    def write(*args: object, **kwargs: object) -> None:
        forget(parts)
        really(*args, **kwargs)

    monkeypatch.setattr(diary.history._entries, "write", write)
    ways = {
        "taken back": lambda: diary.history.take_back(TODAY, 1, second.revision),
        "undone": lambda: diary.history.undo(TODAY, first, second.revision),
    }
    with pytest.raises(NotFoundError, match="no longer kept"):
        ways[way]()
    assert diary.find_day(TODAY) == second


def test_no_more_versions_are_read_than_are_asked_for(database: str) -> None:
    diary = make_diary(database)
    entry = diary.save(FULL_DAY)
    for number in range(5):
        entry = diary.save(over(entry, note=str(number)))
    assert [one.entry.note for one in diary.history.versions(TODAY, 2)] == ["3", "2"]


def test_deleted_days_lie_in_the_trash_the_last_one_first(database: str) -> None:
    clock = Clock()
    diary = make_diary(database, clock=clock)
    diary.add_days(a_row_of_days(3))
    gone = []
    for back in (1, 0):
        clock.move(minutes=1)
        entry = diary.find_day(TODAY - timedelta(days=back))
        diary.delete(entry)
        gone.insert(0, (replace(entry, revision=2), clock.now))
    assert [(former.entry, former.until) for former in diary.history.deleted()] == gone
    assert [former.entry.day for former in diary.history.deleted(limit=1)] == [TODAY]
    assert diary.count() == 1


def test_a_day_put_back_is_what_it_was_with_its_photo_and_its_past(database: str) -> None:
    diary = make_diary(database)
    first = diary.save(FULL_DAY)
    second = diary.save(over(first, note="second"))
    diary.delete(second)
    diary.history.put_back(TODAY)
    assert diary.find_day(TODAY) == replace(second, revision=4)
    assert diary.photo(second.photo) == b"a picture"
    assert diary.history.deleted() == ()
    assert notes(diary) == ["second", first.note]


def test_what_is_not_in_the_trash_cannot_be_put_back(database: str) -> None:
    diary = make_diary(database)
    entry = diary.save(FULL_DAY)
    for day in (TODAY, YESTERDAY):
        with pytest.raises(NotFoundError):
            diary.history.put_back(day)
    assert diary.find_day(TODAY) == entry


@pytest.mark.parametrize("writes", ["by hand", "by import"])
def test_a_deleted_day_that_is_written_anew_keeps_what_it_was(database: str, writes: str) -> None:
    diary = make_diary(database)
    entry = diary.save(FULL_DAY)
    diary.delete(entry)
    if writes == "by hand":
        diary.save(EntryDraft(TODAY, note="anew"))
    else:
        diary.add_days([EntryDraft(TODAY, note="anew"), EntryDraft(YESTERDAY, note="other")])
    assert diary.history.deleted() == ()
    assert notes(diary) == [entry.note]
    diary.history.take_back(TODAY, 1, 3)
    assert diary.find_day(TODAY) == replace(entry, revision=4)
    assert notes(diary) == ["anew", entry.note]


def test_an_undone_change_can_itself_be_taken_back(database: str) -> None:
    diary = make_diary(database)
    first = diary.save(FULL_DAY)
    second = diary.save(over(first, note="undone by mistake"))
    diary.history.undo(TODAY, first, second.revision)
    assert notes(diary) == ["undone by mistake", first.note]
