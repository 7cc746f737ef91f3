"""The invented diary: believable at a glance, the same for the same seed, and nobody's music."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean

import pytest

from diary.model import BUILT_IN_MOODS, EntryDraft
from diary.transfer.demo import demo_days
from diary.transfer.demo_words import ARTISTS, SLOTS
from tests.builders import TODAY

LAST = TODAY - timedelta(days=1)
FIRST = LAST - timedelta(days=3649)


@pytest.fixture(scope="module")
def ten_years() -> list[EntryDraft]:
    return list(demo_days(FIRST, LAST, BUILT_IN_MOODS, seed=1))


def test_the_same_seed_gives_the_same_diary_and_another_seed_another(ten_years: list[EntryDraft]) -> None:
    assert list(demo_days(FIRST, LAST, BUILT_IN_MOODS, seed=1)) == ten_years
    assert list(demo_days(FIRST, LAST, BUILT_IN_MOODS, seed=2)) != ten_years


def test_days_lie_in_the_time_asked_for_in_order_and_once_each(ten_years: list[EntryDraft]) -> None:
    days = [draft.day for draft in ten_years]
    assert days == sorted(set(days))
    assert FIRST <= days[0] <= FIRST + timedelta(days=20)
    assert LAST - timedelta(days=20) <= days[-1] <= LAST


def test_some_days_are_forgotten_and_every_summer_has_a_holiday_without_the_diary(ten_years: list[EntryDraft]) -> None:
    assert 0.8 < len(ten_years) / 3650 < 0.95
    gaps = {one.day: (other.day - one.day).days for one, other in pairwise(ten_years)}
    for year in range(2017, 2026):
        assert max(gap for day, gap in gaps.items() if date(year, 6, 25) < day < date(year, 8, 31)) >= 10


def test_songs_are_invented_ones_without_identifiers(ten_years: list[EntryDraft]) -> None:
    assert len(ARTISTS) >= 45
    assert len({(artist, title) for artist, *_, titles in ARTISTS for title in titles}) >= 120
    assert {draft.song.track_key for draft in ten_years if draft.song} == {None}


def test_favourite_songs_come_back_in_phases(ten_years: list[EntryDraft]) -> None:
    favourite, times = Counter(draft.song for draft in ten_years if draft.song).most_common(1)[0]
    days = [draft.day for draft in ten_years if draft.song == favourite]
    pauses = [(later - earlier).days for earlier, later in pairwise(days)]
    assert times > 40
    assert sum(pause <= 7 for pause in pauses) > len(pauses) / 2
    assert max(pauses) > 90


def test_moods_wander_slowly_use_the_whole_palette_and_follow_the_seasons(ten_years: list[EntryDraft]) -> None:
    by_name = {mood.name: mood for mood in BUILT_IN_MOODS}
    moods = [(draft.day, by_name[draft.mood]) for draft in ten_years if draft.mood]
    assert {mood for _, mood in moods} == set(BUILT_IN_MOODS)
    assert mean(one == other for (_, one), (_, other) in pairwise(moods)) > 0.25
    summer = mean(mood.valence for day, mood in moods if day.month in {6, 7, 8})
    winter = mean(mood.valence for day, mood in moods if day.month in {12, 1, 2})
    assert summer > winter + 0.15


def test_notes_are_varied_mostly_short_and_sometimes_long_with_markdown(ten_years: list[EntryDraft]) -> None:
    notes = [draft.note for draft in ten_years if draft.note]
    assert 0.5 < len(notes) / len(ten_years) < 0.8
    assert len(set(notes)) > len(notes) / 2
    assert sum(len(note) < 120 for note in notes) > 0.8 * len(notes)
    assert sum("\n\n" in note for note in notes) > 20
    assert not [note for note in notes if any(f"{{{slot}}}" in note for slot in (*SLOTS, "one", "two"))]
    assert not [note for note in notes if note[0].islower()]


def test_some_titles_look_like_markup_so_that_a_careless_page_shows_itself(ten_years: list[EntryDraft]) -> None:
    titles = {draft.song.title for draft in ten_years if draft.song}
    assert {"*NSYNC Forever <3", "<b>Bold</b> & the Beautiful", "=SUM(of,us)"} <= titles


def test_entries_are_written_in_the_evening_of_their_day(ten_years: list[EntryDraft]) -> None:
    for draft in ten_years:
        assert draft.created_at is not None
        assert (draft.created_at.date(), draft.updated_at) == (draft.day, draft.created_at)
        assert draft.created_at.hour >= 18
        assert not draft.is_empty


def test_it_uses_the_moods_it_is_given() -> None:
    few = BUILT_IN_MOODS[:2]
    found = {draft.mood for draft in demo_days(LAST - timedelta(days=60), LAST, few, seed=3)}
    assert found <= {"angry", "anxious", None}
