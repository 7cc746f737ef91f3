"""Timeline: past days as cards or as a calendar of covers, and a day opened."""

import streamlit as st

from diary.errors import NotFoundError
from diary.query import EntryFilter
from diary.ui import browse, fields, grids, opened, text
from diary.ui.state import current_diary, day_param, set_params, write_day, zone

diary = current_diary()
today = diary.today(zone())
moods = diary.all_moods()
try:
    asked = browse.wanted(today)
    first, day = browse.month_shown(today), day_param("day", today, diary.find_day)
    before, after = day_param("before", today), day_param("after", today)
except NotFoundError as error:
    st.warning(text.plain(str(error)), icon=":material/event_busy:")
    st.page_link("../../pages/timeline.py", label="Show the whole timeline")
    st.stop()

st.html('<h1 class="unseen">Timeline</h1>')
view = browse.tools(moods, today, asked)
fields.deleted_notice()
if view == "Calendar":
    last = browse.month_end(first)
    shown = diary.find(EntryFilter(first=first, last=last), limit=31)
    written = {entry.day: entry for entry in shown}
    names = {mood.id: mood.name for mood in moods}
    st.html(browse.chapter(first, diary.sums.mood_counts(first, last), names))
    chosen = grids.day_grid("calendar", grids.month_calendar(first, written, today))
    browse.turn_month(first, today)
    if chosen and chosen not in written:
        write_day(chosen)
else:
    shown, newer, older = browse.page_of_days(diary, asked, before, after)
    counts = diary.sums.mood_counts(shown[-1].day.replace(day=1), today) if shown and asked.is_empty else ()
    chosen = grids.day_grid("cards", browse.chapters(shown, counts, moods)) if shown else None
    browse.turn_page(shown, newer, older)
    if not shown:
        browse.nothing(asked)

if chosen:
    set_params(day=chosen.isoformat())
    day = chosen
if day:
    opened.day_dialog(diary, day)
diary.freshen(shown)
