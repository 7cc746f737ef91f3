"""A day opened on the timeline: everything it says, and what can be done with it."""

from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.life import Subject
from diary.model import Entry, Song
from diary.ui import acts, cards, past, text
from diary.ui.state import pressed, set_params, tab
from diary.ui.ways import show_life, write_day


def day_dialog(diary: Diary, day: date) -> None:
    """Open ``day`` over the page; closing it takes the day out of the address."""
    dialog = st.dialog(text.plain(text.long_day(day)), width="medium", on_dismiss=_dismissed)
    dialog(_day)(diary, day)


def _dismissed() -> None:
    tab().playing = None
    set_params(day=None)


def _day(diary: Diary, day: date) -> None:
    # What is pressed in the dialog draws the dialog alone: so a press is finished, and the day read, here.
    tab().presses.finish()
    entry, change = diary.find_day(day), tab().change
    if entry is None and change and change.deleted and change.day == day:
        set_params(day=None)
        st.rerun()  # the page says that it was deleted, and takes it back
    if entry is None:
        st.write("Nothing noted yet. There is no hurry: a day can be written at any time.")
        if st.button("Write this day", type="primary", key="write"):
            write_day(day)
        return
    mood = cards.mood_tag(entry.mood) if entry.mood else ""
    words = f"{mood}{cards.opened_words(entry)}<p class='when'>{cards.written(entry)}</p>"
    st.html(f'<article class="open">{cards.sleeve(entry, "large")}<div>{words}</div></article>')
    if entry.song:
        _ways(entry.song)
    _actions(entry)
    if tab().playing == day and entry.song and entry.song.spotify_id:
        player = f"https://open.spotify.com/embed/track/{entry.song.spotify_id}?utm_source=generator&theme=0"
        st.iframe(player, height=152, alt=f"Player for {cards.label(entry.song)[0]}")
        st.caption("This player comes from Spotify and sets cookies of its own.")
    past.versions(diary, entry)
    diary.freshen([entry])


def _ways(song: Song) -> None:
    """To all days with the song, and to all with the artist."""
    ways = (("song", song.title, Subject(song.title, song.artist)), ("artist", song.artist, Subject("", song.artist)))
    with st.container(horizontal=True, key="ways"):
        for what, name, subject in ways:
            label = f"All days with this {what}"
            if name.strip() and st.button(
                label, key=f"way-{what}", type="tertiary", on_click=show_life, args=(subject,)
            ):
                st.rerun()  # the page, and not the dialog alone


def _actions(entry: Entry) -> None:
    with st.container(horizontal=True, key="day-actions"):
        playable = entry.song and entry.song.spotify_id and tab().playing != entry.day
        if playable and st.button("Play here", icon=":material/play_arrow:", key="play"):
            tab().playing = entry.day
            st.rerun()
        if st.button("Edit", icon=":material/edit:", key="edit-day"):
            tab().editing = entry.day
            write_day(entry.day)
        # The callback is given the version that was on the screen.
        if st.button("Delete", icon=":material/delete:", key="delete-day", on_click=pressed(acts.delete, entry)):
            set_params(day=None)
            st.rerun()
