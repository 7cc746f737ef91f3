"""Finding days: what the address asks for, and the tools that change it."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Literal

import streamlit as st

from diary.diary import Diary
from diary.errors import NotFoundError
from diary.insight import MoodDay
from diary.model import FIRST_DAY, Entry, Mood
from diary.query import EVERYTHING, Parsed, Term
from diary.ui import chapters, grids, searching, text
from diary.ui.state import param, set_params, set_values, value

VIEWS = {"Cards": None, "List": "list", "Covers": "covers", "Calendar": "calendar"}


def tools(diary: Diary, moods: Sequence[Mood], today: date, asked: Parsed) -> str:
    """Search and view, kept in the address; gives the view."""
    view = next((name for name, word in VIEWS.items() if word == param("view")), "Cards")
    # What an input says and the address does not is old: callbacks write every change into the address.
    set_values(view=view)
    offered = searching.offered(diary, moods)
    with st.container(key="tools", horizontal=True, vertical_alignment="bottom"):
        searching.box(asked)
        _jump(diary, view, today)
        st.segmented_control(
            "View",
            list(VIEWS),
            key="view",
            required=True,
            on_change=partial(_view_changed, today),
            label_visibility="collapsed",
        )
    searching.below(asked, offered)
    return view


def _jump(diary: Diary, view: str, today: date) -> None:
    """A way to any month that is written; the months are read when somebody looks."""
    with st.popover("Jump to", icon=":material/calendar_month:", key="jump", on_change="rerun") as box:
        if box.open:
            grids.place_grid("months", chapters.months(diary.sums.months()), partial(_jumped, view, today))


def _jumped(view: str, today: date) -> None:
    month = grids.chosen_on("months")
    if month:
        set_values(jump=False)
        _show(view, month_end(date.fromisoformat(f"{month}-01")), today)


def _view_changed(today: date) -> None:
    """Another view shows the same time."""
    before, month = param("before"), param("month")
    last = date.fromisoformat(before) - timedelta(1) if before else month and month_end(month_shown(today))
    _show(value("view") or "Cards", last or None, today)


def _show(view: str, last: date | None, today: date) -> None:
    """Go to the days up to ``last``, up to ``today`` where that is None."""
    until = None if last is None or last >= today else last
    in_calendar = view == "Calendar"
    set_params(
        view=VIEWS[view],
        month=f"{until:%Y-%m}" if until and in_calendar else None,
        before=(until + timedelta(1)).isoformat() if until and not in_calendar else None,
        after=None,
    )


def page_of_days(
    diary: Diary, asked: Term, size: int, before: date | None, after: date | None
) -> tuple[tuple[Entry, ...], bool, bool]:
    """The days of one page of at most ``size``, and whether there are newer and older ones."""
    if after:
        found = diary.find(asked, size + 1, after=after)
        if len(found) > size:
            return found[1:], True, True
        set_params(after=None)
        before = None
    found = diary.find(asked, size + 1, before=before)
    return found[:size], before is not None, len(found) > size


def moods_of_months(diary: Diary, shown: Sequence[Entry]) -> Sequence[MoodDay]:
    """All moods of the months that the days ``shown``, newest first, are of."""
    return diary.sums.mood_days(shown[-1].day.replace(day=1), month_end(shown[0].day))


def turn_page(shown: Sequence[Entry], newer: bool, older: bool) -> None:
    """To newer and older days, below the grid in which it is drawn."""
    if newer:
        after = shown[0].day.isoformat()
        st.button("Newer days", key="newer", on_click=set_params, kwargs={"after": after, "before": None})
    if older:
        before = shown[-1].day.isoformat()
        st.button("Older days", key="older", on_click=set_params, kwargs={"before": before, "after": None})


def month_shown(today: date) -> date:
    """The first day of the month the address names, of this month where it names none. Raises NotFoundError."""
    asked = param("month")
    if asked is None:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        raise NotFoundError(f"“{asked[:40]}” is no month. A month is written like {today:%Y-%m}.") from None
    if not FIRST_DAY <= first <= today:
        raise NotFoundError(f"{asked} is outside the diary, which goes from 1900-01 to {today:%Y-%m}.")
    return first


def month_end(first: date) -> date:
    """The last day of a month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def turn_month(first: date, today: date) -> None:
    """To the months before and after."""
    earlier, later = first - timedelta(1), month_end(first) + timedelta(1)
    with st.container(horizontal=True, key="turn", horizontal_alignment="distribute"):
        _month_button("earlier", earlier, "left", today)
        _month_button("later", later, "right", today)


def _month_button(key: str, day: date, side: Literal["left", "right"], today: date) -> None:
    st.button(
        f"{text.month(day)} {day.year}",
        key=key,
        icon=f":material/chevron_{side}:",
        icon_position=side,
        disabled=not FIRST_DAY <= day <= today,
        on_click=set_params,
        kwargs={"month": f"{day:%Y-%m}"},
    )


def nothing(asked: Term, before: date | None) -> None:
    """No day to show: none matches, or none is written yet, or not ``before`` that day."""
    with st.container(key="nothing"):
        if before:
            st.html(f"<h2>Nothing earlier</h2><p>No day is shown from before {text.dated(before)}.</p>")
            st.button("Show all days", key="all-days", on_click=searching.clear)
        elif asked == EVERYTHING:
            st.html("<h2>An empty shelf</h2><p>Your days will stand here as records. The first one takes a minute.</p>")
            st.page_link("../../pages/today.py", label="Write today", icon=":material/edit_square:")
        else:
            st.html("<h2>No day like that</h2><p>Try fewer words, another mood or a longer time.</p>")
            st.button("Show all days", key="all-days", on_click=searching.clear)
