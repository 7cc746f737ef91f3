"""Year: a place for every day, as pixels or covers, and years above each other."""

from datetime import date

import streamlit as st

from diary.errors import NotFoundError
from diary.insight import newest_versions
from diary.ui import fields, grids, opened, sentences, text, years
from diary.ui.shelves import Shelf
from diary.ui.state import current_diary, day_param, tab, zone

diary = current_diary()
today = diary.today(zone())
first = diary.sums.first_day()
if not first:
    years.nothing()
    st.stop()
try:
    year, day = years.year_shown(first, today), day_param("day", today, diary.find_day)
except NotFoundError as error:
    st.warning(text.plain(str(error)), icon=":material/event_busy:")
    st.page_link("../../pages/year.py", label="Show this year")
    st.stop()

view = years.view_shown()
known = range(today.year, min(first.year, today.year) - 1, -1)
moods = newest_versions(tab().moods)
names = {ident: mood.name for ident, mood in moods.items()}
shelf, written = Shelf(moods), None
if view == "All years":
    together = range(year, max(year - years.TOGETHER, known[-1] - 1), -1)
    noted = diary.sums.mood_ids(date(together[-1], 1, 1), date(year, 12, 31))
    heading = f"{together[-1]}–{year}" if len(together) > 1 else f"{year}"
    sentence = sentences.years_sentence(noted.values(), names)
    html = shelf.years(together, noted, today)
else:
    days = diary.sums.year_days(date(year, 1, 1), date(year, 12, 31))
    written = {one.day for one in days}
    heading, sentence = f"{year}", sentences.year_sentence(days, names)
    html = (shelf.covers if view == "Covers" else shelf.pixels)(year, days, today)

st.html(f'<header class="date"><h1>{heading}</h1></header><p class="lead">{text.html(sentence)}</p>')
years.tools(year, view, known)
fields.deleted_notice()
chosen = grids.place_grid("shelf-grid", html)
years.turn(year, years.TOGETHER if view == "All years" else 1, known)
if chosen:
    day = years.follow(chosen, written)
if day:
    opened.day_dialog(diary, day)
