"""Year: a place for every day, as pixels or covers, and years above each other."""

from collections.abc import Container
from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.errors import NotFoundError
from diary.ui import fields, grids, opened, text, years
from diary.ui.part import part
from diary.ui.state import current_day, current_diary, day_param, tab


def shelf(diary: Diary, view: str, year: int, known: range, today: date) -> tuple[str, Container[date] | None]:
    """The heading of one ``year``, or of several that end with it; gives their shelf, and the days written on it.

    Where any day of the shelf may be written, None is given for these.
    """
    written = None
    if view == "All years":
        shown = range(year, max(year - years.TOGETHER, known[-1] - 1), -1)
        heading, html = years.together(diary, shown, tab().moods, today)
    else:
        heading, html, days = years.one_year(diary, view, year, tab().moods, today)
        written = {one.day for one in days}
    st.html(heading)
    return html, written


@part
def shown_years() -> None:
    """What the address asks for."""
    diary = current_diary()
    today = current_day()
    first = diary.sums.first_day()
    if not first:
        years.nothing()
        return
    try:
        year, day = years.year_shown(first, today), day_param("day", today, diary.find_day)
    except NotFoundError as error:
        st.warning(text.plain(str(error)), icon=":material/event_busy:")
        st.page_link("../../pages/year.py", label="Show this year")
        return
    view, known = years.view_shown(), range(today.year, min(first.year, today.year) - 1, -1)
    html, written = shelf(diary, view, year, known, today)
    years.tools(year, view, known)
    fields.deleted_notice()
    chosen = grids.place_grid("shelf-grid", html)
    years.turn(year, years.TOGETHER if view == "All years" else 1, known)
    if chosen:
        day = years.follow(chosen, written)
    if day:
        opened.day_dialog(diary, day)


shown_years()
