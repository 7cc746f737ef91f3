"""Moods: how the days were, over time, by mood and by weekday."""

from datetime import date, timedelta

import streamlit as st

from diary.insight import mix, month_means, newest_versions, weekday_means
from diary.periods import Period, mix_step
from diary.ui import figures, mood_views, sentences
from diary.ui.state import current_diary, is_light, tab, zone
from diary.ui.theme import DARK, LIGHT

diary = current_diary()
today = diary.today(zone())
span = diary.sums.span()
if not span:
    figures.nothing()
    st.stop()

theme = LIGHT if is_light() else DARK
moods = newest_versions(tab().moods)
period = figures.period_control()
first = period.first(today, span[0])
step = mix_step(first, today)

if (today - first).days > 400:
    rows, weekdays = diary.sums.mood_counts(first, today), diary.sums.weekday_means(first, today)
    months = month_means(rows, {mood.id: mood.valence for mood in tab().moods})
    figures.lead(sentences.whole_sentence(months))
    mood_views.months_view(months, theme)
else:
    days = diary.sums.mood_days(period.first(first - timedelta(1), first), today)
    before, now = [row for row in days if row.day < first], [row for row in days if row.day >= first]
    rows, weekdays = now, weekday_means(now)
    whole = period is Period.ALL
    figures.lead(sentences.whole_sentence(now) if whole else sentences.change_sentence(period, now, before))
    if now:
        mood_views.days_view(now, before, moods, theme)

year = figures.year_shown(span[0], today)
shown = diary.sums.year_days(date(year, 1, 1), date(year, 12, 31))
mood_views.pixels_view(shown, year, (span[0], today), moods)

if rows:
    shares = mix(rows, moods, step)
    mood_views.mix_view(shares, step, theme)
    left, right = st.columns(2, gap="xlarge")
    with left:
        mood_views.weekdays_view(weekdays, theme)
    with right:
        mood_views.plane_view(shares, theme)
figures.scroll_by_finger()
