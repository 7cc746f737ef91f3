"""The pictures of the moods page, as data."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import plotly.io
import pytest

from diary.insight import MonthMean, MoodDay, WeekdayMean, days_by_mood, mix, newest_versions, rolling, totals
from diary.model import BUILT_IN_MOODS, Mood
from diary.periods import Step
from diary.ui import charts
from diary.ui.canvas import Figure
from diary.ui.theme import DARK, LIGHT, Theme

TODAY = date(2026, 11, 22)
MOODS = newest_versions(BUILT_IN_MOODS)
NAMES = sorted(MOODS)
HOSTILE = replace(MOODS["calm"], id="odd", name="<b>%{x} & $y$", emoji="<i>")


def day(back: int, mood: str | None = None) -> MoodDay:
    one = MOODS[mood or NAMES[back % 12]]
    return MoodDay(TODAY - timedelta(back), one.id, one.valence, one.arousal)


def days(*backs: int) -> list[MoodDay]:
    return [day(back) for back in sorted(backs, reverse=True)]


def checked(make: Callable[..., Figure], *parts: object) -> go.Figure:
    """The figure, once Plotly found every part of it right and had nothing to change."""
    sent = make(*parts).to_dict()
    figure = go.Figure(sent)
    seen = json.loads(figure.to_json())
    assert seen["layout"].pop("template", {}) in ({}, {"data": {"scatter": [{"type": "scatter"}]}})
    unseen = json.loads(plotly.io.to_json(sent, validate=False))
    assert unseen["layout"].pop("template") == {}
    assert unseen == seen
    return figure


def line(rows: list[MoodDay], theme: Theme = LIGHT) -> go.Figure:
    return checked(charts.valence_chart, rows, rolling(rows, 15), MOODS, theme)


def ten_years() -> list[MonthMean]:
    return [MonthMean(2016 + (k + 10) // 12, (k + 10) % 12 + 1, (k % 9 - 4) / 8, 28) for k in range(121)]


def points(figure: go.Figure) -> int:
    return sum(len(trace.x) for trace in figure.data)


def marks(figure: go.Figure) -> list[tuple[str, str, Any, Any]]:
    """Each mark that leads somewhere: name, ISO date, x and y."""
    return [
        (trace.name, *mark)
        for trace in figure.data
        if trace.customdata is not None
        for mark in zip(trace.customdata, trace.x, trace.y, strict=True)
    ]


# ------------------------------------------------------------------ pleasantness over time


def test_every_noted_day_is_one_dot_that_leads_to_it() -> None:
    rows = days(0, 1, 2, 9, 40)
    shown = sorted((day, x, y) for _, day, x, y in marks(line(rows)))
    assert shown == [(row.day.isoformat(), row.day, row.valence) for row in rows]


def test_a_dot_says_its_mood_in_words_and_with_its_emoji() -> None:
    named = {day: name for name, day, *_ in marks(line([day(0, "calm"), day(1, "sad")][::-1]))}
    assert named == {"2026-11-22": "😌 calm", "2026-11-21": "😢 sad"}


def test_the_line_and_its_band_break_where_days_are_missing() -> None:
    figure = line(days(*range(40, 50), *range(10)))
    band, mean = figure.data[0], figure.data[-1]
    assert (band.fill, mean.mode) == ("toself", "lines")
    for trace in (band, mean):
        breaks = [at for at, value in enumerate(trace.y) if value is None]
        assert len(breaks) == 1
        assert trace.x[breaks[0] - 1] < TODAY - timedelta(30) < trace.x[breaks[0] + 1]
    assert all(not trace.connectgaps for trace in figure.data)


def test_the_line_passes_only_through_days_that_were_noted() -> None:
    rows = days(0, 1, 3, 4, 8, 30)
    drawn = {x for trace in line(rows).data for x in trace.x if x}
    assert drawn <= {row.day for row in rows}


def test_ten_years_are_few_points() -> None:
    months = ten_years()
    figure = checked(charts.month_chart, months, rolling(months, 365), LIGHT)
    assert points(figure) <= 400
    assert len(figure.to_json()) < 20_000
    assert [day for _, day, *_ in marks(figure)] == [month.day.isoformat() for month in months]


def test_a_month_without_days_is_a_gap_in_a_short_diary_of_months() -> None:
    months = [MonthMean(2024, 1, 0.5, 9), MonthMean(2026, 3, -0.5, 9)]
    figure = checked(charts.month_chart, months, rolling(months, 365), LIGHT)
    assert len(marks(figure)) == 2
    assert not figure.data[-1].x


def test_of_many_years_every_month_is_a_dot_and_the_line_still_ends_with_the_last() -> None:
    months = [MonthMean(2010 + n // 12, n % 12 + 1, n % 7 / 10, 9) for n in range(13 * 12)]
    figure = checked(charts.month_chart, months, rolling(months, 365), LIGHT)
    assert len(marks(figure)) == len(months)
    assert len(figure.data[-1].x) <= 120
    assert figure.data[-1].x[-1] == months[-1].day


# ------------------------------------------------------------------ the mix


def test_every_bar_is_whole_and_brightest_on_top() -> None:
    parts = mix(days_by_mood(days(*range(60))), MOODS, Step.WEEK)
    figure = checked(charts.mix_chart, parts, Step.WEEK, LIGHT)
    for at in {x for trace in figure.data for x in trace.x}:
        high = sum(y for trace in figure.data for x, y in zip(trace.x, trace.y, strict=True) if x == at)
        assert high == pytest.approx(1, abs=0.001)
    by_name = {f"{mood.emoji} {mood.name}": mood.valence for mood in MOODS.values()}
    heights = [by_name[trace.name] for trace in figure.data]
    assert heights == sorted(heights)
    assert {day for _, day, *_ in marks(figure)} == {start.isoformat() for start in parts}


def test_a_month_without_days_leaves_its_place_empty() -> None:
    parts = mix({"calm": [date(2026, 1, 1), date(2026, 4, 1)]}, MOODS, Step.MONTH)
    figure = checked(charts.mix_chart, parts, Step.MONTH, LIGHT)
    assert figure.data[0].x[1] - figure.data[0].x[0] == 3


# ------------------------------------------------------------------ weekdays and the plane


def test_weekdays_stand_in_order_with_their_figures() -> None:
    figure = checked(charts.weekday_chart, [WeekdayMean(0, -0.24, 9), WeekdayMean(6, 0.46, 1)], LIGHT)
    (bars,) = figure.data
    assert (list(bars.x), list(bars.text)) == ([0, 6], ["−0.2", "+0.5"])
    assert list(bars.hovertext) == ["Mondays: −0.2 over 9 days", "Sundays: +0.5 over 1 day"]
    assert list(figure.layout.xaxis.ticktext) == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


def test_a_mood_stands_at_its_place_and_grows_with_its_days() -> None:
    figure = checked(charts.plane_chart, {MOODS["calm"]: 16, MOODS["sad"]: 1}, LIGHT)
    (spots,) = figure.data
    assert list(zip(spots.x, spots.y, spots.text, strict=True)) == [(0.65, -0.6, "😌"), (-0.7, -0.45, "😢")]
    assert spots.marker.size[0] > spots.marker.size[1]
    assert [note.text for note in figure.layout.annotations] == ["calm 16", "sad 1"]


# ------------------------------------------------------------------ all of them


def every(theme: Theme, mood: Mood = MOODS["calm"]) -> dict[str, go.Figure]:
    """All pictures of three days with one ``mood``."""
    moods = {mood.id: mood}
    rows = [MoodDay(TODAY - timedelta(back), mood.id, mood.valence, mood.arousal) for back in (2, 1, 0)]
    months = [MonthMean(2026, 11, 0.2, 3)]
    parts = mix(days_by_mood(rows), moods, Step.WEEK)
    return {
        "days": checked(charts.valence_chart, rows, rolling(rows, 15), moods, theme),
        "months": checked(charts.month_chart, months, rolling(months, 365), theme),
        "mix": checked(charts.mix_chart, parts, Step.WEEK, theme),
        "weekdays": checked(charts.weekday_chart, [WeekdayMean(0, 0.2, 3)], theme),
        "plane": checked(charts.plane_chart, totals(parts), theme),
    }


@pytest.mark.parametrize("name", every(LIGHT))
def test_a_picture_leaves_the_page_to_the_finger(name: str) -> None:
    layout = every(LIGHT)[name].layout
    assert layout.dragmode is False
    assert layout.xaxis.fixedrange
    assert layout.yaxis.fixedrange


@pytest.mark.parametrize("name", every(LIGHT))
def test_a_picture_takes_the_colours_of_its_ground(name: str) -> None:
    light, dark = every(LIGHT)[name], every(DARK)[name]
    assert light.layout.paper_bgcolor == light.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert (light.layout.font.color, dark.layout.font.color) == (LIGHT.soft, DARK.soft)
    assert light.to_json() != dark.to_json()
    assert not light.layout.template.data.bar, "Plotly's own template is heavy and not ours"


@pytest.mark.parametrize("name", every(LIGHT))
def test_what_a_person_called_a_mood_is_shown_to_the_letter(name: str) -> None:
    sent = json.loads(every(LIGHT, HOSTILE)[name].to_json())

    def texts(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [text for key, one in part.items() if key != "hovertemplate" for text in texts(one)]
        return [text for one in part for text in texts(one)] if isinstance(part, list) else [str(part)]

    assert not [text for text in texts(sent) if "<b>" in text or "<i>" in text]
    assert "%{x} &" not in json.dumps([trace.get("hovertemplate") for trace in sent["data"]])
