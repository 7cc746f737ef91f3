"""One entry a day: what can be kept, and that it is kept to the letter."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from diary.diary import Diary
from diary.errors import ConflictError, InvalidEntryError, NotFoundError, PhotoError
from diary.model import EntryDraft, Mood, Song, Unsaved
from diary.query import Words
from tests.builders import (
    FULL_DAY,
    NOON,
    SERENE,
    TODAY,
    Clock,
    MemoryPhotoStore,
    a_row_of_days,
    make_diary,
    make_track,
    mood,
    over,
    spotify_id,
    statements,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def diary(database: str, clock: Clock) -> Diary:
    return make_diary(database, clock=clock)


# -------------------------------------------------------------------- saving


def test_a_day_is_kept_to_the_letter(diary: Diary, clock: Clock) -> None:
    entry = diary.save(FULL_DAY)
    assert entry == diary.find_day(TODAY)
    assert entry.mood == mood(diary.moods(), "calm")
    assert (entry.day, entry.song, entry.note, entry.tags) == (TODAY, FULL_DAY.song, FULL_DAY.note, FULL_DAY.tags)
    assert (entry.zone, entry.revision) == ("Pacific/Kiritimati", 1)
    assert entry.created_at == entry.updated_at == clock.now
    assert diary.photo(entry.photo) == b"a picture"


@pytest.mark.parametrize(
    "part",
    [{"mood": "calm"}, {"song": Song("Hum")}, {"note": "."}, {"new_photo": b"x"}],
    ids=lambda part: next(iter(part)),
)
def test_any_one_part_makes_a_day(diary: Diary, part: dict[str, object]) -> None:
    diary.save(EntryDraft(TODAY, **part))
    assert diary.count() == 1


def test_saving_twice_changes_the_one_entry_of_the_day(diary: Diary, clock: Clock) -> None:
    first = diary.save(FULL_DAY)
    clock.move(hours=2)
    second = diary.save(over(first, mood="sad", note="other", tags=(), song=None, photo=None))
    assert diary.count() == 1
    assert diary.find_day(TODAY) == second
    assert (second.mood.name, second.note, second.tags, second.song, second.photo) == ("sad", "other", (), None, None)
    assert (second.revision, second.created_at, second.updated_at) == (2, NOON, NOON + timedelta(hours=2))


def test_a_save_gives_what_is_kept_with_the_track_of_its_song(diary: Diary) -> None:
    known, other = (make_track(spotify_id(number), f"Song {number}") for number in (1, 2))
    for track in (known, other):
        diary.keep_track(track)
    entry = diary.save(EntryDraft(TODAY, "calm", known.song()))
    assert (entry, entry.track) == (diary.find_day(TODAY), known)
    changes = (
        {"note": "more"},
        {"song": replace(known.song(), title="As I call it")},
        {"song": other.song(), "mood": "sad"},
        {"song": Song("Hum"), "mood": None},
        {"song": Song("Unknown", spotify_id=spotify_id(3))},
        {"song": None},
    )
    for change in changes:
        entry = diary.save(over(entry, **change))
        assert entry == diary.find_day(TODAY)
    tracks = [former.entry.track for former in diary.history.versions(TODAY)]
    assert tracks == [None, None, other, known, known, known]


def test_a_text_is_changed_by_one_read_and_one_statement_that_writes_or_two(diary: Diary, database: str) -> None:
    diary.keep_track(make_track())
    entry = diary.save(EntryDraft(TODAY, "calm", make_track().song()))
    with statements() as seen:
        diary.save(over(entry, note="more"))
    written = ["WITH"] if database.startswith("postgresql") else ["INSERT", "UPDATE"]
    assert [sql.split()[0] for sql in seen if not sql.startswith("BEGIN")] == ["SELECT", *written]


@pytest.mark.parametrize("replayed", ["as first sent", "over what is kept"])
def test_saving_the_same_again_changes_nothing(diary: Diary, clock: Clock, replayed: str) -> None:
    first = diary.save(FULL_DAY)
    again = FULL_DAY if replayed == "as first sent" else first.draft()
    for _ in range(5):
        clock.move(hours=1)
        assert diary.save(replace(again, zone="Europe/Berlin")) == first
    with statements() as seen:
        diary.save(again)
    assert not [sql for sql in seen if sql.startswith(("INSERT", "UPDATE"))]


def test_a_day_is_found_where_it_was_written_wherever_it_is_read(diary: Diary) -> None:
    diary.save(FULL_DAY)
    assert diary.find_day(TODAY).zone == "Pacific/Kiritimati"
    assert diary.find_day(TODAY - timedelta(days=1)) is None
    assert diary.find_day(TODAY + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("draft", "field", "sentence"),
    [
        (EntryDraft(TODAY), "day", "an empty day is not kept"),
        (EntryDraft(TODAY, tags=("rain",)), "day", "an empty day is not kept"),
        (EntryDraft(TODAY + timedelta(days=2), "calm"), "day", "has not begun yet"),
        (EntryDraft(TODAY, "unheard of"), "mood", "There is no mood named “unheard of”"),
        (EntryDraft(TODAY, "Calm"), "mood", "There is no mood named “Calm”"),
    ],
)
def test_what_makes_no_day_is_refused(diary: Diary, draft: EntryDraft, field: str, sentence: str) -> None:
    for refuse in (diary.save, diary.check if field == "day" else diary.save, lambda draft: diary.add_days([draft])):
        with pytest.raises(InvalidEntryError, match=sentence) as caught:
            refuse(draft)
        assert caught.value.field == field
    assert diary.count() == 0


def test_a_day_can_be_written_as_soon_as_it_has_begun_anywhere(diary: Diary, clock: Clock) -> None:
    tomorrow = TODAY + timedelta(days=1)
    clock.now = datetime(2026, 11, 22, 9, 59, 59, tzinfo=UTC)
    with pytest.raises(InvalidEntryError, match="has not begun yet"):
        diary.save(EntryDraft(tomorrow, "calm"))
    clock.move(seconds=1)
    assert diary.today("Pacific/Kiritimati") == TODAY  # it is midnight there, and the day ends at four
    assert diary.save(EntryDraft(tomorrow, "calm")).day == tomorrow


def test_an_import_brings_its_own_instants(diary: Diary) -> None:
    made, changed = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    assert diary.add_days([EntryDraft(date(2020, 1, 1), "calm", created_at=made, updated_at=changed)]) == 1
    entry = diary.find_day(date(2020, 1, 1))
    assert (entry.created_at, entry.updated_at, entry.revision) == (made, changed, 1)


@pytest.mark.parametrize(
    "instant",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime(1883, 11, 18, 16, 58, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
    ids=lambda instant: f"year {instant.year}",
)
def test_any_instant_is_kept_to_the_letter(diary: Diary, instant: datetime) -> None:
    diary.add_days([EntryDraft(TODAY, "calm", created_at=instant, updated_at=instant)])
    assert [(entry.created_at, entry.updated_at) for entry in diary.each()] == [(instant, instant)]


def test_many_days_are_added_all_or_none(diary: Diary) -> None:
    diary.save(EntryDraft(TODAY - timedelta(days=5), "sad"))
    with pytest.raises(ConflictError) as caught:
        diary.add_days(a_row_of_days(10), [SERENE])
    assert caught.value.day == TODAY - timedelta(days=5)
    with pytest.raises(ConflictError):
        diary.add_days([EntryDraft(TODAY, "sad"), EntryDraft(TODAY, "calm")])
    assert diary.count() == 1
    assert "serene" not in {mood.name for mood in diary.moods()}
    assert diary.add_days([]) == 0
    assert diary.add_days(a_row_of_days(5)) == 5


def test_days_bring_their_moods_along(diary: Diary) -> None:
    assert diary.add_days([EntryDraft(TODAY, "serene")], [SERENE]) == 1
    assert diary.find_day(TODAY).mood == mood(diary.moods(), "serene")
    assert diary.moods()[-1] == replace(SERENE, id=diary.moods()[-1].id)


# -------------------------------------------------------------------- what is not saved yet, photos, songs, the log


def test_unsaved_text_outlives_a_save_that_may_have_come_from_another_tab(diary: Diary) -> None:
    typed = Unsaved(TODAY, note="typed")
    diary.keep_unsaved(typed)
    with pytest.raises(InvalidEntryError):
        diary.save(EntryDraft(TODAY, "unheard of"))
    diary.save(EntryDraft(TODAY, note="something else"))
    assert diary.find_unsaved(TODAY) == (typed, NOON)
    diary.drop_unsaved(TODAY)
    assert diary.find_unsaved(TODAY) is None


def test_a_photo_is_kept_before_its_day_and_a_bad_one_leaves_the_day_as_it_is(database: str) -> None:
    class Picky(MemoryPhotoStore):
        def put(self, owner_id: str, data: bytes) -> str:
            raise PhotoError("This is no picture.")

    diary = make_diary(database, photos=Picky())
    entry = diary.save(EntryDraft(TODAY, "calm"))
    with pytest.raises(PhotoError):
        diary.save(over(entry, note="x", new_photo=b"x"))
    assert diary.find_day(TODAY) == entry


def test_a_photo_that_is_not_there_is_not_found(diary: Diary) -> None:
    for key in ("", "x", "../../etc/passwd", MemoryPhotoStore().put("local", b"never kept")):
        with pytest.raises(NotFoundError):
            diary.photo(key)


def test_a_song_chosen_from_a_catalogue_comes_with_its_track(diary: Diary) -> None:
    song = diary.keep_track(make_track(album="Suite bergamasque"))
    assert song == make_track().song()
    entry = diary.save(EntryDraft(TODAY, song=replace(song, title="As I call it")))
    assert (entry.song.title, entry.track.title) == ("As I call it", "Clair de lune")
    assert diary.find_track(song).album == "Suite bergamasque"
    assert diary.find_track(Song("Hum")) is None
    diary.forget_tracks()
    assert (diary.find_track(song), diary.find_day(TODAY).song.title) == (None, "As I call it")


def test_the_log_tells_what_was_done_and_nothing_of_what_was_written(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        entry = diary.save(EntryDraft(TODAY, "calm", Song("Private title"), "private note", ("private",)))
        diary.keep_unsaved(Unsaved(TODAY, note="private"))
        diary.find(Words("private"))
        diary.add_mood(Mood("", "private", "🙃", "#123456", "#abcdef", 0, 0))
        diary.delete(entry)
        diary.history.undo(TODAY, entry, 2)
    for told in ("kept day revision=1", "deleted day revision=1", "undone day"):
        assert told in caplog.text
    assert "rivate" not in caplog.text
    assert str(TODAY) not in caplog.text
