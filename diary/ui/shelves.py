"""The shelf of a year: a place for every day, told by colour, pattern and words. Each shelf is one block of HTML.

A place stands in the row of its month or year, whose ``data-of`` and the place's number make its day; where it is
shown (`grids`), that date goes before its title. A place without a title has not come yet. What each mood looks like is
said once, in the rules that go before the shelf.
"""

import calendar
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from json import dumps

from diary.insight import Noted, YearDay
from diary.model import Mood
from diary.ui import cards, cover, patterns, text
from diary.ui.photos import photo_url

_EMPTY = "nothing noted"


class Shelf:
    """How moods look on one shelf; ``moods`` are those of `newest_versions`."""

    def __init__(self, moods: Mapping[str, Mood]) -> None:
        shown = list(dict.fromkeys(moods.values()))
        numbers = {mood: number for number, mood in enumerate(shown)}
        self._moods, self._patterns = shown, patterns.of_moods(shown)
        self._classes = {ident: f"p{numbers[mood]}" for ident, mood in moods.items()}
        self._places: dict[str | None, str] = {None: ' class=none title="no mood noted'}
        self._places |= {
            ident: f' class={self._classes[ident]} title="{text.html(mood.name)}' for ident, mood in moods.items()
        }

    def pixels(self, year: int, days: Iterable[YearDay], today: date) -> str:
        """The year as 12 months of places in the colours and patterns of their moods."""
        return self._months("pixels", year, days, today, lambda _: "")

    def covers(self, year: int, days: Sequence[YearDay], today: date) -> str:
        """The same of covers as they are, each in a frame of its mood."""
        seeds: dict[tuple[str, str], str] = {}
        shelf = self._months("covers", year, days, today, lambda day: _picture(day, seeds))
        return shelf + cards.credit_of(day.source for day in days if day.source and day.artwork_url)

    def years(self, years: Iterable[int], noted: Noted, today: date) -> str:
        """``years`` above each other, each a row of spines; ``noted`` are the days of those."""
        numbers = {ident: look[1:] for ident, look in self._classes.items()}
        end = max((today, *chain(*noted.values())))
        spans = {year: [""] * ((min(date(year, 12, 31), end) - date(year, 1, 1)).days + 1) for year in years}
        starts = {year: date(year, 1, 1).toordinal() for year in spans}
        counts = Counter[str]()
        for ident, days in noted.items():
            counts[self._classes[ident]] += len(days)
            for day in days:
                spans[day.year][day.toordinal() - starts[day.year]] = numbers[ident]
        rows = [
            f'<tr data-of="{year}" data-days="{" ".join(span)}"><th scope="row">'
            f'<button data-day="{year}">{year}</button></th></tr>'
            for year, span in spans.items()
        ]
        names = text.html(dumps([mood.name for mood in self._moods], ensure_ascii=False))
        table = f'<table class="shelf years" role="grid" data-moods="{names}" aria-label="Moods of these years">'
        scale = _scale(calendar.month_abbr[1:])
        return f"{self._rules(counts)}{table}{scale}{''.join(rows)}</table>{self._legend(counts)}"

    def _months(
        self, kind: str, year: int, days: Iterable[YearDay], today: date, picture: Callable[[YearDay], str]
    ) -> str:
        written = {day.day: day for day in days}
        counts = Counter(self._classes[day.mood.mood_id] if day.mood else "none" for day in written.values())
        rows = []
        for month in range(1, 13):
            name, of = calendar.month_name[month], f"{year}-{month:02}"
            cells = []
            for number in range(1, calendar.monthrange(year, month)[1] + 1):
                day = date(year, month, number)
                now = " aria-current=date" if day == today else ""
                if entry := written.get(day):
                    cells.append(f"<td{now}{self._place(entry)}>{picture(entry)}")
                else:
                    cells.append("<td>" if day > today else f'<td{now} title="{_EMPTY}">')
            head = f'<button data-day="{of}" aria-label="{name} {year}">{name[:3]}</button>'
            rows.append(f'<tr data-of="{of}"><th scope="row">{head}</th>{"".join(cells)}</tr>')
        scale = _scale("" if number % 7 else f"{number + 1}" for number in range(31))
        table = (
            f'<table class="shelf {kind}" role="grid" aria-label="Each day of {year}">{scale}{"".join(rows)}</table>'
        )
        return f"{self._rules(counts)}{table}{self._legend(counts)}"

    def _place(self, day: YearDay) -> str:
        """What a written day looks like and says."""
        place = self._places[day.mood.mood_id if day.mood else None]
        if day.title is None:
            return f'{place}"'
        song = day.title or "a song by its link"
        return f'{place}, {text.html(f"{song} by {day.artist}" if day.artist else song)}"'

    def _rules(self, shown: Iterable[str]) -> str:
        rules = []
        for number, mood in enumerate(self._moods):
            if f"p{number}" in shown:
                height = round(68 + 30 * mood.arousal)
                look = f"{cards.colour(mood)};--h:{height}%;--p:{self._patterns[mood]}"
                rules.append(f".shelf .p{number},.legend .p{number}{{{look}}}")
        return f"<style>{''.join(rules)}</style>"

    def _legend(self, counts: Mapping[str, int]) -> str:
        """Each mood by colour, pattern, emoji, word and number of days, in the order of the palette."""
        items = [
            f'<li><i class="p{number}"></i><span aria-hidden="true">{text.html(mood.emoji)}</span> '
            f"{text.html(mood.name.capitalize())} <b>{counts[f'p{number}']:,}</b></li>"
            for number, mood in enumerate(self._moods)
            if counts[f"p{number}"]
        ]
        items += [f'<li><i class="none"></i> No mood noted <b>{counts["none"]:,}</b></li>'] if counts["none"] else []
        return f'<ul class="legend" aria-label="Moods and their days">{"".join(items)}</ul>' if items else ""


def _scale(marks: Iterable[str]) -> str:
    """What stands above the places of all rows; their titles say it to those who hear the page."""
    return f'<thead aria-hidden="true"><tr><td>{"".join(f"<td>{mark}" for mark in marks)}</thead>'


def _picture(day: YearDay, seeds: dict[tuple[str, str], str]) -> str:
    """The cover of a day, drawn where its song has none; without a song its photo. Its place says what it is."""
    if day.title is None:
        return f'<img src="{text.html(photo_url(day.photo, small=True))}" alt="" loading="lazy">' if day.photo else ""
    label = (day.title or "A song by its link", day.artist)
    seed = seeds.get(label) or seeds.setdefault(label, cover.seed_of(*label))
    source = f'"{text.html(day.artwork_url)}" data-drawn="{seed}"' if day.artwork_url else f'"/cover/{seed}.svg"'
    return f'<img src={source} alt="" loading="lazy">'
