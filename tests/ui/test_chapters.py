"""The timeline's days as HTML: chapters with their ribbon, three densities, the months to jump to."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from diary.insight import MonthCount, MoodDay
from diary.model import BUILT_IN_MOODS
from diary.ui import chapters
from tests.ui.test_cards import CALM, DAY, ENTRY

LIVELY = BUILT_IN_MOODS[2]
NAMES = {mood.id: mood.name for mood in BUILT_IN_MOODS}


def noted(day: date, mood: str = "calm") -> MoodDay:
    return MoodDay(day, mood, 0.5, -0.6)


def test_a_month_stands_on_its_shelf_as_a_spine_for_each_day() -> None:
    html = chapters.month_so_far(date(2026, 11, 1), {DAY: ENTRY}, DAY)
    spines = re.findall(r'<i class="([^"]+)"></i>', html)
    assert spines == [*["none"] * 21, "m-calm", *["none later"] * 8]


def test_days_stand_under_the_months_they_belong_to() -> None:
    days = [DAY, DAY - timedelta(1), date(2026, 10, 31), date(2025, 10, 30)]
    html = chapters.chapters([replace(ENTRY, day=day) for day in days], "Cards", [], NAMES, DAY)
    found = re.findall(r"<h2>(\w+) <span>(\d+)|data-day=([\d-]+)", html)
    assert ["".join(one) for one in found] == [
        *("November2026", "2026-11-22", "2026-11-21"),
        *("October2026", "2026-10-31"),
        *("October2025", "2025-10-30"),
    ]


def test_a_chapter_tells_its_moods_in_words_and_as_a_ribbon_of_its_own_days() -> None:
    moods = [noted(date(2026, 11, 1)), noted(date(2026, 11, 2)), noted(date(2026, 11, 3), "sad")]
    html = chapters.chapter(date(2026, 11, 1), [*moods, noted(date(2026, 10, 31), "angry")], NAMES, DAY)
    assert "3 days with a mood, most often calm" in html
    assert re.findall(r'class="(m-\w+)"', html) == ["m-calm", "m-calm", "m-sad"]
    assert html.count('<i class="none') == 27
    assert html.count("later") == 8, "the days after today are not yet there"


def test_a_chapter_without_moods_has_no_ribbon() -> None:
    assert "spines" not in chapters.chapter(date(2026, 11, 1), [], NAMES, DAY)


@pytest.mark.parametrize("density", chapters.DENSITIES)
def test_every_density_has_a_button_a_day_that_says_what_the_day_was(density: str) -> None:
    html = chapters.chapters([ENTRY], density, [], NAMES, DAY)
    assert "data-day=2026-11-22>Sunday 22 November 2026, calm, Slow River by Nora Wilde</button>" in html
    assert 'alt="Cover of Slow River by Nora Wilde"' in html
    assert 'aria-label="Spotify"' in html or "Open on Spotify" in html


def test_a_day_without_a_song_is_a_line_too() -> None:
    html = chapters.entry_line(replace(ENTRY, song=None, track=None, note="Only <b>words</b>."))
    assert "Only &lt;b&gt;words&lt;/b&gt;." in html
    assert CALM.emoji in html


def test_every_written_month_can_be_jumped_to_and_no_other() -> None:
    html = chapters.months([MonthCount(2024, 12, 1), MonthCount(2026, 2, 28)])
    assert re.findall(r'data-day="([\d-]+)" aria-label="([^"]+)"', html) == [
        ("2026-02", "February 2026, 28 days"),
        ("2024-12", "December 2024, 1 day"),
    ]
    assert html.count("<span") == 22
