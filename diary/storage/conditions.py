"""The terms of a search as conditions in SQL, on days joined with their moods; every value is a bound parameter.

Each is true or false and never null, so that NOT turns it round on every kind of database.
"""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt

from sqlalchemy import ColumnElement, and_, extract, false, func, not_, or_, true

from diary.query import AllOf, AnyOf, Days, Field, Has, Not, Term, Unrecorded, Valence, Weekday, Words, folded_line
from diary.storage.tables import entries, moods
from diary.written import unstorable

_COMPARES: dict[str, Callable[..., ColumnElement[bool]]] = {"<": lt, ">": gt, "<=": le, ">=": ge, "=": eq}
_LOOKS_INTO = {
    "": entries.c.folded,
    "artist": entries.c.folded_artist,
    "song": entries.c.folded_title,
    "tag": entries.c.folded_tags,
}
_HAS = {
    "photo": entries.c.photo.is_not(None),
    "note": entries.c.note != "",
    "song": entries.c.song_title.is_not(None),
}


def condition(term: Term) -> ColumnElement[bool]:
    """Whether ``term`` means a day."""
    match term:
        case AllOf(terms):
            return and_(true(), *map(condition, terms))
        case AnyOf(terms):
            return or_(false(), *map(condition, terms))
        case Not(inner):
            return not_(condition(inner))
        case Words(text):
            return _called("", text)
        case Field(name, text):
            return _called(name, text)
        case _:
            return _is(term)


def in_song(word: str) -> ColumnElement[bool]:
    """Whether a folded ``word`` occurs in the title or the artist of the day's song."""
    return or_(_called("song", word), _called("artist", word))


def _called(name: str, text: str) -> ColumnElement[bool]:
    """Whether what the field ``name`` looks into, all text of a day where it has no name, holds ``text``."""
    wanted = folded_line(text)
    if unstorable(text):
        return false()  # no database takes such text, not even as a question
    if name == "mood":
        return func.coalesce(moods.c.folded_name == wanted, false())
    return _within(_LOOKS_INTO[name], f"\n{wanted}\n" if name == "tag" else wanted)


def _within(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return column.contains(text, autoescape=True)


def _is(term: Has | Unrecorded | Days | Weekday | Valence) -> ColumnElement[bool]:
    match term:
        case Has(part):
            return _HAS[part]
        case Unrecorded():
            return entries.c.mood_id.is_(None)
        case Days(first, last):
            begins = entries.c.day >= first if first else true()
            return and_(begins, entries.c.day <= last if last else true())
        case Weekday(number):
            return extract("dow", entries.c.day) == (number + 1) % 7  # there, Sunday is 0
        case Valence(sign, value):
            return func.coalesce(_COMPARES[sign](moods.c.valence, value), false())
