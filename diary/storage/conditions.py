"""The terms of a search as conditions in SQL on the days of one owner; every value is a bound parameter.

Each is true or false and never null, so that NOT turns it round on every kind of database.
"""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt

from sqlalchemy import ColumnElement, and_, extract, false, func, not_, or_, select, true

from diary.query import AllOf, AnyOf, Days, Field, Has, Not, Term, Unrecorded, Valence, Weekday, Words, folded_line
from diary.storage.rows import OWNER
from diary.storage.tables import entries, moods
from diary.written import unstorable

_COMPARES: dict[str, Callable[..., ColumnElement[bool]]] = {"<": lt, ">": gt, "<=": le, ">=": ge, "=": eq}
_LOOKS_INTO = {
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
    """Whether ``term`` means a day of ``owner``, a parameter of the query."""
    match term:
        case AllOf(terms):
            return and_(true(), *(condition(one) for one in terms))
        case AnyOf(terms):
            return or_(false(), *(condition(one) for one in terms))
        case Not(inner):
            return not_(condition(inner))
        case Words(text) | Field(_, text) if unstorable(text):
            return false()  # no database takes such text, not even as a question
        case Field("mood", text):
            return _with_mood(moods.c.folded_name == folded_line(text))
        case _:
            return _is(term)


def in_song(word: str) -> ColumnElement[bool]:
    """Whether a folded ``word`` occurs in the title or the artist of the day's song."""
    if unstorable(word):
        return false()
    return or_(_within(entries.c.folded_title, word), _within(entries.c.folded_artist, word))


def _is(term: Words | Field | Has | Unrecorded | Days | Weekday | Valence) -> ColumnElement[bool]:
    match term:
        case Words(text):
            return _within(entries.c.folded, folded_line(text))
        case Field(name, text):
            wanted = folded_line(text)
            return _within(_LOOKS_INTO[name], f"\n{wanted}\n" if name == "tag" else wanted)
        case Has(part):
            return _HAS[part]
        case Unrecorded():
            return entries.c.mood_id.is_(None)
        case Valence(sign, value):
            return _with_mood(_COMPARES[sign](moods.c.valence, value))
        case _:
            return _dated(term)


def _dated(term: Days | Weekday) -> ColumnElement[bool]:
    if isinstance(term, Weekday):
        return extract("dow", entries.c.day) == (term.number + 1) % 7  # there, Sunday is 0
    begins = entries.c.day >= term.first if term.first else true()
    return and_(begins, entries.c.day <= term.last if term.last else true())


def _within(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return column.contains(text, autoescape=True)


def _with_mood(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the day has one of the moods ``which``: looked up once, not with each day."""
    found = select(moods.c.id).where(moods.c.owner_id == OWNER, which)
    return func.coalesce(entries.c.mood_id.in_(found), false())
