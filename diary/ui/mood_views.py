"""The parts of the moods page: each is a heading, one sentence, a picture, and a table when it is asked for.

A mark that stands for a day leads to that day when it is chosen, one that stands for longer to its month.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from diary.insight import Mix, MonthMean, MoodDay, WeekdayMean, YearDay, rolling, since, totals
from diary.model import Mood
from diary.periods import Step
from diary.ui import charts, figures, grids, sentences, tables
from diary.ui.shelves import Shelf
from diary.ui.theme import Theme
from diary.ui.ways import open_day, open_month, open_place


def days_view(now: Sequence[MoodDay], before: Sequence[MoodDay], moods: Mapping[str, Mood], theme: Theme) -> None:
    """A dot for each day of ``now``, and the line of 15 days, which at the start reaches back to those ``before``."""
    lines = since(now[0].day, rolling([*before, *now], window=15))
    hint = "A dot is a day. The line is the mean of 15 days; the band is wide where they differ."
    figures.says("Pleasantness, day by day", sentences.valence_sentence(lines), hint)
    alt = "Pleasantness of each day, with the mean of the 15 days up to it"
    if chosen := figures.day_picture("valence", charts.valence_chart(now, lines, moods, theme), alt):
        open_day(chosen)
    figures.numbers("valence", lambda: tables.mood_days(now, moods))


def months_view(months: Sequence[MonthMean], theme: Theme) -> None:
    """A dot for each month, and the line of the last twelve."""
    lines = rolling(months, window=365)
    hint = "A dot is a month. The line is the mean of twelve months."
    figures.says("Pleasantness, month by month", sentences.months_sentence(months), hint)
    alt = "Mean pleasantness of each month, with the mean of the year up to it"
    if chosen := figures.day_picture("valence", charts.month_chart(months, lines, theme), alt):
        open_month(chosen.year, chosen.month)
    figures.numbers("valence", lambda: tables.months(months))


def pixels_view(days: Sequence[YearDay], year: int, span: tuple[date, date], moods: Mapping[str, Mood]) -> None:
    """Every day of the ``year``, one of those in ``span``, and what the colours mean."""
    first, today = span
    noted = [day.mood for day in days if day.mood]
    with st.container(key="pixels-head", horizontal=True, vertical_alignment="bottom"):
        figures.says(f"The year {year} in pixels", sentences.pixels_sentence(noted, year))
        figures.year_control(first, today, year)
    if chosen := grids.place_grid("pixels", Shelf(moods).pixels(year, days, today)):
        open_place(chosen)
    figures.numbers("pixels", lambda: tables.mood_days(noted, moods))


def mix_view(mix: Mix, step: Step, theme: Theme) -> None:
    """Which moods came how often, in each week, month or year."""
    figures.says(f"The mix, {step} by {step}", sentences.mix_sentence(totals(mix)))
    alt = f"Share of each mood in every {step}, the hardest below, the brightest on top"
    if chosen := figures.day_picture("mix", charts.mix_chart(mix, step, theme), alt):
        open_month(chosen.year, chosen.month)
    figures.numbers("mix", lambda: tables.mix(mix, step))


def weekdays_view(means: Sequence[WeekdayMean], theme: Theme) -> None:
    """The seven days of the week against each other."""
    figures.says("Weekdays", sentences.weekday_sentence(means))
    figures.picture("weekdays", charts.weekday_chart(means, theme), "Mean pleasantness of each weekday")
    figures.numbers("weekdays", lambda: tables.weekdays(means))


def plane_view(mix: Mix, theme: Theme) -> None:
    """The moods where they stand on pleasantness and energy."""
    counts = totals(mix)
    figures.says("Pleasantness and energy", sentences.plane_sentence(counts))
    figures.picture(
        "plane", charts.plane_chart(counts, theme), "The moods by pleasantness and energy, larger when more frequent"
    )
    figures.numbers("plane", lambda: tables.plane(counts))
