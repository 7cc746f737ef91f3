"""What the floor shows: nothing, one block of cards, or one with moods to choose from."""

import html
from functools import partial

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


def first() -> None:
    """A title, or what the address asks for: below a path of its own, Streamlit would look for itself first."""
    asked = st.query_params.get("show")
    if asked == "choose":
        chosen()
    elif asked:
        block(int(asked))
    else:
        st.title("Empty")


def block(count: int, mood: str = "") -> None:
    """The newest days as one block, those with ``mood`` where one is named."""
    st.title("Timeline")
    shown = (dict(zip(NAMES, map(html.escape, row), strict=True)) for row in rows.newest(count, mood))
    st.html(CSS + "".join(CARD.format(**day) for day in shown))


def chosen() -> None:
    """Twenty days with a mood, or of any."""
    block(20, st.pills("Mood", ("calm", "happy", "sad"), key="offered") or "")


pages = [st.Page(first, title="Empty", default=True)]
pages += [st.Page(chosen, title="Choose", url_path="choose")]
pages += [st.Page(partial(block, count), title=f"{count} cards", url_path=f"block{count}") for count in (20, 50)]
st.navigation(pages, position="hidden").run()
