"""Settings: moods, the end of the day, what is kept where, songs, and taking everything along."""

import streamlit as st

from diary.ui import account, past, text
from diary.ui.mood_editor import mood_editor
from diary.ui.state import current_diary, places, set_values, tab, told, value, zone

diary = current_diary()
st.html('<header class="chapter"><h1>Settings</h1></header>')

account.signed_in()

st.html('<div class="says"><h2>Moods</h2><p>The words your days are told in. Earlier days keep theirs.</p></div>')
mood_editor(diary)

st.html(
    '<div class="says"><h2>The end of the day</h2><p>What you write after midnight belongs to the day before, '
    "until this hour.</p></div>"
)
set_values(cutoff=tab().person.day_cutoff_hour)
st.selectbox(
    "The day ends at",
    range(7),
    key="cutoff",
    format_func=lambda hour: "midnight" if hour == 0 else f"{hour} in the morning",
    on_change=told(lambda: diary.set_day_cutoff_hour(value("cutoff"))),
    width=260,
)
st.caption(f"Your browser says that you are in {text.plain(zone())}.")

account.take_along()

st.html(
    '<div class="says"><h2>Trash</h2><p>Deleted days are kept for 30 days, and so is what a day was before a change: '
    "look for “Earlier versions” below it.</p></div>"
)
past.trash(diary)

st.html('<div class="says"><h2>Songs</h2></div>')
st.write(text.plain(diary.catalog.state()))
st.button(
    "Forget covers and facts from outside", key="forget_tracks", on_click=told(diary.forget_tracks), type="tertiary"
)

st.html('<div class="says"><h2>Where it is kept</h2></div>')
kept = {**places(), "Written so far": text.days(diary.count())}
rows = "".join(f"<dt>{name}</dt><dd>{text.html(place)}</dd>" for name, place in kept.items())
st.html(f'<dl class="places">{rows}</dl>')

account.end()
