"""Timeline: past days as cards or as a calendar of covers, and a day opened."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.errors import NotFoundError
from diary.model import Entry
from diary.query import EVERYTHING, Days, Term
from diary.ui import browse, chapters, fields, grids, life, opened, searching, text
from diary.ui.onthisday import on_this_day
from diary.ui.part import part
from diary.ui.state import current_day, current_diary, day_param, set_params, tab
from diary.ui.ways import write_day


def calendar(diary: Diary, first: date, today: date) -> tuple[Sequence[Entry], date | None]:
    """The month that begins on ``first``; gives its days, and the one that was chosen."""
    last = browse.month_end(first)
    shown = diary.find(Days(first, last), limit=31)
    written = {entry.day: entry for entry in shown}
    st.html(chapters.chapter(first, diary.sums.mood_days(first, last), tab().person.mood_names, today))
    chosen = grids.day_grid("calendar", grids.month_calendar(first, written, today))
    browse.turn_month(first, today)
    if chosen and chosen not in written:
        write_day(chosen)
    return shown, chosen


def days(
    diary: Diary, view: str, asked: Term, today: date, *, before: date | None, after: date | None
) -> tuple[Sequence[Entry], date | None]:
    """A page of the days ``asked`` for; gives them, and the one that was chosen."""
    shown, newer, older = browse.page_of_days(diary, asked, chapters.DENSITIES[view][0], before, after)
    if not shown:
        browse.nothing(asked, before)
        return shown, None
    with grids.grid("cards"):
        beside, ribbons = searching.others(tab().moods, asked), ()
        if asked == EVERYTHING:
            ribbons = browse.moods_of_months(diary, shown)
            if not (before or after) and (found := diary.on_this_day(today)):
                beside = on_this_day(diary, found, today)
        st.html(grids.Block(beside + chapters.chapters(shown, view, ribbons, tab().person.mood_names, today)))
        browse.turn_page(shown, newer, older)
    return shown, grids.day_chosen_on("cards")


@part
def timeline() -> None:
    """What the address asks for."""
    diary, asked, today = current_diary(), searching.asked(), current_day()
    try:
        first, day = browse.month_shown(today), day_param("day", today, diary.find_day)
        before, after = day_param("before", today), day_param("after", today)
    except NotFoundError as error:
        st.warning(text.plain(str(error)), icon=":material/event_busy:")
        st.page_link("../../pages/timeline.py", label="Show the whole timeline")
        return
    if subject := life.asked():
        life.page(diary, subject, tab().moods, day, before)
        return
    view = browse.tools(diary, tab().moods, today, asked)
    fields.deleted_notice()
    if view == "Calendar":
        shown, chosen = calendar(diary, first, today)
    else:
        shown, chosen = days(diary, view, asked.term, today, before=before, after=after)
    if chosen:
        set_params(day=chosen.isoformat())
    if day := chosen or day:
        opened.day_dialog(diary, day)
    diary.freshen(shown)


if not life.asked():  # that has a name of its own
    st.html(f'<style>{searching.looks(tab().moods)}</style><h1 class="unseen">Timeline</h1>')
timeline()
