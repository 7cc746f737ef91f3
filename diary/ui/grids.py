"""Grids of days: each is one block of HTML with real buttons, however many days it shows.

A script that is not seen stands beside the block and tells which of its days was chosen.
"""

import calendar
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache

import streamlit as st

from diary.model import Entry
from diary.ui import cards, text
from diary.ui.state import value

# What is chosen is a day, a month or a year in ISO form: a button names it, a place of a shelf is counted in its row.
# A shelf of many years is sent as numbers of moods, and its places are made here; places get their dates here too. Of
# all places of a shelf one is reached by Tab; arrows lead to what lies beside it, whatever way the shelf is folded.
_SCRIPT = """
const WAYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const PLACES = '.shelf :is(td[title], button)', TAPPED = `[data-day], ${PLACES}`;
const SPOKEN = new Intl.DateTimeFormat('en-GB', {dateStyle: 'full', timeZone: 'UTC'});
const instant = place => {
  const [year, month = 1] = place.parentElement.dataset.of.split('-');
  return new Date(Date.UTC(year, month - 1, place.cellIndex));
};
const chosen = place => place.dataset.day || instant(place).toISOString().slice(0, 10);
const fill = row => {
  const moods = JSON.parse(row.closest('table').dataset.moods);
  row.dataset.days.split(' ').forEach(mood => {
    const place = row.insertCell();
    if (mood) place.className = `p${mood}`;
    place.title = mood ? moods[mood] : 'no mood noted';
  });
};
const date = place => { place.title = `${SPOKEN.format(instant(place)).replace(',', '')}, ${place.title}`; };
const beside = (places, from, [right, down]) => {
  const middle = place => {
    const box = place.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const [x, y] = middle(from);
  let best, least = Infinity;
  for (const place of places) {
    const [otherX, otherY] = middle(place), dx = otherX - x, dy = otherY - y;
    const ahead = dx * right + dy * down, aside = Math.abs(dx * down) + Math.abs(dy * right);
    if (ahead < (down ? 10 : 1) || (right && aside > 10)) continue;
    const distance = 100 * Math.round(ahead / 10) * Math.abs(down) + ahead * Math.abs(right) + aside;
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
};
export default function({data, parentElement, setTriggerValue}) {
  const box = parentElement.closest(`.st-key-${data.grid}`);
  if (!box) return;  // the page has gone on while this script was fetched
  const reach = place => {
    box.querySelectorAll('.shelf [tabindex="0"]').forEach(other => other.tabIndex = -1);
    if (place) place.tabIndex = 0;
  };
  const prepare = () => box.querySelectorAll('.shelf:not([data-ready])').forEach(shelf => {
    shelf.dataset.ready = '';
    shelf.querySelectorAll('[data-days]').forEach(fill);
    shelf.querySelectorAll('td[title]').forEach(date);
    shelf.querySelectorAll('button').forEach(button => button.tabIndex = -1);
    reach(shelf.querySelector('[aria-current]') || shelf.querySelector(PLACES));
  });
  prepare();
  const watch = new MutationObserver(prepare);  // the block is drawn anew when it changes
  watch.observe(box, {childList: true, subtree: true});
  box.onclick = event => {
    const place = event.target.closest(TAPPED);
    if (!place) return;
    delete window.diaryTap;
    if (place.matches(PLACES)) { reach(place); place.focus(); }
    setTriggerValue('day', chosen(place));
  };
  const early = window.diaryTap?.target.closest?.(TAPPED);  // it came before this script (page.py)
  if (early && (box.contains(early) || early.closest('.ahead'))) {
    delete window.diaryTap;
    const day = chosen(early);
    [...box.querySelectorAll(TAPPED)].find(place => chosen(place) === day)?.click();
  }
  box.onkeydown = event => {
    const from = event.target.closest(PLACES);
    if (!from) return;
    const row = [...from.closest('tr').querySelectorAll(':is(td[title], button)')];
    let to = {Home: row[0], End: row.at(-1)}[event.key];
    if (WAYS[event.key]) to = beside(box.querySelectorAll(PLACES), from, WAYS[event.key]);
    else if ((event.key === 'Enter' || event.key === ' ') && from.matches('td')) from.click();
    else if (!to) return;
    event.preventDefault();
    if (to) { reach(to); to.focus(); }
  };
  return () => watch.disconnect();
}
"""


@cache
def _component() -> Callable[..., object]:
    return st.components.v2.component("diary_days", js=_SCRIPT, isolate_styles=False)


class Block(str):
    """HTML of many days, taken as it is: Streamlit looks for what all lines of a text begin with, and takes it out."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


@contextmanager
def grid(key: str, on_choose: Callable[[], None] = lambda: None) -> Iterator[None]:
    """A grid of days is what is drawn inside; ``on_choose`` is called before the page runs."""
    with st.container(key=key):
        yield
        _component()(data={"grid": key}, key=f"{key}-script", on_day_change=on_choose)


def place_grid(key: str, html: str, on_choose: Callable[[], None] = lambda: None) -> str | None:
    """Draw a grid of days alone; gives what was just chosen on it, in ISO form: a day, or a whole month or year."""
    with grid(key, on_choose):
        st.html(Block(html))
    return chosen_on(key)


def chosen_on(key: str) -> str | None:
    """What was just chosen on the grid ``key``."""
    return getattr(value(f"{key}-script"), "day", None) or None


def day_grid(key: str, html: str) -> date | None:
    """Draw a grid of days alone; gives the day that was just chosen on it."""
    place_grid(key, html)
    return day_chosen_on(key)


def day_chosen_on(key: str) -> date | None:
    """The day that was just chosen on the grid ``key``, of days alone."""
    day = chosen_on(key)
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
        f'<button class="day{" today" if day == today else ""}" data-day="{day}"{current}'
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
