"""Who is logged in, and the ways out: of this browser, of all of them."""

import streamlit as st

from diary.log import audit
from diary.ui import shared, text
from diary.ui.state import current_owner, told, visitor


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
    st.caption(f"For whoever runs this diary, you are `{text.plain(who.owner_id)}`.")


@told
def _sign_out_everywhere() -> None:
    owner, parts = current_owner(), shared.parts()
    parts.endings.end_all(owner, parts.clock())
    audit("signed out everywhere", owner)
    st.logout()
