"""Sums over days and moods, as data."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.insight import (
    MonthMean,
    MoodDay,
    WeekdayMean,
    days_by_mood,
    longest_bright_run,
    mean_valence,
    mix,
    newest_versions,
    rolling,
    shares,
    since,
    totals,
    weekday_extremes,
)
from diary.model import BUILT_IN_MOODS
from diary.periods import Period, Step, mix_step

TODAY = date(2026, 11, 22)
MOODS = newest_versions(BUILT_IN_MOODS)
CALM, SAD, HAPPY = MOODS["calm"], MOODS["sad"], MOODS["happy"]


def day(back: int, mood: str = "calm") -> MoodDay:
    """The day that lies ``back`` days before today."""
    return MoodDay(TODAY - timedelta(back), mood, MOODS[mood].valence, MOODS[mood].arousal)


def days(*backs: int, mood: str = "calm") -> list[MoodDay]:
    return [day(back, mood) for back in sorted(backs, reverse=True)]


@st.composite
def mood_days(draw: st.DrawFn) -> list[MoodDay]:
    """Some days of three years, oldest first, with gaps of any length."""
    backs = draw(st.sets(st.integers(0, 1000), max_size=60))
    return [day(back, draw(st.sampled_from(sorted(MOODS)))) for back in sorted(backs, reverse=True)]


@pytest.mark.parametrize(("period", "length"), [(Period.MONTH, 30), (Period.QUARTER, 91), (Period.YEAR, 365)])
def test_a_period_ends_today(period: Period, length: int) -> None:
    first = period.first(TODAY, date(2016, 1, 1))
    assert (TODAY - first).days + 1 == length


def test_all_begins_with_the_diary() -> None:
    assert Period.ALL.first(TODAY, date(2016, 3, 4)) == date(2016, 3, 4)


def test_all_is_one_day_when_the_diary_begins_ahead_of_this_zone() -> None:
    assert Period.ALL.first(TODAY, TODAY + timedelta(1)) == TODAY


@pytest.mark.parametrize(
    ("step", "start"),
    [(Step.WEEK, date(2026, 11, 16)), (Step.MONTH, date(2026, 11, 1)), (Step.YEAR, date(2026, 1, 1))],
)
def test_a_step_begins_on_its_first_day(step: Step, start: date) -> None:
    assert step.start(TODAY) == start
    assert step.start(start) == start


@given(st.lists(st.dates()), st.sampled_from(Step))
def test_days_are_counted_by_the_step_that_holds_them(days: list[date], step: Step) -> None:
    within = [day for day in days if day.year > 1]  # the week that holds the first of all days has no Monday
    assert step.tally(within) == Counter(map(step.start, within))


@pytest.mark.parametrize(("length", "step"), [(30, Step.WEEK), (91, Step.WEEK), (365, Step.MONTH), (3650, Step.YEAR)])
def test_a_mix_is_told_in_parts_a_phone_can_show(length: int, step: Step) -> None:
    first = TODAY - timedelta(length - 1)
    assert mix_step(first, TODAY) is step
    assert len({step.start(first + timedelta(k)) for k in range(length)}) <= 40


def test_versions_of_one_name_are_one_mood_as_it_is_now() -> None:
    then = replace(CALM, id="old", light="#000000", retired=True)
    assert newest_versions([CALM, then]) == {"calm": CALM, "old": CALM}
    assert newest_versions([then, CALM]) == {"calm": CALM, "old": CALM}


def test_a_mood_that_has_another_name_now_keeps_its_own() -> None:
    before = replace(CALM, id="old", retired=True)
    assert newest_versions([replace(CALM, id="new", name="serene"), before])["old"] is before


def test_the_mean_is_that_of_the_window_up_to_the_day() -> None:
    ((before, last),) = rolling([day(3, "sad"), day(2), day(1), day(0)], window=3)
    assert (before.day, before.mean) == (TODAY - timedelta(1), pytest.approx((SAD.valence + 2 * CALM.valence) / 3))
    assert (last.day, last.mean) == (TODAY, pytest.approx(CALM.valence))


def test_a_missing_day_is_not_a_neutral_one() -> None:
    with_gap, without = rolling(days(0, 1, 5, 9), window=15), rolling(days(0, 1, 2, 3), window=15)
    assert with_gap[-1][-1].mean == without[-1][-1].mean == pytest.approx(CALM.valence)


def test_a_gap_longer_than_the_window_breaks_the_line() -> None:
    early, late = rolling([*days(30, 31, 32), *days(0, 1, 2)], window=15)
    assert (early[-1].day, late[0].day) == (TODAY - timedelta(30), TODAY)


def test_a_shorter_gap_does_not_break_the_line() -> None:
    assert len(rolling([*days(15, 16, 17), *days(0, 1, 2)], window=15)) == 1


def test_two_days_are_too_few_for_a_mean() -> None:
    assert rolling(days(0, 1), window=15) == ()
    assert rolling([], window=15) == ()


def test_the_band_is_as_wide_as_the_days_differ() -> None:
    ((steady,),) = rolling(days(0, 1, 2), window=15)
    assert steady.low == pytest.approx(steady.high)
    ((level,),) = rolling([day(2, "sad"), day(1, "happy"), day(0, "happy")], window=15)
    spread = (HAPPY.valence - SAD.valence) * (2 / 9) ** 0.5  # of three values, one apart
    assert level.high - level.mean == pytest.approx(spread / 2)
    assert level.mean - level.low == pytest.approx(spread / 2)


def test_months_count_by_their_days() -> None:
    months = [MonthMean(2026, 1, 0.0, 30), MonthMean(2026, 2, 0.0, 30), MonthMean(2026, 3, 1.0, 20)]
    ((level,),) = rolling(months, window=365)
    assert level.mean == mean_valence(months) == pytest.approx(0.25)


def test_a_year_of_months_holds_twelve() -> None:
    months = [MonthMean(2024 + k // 12, k % 12 + 1, 1.0 if k else -1.0, 10) for k in range(13)]
    ((*_, before, last),) = rolling(months, window=365)
    assert before.mean < 1
    assert last.mean == 1


@given(mood_days(), st.integers(1, 60))
def test_a_rolling_mean_stays_within_what_was_noted_and_on_days_that_were(rows: list[MoodDay], window: int) -> None:
    noted = {row.day: row for row in rows}
    for stretch in rolling(rows, window):
        for level in stretch:
            seen = [row.valence for row in rows if 0 <= (level.day - row.day).days < window]
            assert level.day in noted
            assert min(seen) <= level.low <= level.mean <= level.high <= max(seen)


@given(mood_days(), st.integers(1, 60))
def test_gaps_stay_gaps(rows: list[MoodDay], window: int) -> None:
    stretches = rolling(rows, window)
    noted = [row.day for row in rows]
    for stretch in stretches:
        inside = [one for one in noted if stretch[0].day <= one <= stretch[-1].day]
        assert all((b - a).days <= window for a, b in pairwise(inside))
    drawn = [level.day for stretch in stretches for level in stretch]
    assert drawn == sorted(set(drawn))


@given(mood_days(), st.integers(0, 1000))
def test_only_what_is_earlier_is_cut_off(rows: list[MoodDay], back: int) -> None:
    first, stretches = TODAY - timedelta(back), rolling(rows, 15)
    kept = [level for stretch in since(first, stretches) for level in stretch]
    assert kept == [level for stretch in stretches for level in stretch if level.day >= first]
    assert all(since(first, stretches))


def test_a_bright_run_is_of_calendar_days_in_a_row() -> None:
    rows = [*days(20, 21), *days(12, 13, 14, mood="happy"), day(11, "sad"), *days(3, 4, 6, 7)]
    assert [row.day for row in longest_bright_run(rows)] == [TODAY - timedelta(back) for back in (14, 13, 12)]


def test_without_bright_days_there_is_no_run() -> None:
    assert longest_bright_run(days(0, 1, 2, mood="sad")) == ()


@given(mood_days())
def test_a_run_has_no_gap_and_no_hard_day(rows: list[MoodDay]) -> None:
    run = longest_bright_run(rows)
    assert all(row.valence > 0 and row in rows for row in run)
    assert [row.day for row in run] == [run[0].day + timedelta(k) for k in range(len(run))]
    assert bool(run) == any(row.valence > 0 for row in rows)


def test_the_mix_goes_by_name_and_step() -> None:
    moods = newest_versions([CALM, replace(CALM, id="old", retired=True), SAD])
    december, january = date(2025, 12, 1), date(2026, 1, 1)
    noted = {"sad": [january], "calm": [date(2026, 1, 31), date(2026, 1, 2)], "old": [january, date(2025, 12, 31)]}
    by_month = mix(noted, moods, Step.MONTH)
    assert by_month == {december: {CALM: 1}, january: {CALM: 3, SAD: 1}}
    by_year = mix(noted, moods, Step.YEAR)
    assert list(by_year) == [date(2025, 1, 1), date(2026, 1, 1)]
    assert totals(by_year) == totals(by_month) == {CALM: 4, SAD: 1}


def test_a_mix_of_nothing_is_empty() -> None:
    assert mix({}, MOODS, Step.WEEK) == {}
    assert totals({}) == Counter()


@given(mood_days(), st.sampled_from(Step))
def test_the_shares_of_a_step_sum_to_one_and_no_day_is_invented(rows: list[MoodDay], step: Step) -> None:
    parts = shares(mix(days_by_mood(rows), MOODS, step))
    for start in {part.start for part in parts}:
        assert sum(part.share for part in parts if part.start == start) == pytest.approx(1)
    assert sum(part.days for part in parts) == len(rows)
    assert {part.start for part in parts} == {step.start(row.day) for row in rows}


def test_the_brightest_and_the_hardest_weekday() -> None:
    rows = [WeekdayMean(0, -0.2, 9), WeekdayMean(3, 0.1, 9), WeekdayMean(6, 0.5, 9)]
    assert weekday_extremes(rows) == (rows[2], rows[0])


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (WeekdayMean(0, -0.2, 9),),
        (WeekdayMean(0, -0.2, 2), WeekdayMean(6, 0.5, 9)),
        (WeekdayMean(0, 0.20, 9), WeekdayMean(6, 0.25, 9)),
    ],
    ids=["none", "one", "one too seldom", "all alike"],
)
def test_weekdays_that_cannot_be_told_apart_are_not(rows: tuple[WeekdayMean, ...]) -> None:
    assert weekday_extremes(rows) is None
