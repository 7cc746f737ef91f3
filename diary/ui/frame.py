"""What stands around every page: looks, navigation, and the page for when nothing works."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from diary.model import Mood
from diary.ui import cards, text
from diary.ui.state import tab

# Names the landmark and the current page, which `st.page_link` does not; puts a drawn cover where artwork fails; and
# has the field one writes in left before a tap or the way back changes the page, or its text would come too late.
_SCRIPT = """
export default function({data}) {
  const bar = document.querySelector('[class*=st-key-nav-]');
  if (bar) {
    bar.setAttribute('role', 'navigation');
    bar.setAttribute('aria-label', 'Pages');
    bar.querySelectorAll('a').forEach((link, place) => {
      if (place === data.place) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
    });
  }
  const drawn = event => {
    const image = event.target;
    if (image.tagName === 'IMG' && image.dataset.drawn && !image.src.endsWith(image.dataset.drawn)) {
      image.src = image.dataset.drawn;
    }
  };
  const leave = event => {
    const field = document.activeElement;
    const elsewhere = event.type === 'popstate' || (event.target.closest('a, button') && !field.contains(event.target));
    if (elsewhere && field.matches('input, textarea, [contenteditable]')) field.blur();
  };
  document.addEventListener('error', drawn, true);
  document.addEventListener('pointerdown', leave, true);
  window.addEventListener('popstate', leave, true);
  document.querySelectorAll('img[data-drawn]').forEach(image => {
    if (image.complete && !image.naturalWidth) drawn({target: image});
  });
  return () => {
    document.removeEventListener('error', drawn, true);
    document.removeEventListener('pointerdown', leave, true);
    window.removeEventListener('popstate', leave, true);
  };
}
"""


@cache
def _component() -> Callable[..., object]:
    return st.components.v2.component("diary_frame", js=_SCRIPT)


@cache
def _stylesheet() -> str:
    return (Path(__file__).parent / "static" / "diary.css").read_text(encoding="utf-8")


def look() -> None:
    """The stylesheet. Dialogs stand outside the element that carries the theme, so the root repeats it."""
    scheme = st.context.theme.type or "light dark"
    st.html(f"<style>:root{{color-scheme:{scheme}}}\n{_stylesheet()}</style>")


def colours(moods: Iterable[Mood]) -> None:
    """The person's moods as colours."""
    st.html(f"<style>{cards.mood_colours(moods)}</style>")


def navigation(pages: Sequence[StreamlitPage], icons: Sequence[str], current: StreamlitPage) -> None:
    """A tab bar under the thumb, a line of words on a desktop."""
    place = list(pages).index(current) if current in pages else 0
    with st.container(key=f"nav-{place + 1}", horizontal=True):
        st.html('<span class="brand">Music Diary</span>')
        for page, icon in zip(pages, icons, strict=True):
            st.page_link(page, label=page.title, icon=f":material/{icon}:")
    with st.container(key="frame"):
        _component()(data={"place": place}, key="frame-script")


def notice() -> None:
    """Why what was asked for last could not be done."""
    if tab().notice:
        st.error(text.plain(tab().notice or ""), icon=":material/error:")
        tab().notice = None


def out_of_reach(sentence: str, typed: bool) -> None:
    """The page for when the diary cannot be read; ``typed``: this tab holds something that is not saved."""
    st.html('<header class="date"><h1>One moment</h1></header>')
    st.error(sentence, icon=":material/cloud_off:")
    if typed:
        st.caption("Not saved yet. This tab holds what you typed, and shows it again when the diary answers.")
    else:
        st.caption("Nothing that was saved is lost.")
    st.button("Try again", icon=":material/refresh:", key="again")
