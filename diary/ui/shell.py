"""The shell: every request passes here before a page is drawn."""

from pathlib import Path

import streamlit as st

from diary import log
from diary.errors import DiaryError, EndedError
from diary.ui import frame, text, welcome
from diary.ui.forms import rescue
from diary.ui.shared import begin_anew, settings
from diary.ui.state import current_diary, tab, visitor

PAGES = (
    ("today", "Today", None, "edit_square"),
    ("timeline", "Timeline", "timeline", "album"),
    ("year", "Year", "year", "shelves"),
    ("moods", "Moods", "moods", "mood"),
    ("settings", "Settings", "settings", "tune"),
)

st.set_page_config(layout="wide", page_icon="🎵", initial_sidebar_state="collapsed")
folder = Path("../../pages")
pages = [
    st.Page(folder / f"{file}.py", title=title, url_path=path, default=path is None) for file, title, path, _ in PAGES
]
page = st.navigation(pages, position="hidden")
frame.look()
if settings().has_login and visitor() is None:
    welcome.page()
    st.stop()
frame.navigation(pages, [icon for *_, icon in PAGES], page)
frame.go_on()
try:
    tab().presses.finish()
    tab().person = current_diary().person()
    frame.colours(tab().moods)
    frame.notice()
    tab().is_whole = True
    page.run()
    tab().due.clear()
except DiaryError as error:
    if isinstance(error, EndedError):
        begin_anew()
    frame.out_of_reach(text.plain(str(error)), typed=rescue())
finally:
    tab().is_whole = False
    log.end_request()
