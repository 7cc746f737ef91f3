"""What to look for in a diary, and how text is compared."""

import unicodedata
from dataclasses import dataclass
from datetime import date

MAX_SEARCH = 1000  # folded characters


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which days to show; all conditions hold together.

    ``text``: every word of it occurs, as a substring, in title, artist, note or tags. ``moods`` are
    names, any of which may be the day's. ``first`` and ``last`` are the outermost days, both included.
    """

    text: str = ""
    moods: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is asked for: every day matches."""
        return self == EntryFilter()


def fold(text: str) -> str:
    """``text`` without case and accents, so that ``etoile`` finds ``Étoile`` (Unicode NFKD, marks dropped)."""
    plain = unicodedata.normalize("NFKD", text).casefold()  # decomposed first: what ℌ stands for is a capital
    folded = unicodedata.normalize("NFKD", plain)
    return folded.translate({ord(sign): None for sign in set(folded) if unicodedata.combining(sign)})


def words(text: str) -> tuple[str, ...]:
    """The words to look for, folded, each once; of a very long text those of its beginning, as SQL has its limits."""
    return tuple(dict.fromkeys(fold(text)[:MAX_SEARCH].split()))
