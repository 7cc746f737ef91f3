"""The shelf of a year as HTML: every day has its place, its colour, its pattern and its words."""

import json
import re
from calendar import isleap
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.insight import MoodDay, YearDay
from diary.model import BUILT_IN_MOODS, Mood
from diary.ui import patterns
from diary.ui.shelves import Shelf
from tests.ui.test_cards import Tags, texts

MOODS = {mood.id: mood for mood in BUILT_IN_MOODS}
TODAY = date(2026, 11, 22)
COVER = "https://i.scdn.co/image/abc"


def written(day: date, mood: str | None = "calm", **parts: str) -> YearDay:
    return YearDay(day, MoodDay(day, mood, 0, 0) if mood else None, **parts)


def places(html: str) -> dict[str, str]:
    """The tags of all places by their days, as a row and the place's number in it say."""
    found = {}
    for of, row in re.findall(r'<tr data-of="([\d-]+)">(.*?)</tr>', html):
        for number, tag in enumerate(re.findall(r"<td[^>]*>", row), 1):
            found[f"{of}-{number:02}"] = tag
    return found


@pytest.mark.parametrize("year", [2024, 2025, 2026])
@pytest.mark.parametrize("kind", ["pixels", "covers"])
def test_every_day_has_one_place_and_those_to_come_say_nothing(kind: str, year: int) -> None:
    found = places(getattr(Shelf(MOODS), kind)(year, [], TODAY))
    days = [date(year, 1, 1) + timedelta(back) for back in range(365 + isleap(year))]
    assert list(found) == [day.isoformat() for day in days]
    assert [day for day in days if "title" not in found[day.isoformat()]] == [day for day in days if day > TODAY]
    assert ("2024-02-29" in found) == (year == 2024)


def test_a_place_says_mood_and_song_and_today_is_marked() -> None:
    days = [
        written(date(2026, 1, 1), title="Slow River", artist="Nora Wilde"),
        written(date(2026, 1, 2), None, title="Slow River"),
        written(date(2026, 1, 3), "sad"),
        written(date(2026, 1, 4), None),
        written(date(2026, 1, 5), title=""),
        written(TODAY + timedelta(1)),
    ]
    found = places(Shelf(MOODS).pixels(2026, days, TODAY))
    said = {day: unescape(tag.partition('title="')[2][:-2]) for day, tag in found.items()}
    assert said["2026-01-01"] == "calm, Slow River by Nora Wilde"
    assert said["2026-01-02"] == "no mood noted, Slow River"
    assert said["2026-01-03"] == "sad"
    assert said["2026-01-04"] == "no mood noted"
    assert said["2026-01-05"] == "calm, a song by its link"
    assert said["2026-01-06"] == "nothing noted"
    assert said["2026-11-23"] == "calm", "written further east, where it is tomorrow"
    assert [day for day, tag in found.items() if "aria-current" in tag] == ["2026-11-22"]


@given(title=texts, artist=texts, name=texts)
def test_whatever_was_written_adds_no_tag_and_no_attribute(title: str, artist: str, name: str) -> None:
    plain, odd = (replace(BUILT_IN_MOODS[-1], name=one) for one in ("calm", f"x{name}"[:30].strip().replace("\n", "")))
    for kind in ("pixels", "covers"):
        shown = [
            Tags(getattr(Shelf({"calm": mood}), kind)(2026, [written(TODAY, title=song, artist=by)], TODAY))
            for mood, song, by in ((plain, "x", "y"), (odd, title, artist))
        ]
        assert shown[1].names <= shown[0].names
        assert shown[1].attributes <= shown[0].attributes
    assert Tags(Shelf({"calm": odd}).years([2026], {"calm": [TODAY]}, TODAY)).names <= shown[0].names


def test_a_cover_is_whole_and_its_source_is_named_once() -> None:
    days = [written(TODAY, title="A", artist="B", artwork_url=COVER, source="spotify")] * 2
    html = Shelf(MOODS).covers(2026, [*days, written(date(2026, 1, 1), title="C")], TODAY)
    assert html.count('aria-label="Spotify"') == 1
    assert re.search(rf'<td[^>]*title="calm, A by B"><img src="{COVER}" data-drawn="\w+" alt=""', html)
    assert re.search(r'title="calm, C"><img src="/cover/\w{16}.svg" alt=""', html)
    assert "credit" not in Shelf(MOODS).covers(2026, [written(TODAY, title="C")], TODAY)
    assert "<img" not in Shelf(MOODS).pixels(2026, days, TODAY)


def test_the_legend_counts_the_moods_that_are_shown_in_the_order_of_the_palette() -> None:
    days = [written(date(2026, 1, at), mood) for at, mood in enumerate(("calm", "sad", "calm", None), 1)]
    html = Shelf(MOODS).pixels(2026, days, TODAY).partition('<ul class="legend"')[2]
    assert re.findall(r"(\w[\w ]*) <b>(\d+)", html) == [("Sad", "1"), ("Calm", "2"), ("No mood noted", "1")]
    assert [emoji in html for emoji in ("😢", "😌", "😠")] == [True, True, False]
    assert "legend" not in re.sub("<style>.*</style>", "", Shelf(MOODS).pixels(2026, [], TODAY))


def test_versions_of_a_mood_look_alike() -> None:
    shelf = Shelf({"old": MOODS["calm"], "new": MOODS["calm"], "sad": MOODS["sad"]})
    found = places(shelf.pixels(2026, [written(date(2026, 1, at), m) for at, m in ((1, "old"), (2, "new"))], TODAY))
    assert found["2026-01-01"] == found["2026-01-02"]


def test_a_place_of_a_pixel_costs_few_bytes() -> None:
    days = [written(date(2025, 1, 1) + timedelta(back), title="Slow River", artist="Nora Wilde") for back in range(365)]
    assert sum(map(len, places(Shelf(MOODS).pixels(2025, days, TODAY)).values())) <= 60 * 365


def test_years_are_rows_of_numbers_newest_first_and_end_today() -> None:
    noted = {"calm": [date(2024, 2, 29)], "sad": [TODAY]}
    html = Shelf(MOODS).years([2026, 2025, 2024], noted, TODAY)
    rows = {year: days.split(" ") for year, days in re.findall(r'data-of="(\d+)" data-days="([^"]*)"', html)}
    assert [(year, len(days)) for year, days in rows.items()] == [("2026", 326), ("2025", 365), ("2024", 366)]
    names = json.loads(unescape(re.search(r'data-moods="([^"]*)"', html)[1]))
    named = {(y, at): names[int(n)] for y, days in rows.items() for at, n in enumerate(days, 1) if n}
    assert named == {("2024", 60): "calm", ("2026", 326): "sad"}


def test_no_two_moods_have_the_same_pattern() -> None:
    own = [Mood(f"{n:032}", f"own {n}", "x", "#123456", "#abcdef", 0.1, -0.2) for n in range(30)]
    found = patterns.of_moods([*BUILT_IN_MOODS, *own])
    assert len(set(found.values())) == len(found) == 42


@given(st.permutations(BUILT_IN_MOODS), st.sets(st.integers(0, 99), max_size=5))
def test_the_pattern_of_a_built_in_mood_is_always_the_same(moods: list[Mood], own: set[int]) -> None:
    more = [Mood(f"{n}", f"own {n}", "x", "#123456", "#abcdef", n / 100, 0.5) for n in own]
    found, usual = patterns.of_moods([*more, *moods]), patterns.of_moods(BUILT_IN_MOODS)
    assert {mood: found[mood] for mood in BUILT_IN_MOODS} == usual
