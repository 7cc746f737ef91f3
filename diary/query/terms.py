"""The tree of a query: which days are meant. Every tree prints to a text that is parsed to the same tree.

Trees are made canonical by `all_of`, `any_of` and `negated`: nothing twice, nothing nested that need not be.
"""

import re
from calendar import day_abbr, monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from diary.model import FIRST_DAY

LAST_YEAR = 9998  # its days have a next day
FIELDS = ("mood", "artist", "song", "tag")
PARTS = ("photo", "note", "song")
_DAY = timedelta(1)
_BARE = re.compile(r'[^\s"()\-][^\s()]*')
_TAKEN = re.compile(r"OR|\w+:.*|valence[<>=].*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or words that follow each other, as part of title, artist, note or a tag."""

    text: str

    def __str__(self) -> str:
        bare = _BARE.fullmatch(self.text) and not _TAKEN.fullmatch(self.text)
        return self.text if bare else _quoted(self.text)


@dataclass(frozen=True, slots=True)
class Field:
    """The day's mood or one of its tags is called so; its artist's name or its song's title holds these words."""

    name: str  # of FIELDS
    text: str

    def __str__(self) -> str:
        return f"{self.name}:{self.text if _BARE.fullmatch(self.text) else _quoted(self.text)}"


@dataclass(frozen=True, slots=True)
class Has:
    """The day has a photo, a note or a song."""

    part: str  # of PARTS

    def __str__(self) -> str:
        return f"has:{self.part}"


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """The day is written and has no mood."""

    def __str__(self) -> str:
        return "is:unrecorded"


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` to ``last``, both included; at least one of them is given."""

    first: date | None = None
    last: date | None = None

    def __str__(self) -> str:
        if self.first and self.last:
            whole = _whole(self.first, self.last)
            if whole and len(whole) == 4:
                return f"year:{whole}"
            return f"on:{whole or f'{self.first}..{self.last}'}"
        if self.first:
            return f"after:{_shortest(self.first - _DAY, end=True)}"
        return f"before:{_shortest(self.last + _DAY, end=False)}" if self.last else ""


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 0 = Monday."""

    number: int

    def __str__(self) -> str:
        return f"weekday:{day_abbr[self.number].lower()}"


@dataclass(frozen=True, slots=True)
class Valence:
    """The mood's valence compares so with ``value``; a day without a mood has none."""

    sign: str  # <, >, <=, >= or =
    value: float

    def __str__(self) -> str:
        return f"valence{self.sign}{self.value:g}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the terms hold; without any, every day is meant."""

    terms: tuple["Term", ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the terms holds."""

    terms: tuple["Term", ...]

    def __str__(self) -> str:
        return " OR ".join(_grouped(term, AllOf) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: "Term"

    def __str__(self) -> str:
        return f"-{_grouped(self.term, AllOf, AnyOf)}"


Term = Words | Field | Has | Unrecorded | Days | Weekday | Valence | AllOf | AnyOf | Not
EVERYTHING = AllOf()


def all_of(*terms: Term) -> Term:
    """The days that all ``terms`` mean."""
    flat = _flat(terms, AllOf)
    return flat[0] if len(flat) == 1 else AllOf(flat)


def any_of(*terms: Term) -> Term:
    """The days that any of the ``terms``, one at least, means."""
    flat = _flat(terms, AnyOf)
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def negated(term: Term) -> Term:
    """The days that ``term`` does not mean."""
    return term.term if isinstance(term, Not) else Not(term)


def _flat(terms: Iterable[Term], kind: type[AllOf] | type[AnyOf]) -> tuple[Term, ...]:
    flat = (inner for term in terms for inner in (term.terms if isinstance(term, kind) else (term,)))
    return tuple(dict.fromkeys(flat))


def _grouped(term: Term, *kinds: type[AllOf] | type[AnyOf]) -> str:
    return f"({term})" if isinstance(term, kinds) else str(term)


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace("\\", r"\\").replace('"', r"\""))


def span(written: str) -> tuple[date, date]:
    """The first and the last day of 2025, 2025-03 or 2025-03-09. Raises ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{1,2}){0,2}", written):
        raise ValueError("no date")
    year, *rest = map(int, written.split("-"))
    first = date(year, *[*rest, 1, 1][:2])
    if not rest:
        return first, date(year, 12, 31)
    return (first, first) if rest[1:] else (first, first.replace(day=monthrange(year, first.month)[1]))


def _whole(first: date, last: date) -> str | None:
    """The year, month or day that goes from ``first`` to ``last``."""
    for written in (f"{first:%Y}", f"{first:%Y-%m}", f"{first}"):
        if span(written) == (first, last):
            return written
    return None


def _shortest(day: date, end: bool) -> str:
    """The longest year or month that begins with ``day``, or ends with it, or the day itself."""
    return next(part for part in (f"{day:%Y}", f"{day:%Y-%m}", f"{day}") if span(part)[end] == day)


def days_of(name: str, written: str) -> Days | None:
    """The days that a field of dates means, None where its value is no date."""
    begin, _, end = written.partition("..") if name == "on" else (written, "", "")
    try:
        first, last = span(begin)[0], span(end or begin)[1]
    except ValueError:
        return None
    if not FIRST_DAY <= first <= last or last.year > LAST_YEAR or (name == "year" and len(written) != 4):
        return None
    if name == "before":
        return Days(last=first - _DAY)
    return Days(first=last + _DAY) if name == "after" else Days(first, last)
