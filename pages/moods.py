"""Moods: how the days were, over time, by mood and by weekday."""

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from diary.diary import Diary
from diary.insight import Noted, Valences, days_by_mood, mix, month_means, newest_versions, weekday_means
from diary.model import Mood
from diary.periods import Period, mix_step
from diary.ui import figures, mood_views, sentences
from diary.ui.part import part
from diary.ui.state import current_day, current_diary, is_light, tab
from diary.ui.theme import DARK, LIGHT, Theme


def many_days(diary: Diary, first: date, today: date, valence: Valences, theme: Theme) -> Noted:
    """The months since ``first``."""
    noted = diary.sums.noted(first, today)
    months = month_means(noted, valence)
    figures.lead(sentences.whole_sentence(months))
    mood_views.months_view(months, theme)
    return noted


def few_days(
    diary: Diary, period: Period, first: date, today: date, *, moods: Mapping[str, Mood], theme: Theme
) -> Noted:
    """The days of the ``period`` since ``first``, beside those of the one before."""
    days = diary.sums.mood_days(period.first(first - timedelta(1), first), today)
    before, now = [row for row in days if row.day < first], [row for row in days if row.day >= first]
    whole = period is Period.ALL
    figures.lead(sentences.whole_sentence(now) if whole else sentences.change_sentence(period, now, before))
    if now:
        mood_views.days_view(now, before, moods, theme)
    return days_by_mood(now)


@part
def moods_over_time() -> None:
    """What the address asks for."""
    diary, moods = current_diary(), newest_versions(tab().moods)
    today, span = current_day(), diary.sums.span()
    if not span:
        figures.nothing()
        return
    theme, period = LIGHT if is_light() else DARK, figures.period_control()
    first = period.first(today, span[0])
    valence = {mood.id: mood.valence for mood in tab().moods}
    if (today - first).days > 400:
        noted = many_days(diary, first, today, valence, theme)
    else:
        noted = few_days(diary, period, first, today, moods=moods, theme=theme)
    year = figures.year_shown(span[0], today)
    shown = diary.sums.year_days(date(year, 1, 1), date(year, 12, 31))
    mood_views.pixels_view(shown, year, (span[0], today), moods)
    if noted:
        step = mix_step(first, today)
        shares = mix(noted, moods, step)
        mood_views.mix_view(shares, step, theme)
        left, right = st.columns(2, gap="xlarge")
        with left:
            mood_views.weekdays_view(weekday_means(noted, valence), theme)
        with right:
            mood_views.plane_view(shares, theme)


moods_over_time()
figures.scroll_by_finger()
