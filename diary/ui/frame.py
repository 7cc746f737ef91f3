"""What stands around every page: looks, navigation, and the page for when nothing works."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from diary.model import Mood
from diary.ui import cards, text
from diary.ui.state import tab

# Names the landmark and the current page, which `st.page_link` does not. Tells the stylesheet when the page has opened.
# A field sends its text some 100 ms after it was left. A tap on a link would be quicker, and the text would be lost:
# so the field is left at the touch, and the link waits for it. The way back has the field left too.
_SCRIPT = """
const LATE = 250;
setTimeout(() => { document.documentElement.dataset.open = ''; }, 1000);
export default function({data}) {
  const bar = document.querySelector('[class*=st-key-nav-]');
  if (bar) {
    bar.setAttribute('role', 'navigation');
    bar.setAttribute('aria-label', 'Pages');
    bar.querySelectorAll('a').forEach((link, place) => {
      if (place === data.place) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
    });
  }
  let left = -LATE;
  const leave = elsewhere => {
    const field = document.activeElement;
    if (field.matches('input, textarea') && elsewhere(field)) {
      field.blur();
      left = performance.now();
    }
  };
  const touch = event => leave(field => event.target.closest('a, button') && !field.contains(event.target));
  const press = event => {
    const link = event.target.closest('a');
    if (!link || performance.now() - left > LATE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => link.click(), LATE);
  };
  const goBack = () => leave(() => true);
  document.addEventListener('pointerdown', touch, true);
  document.addEventListener('click', press, true);
  window.addEventListener('popstate', goBack, true);
  return () => {
    document.removeEventListener('pointerdown', touch, true);
    document.removeEventListener('click', press, true);
    window.removeEventListener('popstate', goBack, true);
  };
}
"""


@cache
def _component() -> Callable[..., object]:
    return st.components.v2.component("diary_frame", js=_SCRIPT)


def look() -> None:
    """Dialogs stand outside the element that carries the theme, so the root repeats it."""
    scheme = st.context.theme.type or "light dark"
    st.html(f"<style>:root{{color-scheme:{scheme}}}</style>")


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
    _component()(data={"place": place}, key="frame-script")


@st.fragment(run_every=timedelta(days=1))
def go_on() -> None:
    """Have the page drawn anew when its connection comes back, perhaps to a server that was started anew.

    Streamlit's front end asks for that only where something runs by the clock. A new session passes over, without a
    word, what is used in a part that it has not drawn.
    """


def notice() -> None:
    """What became of what was asked for last, where that cannot be seen."""
    told = tab()
    if told.notice:
        st.error(text.plain(told.notice), icon=":material/error:")
    if told.news:
        st.success(text.plain(told.news), icon=":material/check:")
    told.is_telling = bool(told.notice or told.news)
    told.notice = told.news = None


def out_of_reach(sentence: str, typed: bool) -> None:
    """The page for when the diary cannot be read; ``typed``: this tab holds something that is not saved."""
    st.html('<header class="date"><h1>One moment</h1></header>')
    st.error(sentence, icon=":material/cloud_off:")
    if typed:
        st.caption("Not saved yet. This tab holds what you typed, and shows it again when the diary answers.")
    else:
        st.caption("Nothing that was saved is lost.")
    st.button("Try again", icon=":material/refresh:", key="again")
