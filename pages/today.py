"""Today: log or change one day."""

from datetime import timedelta

import streamlit as st

from diary.errors import NotFoundError
from diary.query import Days
from diary.ui import acts, browse, chapters, fields, forms, grids, kept, text
from diary.ui.state import current_day, current_diary, day_param, pressed, tab

diary = current_diary()
today = current_day()
try:
    day = day_param("day", today, diary.find_day) or forms.day_to_write(today)
except NotFoundError as error:
    st.warning(text.plain(str(error)), icon=":material/event_busy:")
    st.page_link("../../pages/today.py", label="Write today instead")
    st.stop()

form = forms.form_of(diary, day)
if acts.add_late_photo(form):
    form = forms.form_of(diary, day)
moods = tab().moods
week_end = grids.week_around(day, today)
month = day.replace(day=1)
first, last = min(month, week_end - timedelta(6)), max(browse.month_end(month), week_end)
written = {one.day: one for one in diary.find(Days(first, last), limit=40)}
entry = written.get(day)
shown = not form.clash and (entry is None or tab().editing == day)

left, right = st.columns([5, 6], gap="large")
with left:
    st.html(f'<header class="date"><h1>{text.weekday(day)}</h1></header>')
    fields.day_field(form, today)
    with st.container(key="week-box"):
        grids.place_grid("week", grids.week(week_end, written, day, today), pressed(forms.choose_day))
    if written:
        st.html(chapters.month_so_far(month, written, today))
with right:
    with st.container(key="told"):  # filled or not: inputs that are moved are drawn anew and forget what is typed
        fields.notices(form)
        if form.clash:
            kept.two_versions(diary, form.clash)
        elif entry and not shown:
            kept.finished_day(diary, entry)
    with st.container(key="form"):  # out of sight beside a finished day, and still there for a photo that comes late
        fields.mood_field(form, moods)
        fields.song_field(diary, form)
        fields.more_fields(form)
        forms.take_over(form, [acts.save] if fields.save_button(form, shown) else [])

diary.freshen(written.values())
