"""The parts of the year page: what the address asks for, the controls that change it, and where a place leads."""

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Literal

import streamlit as st

from diary.diary import Diary
from diary.errors import NotFoundError
from diary.insight import YearDay, newest_versions
from diary.model import Mood
from diary.ui import sentences, text
from diary.ui.shelves import Shelf
from diary.ui.state import param, set_params, set_values, value
from diary.ui.ways import open_month, write_day

VIEWS = {"Pixels": None, "Covers": "covers", "All years": "years"}
TOGETHER = 10  # years above each other


def year_shown(first: date, today: date) -> int:
    """The year the address names, this year where it names none.

    Raises NotFoundError, a sentence, for what is no year from that of ``first``, the diary's first day, to this one.
    """
    asked = param("year") or str(today.year)
    if not (asked.isascii() and asked.isdecimal() and len(asked) == 4):
        raise NotFoundError(f"“{asked[:40]}” is no year. A year is written like {today.year}.")
    year = int(asked)
    if year > today.year:
        raise NotFoundError(f"{year} has not come yet. The diary goes up to {today.year}.")
    if year < min(first.year, today.year):
        raise NotFoundError(f"{year} is before your diary, which begins on {text.dated(first)}.")
    return year


def view_shown() -> str:
    """The view the address names, pixels where it names none."""
    return next((name for name, word in VIEWS.items() if word == param("shelf")), "Pixels")


def one_year(
    diary: Diary, view: str, year: int, moods: Sequence[Mood], today: date
) -> tuple[str, str, Sequence[YearDay]]:
    """The heading of a ``year`` and its shelf, each as HTML, and the days that are written on it."""
    known, covers = newest_versions(moods), view == "Covers"
    days = diary.sums.year_days(date(year, 1, 1), date(year, 12, 31), covers)
    said = sentences.year_sentence(days, _names(known))
    drawn = Shelf(known)
    return _heading(f"{year}", said), (drawn.covers if covers else drawn.pixels)(year, days, today), days


def together(diary: Diary, years: range, moods: Sequence[Mood], today: date) -> tuple[str, str]:
    """The heading of ``years``, newest first, and their shelf above each other, each as HTML."""
    known = newest_versions(moods)
    noted = diary.sums.noted(date(years[-1], 1, 1), date(years[0], 12, 31))
    said = sentences.years_sentence({mood: len(days) for mood, days in noted.items()}, _names(known))
    title = f"{years[-1]}–{years[0]}" if len(years) > 1 else f"{years[0]}"
    return _heading(title, said), Shelf(known).years(years, noted, today)


def _names(moods: Mapping[str, Mood]) -> dict[str, str]:
    return {ident: mood.name for ident, mood in moods.items()}


def _heading(title: str, sentence: str) -> str:
    return f'<header class="date"><h1>{title}</h1></header><p class="lead">{text.html(sentence)}</p>'


def tools(year: int, view: str, years: range) -> None:
    """View and year, kept in the address."""
    # What an input says and the address does not is old: callbacks write every change into the address.
    set_values(shelf=view, year=year)
    with st.container(key="tools", horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "View", list(VIEWS), key="shelf", required=True, on_change=_changed, label_visibility="collapsed"
        )
        st.selectbox(
            "Year",
            years,
            key="year",
            filter_mode=None,
            width=100,
            on_change=_changed,
            label_visibility="collapsed",
        )


def _changed() -> None:
    set_params(shelf=VIEWS[value("shelf") or "Pixels"], year=str(value("year")))


def turn(year: int, step: int, years: range) -> None:
    """To the years before and after, ``step`` of them at once."""
    with st.container(key="turn", horizontal=True, horizontal_alignment="distribute"):
        _turn_button("earlier", year - step, step, "left", year - step >= years[-1])
        _turn_button("later", min(year + step, max(years[0], year + 1)), step, "right", year < years[0])


def _turn_button(key: str, year: int, step: int, side: Literal["left", "right"], possible: bool) -> None:
    st.button(
        f"{year - step + 1}–{year}" if step > 1 else f"{year}",
        key=key,
        icon=f":material/chevron_{side}:",
        icon_position=side,
        disabled=not possible,
        on_click=set_params,
        kwargs={"year": str(year)},
    )


def follow(chosen: str, written: Container[date] | None) -> date | None:
    """Go where a place leads: to a year, to a month's calendar, to the form of an empty day; gives a day to open.

    ``written``: the days with something to open; None: any may have.
    """
    if len(chosen) == len("2026"):
        set_params(year=chosen, shelf=None)
        st.rerun()
    if len(chosen) == len("2026-11"):
        open_month(int(chosen[:4]), int(chosen[5:]))
    day = date.fromisoformat(chosen)
    if written is not None and day not in written:
        write_day(day)
    set_params(day=chosen)
    return day


def nothing() -> None:
    """No day is written yet."""
    with st.container(key="nothing"):
        st.html("<h2>An empty shelf</h2><p>Each day you write takes its place here, in the colour of its mood.</p>")
        st.page_link("../../pages/today.py", label="Write today", icon=":material/edit_square:")
