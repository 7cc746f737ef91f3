"""A day as it is kept: finished, or beside the version of it that another tab or device wrote."""

import streamlit as st

from diary.diary import Diary
from diary.model import Entry, EntryDraft
from diary.ui import acts, cards, forms, grids, past
from diary.ui.onthisday import on_this_day
from diary.ui.state import pressed, tab
from diary.ui.ways import open_day

# The browser alone knows of a photo on its way: the stylesheet shows of these what holds.
PHOTO_LATE = """<p class="photo-late" role="status">The photo is still on its way. It joins the day when it has come;
please stay on this page until then.</p>
<p class="photo-lost" role="alert">The photo did not arrive. Press Edit and choose it again.</p>"""


def finished_day(diary: Diary, entry: Entry) -> None:
    """The day as it is kept, with what can be done about it."""
    change = tab().change
    fresh = change is not None and not change.deleted and (change.day, change.revision) == (entry.day, entry.revision)
    st.html(cards.record(entry, "Saved" if fresh else ""))
    if change and change.day == entry.day and not change.deleted and change.revision < entry.revision:
        st.info(
            "What you saved here was changed in another tab or on another device since. It is kept below, under "
            "“Earlier versions”.",
            icon=":material/history:",
        )
    if tab().late == entry.day:
        st.html(PHOTO_LATE)
    if entry.photo and diary.is_photo_waiting(entry.photo):
        st.info(
            "The place for photos does not take yours just now. It is kept with the day and sent there by itself.",
            icon=":material/cloud_upload:",
        )
    with st.container(horizontal=True, key="after"):
        if change and fresh and change.before != entry:
            st.button("Undo", icon=":material/undo:", key="undo", on_click=pressed(acts.undo))
        st.button("Edit", icon=":material/edit:", key="edit", on_click=pressed(acts.edit))
        st.button("Delete", icon=":material/delete:", key="delete", on_click=pressed(acts.delete, entry))
    past.versions(diary, entry)
    if found := diary.on_this_day(entry.day):
        with grids.grid("earlier"):
            st.html(on_this_day(diary, found, entry.day))
        if chosen := grids.day_chosen_on("earlier"):
            open_day(chosen)


def two_versions(diary: Diary, mine: EntryDraft) -> None:
    """The day was changed elsewhere: both versions, and the choice."""
    other = diary.find_day(mine.day)
    st.warning(
        "This day was changed in another tab or on another device. Both versions are below; nothing is lost until "
        "you choose.",
        icon=":material/call_split:",
    )
    left, right = st.columns(2)
    with left, st.container(key="version-other", border=True):
        st.html(f"<h2>As it is kept</h2>{cards.version(other) if other else '<p>The day was deleted.</p>'}")
        st.button("Keep this one", key="keep-other", on_click=pressed(acts.discard), width="stretch")
    with right, st.container(key="version-mine", border=True):
        st.html(f"<h2>As you wrote it here</h2>{cards.version(forms.preview(diary, mine))}")
        if mine.new_photo or acts.new_photo():
            st.caption("With the photo that you chose here.")
        st.button("Keep mine", key="keep-mine", type="primary", on_click=pressed(acts.keep_mine), width="stretch")
