"""Days of the timeline under the names of their months, as close together as one likes. Each function gives HTML."""

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from diary.insight import MonthCount, MoodDay
from diary.model import Entry
from diary.ui import cards, text


def entry_line(entry: Entry) -> str:
    """A day as one line of a list."""
    words = text.html(text.note_words(entry.note, 90))
    note = f'<p class="note" dir="auto">{words}</p>' if words else ""
    mood = cards.mood_tag(entry.mood) if entry.mood else ""
    return (
        f'<article class="line">{cards.opener(entry)}<p class="when">{cards.short_day(entry.day)}</p>'
        f"{cards.sleeve(entry, 'tiny')}<div>{cards.song_words(entry.song)}</div>{note}{mood}</article>"
    )


def entry_cover(entry: Entry) -> str:
    """A day as its cover alone; what it says is there for those who hear the page."""
    return f'<article class="one">{cards.opener(entry)}{cards.sleeve(entry)}</article>'


# How many days make a page, and how each is drawn.
DENSITIES: Mapping[str, tuple[int, Callable[[Entry], str]]] = {
    "Cards": (20, cards.entry_card),
    "List": (40, entry_line),
    "Covers": (60, entry_cover),
}


def chapters(
    shown: Sequence[Entry], density: str, moods: Sequence[MoodDay], names: Mapping[str, str], today: date
) -> str:
    """The days under the headings of their months, with the ``moods`` of those months where they are known."""
    draw, out = DENSITIES[density][1], []
    for first, days in groupby(shown, lambda entry: entry.day.replace(day=1)):
        drawn = "".join(draw(entry) for entry in days)
        out.append(f'{chapter(first, moods, names, today)}<div class="{density.lower()}">{drawn}</div>')
    said = "" if density == "Cards" else cards.credit(entry.track for entry in shown)  # a card says so itself
    return "".join(out) + said


def month_so_far(first: date, written: Mapping[date, Entry], today: date) -> str:
    """The shelf of a month, and how many of its days are ``written``."""
    moods = [MoodDay(day, one.mood.id, one.mood.valence, one.mood.arousal) for day, one in written.items() if one.mood]
    count = sum((day.year, day.month) == (first.year, first.month) for day in written)
    said = f"{text.month(first)}{' so far' if first == today.replace(day=1) else ''}, {text.days(count)}"
    return f'<div class="sofar">{shelf(first, moods, today)}<p>{said}</p></div>'


def shelf(first: date, moods: Iterable[MoodDay], today: date) -> str:
    """A month standing on its shelf: height says energy, colour says mood. What is said beside it says it in words."""
    noted = {mood.day: mood for mood in moods}
    spines = []
    for offset in range(calendar.monthrange(first.year, first.month)[1]):
        mood = noted.get(first + timedelta(offset))
        if mood:
            spines.append(f'<i class="m-{mood.mood_id}"></i>')
        else:
            spines.append(f'<i class="none{" later" if first + timedelta(offset) > today else ""}"></i>')
    return f'<span class="spines" aria-hidden="true">{"".join(spines)}</span>'


def chapter(first: date, moods: Sequence[MoodDay], names: Mapping[str, str], today: date) -> str:
    """The heading of the month that begins on ``first``, with its moods as a ribbon."""
    noted = [day for day in moods if (day.day.year, day.day.month) == (first.year, first.month)]
    says = ""
    if noted:
        kinds = [names[day.mood_id] for day in noted]
        most = max(kinds, key=kinds.count)
        says = f"<p>{text.days(len(noted))} with a mood, most often {text.html(most)}</p>{shelf(first, noted, today)}"
    return f'<header class="chapter"><h2>{text.month(first)} <span>{first.year}</span></h2>{says}</header>'


def months(written: Iterable[MonthCount]) -> str:
    """Every month as a button, a line a year, newest first; a month in which nothing is written is only named."""
    days = {(count.year, count.month): count.days for count in written}
    out = []
    for year in sorted({year for year, _ in days}, reverse=True):
        cells = "".join(_month_button(year, month, days.get((year, month), 0)) for month in range(1, 13))
        out.append(f"<section><h3>{year}</h3><div>{cells}</div></section>")
    return f'<div class="months">{"".join(out)}</div>'


def _month_button(year: int, month: int, days: int) -> str:
    name = calendar.month_name[month]
    if not days:
        return f'<span aria-hidden="true">{name[:3]}</span>'
    said = f"{name} {year}, {text.days(days)}"
    return f'<button data-day="{year:04}-{month:02}" aria-label="{said}">{name[:3]}</button>'
