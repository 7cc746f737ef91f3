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
from diary.insight import MonthCount, MoodCount, MoodDay, WeekdayMean, YearDay, month_means, mood_counts, weekday_means
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
    by_month, by_weekday, counts = defaultdict(list), defaultdict(list), Counter()
    for day, one in days:
        by_month[day.year, day.month].append(one.valence)
        by_weekday[day.weekday()].append(one.valence)
        counts[day.year, day.month, one.id] += 1

    assert diary.sums.mood_days(first, last) == tuple(MoodDay(day, m.id, m.valence, m.arousal) for day, m in days)
    noted = diary.sums.noted(first, last)
    assert list(noted) == sorted({one.id for _, one in days})
    assert sorted((day, mood_id) for mood_id, on in noted.items() for day in on) == [(day, one.id) for day, one in days]
    found = mood_counts(noted)
    months = month_means(found, {one.id: one.valence for one in MOODS.values()})
    assert [(m.year, m.month) for m in months] == sorted(by_month)
    assert {(m.year, m.month): (m.valence, m.days) for m in months} == means(by_month)
    valence = {one.id: one.valence for one in MOODS.values()}
    weekdays = weekday_means((day, valence[mood_id]) for mood_id, on in noted.items() for day in on)
    assert [w.weekday for w in weekdays] == sorted(by_weekday)
    assert {w.weekday: (w.valence, w.days) for w in weekdays} == means(by_weekday)
    assert weekday_means((day.day, day.valence) for day in diary.sums.mood_days(first, last)) == weekdays
    assert [(c.year, c.month) for c in found] == sorted((c.year, c.month) for c in found)
    assert {(c.year, c.month, c.mood_id): c.days for c in found} == counts
    assert len(found) == len(counts)
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
    days = [(day.day, day.valence) for day in diary.sums.mood_days(*year)]
    assert weekday_means(days) == (WeekdayMean(0, 0.85, 2), WeekdayMean(6, -0.7, 1))
    assert set(mood_counts(diary.sums.noted(*year))) == {
        MoodCount(2026, 1, "happy", 1),
        MoodCount(2026, 1, "sad", 1),
        MoodCount(2026, 2, "happy", 1),
    }
    assert diary.sums.span() == (date(2026, 1, 5), date(2026, 2, 2))


def test_an_empty_diary_has_no_sums_and_no_zeros(database: str) -> None:
    diary = make_diary(database)
    diary.save(EntryDraft(TODAY, note="no mood is not a neutral mood"))
    assert diary.sums.mood_days(*EVER) == ()
    assert diary.sums.span() is None
    assert diary.sums.noted(*EVER) == {}
    assert mood_counts({}) == weekday_means(()) == ()


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
    means = [pytest.approx(day.valence) for day in weekday_means((day.day, day.valence) for day in (before, after))]
    assert [day.valence for day in weekday_means((on[0], valence[mood_id]) for mood_id, on in noted.items())] == means


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
    days = diary.sums.year_days(date(2026, 1, 1), date(2026, 12, 31))
    calm, sad = (
        MoodDay(date(2026, 1, at), m.id, m.valence, m.arousal) for at, m in ((1, MOODS["calm"]), (3, MOODS["sad"]))
    )
    cover = "https://i.scdn.co/image/abc"
    assert days == (
        YearDay(date(2026, 1, 1), calm, song.title, song.artist, cover, "spotify", kept[0].photo),
        YearDay(date(2026, 1, 2), None, "By hand"),
        YearDay(date(2026, 1, 3), sad, ""),
    )
    with statements() as seen:
        diary.sums.year_days(date(2026, 1, 1), date(2026, 12, 31))
    (asked,) = (one for one in seen if one.startswith("SELECT"))
    assert "note" not in asked


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
