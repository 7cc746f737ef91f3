"""Ways from one page to another, with what the other is to show in its address."""

from datetime import date

import streamlit as st

from diary.life import Subject
from diary.ui.state import param, set_params, tab


def show_life(subject: Subject | None = None) -> None:
    """To the life of ``subject`` on the timeline, or back to all days: pages of different names."""
    title, artist = (subject.title, subject.artist) if subject else ("", "")
    set_params(song=title, artist=artist, day=None, before=None, after=None)
    tab().due.add("page")


def open_day(day: date) -> None:
    """Leave for the timeline with ``day`` opened."""
    _leave("timeline", day=day.isoformat())


def open_month(year: int, month: int) -> None:
    """Leave for the calendar of a month."""
    _leave("timeline", view="calendar", month=f"{year:04}-{month:02}")


def open_place(place: str) -> None:
    """Leave with what was chosen on a grid, in ISO form: for a month's calendar, or with a day opened."""
    year, month, *day = place.split("-")
    if day:
        open_day(date.fromisoformat(place))
    else:
        open_month(int(year), int(month))


def write_day(day: date) -> None:
    """Leave for the form of ``day``."""
    _leave("today", day=day.isoformat())


def _leave(page: str, **query: str) -> None:
    """Streamlit notes the new values under the old page's path too, so that page's own go along for the way back."""
    own = {name: kept for name in ("period", "year", "shelf") if (kept := param(name))}
    st.switch_page(f"../../pages/{page}.py", query_params=query | own)
