"""What to look for in a diary: the language of its search box, and how text is compared.

A query text is parsed to a tree of terms, which says which days are meant and prints back to a text.
"""

from diary.query.choices import choose, chosen
from diary.query.examples import EXAMPLES
from diary.query.folding import fold, folded_line, words
from diary.query.parser import Parsed, Problem, parse
from diary.query.terms import (
    EVERYTHING,
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
    negated,
)

__all__ = [
    "EVERYTHING",
    "EXAMPLES",
    "AllOf",
    "AnyOf",
    "Days",
    "Field",
    "Has",
    "Not",
    "Parsed",
    "Problem",
    "Term",
    "Unrecorded",
    "Valence",
    "Weekday",
    "Words",
    "all_of",
    "any_of",
    "choose",
    "chosen",
    "fold",
    "folded_line",
    "negated",
    "parse",
    "words",
]
