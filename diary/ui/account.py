"""Who is logged in and the ways out, the diary as a file, and its end."""

from contextlib import suppress

import streamlit as st

from diary.errors import DiaryError, StorageError
from diary.log import audit
from diary.ui import rates, shared, text
from diary.ui.state import current_diary, current_owner, forget_tab, tab, told, value, visitor

_SURE = "delete my diary"


def signed_in() -> None:
    """Under what name, and what can be done about it; nothing where there is no log-in."""
    who = visitor()
    if who is None:
        return
    st.html('<div class="says"><h2>Signed in</h2></div>')
    st.write(f"You are {text.plain(who.name)}.")
    with st.container(horizontal=True):
        st.button("Sign out", key="sign-out", on_click=st.logout, icon=":material/logout:")
        st.button("Sign out everywhere", key="sign-out-everywhere", on_click=_sign_out_everywhere, type="tertiary")
    st.html(f'<p class="written">For whoever runs this diary, you are<br><code>{text.html(who.owner_id)}</code></p>')


def take_along() -> None:
    """The diary as a file, to keep or to read elsewhere."""
    st.html(
        '<div class="says"><h2>Take it along</h2><p>Everything is one archive: days, photos, moods, former versions, '
        "the trash. Any music diary can restore it. JSON and CSV hold your days, for other programs.</p>"
        '<p class="ways"><a href="/take/everything.zip" download>Download everything</a>'
        '<a href="/take/days.json" download>Days as JSON</a><a href="/take/days.csv" download>Days as CSV</a></p></div>'
    )


def end() -> None:
    """The end of the diary, for those who write down that they mean it."""
    st.html(
        '<div class="says"><h2>Delete this diary</h2><p>All days, photos, moods, drafts and former versions '
        "go, at once and for good. Backups made by whoever runs this diary hold it until they are removed. "
        "Download everything first, if you may want it again.</p></div>"
    )
    st.text_input(f"Write “{_SURE}” if that is what you want", key="end_sure", width=420)
    st.button("Delete this diary", key="end", on_click=_end, icon=":material/delete_forever:")


@told
def _end() -> None:
    if (value("end_sure") or "").strip().lower() != _SURE:
        raise DiaryError(f"Nothing was deleted. To delete this diary, write “{_SURE}” above the button first.")
    diary, parts = current_diary(), shared.parts()
    if not rates.may("ending", diary.owner_id):
        raise DiaryError("That was often. Please try again in an hour.")
    is_done = diary.end()
    audit("deleted their diary", diary.owner_id)
    with suppress(StorageError):  # a page that is still open finds no diary any more
        parts.endings.end_all(diary.owner_id, parts.clock())
    shared.begin_anew()
    forget_tab()
    rest = "" if is_done else " Some photos could not be removed just now; the diary keeps at it until they are."
    tab().news = f"Your diary is deleted. What you see is a new, empty one.{rest}"
    if visitor():
        st.logout()


@told
def _sign_out_everywhere() -> None:
    owner, parts = current_owner(), shared.parts()
    parts.endings.end_all(owner, parts.clock())
    audit("signed out everywhere", owner)
    st.logout()
