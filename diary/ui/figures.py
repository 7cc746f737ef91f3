"""A picture on the moods page: what it is about, the figure, its numbers when asked for, and what it shows of when."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache

import streamlit as st

from diary.periods import Period
from diary.ui import tables, text
from diary.ui.canvas import Figure
from diary.ui.state import param, set_params, set_values, value

# Plotly keeps every touch to itself, so that a finger on a chart could not scroll the page. Without its touches it
# takes the mouse events that the browser makes of a tap.
_SCRIPT = """
export default function() {
  const scroll = event => { if (event.target.closest?.('.stPlotlyChart')) event.stopPropagation(); };
  document.addEventListener('touchstart', scroll, {capture: true, passive: true});
  return () => document.removeEventListener('touchstart', scroll, {capture: true});
}
"""
_FIGURES = re.compile(r"[−+]?\d+\.\d")
_CONFIG = {"displayModeBar": False}


@cache
def _component() -> Callable[..., object]:
    return st.components.v2.component("diary_fingers", js=_SCRIPT)


def scroll_by_finger() -> None:
    """Let a finger that starts on a chart scroll the page."""
    _component()(data={}, key="fingers-script")


def period_control() -> Period:
    """The period the address names, the last quarter where it names none, and the control to choose another."""
    asked = param("period")
    period = Period(asked) if asked in list(Period) else Period.QUARTER
    set_values(period=period.value)
    st.segmented_control(
        "Period",
        [period.value for period in Period],
        key="period",
        required=True,
        format_func=str.capitalize,
        label_visibility="collapsed",
        on_change=lambda: set_params(period=value("period")),
    )
    return period


def year_shown(first: date, last: date) -> int:
    """The year the address names, else that of ``last``."""
    asked = param("year") or ""
    return int(asked) if asked in _years(first, last) else last.year


def year_control(first: date, last: date, year: int) -> None:
    """The years from ``first`` to ``last`` to choose from, where there are several."""
    years = _years(first, last)
    if len(years) > 1:
        set_values(pixels_year=str(year))
        st.selectbox(
            "Year in pixels",
            years,
            key="pixels_year",
            filter_mode=None,
            width=110,
            label_visibility="collapsed",
            on_change=lambda: set_params(year=value("pixels_year")),
        )


def _years(first: date, last: date) -> list[str]:
    return [str(year) for year in range(last.year, first.year - 1, -1)]


def lead(sentence: str) -> None:
    """The sentence the page begins with, its figures in the accent colour."""
    words = _FIGURES.sub(r"<b>\g<0></b>", text.html(sentence))
    st.html(f'<h1 class="lead">{words}</h1>')


def says(heading: str, sentence: str, hint: str = "") -> None:
    """What a picture is about, what it says, and where that is not plain, how to read it."""
    how = f'<p class="hint">{text.html(hint)}</p>' if hint else ""
    st.html(f'<div class="says"><h2>{text.html(heading)}</h2><p>{text.html(sentence)}</p>{how}</div>')


def picture(key: str, figure: Figure, alt: str) -> None:
    """Draw ``figure``; ``alt`` says what it shows to those who hear the page."""
    st.plotly_chart(figure, key=key, theme=None, alt=alt, config=_CONFIG)


def day_picture(key: str, figure: Figure, alt: str) -> date | None:
    """Draw ``figure``, whose marks carry days; gives the day of the mark that was just chosen."""
    chosen = st.plotly_chart(
        figure, key=key, theme=None, alt=alt, config=_CONFIG, on_select="rerun", selection_mode="points"
    )
    points = chosen["selection"]["points"]
    return date.fromisoformat(points[0]["customdata"]) if points else None


def numbers(key: str, table: Callable[[], tables.Table]) -> None:
    """A fold with the ``table``, which is made only while it is open."""
    label = "Show the numbers as a table"
    with st.expander(label, key=f"{key}-numbers", type="compact", on_change="rerun") as fold:
        if fold.open:
            st.html(tables.html(table()))


def nothing() -> None:
    """No day has a mood yet."""
    with st.container(key="nothing"):
        st.html("<h2>No moods yet</h2><p>Choose a mood for a day, and its colour appears here.</p>")
        st.page_link("../../pages/today.py", label="Write today", icon=":material/edit_square:")
