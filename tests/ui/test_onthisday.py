"""The same day in earlier years."""

import re
from dataclasses import replace
from datetime import date

import pytest

from diary.model import BUILT_IN_MOODS
from diary.ui import onthisday
from tests.ui.test_cards import DAY, ENTRY

ANGRY = BUILT_IN_MOODS[0]


@pytest.mark.parametrize(
    ("mood", "is_hard"), [("angry", True), ("anxious", True), ("sad", True), ("tired", False), ("calm", False)]
)
def test_a_day_is_hard_by_its_mood(mood: str, is_hard: bool) -> None:
    noted = next(one for one in BUILT_IN_MOODS if one.name == mood)
    assert replace(ENTRY, mood=noted).is_hard is is_hard


def test_a_day_without_a_mood_is_not_a_hard_one() -> None:
    assert not replace(ENTRY, mood=None).is_hard


def test_each_year_is_told_by_how_long_ago_it_was_and_opens_its_day() -> None:
    days = [date(2025, 11, 22), date(2016, 11, 22)]
    html = onthisday.earlier([replace(ENTRY, day=day) for day in days], DAY)
    assert re.findall(r"<b>([^<]+)</b>", html) == ["1 year ago", "10 years ago"]
    assert re.findall(r"data-day=([^>]+)>", html) == [day.isoformat() for day in days]
    assert "Soup." in html
    assert 'aria-label="Spotify"' in html


def test_where_all_were_hard_it_says_that_they_are_left_out() -> None:
    assert "hard days, so they are left out" in onthisday.earlier([], DAY)
