"""The numbers behind the charts, as tables."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from diary.insight import MonthMean, MoodDay, WeekdayMean, days_by_mood, mix, newest_versions
from diary.model import BUILT_IN_MOODS
from diary.periods import Step
from diary.ui import tables

TODAY = date(2026, 11, 22)
MOODS = newest_versions(BUILT_IN_MOODS)
CALM = MOODS["calm"]
HOSTILE = replace(CALM, name="<b>%{x} & $y$", emoji="<i>")


def days(*backs: int) -> Sequence[MoodDay]:
    return [MoodDay(TODAY - timedelta(back), "calm", 0.65, -0.6) for back in sorted(backs, reverse=True)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tables.mood_days(days(0, 1, 5), MOODS),
        lambda: tables.months([MonthMean(2026, 11, 0.2, 3)]),
        lambda: tables.mix(mix(days_by_mood(days(0, 1, 5)), MOODS, Step.WEEK), Step.WEEK),
        lambda: tables.weekdays([WeekdayMean(0, 0.2, 3)]),
        lambda: tables.plane({CALM: 3}),
    ],
)
def test_a_table_has_a_title_and_a_head_for_every_cell(make: Callable[[], tables.Table]) -> None:
    table = make()
    assert table.title
    assert {len(row) for row in table.rows} == {len(table.heads)}
    assert tables.html(table).count("<tr>") == len(table.rows) + 1


def test_a_table_shows_the_newest_first_and_text_to_the_letter() -> None:
    table = tables.mood_days(days(0, 1), {"calm": HOSTILE})
    assert [row[0] for row in table.rows] == ["22 November 2026", "21 November 2026"]
    assert table.title == "Mood by day, 21 November 2026 to 22 November 2026"
    assert "&lt;b&gt;%{x} &amp; $y$" in tables.html(table)
