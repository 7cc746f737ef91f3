"""From a query's text to its tree. It never fails: what is wrong is told with its place, and the rest still counts.

Written by hand: a parser library would refuse the text as a whole, or guess at what to leave out.
"""

import re
from calendar import day_abbr, day_name
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from diary.model import FIRST_DAY
from diary.query.folding import MAX_SEARCH, folded_line
from diary.query.terms import (
    EVERYTHING,
    FIELDS,
    PARTS,
    Field,
    Has,
    Term,
    Unrecorded,
    Valence,
    Weekday,
    Words,
    all_of,
    any_of,
    days_of,
    negated,
)

MAX_TERMS, MAX_DEPTH = 50, 10
MAX_READ = 5 * MAX_SEARCH  # characters: printed, the longest tree is shorter
NAMES = (*FIELDS, "has", "is", "before", "after", "on", "year", "weekday", "valence")
_OR, _OR_INSIDE = re.compile(r"OR(?!\S)"), re.compile(r"OR(?![^\s)])")
_MINUS = re.compile(r"-(?=[^\s\-)])")
_NAMED = re.compile(r"(\w{1,20}):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)("?)', re.DOTALL)
_VALENCE = re.compile(r"valence(<=|>=|<|>|=)", re.IGNORECASE)
_NUMBER = re.compile(r"([-−]?)([0-9]{0,4}(?:\.[0-9]{1,9})?)")
_WEEKDAYS = {name.lower(): number for names in (day_name, day_abbr) for number, name in enumerate(names)}
_WANTED = {
    "mood": "“mood:” is followed at once by a mood, like mood:calm.",
    "artist": '“artist:” is followed at once by a name, like artist:nick or artist:"Nick Drake".',
    "song": "“song:” is followed at once by words of the title, like song:moon.",
    "tag": "“tag:” is followed at once by a tag, like tag:walk.",
    "has": "After “has:” stands photo, note or song.",
    "is": "After “is:” stands unrecorded, for days without a mood.",
    "date": f"A date is written like 2025, 2025-03 or 2025-03-09, from {FIRST_DAY.year} on.",
    "year": f"A year is written like 2025, from {FIRST_DAY.year} on.",
    "weekday": "A weekday is written like monday or mon.",
    "valence": "Valence is compared with a number from −1 to 1, like valence>0.5.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong from ``start`` up to ``end`` of a text, in one sentence."""

    start: int
    end: int
    says: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The ``term`` that a text was understood as, and what was not."""

    text: str
    term: Term = EVERYTHING
    problems: tuple[Problem, ...] = ()


def parse(text: str, moods: Collection[str] = ()) -> Parsed:
    """What ``text`` asks for; where ``moods``, all there are, are given, another one is told as a problem."""
    reader = _Reader(text[:MAX_READ], {folded_line(mood): mood for mood in moods})
    term = reader.query(0)
    if len(text) > MAX_READ:
        reader.tell(MAX_READ, len(text), "That is too long: what stands from here on was left out.")
    return Parsed(text, term or EVERYTHING, tuple(sorted(reader.problems.values(), key=lambda one: one.start)))


class _Reader:
    """Reads a text once, from its beginning to its end."""

    def __init__(self, text: str, moods: Mapping[str, str]) -> None:
        self._text, self._at, self._moods = text, 0, moods
        self._terms, self._room = 0, MAX_SEARCH
        self.problems: dict[object, Problem] = {}

    def tell(self, start: int, end: int, says: str, once: str = "") -> None:
        """Note a problem; of those that are told ``once``, the first."""
        self.problems.setdefault(once or (start, says), Problem(start, end, says))

    def query(self, depth: int) -> Term | None:
        """All terms up to the end, or to the parenthesis that closes this group."""
        found: list[Term] = []
        joins: tuple[int, int] | None = None  # where an OR waits for what follows
        left_out = False  # what stood here last
        while self._blank() and not (depth and self._next() == ")"):
            start = self._at
            if (_OR_INSIDE if depth else _OR).match(self._text, start):
                self._at += 2
                if joins or not (found or left_out):
                    self._alone(start, self._at)
                elif not left_out:
                    joins = start, self._at
                continue
            term = self._factor(depth)
            left_out = term is None
            if term:
                found = [*found[:-1], any_of(found[-1], term)] if joins else [*found, term]
            joins = None
        if joins:
            self._alone(*joins)
        return all_of(*found) if found else None

    def _alone(self, start: int, end: int) -> None:
        self.tell(start, end, "OR stands between two things, like rain OR snow.")

    def _factor(self, depth: int) -> Term | None:
        start = self._at
        is_negated = _MINUS.match(self._text, start) is not None
        self._at += is_negated
        term = self._group(depth) if self._next() == "(" else self._counted(depth, start)
        return negated(term) if term and is_negated else term

    def _counted(self, depth: int, start: int) -> Term | None:
        term = self._one(depth)
        self._terms += term is not None
        if self._terms <= MAX_TERMS:
            return term
        self.tell(start, self._at, f"A search has room for {MAX_TERMS} parts; the rest was left out.", once="parts")
        return None

    def _group(self, depth: int) -> Term | None:
        start = self._at
        self._at += 1
        if depth == MAX_DEPTH:
            self.tell(start, self._at, f"Parentheses are nested more than {MAX_DEPTH} deep.", once="depth")
            return None
        term = self.query(depth + 1)
        if self._next() == ")":
            self._at += 1
            if self._text[start + 1 : self._at - 1].strip() == "":
                self.tell(start, self._at, "There is nothing between these parentheses.")
        else:
            self.tell(start, start + 1, "This parenthesis is not closed.", once="closed")
        return term

    def _one(self, depth: int) -> Term | None:
        """A word, a phrase, or a field with its value."""
        start = self._at
        if found := _VALENCE.match(self._text, start):
            self._at = found.end()
            return self._valence(start, found[1], self._value(depth))
        if self._next() == '"':
            return Words(phrase) if (phrase := self._value(depth)) else None
        if (found := _NAMED.match(self._text, start)) and (name := found[1].lower()) in NAMES:
            self._at = found.end()
            value = self._value(depth)
            return self._field(start, name, value)
        if found and (near := get_close_matches(found[1].lower(), NAMES, 1, 0.8)):
            self._at = found.end()
            self._value(depth)
            self.tell(start, self._at, f"There is no “{found[0]}”. Did you mean “{near[0]}:”?")
            return None
        word = self._value(depth)
        return Words(word) if word else None

    # ---------------------------------------------------------------- words and values

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _blank(self) -> bool:
        """Go on behind blanks; whether anything follows."""
        while self._next().isspace():
            self._at += 1
        return self._at < len(self._text)

    def _value(self, depth: int) -> str:
        """What stands here up to the next blank, or between quotes."""
        start = self._at
        if self._next() == '"' and (quoted := self._quoted(start)):
            value = quoted
        else:
            stop = re.compile(r"[\s)]" if depth else r"\s").search(self._text, start)
            self._at = stop.start() if stop else len(self._text)
            value = self._text[start : self._at]
        value = " ".join(value.split())
        if len(value) > self._room:
            says = f"A search has room for {MAX_SEARCH:,} characters; the rest was left out."
            self.tell(start, self._at, says, once="room")
        value = value[: self._room].strip()
        self._room -= len(value)
        return value

    def _quoted(self, start: int) -> str | None:
        """What stands between quotes; None for a quote that is a sign like any other, as nothing follows it."""
        found = _QUOTED.match(self._text, start)
        if not (found and found[2]):
            self.tell(start, start + 1, "This quote is not closed.")
        if not (found and (found[2] or found[1].strip())):
            return None
        self._at = found.end()
        return re.sub(r'\\(["\\])', r"\1", found[1]) or " "

    # ---------------------------------------------------------------- fields

    def _field(self, start: int, name: str, value: str) -> Term | None:
        plain = value.lower()
        if name in FIELDS and value:
            if name == "mood" and self._moods and folded_line(value) not in self._moods:
                self.tell(start, self._at, self._no_mood(value))
            return Field(name, value)
        if name == "has" and plain in PARTS:
            return Has(plain)
        if name == "is" and plain == "unrecorded":
            return Unrecorded()
        if name == "weekday" and plain in _WEEKDAYS:
            return Weekday(_WEEKDAYS[plain])
        if name in {"before", "after", "on", "year"} and (days := days_of(name, value)):
            return days
        kind = "date" if name in {"before", "after", "on"} else name
        self.tell(start, self._at, _WANTED[kind])
        return None

    def _no_mood(self, name: str) -> str:
        near = get_close_matches(folded_line(name), self._moods, 1)
        return f"There is no mood “{name}”." + (f" Did you mean “{self._moods[near[0]]}”?" if near else "")

    def _valence(self, start: int, sign: str, value: str) -> Term | None:
        found = _NUMBER.fullmatch(value)
        if not found or not found[2] or float(found[2]) > 1:
            self.tell(start, self._at, _WANTED["valence"])
            return None
        number = round(float(found[2]), 4)
        return Valence(sign, -number if found[1] and number else number)
