"""Year: a place for every day, as pixels or covers, and years above each other."""

from collections.abc import Container
from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.errors import NotFoundError
from diary.insight import newest_versions
from diary.ui import fields, grids, opened, sentences, text, years
from diary.ui.part import part
from diary.ui.shelves import Shelf
from diary.ui.state import current_day, current_diary, day_param, tab


def shelf(diary: Diary, view: str, year: int, known: range, today: date) -> tuple[str, Container[date] | None]:
    """The heading of one ``year``, or of several that end with it; gives their shelf, and the days written on it.

    Where any day of the shelf may be written, None is given for these.
    """
    moods = newest_versions(tab().moods)
    names = {ident: mood.name for ident, mood in moods.items()}
    drawn = Shelf(moods)
    if view == "All years":
        together = range(year, max(year - years.TOGETHER, known[-1] - 1), -1)
        noted = diary.sums.mood_ids(date(together[-1], 1, 1), date(year, 12, 31))
        years.heading(together, sentences.years_sentence(noted.values(), names))
        return drawn.years(together, noted, today), None
    days = diary.sums.year_days(date(year, 1, 1), date(year, 12, 31))
    years.heading([year], sentences.year_sentence(days, names))
    html = (drawn.covers if view == "Covers" else drawn.pixels)(year, days, today)
    return html, {one.day for one in days}


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
