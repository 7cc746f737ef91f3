"""What the floor shows: nothing, one block of cards, or one with moods to choose from."""

import html

import streamlit as st

from bench.reference import rows

CSS = """<style>.card{display:flex;gap:12px;padding:8px;border-bottom:1px solid #ddd;content-visibility:auto;
contain-intrinsic-size:auto 112px}.card img{border-radius:6px;background:#eee}</style>"""
CARD = (
    "<div class='card'><img loading='lazy' width=96 height=96 src='{cover}' alt=''>"
    "<div><b>{day}</b> · <span class='mood'>{mood}</span> · {title} — {artist}<p>{note}</p></div></div>"
)
NAMES = ("day", "mood", "title", "artist", "cover", "note")

st.set_page_config("Floor", layout="wide")


def block(count: int, mood: str = "") -> None:
    """The newest days as one block, those with ``mood`` where one is named."""
    st.title("Timeline")
    shown = (dict(zip(NAMES, map(html.escape, row), strict=True)) for row in rows.newest(count, mood))
    st.html(CSS + "".join(CARD.format(**day) for day in shown))


def page() -> None:
    """What the address asks for, and not a page each: a browser looks for Streamlit below the path of a page first."""
    match st.query_params.get("show"):
        case None:
            st.title("Empty")
        case "choose":
            block(20, st.pills("Mood", ("calm", "happy", "sad"), key="offered") or "")
        case count:
            block(int(count))


st.navigation([st.Page(page, title="Floor", default=True)], position="hidden").run()
