"""Sums over moods, done by the database, compared with plain Python."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean
from typing import TypeVar
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.diary import Diary
from diary.insight import (
    MonthCount,
    MonthMean,
    MoodDay,
    WeekdayMean,
    YearDay,
    days_by_mood,
    month_means,
    weekday_means,
)
from diary.model import BUILT_IN_MOODS, EntryDraft, Song
from diary.protocols import Parts
from tests.builders import TODAY, make_diary, make_parts, make_track, mood, statements

K = TypeVar("K")
EVER = (date.min, date.max)
MOODS = {mood.name: mood for mood in BUILT_IN_MOODS}
WRITTEN = st.dictionaries(st.integers(0, 800), st.sampled_from([None, *MOODS]), max_size=60)
WINDOW = st.tuples(st.integers(0, 800), st.integers(0, 800))


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    """One database for many examples, each with a person of its own."""
    return make_parts(shared_database)


def with_days(parts: Parts, written: dict[int, str | None]) -> Diary:
    """The diary of a new person; a day without a mood has a note."""
    diary = Diary(uuid4().hex, parts)
    diary.add_days([EntryDraft(TODAY - timedelta(days=back), name, note="-") for back, name in written.items()])
    return diary


def means(groups: Mapping[K, list[float]]) -> dict[K, tuple[object, int]]:
    return {key: (pytest.approx(fmean(values)), len(values)) for key, values in groups.items()}


@settings(max_examples=60)
@given(written=WRITTEN, window=WINDOW, deleted=st.sets(st.integers(0, 800), max_size=10))
def test_every_sum_agrees_with_plain_python(
    parts: Parts, written: dict[int, str | None], window: tuple[int, int], deleted: set[int]
) -> None:
    diary = with_days(parts, written)
    for back in deleted & written.keys():
        diary.delete(diary.find_day(TODAY - timedelta(days=back)))
    first, last = (TODAY - timedelta(days=back) for back in window)
    ever = [
        (TODAY - timedelta(days=back), MOODS[name])
        for back, name in sorted(written.items(), reverse=True)
        if name and back not in deleted
    ]
    days = [(day, mood) for day, mood in ever if first <= day <= last]
    by_month, by_weekday = defaultdict(list), defaultdict(list)
    for day, one in days:
        by_month[day.year, day.month].append(one.valence)
        by_weekday[day.weekday()].append(one.valence)

    assert diary.sums.mood_days(first, last) == tuple(MoodDay(day, m.id, m.valence, m.arousal) for day, m in days)
    noted = diary.sums.noted(first, last)
    assert list(noted) == sorted({one.id for _, one in days})
    assert sorted((day, mood_id) for mood_id, on in noted.items() for day in on) == [(day, one.id) for day, one in days]
    valence = {one.id: one.valence for one in MOODS.values()}
    months = month_means(noted, valence)
    assert [(m.year, m.month) for m in months] == sorted(by_month)
    assert {(m.year, m.month): (m.valence, m.days) for m in months} == means(by_month)
    weekdays = weekday_means(noted, valence)
    assert [w.weekday for w in weekdays] == sorted(by_weekday)
    assert {w.weekday: (w.valence, w.days) for w in weekdays} == means(by_weekday)
    assert days_by_mood(diary.sums.mood_days(first, last)) == {mood_id: sorted(on) for mood_id, on in noted.items()}
    in_month = Counter((day.year, day.month) for back in written.keys() - deleted if (day := TODAY - timedelta(back)))
    assert diary.sums.months() == tuple(MonthCount(*month, days) for month, days in sorted(in_month.items()))
    assert diary.sums.span() == ((ever[0][0], ever[-1][0]) if ever else None)


def test_a_year_by_hand(database: str) -> None:
    diary = make_diary(database)
    diary.add_days(
        [
            EntryDraft(date(2026, 1, 5), "happy"),  # a Monday; +0.85
            EntryDraft(date(2026, 1, 11), "sad"),  # a Sunday; −0.70
            EntryDraft(date(2026, 2, 2), "happy"),  # a Monday
            EntryDraft(date(2026, 2, 3), note="a day without a mood"),
        ]
    )
    year = (date(2026, 1, 1), date(2026, 12, 31))
    noted = diary.sums.noted(*year)
    valence = {one.id: one.valence for one in MOODS.values()}
    assert weekday_means(noted, valence) == (WeekdayMean(0, 0.85, 2), WeekdayMean(6, -0.7, 1))
    assert month_means(noted, valence) == (MonthMean(2026, 1, pytest.approx(0.075), 2), MonthMean(2026, 2, 0.85, 1))
    assert diary.sums.span() == (date(2026, 1, 5), date(2026, 2, 2))


def test_an_empty_diary_has_no_sums_and_no_zeros(database: str) -> None:
    diary = make_diary(database)
    diary.save(EntryDraft(TODAY, note="no mood is not a neutral mood"))
    assert diary.sums.mood_days(*EVER) == ()
    assert diary.sums.span() is None
    assert diary.sums.noted(*EVER) == {}
    assert month_means({}, {}) == weekday_means({}, {}) == ()


def test_a_day_counts_with_its_mood_as_it_was_when_it_was_noted(database: str) -> None:
    diary = make_diary(database)
    diary.save(EntryDraft(TODAY - timedelta(days=1), "calm"))
    now = diary.change_mood(replace(mood(diary.moods(), "calm"), valence=-1, arousal=1))
    diary.save(EntryDraft(TODAY, "calm"))
    before, after = diary.sums.mood_days(*EVER)
    assert (before.mood_id, before.valence, before.arousal) == ("calm", 0.65, -0.6)
    assert (after.mood_id, after.valence, after.arousal) == (now.id, -1, 1)
    valence = {one.id: one.valence for one in diary.all_moods()}
    noted = diary.sums.noted(*EVER)
    assert {valence[mood_id]: days for mood_id, days in noted.items()} == {0.65: [before.day], -1: [TODAY]}
    means = {TODAY.weekday(): -1, before.day.weekday(): 0.65}
    assert {day.weekday: day.valence for day in weekday_means(noted, valence)} == pytest.approx(means)


def test_a_year_shows_every_written_day_in_one_light_read(database: str) -> None:
    diary = make_diary(database)
    song = diary.keep_track(make_track(artwork_url="https://i.scdn.co/image/abc"))
    drafts = [
        EntryDraft(date(2026, 1, 1), "calm", song, note="A long note.", new_photo=b"a picture"),
        EntryDraft(date(2026, 1, 2), song=Song("By hand")),
        EntryDraft(date(2026, 1, 3), "sad", Song("", spotify_id="a" * 22)),
        EntryDraft(date(2026, 1, 4), note="deleted"),
        EntryDraft(date(2025, 12, 31), "calm"),
    ]
    kept = [diary.save(draft) for draft in drafts]
    diary.delete(kept[3])
    year = date(2026, 1, 1), date(2026, 12, 31)
    calm, sad = (
        MoodDay(date(2026, 1, at), m.id, m.valence, m.arousal) for at, m in ((1, MOODS["calm"]), (3, MOODS["sad"]))
    )
    cover = "https://i.scdn.co/image/abc"
    others = YearDay(date(2026, 1, 2), None, "By hand"), YearDay(date(2026, 1, 3), sad, "")
    first = YearDay(date(2026, 1, 1), calm, song.title, song.artist)
    with statements() as seen:
        days, covers = diary.sums.year_days(*year), diary.sums.year_days(*year, covers=True)
    assert days == (first, *others)
    assert covers == (first._replace(artwork_url=cover, source="spotify", photo=kept[0].photo), *others)
    asked = [one for one in seen if one.startswith("SELECT")]
    assert ["note" in one for one in asked] == [False, False]
    assert ["tracks" in one for one in asked] == [False, True]


def test_the_first_day_needs_no_mood_and_is_not_a_deleted_one(database: str) -> None:
    diary = make_diary(database)
    assert diary.sums.first_day() is None
    first, *_ = [diary.save(EntryDraft(TODAY - timedelta(days=back), note="-")) for back in (9, 5, 3)]
    assert diary.sums.first_day() == first.day
    diary.delete(first)
    assert diary.sums.first_day() == TODAY - timedelta(days=5)


def test_both_ends_of_a_period_belong_to_it(database: str) -> None:
    diary = make_diary(database)
    diary.add_days([EntryDraft(date(2026, month, day), "calm") for month, day in ((4, 30), (5, 1), (5, 31), (6, 1))])
    assert [one.day.day for one in diary.sums.mood_days(date(2026, 5, 1), date(2026, 5, 31))] == [1, 31]
