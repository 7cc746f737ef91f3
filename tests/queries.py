"""Trees of the search language at random, and what they mean in plain Python."""

from calendar import monthrange
from datetime import date
from functools import lru_cache
from operator import eq, ge, gt, le, lt

from hypothesis import strategies as st

from diary.model import Entry
from diary.query import (
    AllOf,
    AnyOf,
    Days,
    Field,
    Has,
    Not,
    Term,
    Unrecorded,
    Valence,
    Weekday,
    Words,
    all_of,
    any_of,
    folded_line,
    negated,
)
from diary.written import unstorable

SIGNS = {"<": lt, ">": gt, "<=": le, ">=": ge, "=": eq}


def _trees(text: st.SearchStrategy[str], days: st.SearchStrategy[date]) -> st.SearchStrategy[Term]:
    written = text.map(lambda some: " ".join(some.split())).filter(bool)
    names = st.sampled_from(("mood", "artist", "song", "tag"))
    spans = st.tuples(days, days).map(lambda two: Days(min(two), max(two)))
    months = days.map(lambda day: Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])))
    values = st.integers(-20, 20).map(lambda number: number / 20)
    leaf = st.one_of(
        written.map(Words),
        st.builds(Field, names, written),
        st.sampled_from((Has("photo"), Has("note"), Has("song"), Unrecorded())),
        st.one_of(spans, months, days.map(lambda day: Days(first=day)), days.map(lambda day: Days(last=day))),
        st.integers(0, 6).map(Weekday),
        st.builds(Valence, st.sampled_from(tuple(SIGNS)), values),
    )

    def grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        some = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(some.map(lambda s: all_of(*s)), some.map(lambda s: any_of(*s)), inner.map(negated))

    return st.recursive(leaf, grown, max_leaves=12)


TERMS = _trees(st.text(max_size=12), st.dates(date(1900, 1, 2), date(9997, 12, 30)))


def terms_like(words: st.SearchStrategy[str], days: st.SearchStrategy[date]) -> st.SearchStrategy[Term]:
    """Trees with these ``words`` and ``days``."""
    return _trees(words, days)


def matches(term: Term, entry: Entry) -> bool:
    """Whether ``term`` means the day of ``entry``."""
    match term:
        case AllOf(terms):
            return all(matches(one, entry) for one in terms)
        case AnyOf(terms):
            return any(matches(one, entry) for one in terms)
        case Not(inner):
            return not matches(inner, entry)
        case Words(text):
            return not unstorable(text) and any(folded_line(text) in one for one in _lines(entry))
        case Field(name, text):
            return not unstorable(text) and _has_named(entry, name, folded_line(text))
        case _:
            return _is(term, entry)


def _is(term: Has | Unrecorded | Days | Weekday | Valence, entry: Entry) -> bool:
    match term:
        case Has(part):
            return bool(getattr(entry, part))
        case Unrecorded():
            return entry.mood is None
        case Days(first, last):
            return (first or date.min) <= entry.day <= (last or date.max)
        case Weekday(number):
            return entry.day.weekday() == number
        case Valence(sign, value):
            return entry.mood is not None and SIGNS[sign](entry.mood.valence, value)


@lru_cache(maxsize=5000)
def _lines(entry: Entry) -> list[str]:
    song = (entry.song.title, entry.song.artist) if entry.song else ("", "")
    return [folded_line(text) for text in (*song, entry.note, *entry.tags)]


def _has_named(entry: Entry, name: str, text: str) -> bool:
    title, artist, _, *tags = _lines(entry)
    mood = folded_line(entry.mood.name) if entry.mood else None
    return {"mood": text == mood, "artist": text in artist, "song": text in title, "tag": text in tags}[name]
