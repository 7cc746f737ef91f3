"""What a text must be so that every store can keep it and every screen can show it."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from diary.errors import InvalidEntryError

MAX_TAG, MAX_TAGS = 50, 30
# Browsers take quadratic time for what piles up on one letter; 100,000 accents stop a page for half a minute. The
# Stream-Safe Text Format (Unicode Standard Annex 15, section 13) finds 30 to be more than any language needs.
MAX_PILE = 200
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def unstorable(text: str) -> bool:
    """NUL cannot be kept in PostgreSQL, a lone surrogate in no UTF-8 text."""
    return not text.isprintable() and _NO_TEXT.search(text) is not None  # most texts are told by the first, at once


def check_storable(part: str, label: str, text: str) -> None:
    """Raise `InvalidEntryError` about ``part`` of an entry, called ``label``, if no database takes its text."""
    if unstorable(text):
        raise InvalidEntryError(
            part, f"The {label} holds a character that is no text (a broken emoji or a NUL). Please remove it."
        )


def check_note(note: str) -> None:
    """Raise `InvalidEntryError` if a note cannot be kept or shown; what is as short as a title is shown in any case."""
    check_storable("note", "note", note)
    if not note.isascii() and any(piled and len(list(run)) > MAX_PILE for piled, run in groupby(note, _piles)):
        raise InvalidEntryError(
            "note", f"The note has more than {MAX_PILE} accents on one letter. Please remove some of them."
        )


def _piles(sign: str) -> bool:
    """Whether a sign is drawn onto the one before it: a mark, or an emoji's skin tone."""
    return unicodedata.category(sign).startswith("M") or "\U0001f3fb" <= sign <= "\U0001f3ff"


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without ``#``, blanks around, and repeats (compared without case), in the order given."""
    kept: dict[str, str] = {}
    for tag in tags:
        text = " ".join(tag.replace(",", " ").split()).lstrip("# ")
        if len(text) > MAX_TAG:
            raise InvalidEntryError("tags", f"The tag “{text[:20]}…” is longer than {MAX_TAG} characters.")
        check_storable("tags", "tags", text)
        if text:
            kept.setdefault(text.casefold(), text)
    if len(kept) > MAX_TAGS:
        raise InvalidEntryError("tags", f"A day has room for {MAX_TAGS} tags; here are {len(kept)}.")
    return tuple(kept.values())
