"""Songs and artists through one owner's days, compared with plain Python."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from diary.diary import Diary
from diary.life import Names, Subject
from diary.model import Entry, EntryDraft, Song
from diary.protocols import Parts
from diary.query import folded_line
from tests.builders import TODAY, make_parts, make_track

SONGS = (
    Song("Étoile", "Nick Drake"),
    Song("etoile", "NICK DRAKE"),
    Song("Étoile", "Another"),
    Song("Moon", "Nick Drake"),
    Song("らーめん", ""),
    None,
)
MOODS = ("calm", "sad", None)


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    return make_parts(shared_database)


@pytest.fixture
def diary(parts: Parts) -> Diary:
    """A person with 300 days, one of them deleted, beside another one with days of the same songs."""
    diary, other = Diary(uuid4().hex, parts), Diary(uuid4().hex, parts)
    for person in (diary, other):
        person.add_days(
            [
                EntryDraft(
                    TODAY - timedelta(days=3 * back),
                    MOODS[back % 3],
                    SONGS[back % 7 % 6],
                    f"note {back}",
                    ("walk", "rain")[: back % 3],
                )
                for back in range(300)
            ]
        )
    diary.delete(diary.find_day(TODAY))
    return diary


def is_of(entry: Entry, subject: Subject) -> bool:
    song = entry.song
    pairs = ((subject.title, song.title), (subject.artist, song.artist)) if song else (("x", ""),)
    return all(not wanted or folded_line(wanted) == folded_line(has) for wanted, has in pairs)


@pytest.mark.parametrize(
    "subject",
    [
        Subject("etoile", "nick drake"),
        Subject("ÉTOILE"),
        Subject(artist="nick  drake"),
        Subject("ラーメン"),
        Subject("etoil"),
        Subject("a\0b"),
    ],
)
def test_its_days_are_found_page_by_page_and_summed_up(diary: Diary, subject: Subject) -> None:
    wanted = [entry for entry in tuple(diary.each())[::-1] if is_of(entry, subject)]
    found: list[Entry] = []
    while page := diary.lives.days(subject, 20, found[-1].day if found else None):
        found += page
    assert found == wanted
    life = diary.lives.of(subject)
    assert life.days == len(wanted)
    assert dict(life.moods()) == Counter(entry.mood.id if entry.mood else None for entry in wanted)
    if wanted:
        assert (life.first, life.last) == (wanted[-1].day, wanted[0].day)
    assert all((month.first.year, month.first.month) == (month.last.year, month.last.month) for month in life.months)


def test_the_songs_of_an_artist_come_with_their_tracks_most_chosen_first(diary: Diary) -> None:
    song = diary.keep_track(make_track())
    diary.add_days([EntryDraft(TODAY - timedelta(days=3 * back + 1), song=song) for back in range(60)])
    (past,) = diary.lives.songs("CLAUDE DEBUSSY", 9)
    assert (past.song, past.days, past.last_day) == (song, 60, TODAY - timedelta(days=1))
    assert past.track == make_track()
    titles = [past.song.title for past in diary.lives.songs("nick drake", 9)]
    assert sorted(titles) == ["Moon", "etoile", "Étoile"]
    assert len(diary.lives.songs("nick drake", 2)) == 2


def test_artists_and_tags_of_most_days_are_named(diary: Diary) -> None:
    names = diary.lives.names()
    assert [folded_line(name) for name in names.artists] == ["nick drake", "another"]
    assert names.tags == ("walk", "rain")
    assert diary.lives.names(1) == Names(names.artists[:1], ("walk",))


def test_names_are_of_the_newest_365_days_alone(parts: Parts) -> None:
    diary = Diary(uuid4().hex, parts)
    former = EntryDraft(TODAY - timedelta(days=365), song=SONGS[0], tags=("walk",))
    later = [EntryDraft(TODAY - timedelta(days=back), song=SONGS[2], tags=("rain",)) for back in range(365)]
    diary.add_days([former, *later[1:]])
    assert diary.lives.names() == Names(("Another", "Nick Drake"), ("rain", "walk"))
    diary.add_days(later[:1])
    assert diary.lives.names() == Names(("Another",), ("rain",))


def test_a_new_diary_has_no_names(parts: Parts) -> None:
    diary = Diary(uuid4().hex, parts)
    assert diary.lives.names() == Names()
    assert diary.lives.of(Subject("x")).months == ()
