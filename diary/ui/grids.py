"""Grids of days: each is one block of HTML with real buttons, however many days it shows."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache

import streamlit as st

from diary.model import Entry
from diary.ui import cards, text
from diary.ui.state import value

_SCRIPT = """
export default function({data, parentElement, setTriggerValue}) {
  const box = parentElement.querySelector('div');
  if (box.shown !== data.html) { box.innerHTML = data.html; box.shown = data.html; }
  box.onclick = event => {
    const button = event.target.closest('[data-day]');
    if (button) setTriggerValue('day', button.dataset.day);
  };
}
"""


@cache
def _component() -> Callable[..., object]:
    return st.components.v2.component("diary_days", html="<div></div>", js=_SCRIPT, isolate_styles=False)


def day_grid(key: str, html: str, on_choose: Callable[[], None] = lambda: None) -> date | None:
    """Draw a grid made by one of the functions below; gives the day that was just chosen on it.

    ``on_choose`` is called before the page runs; `chosen_on` gives the day to it.
    """
    _component()(data={"html": html}, key=key, on_day_change=on_choose)
    return chosen_on(key)


def chosen_on(key: str) -> date | None:
    """The day that was just chosen on the grid ``key``."""
    day = getattr(value(key), "day", None)
    return date.fromisoformat(day) if day else None


def day_cell(day: date, entry: Entry | None, today: date, number: bool = True) -> str:
    """A day in a week or month: a small sleeve, or a place to fill."""
    head = ""
    if number:
        emoji = text.html(entry.mood.emoji) if entry and entry.mood else ""
        head = f'<span class="head"><b>{day.day}</b><span aria-hidden="true">{emoji}</span></span>'
    if day > today and not entry:  # a day that is written may lie ahead: its writer was further east
        return f'<span class="day later">{head}<span class="slot"></span></span>'
    body = cards.sleeve(entry) if entry else f'<span class="slot{" gap" if day < today else ""}"></span>'
    current = ' aria-current="date"' if day == today else ""
    return (
        f'<button type="button" class="day{" today" if day == today else ""}" data-day="{day}"{current}'
        f' aria-label="{cards.spoken(day, entry)}">{head}{body}</button>'
    )


def week_around(day: date, today: date) -> date:
    """The last day of the week to show beside the form of ``day``: the last seven days while it is one of them."""
    return today if day > today - timedelta(7) else day + timedelta(3)


def week(last: date, written: Mapping[date, Entry], shown: date, today: date) -> str:
    """The seven days up to ``last`` as small sleeves; ``shown`` is the one whose form is open."""
    cells = []
    for back in range(6, -1, -1):
        day = last - timedelta(back)
        here = ' class="here"' if day == shown else ""
        name = text.weekday(day)[:2]
        cell = day_cell(day, written.get(day), today, number=False)
        cells.append(f'<li{here}><span class="wd" aria-hidden="true">{name}</span>{cell}</li>')
    said = "The last seven days" if last == today else "The days around this one"
    shown_tracks = (entry.track for day, entry in written.items() if last - timedelta(7) < day <= last)
    return f'<ol class="week" aria-label="{said}">{"".join(cells)}</ol>{cards.credit(shown_tracks)}'


def month_calendar(first: date, written: Mapping[date, Entry], today: date) -> str:
    """A month of covers, weeks from Monday; ``first`` is its first day."""
    heads = "".join(f'<li class="wd" aria-hidden="true">{name[:3]}</li>' for name in calendar.day_name)
    cells = []
    for offset in range(calendar.monthrange(first.year, first.month)[1]):
        day = first + timedelta(offset)
        start = f' style="grid-column:{day.weekday() + 1}"' if offset == 0 else ""
        cells.append(f"<li{start}>{day_cell(day, written.get(day), today)}</li>")
    said = cards.credit(entry.track for entry in written.values())
    return f'<ol class="month">{heads}{"".join(cells)}</ol>{said}'
