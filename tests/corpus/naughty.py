"""All the texts of the corpus.

`TEXTS` can be kept, each to the letter; of `NO_TEXT` each holds something that no database keeps, of
`PILED` something that no browser draws in time, and is refused; `VAST` are notes at the limit.
"""

from tests.corpus.code import CODE
from tests.corpus.markup import MARKUP
from tests.corpus.signs import NO_TEXT, PILED, SIGNS, TWINS, VAST

TEXTS = tuple(dict.fromkeys(MARKUP + CODE + SIGNS))

__all__ = ["NO_TEXT", "PILED", "TEXTS", "TWINS", "VAST"]
