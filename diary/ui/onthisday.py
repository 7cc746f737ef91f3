"""The same day in earlier years, without the hard ones where the person does not want to be reminded of them."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from diary.diary import Diary
from diary.model import Entry, Person
from diary.ui import cards, text
from diary.ui.state import set_values, tab, told, value

_ALL_HARD = "These were hard days, so they are left out."


def on_this_day(diary: Diary, found: Sequence[Entry], day: date) -> str:
    """The days ``found`` in earlier years, as HTML for a grid; above it stands the choice to leave out hard ones."""
    shown, is_hard = remembered(found, tab().person)
    if is_hard:
        set_values(leave_out=tab().person.leaves_out_hard_days)
        st.checkbox("Leave out hard days", key="leave_out", on_change=told(_leave_out), args=(diary,))
    diary.freshen(found)
    return earlier(shown, day)


def _leave_out(diary: Diary) -> None:
    diary.set_leaves_out_hard_days(bool(value("leave_out")))


def remembered(found: Sequence[Entry], person: Person) -> tuple[Sequence[Entry], bool]:
    """Those of ``found`` that ``person`` wants to be reminded of, and whether there is a hard day among them."""
    is_hard = any(entry.is_hard for entry in found)
    return [one for one in found if not (person.leaves_out_hard_days and one.is_hard)], is_hard


def earlier(entries: Sequence[Entry], day: date) -> str:
    """The ``entries`` of that day in earlier years, newest first, as HTML."""
    shown = "".join(_earlier(entry, day.year - entry.day.year) for entry in entries)
    said = cards.credit(entry.track for entry in entries)
    days = f"<ol>{shown}</ol>{said}" if entries else f"<p>{_ALL_HARD}</p>"
    return f'<section class="onthisday"><h2>On this day</h2>{days}</section>'


def _earlier(entry: Entry, years: int) -> str:
    note = text.html(text.note_words(entry.note, 120))
    parts = [
        f"<b>{years} year{'' if years == 1 else 's'} ago</b>",
        cards.mood_tag(entry.mood) if entry.mood else "",
        cards.song_words(entry.song),
        f'<p class="note" dir="auto" style="--lines:1">{note}</p>' if note else "",
    ]
    return f"<li>{cards.opener(entry)}{cards.sleeve(entry, 'small')}<div>{''.join(parts)}</div></li>"
