"""What a visitor sees who has not logged in: what this is, and the one way in."""

import streamlit as st

from diary.ui import text
from diary.ui.roundtrip import PROVIDER
from diary.ui.state import param

_WHY = {
    "refused": "You did not sign in, and nothing was shared. You can try again.",
    "failed": "Signing in did not work. Please try again.",
    "away": "The page to sign in at does not answer. Please try again in a while.",
    "busy": "There were many tries to sign in from where you are. Please try again in a minute.",
    "closed": "This diary is closed to you, or the sign-in was too old. Ask whoever runs it, or sign in once more.",
}
# Made-up days for the shelf: the seed of a drawn cover, and the colour of its mood in the light and in the dark.
_SHELF = ("3f9ac07d51e2b846", "a10c5be7f3d29684", "5d27e8f01b6a94c3", "c8b41f7e2059d3a6", "07e6d2a95c3b8f14")


def page() -> None:
    """The welcome, under whatever address was asked for: that is where the log-in leads back to."""
    covers = "".join(
        f'<li class="sleeve"><i></i><img src="/cover/{seed}.svg" alt="" width="300" height="300"></li>'
        for seed in _SHELF
    )
    st.html(
        '<div class="welcome"><span class="brand">Music Diary</span>'
        f'<ol class="shelf" aria-hidden="true">{covers}</ol>'
        "<h1>One mood and one song, every day</h1>"
        "<p>Your days become a shelf of records: to leaf through, to search, to look back on. "
        "What you write here is yours alone.</p></div>"
    )
    if why := _WHY.get(param("login") or ""):
        st.warning(text.plain(why), icon=":material/login:")
    st.button("Sign in", key="sign-in", type="primary", on_click=st.login, args=(PROVIDER,), icon=":material/login:")
