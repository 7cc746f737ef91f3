"""What a visitor sees who has not logged in: what this is, and the one way in."""

import streamlit as st

from diary.model import BUILT_IN_MOODS
from diary.ui import frame, text
from diary.ui.cover import seed_of
from diary.ui.roundtrip import PROVIDER
from diary.ui.state import param

_WHY = {
    "refused": "You did not sign in, and nothing was shared. You can try again.",
    "failed": "Signing in did not work. Please try again.",
    "away": "The page to sign in at does not answer. Please try again in a while.",
    "busy": "There were many tries to sign in from where you are. Please try again in a minute.",
    "over": "You are signed out. Sign in to go on.",
    "closed": "This diary is closed to you, or the sign-in was too old. Ask whoever runs it, or sign in once more.",
}
# A shelf of made-up days: songs whose covers are drawn, and how those days were.
_SHELF = (
    ("First light", "calm"),
    ("Rain on the tram", "sad"),
    ("All of us dancing", "lively"),
    ("Letters unsent", "anxious"),
    ("Home by ten", "hopeful"),
    ("The long way round", "wistful"),
    ("Nothing to do", "happy"),
)


def page() -> None:
    """The welcome, under whatever address was asked for: that is where the log-in leads back to."""
    frame.colours(BUILT_IN_MOODS)
    shelf = "".join(
        f'<li class="sleeve m-{mood}"><img src="/cover/{seed_of(title, "")}.svg" alt="" width="300"></li>'
        for title, mood in _SHELF
    )
    st.html(
        '<div class="welcome"><span class="brand">Music Diary</span>'
        f'<ol aria-hidden="true">{shelf}</ol>'
        "<h1>One mood,<br>one song,<br>every day</h1>"
        "<p>Your days become a shelf of records: to leaf through, to search, to look back on. "
        "What you write here is yours alone.</p></div>"
    )
    if why := _WHY.get(param("login") or ""):
        st.info(text.plain(why), icon=":material/info:", width=620)
    st.button("Sign in", key="sign-in", type="primary", on_click=st.login, args=(PROVIDER,), width=240)
