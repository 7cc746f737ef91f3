"""What to look for in a diary, and how text is compared."""

import unicodedata
from dataclasses import dataclass
from datetime import date


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
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
