"""What the charts say."""

from datetime import date, timedelta

import pytest

from diary.insight import Level, MonthMean, MoodDay, WeekdayMean, YearDay
from diary.model import BUILT_IN_MOODS
from diary.periods import Period
from diary.ui import sentences

DAY = date(2026, 11, 1)
MOODS = {mood.name: mood for mood in BUILT_IN_MOODS}


def days(count: int, valence: float, arousal: float = 0.0) -> list[MoodDay]:
    return [MoodDay(DAY + timedelta(k), "x", valence, arousal) for k in range(count)]


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [(0.44, "0.4", "+0.4"), (-0.3, "−0.3", "−0.3"), (-0.04, "0.0", "0.0"), (1, "1.0", "+1.0")],
)
def test_numbers_are_read_with_one_place_and_a_true_minus(value: float, plain: str, signed: str) -> None:
    assert (sentences.number(value), sentences.signed(value)) == (plain, signed)


@pytest.mark.parametrize(
    ("valence", "arousal", "said"),
    [
        (0.4, 0.3, "Brighter and livelier than the month before: 0.4 against 0.1, 28 days."),
        (0.4, 0.05, "Brighter than the month before: 0.4 against 0.1, 28 days."),
        (0.4, -0.3, "Calmer than the month before: 0.4 against 0.1, 28 days."),
        (0.15, 0.3, "Livelier than the month before: energy 0.3 against 0.0, 28 days."),
        (0.15, 0.05, "Much like the month before: 0.1 against 0.1, 28 days."),
        (0.15, -0.3, "Quieter than the month before: energy −0.3 against 0.0, 28 days."),
        (-0.2, 0.3, "Tenser than the month before: −0.2 against 0.1, 28 days."),
        (-0.2, 0.05, "Harder than the month before: −0.2 against 0.1, 28 days."),
        (-0.2, -0.3, "Heavier than the month before: −0.2 against 0.1, 28 days."),
    ],
)
def test_the_words_follow_pleasantness_and_energy(valence: float, arousal: float, said: str) -> None:
    assert sentences.change_sentence(Period.MONTH, days(28, valence, arousal), days(30, 0.1)) == said


def test_too_few_days_are_said_plainly() -> None:
    assert sentences.change_sentence(Period.YEAR, [], []) == (
        "Nothing noted in the last year. A longer one has more to show."
    )
    assert sentences.change_sentence(Period.MONTH, days(1, 0.1), days(30, 0.1)) == (
        "1 day in the last month: too few to compare yet."
    )
    assert sentences.change_sentence(Period.QUARTER, days(40, -0.3), days(4, 0.1)) == (
        "On the whole hard: −0.3 over 40 days. The quarter before has too few to compare."
    )


def test_a_whole_diary_is_summed_up() -> None:
    assert sentences.whole_sentence([MonthMean(2016, 3, 0.3, 1000), MonthMean(2016, 4, 0.1, 500)]) == (
        "On the whole bright: 0.2 over 1,500 days, since March 2016."
    )
    assert sentences.whole_sentence(days(1, 0)) == "On the whole even: 0.0 over 1 day, since November 2026."


def test_the_line_is_told_by_its_ends() -> None:
    def level(back: int, mean: float) -> Level:
        return Level(DAY - timedelta(back), mean, mean, mean)

    rising = [[level(20, -0.3), level(18, 0.0)], [level(0, 0.4)]]
    assert sentences.valence_sentence(rising) == "Brightest around 1 November, hardest around 12 October."
    assert sentences.valence_sentence([[level(1, 0.2), level(0, 0.3)]]) == "An even stretch: the line hardly moves."
    assert sentences.valence_sentence([]) == "Too few days for a line yet."


def test_months_of_a_few_days_are_not_the_brightest() -> None:
    months = [MonthMean(2025, 1, -0.4, 20), MonthMean(2025, 7, 0.5, 28), MonthMean(2025, 8, 0.9, 2)]
    assert sentences.months_sentence(months) == "Brightest in July 2025, hardest in January 2025."
    assert sentences.months_sentence(months[:1]) == "The months hardly differ."


def test_a_year_tells_its_bright_run() -> None:
    assert sentences.pixels_sentence(days(9, 0.5), 2026) == "The longest bright run was 9 days, from 1 November."
    assert sentences.pixels_sentence(days(9, -0.5), 2026) == "9 days of 2026 with a mood."
    assert sentences.pixels_sentence([], 2026) == "No day of 2026 has a mood yet."


def year_days(month: int, count: int, mood: str, first: int = 1) -> list[YearDay]:
    written = [date(2025, month, number) for number in range(first, first + count)]
    return [YearDay(day, MoodDay(day, mood, MOODS[mood].valence, MOODS[mood].arousal)) for day in written]


def test_a_year_is_told_by_its_days_its_most_frequent_mood_and_its_brightest_month() -> None:
    names = {mood: mood for mood in MOODS}
    days = [*year_days(3, 9, "sad"), *year_days(6, 10, "happy"), YearDay(date(2025, 9, 9), None, "A song")]
    assert sentences.year_sentence(days, names) == "20 days, most often happy, brightest in June."
    assert sentences.year_sentence(days[:9], names) == "9 days, most often sad."
    assert sentences.year_sentence([*days[:9], *year_days(6, 4, "happy")], names) == "13 days, most often sad."
    assert sentences.year_sentence([*days[:5], *year_days(4, 5, "calm")], names).startswith(
        "10 days, most often sad and"
    )
    assert sentences.year_sentence(days[-1:], names) == "1 day."
    assert sentences.year_sentence([], names) == "No day of this year is written yet."


def test_years_are_told_together() -> None:
    names = {"a": "calm", "b": "sad", "c": "calm"}
    assert sentences.years_sentence({"a": 2, "b": 3, "c": 2}, names) == "7 days with a mood, most often calm."
    assert sentences.years_sentence({"a": 1, "b": 1}, names) == "2 days with a mood, most often calm and sad."
    assert sentences.years_sentence({}, {}) == "No day of these years has a mood yet."


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"calm": 53, "wistful": 34, "sad": 3}, "Calm came most often, on 53 of 90 days; then wistful, on 34."),
        ({"sad": 3, "calm": 7, "wistful": 7}, "Calm and wistful came most often, on 7 of 17 days each."),
        ({"sad": 3, "calm": 3, "wistful": 3}, "3 moods came most often, on 3 of 9 days each."),
        ({"calm": 1}, "Calm came most often, on 1 of 1 day."),
        ({}, "No day has a mood here yet."),
    ],
)
def test_the_mix_names_who_leads(counts: dict[str, int], said: str) -> None:
    assert sentences.mix_sentence({MOODS[name]: days for name, days in counts.items()}) == said


def test_weekdays_are_named_only_when_they_differ() -> None:
    apart = [WeekdayMean(0, -0.2, 9), WeekdayMean(6, 0.5, 9)]
    assert sentences.weekday_sentence(apart) == "Sundays are the brightest, Mondays the hardest."
    assert sentences.weekday_sentence(apart[:1]) == "So far the weekdays do not differ enough to say."


def test_the_plane_is_told_by_its_fullest_quarter() -> None:
    counts = {MOODS["calm"]: 5, MOODS["wistful"]: 4, MOODS["happy"]: 6, MOODS["angry"]: 2}
    assert sentences.plane_sentence(counts) == "Most often pleasant and still: 9 of 17 days."
    assert sentences.plane_sentence({MOODS["angry"]: 1}) == "Most often unpleasant and lively: 1 of 1 day."
