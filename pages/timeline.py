"""Timeline: past days as cards or as a calendar of covers, and a day opened."""

import streamlit as st

from diary.errors import NotFoundError
from diary.query import EVERYTHING, Days
from diary.ui import browse, chapters, fields, grids, life, opened, searching, text
from diary.ui.onthisday import on_this_day
from diary.ui.state import current_diary, day_param, set_params, tab, zone
from diary.ui.ways import write_day

diary = current_diary()
today = diary.today(zone())
moods, asked = tab().moods, searching.asked()
names = {mood.id: mood.name for mood in moods}
try:
    first, day = browse.month_shown(today), day_param("day", today, diary.find_day)
    before, after = day_param("before", today), day_param("after", today)
except NotFoundError as error:
    st.warning(text.plain(str(error)), icon=":material/event_busy:")
    st.page_link("../../pages/timeline.py", label="Show the whole timeline")
    st.stop()

if subject := life.asked():
    life.page(diary, subject, moods, day, before)
    st.stop()
st.html('<h1 class="unseen">Timeline</h1>')
view = browse.tools(diary, moods, today, asked)
fields.deleted_notice()
if view == "Calendar":
    last = browse.month_end(first)
    shown = diary.find(Days(first, last), limit=31)
    written = {entry.day: entry for entry in shown}
    st.html(chapters.chapter(first, diary.sums.mood_days(first, last), names, today))
    chosen = grids.day_grid("calendar", grids.month_calendar(first, written, today))
    browse.turn_month(first, today)
    if chosen and chosen not in written:
        write_day(chosen)
else:
    at_first = asked.term == EVERYTHING and not (before or after)
    chosen = on_this_day(diary, today) if at_first else None
    size, _ = chapters.DENSITIES[view]
    shown, newer, older = browse.page_of_days(diary, asked.term, size, before, after)
    is_whole = shown and asked.term == EVERYTHING
    ribbons = diary.sums.mood_days(shown[-1].day.replace(day=1), browse.month_end(shown[0].day)) if is_whole else ()
    if shown:
        chosen = grids.day_grid("cards", chapters.chapters(shown, view, ribbons, names, today)) or chosen
        browse.turn_page(shown, newer, older)
    else:
        browse.nothing(asked.term, before)

if chosen:
    set_params(day=chosen.isoformat())
    day = chosen
if day:
    opened.day_dialog(diary, day)
diary.freshen(shown)
