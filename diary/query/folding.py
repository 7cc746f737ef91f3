"""Text without what people leave out, or write otherwise, when they look for it."""

import unicodedata

MAX_SEARCH = 1000  # characters

# What Unicode's decomposition and case folding keep apart and a reader does not. Letters by their names in the Unicode
# Character Database, signs without a width from its Default_Ignorable_Code_Point: https://www.unicode.org/reports/tr44/
_ALEF, _HEH, _KAF, _YEH = 0x0627, 0x0647, 0x0643, 0x064A
_LETTERS: dict[int, int | str | None] = {
    **{hiragana: hiragana + 0x60 for hiragana in (*range(0x3041, 0x3097), 0x309D)},  # the katakana of the same sound
    **{zero + digit: ord("0") + digit for zero in (0x0660, 0x06F0) for digit in range(10)},  # Arabic-Indic digits
    0x0671: _ALEF,  # alef wasla
    **dict.fromkeys((0x0649, 0x06CC), _YEH),  # alef maksura, Farsi yeh
    0x06A9: _KAF,  # keheh
    **dict.fromkeys((0x0629, 0x06C1, 0x06D5), _HEH),  # teh marbuta, heh goal, ae
    ord("ı"): "i",
    ord("æ"): "ae",
    ord("œ"): "oe",
    # Tatweel, soft hyphen, joiners, marks of direction, variation selectors: how a word looks, not what it says.
    **dict.fromkeys((0x0640, 0x00AD, 0x061C, *range(0x200B, 0x2010), 0x2060, *range(0xFE00, 0xFE10), 0xFEFF)),
}


def fold(text: str) -> str:
    """``text`` without case, accents, and forms of one letter: ``etoile`` finds ``Étoile``, ``らーめん`` ``ﾗｰﾒﾝ``."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()  # decomposed first: what ℌ stands for is a capital
    folded = unicodedata.normalize("NFKD", plain)
    gone = {ord(sign): None for sign in set(folded) if unicodedata.combining(sign)}
    return folded.translate(_LETTERS | gone)


def folded_line(text: str) -> str:
    """``text`` folded, each run of blanks and line ends as one blank, none around."""
    return " ".join(fold(text).split())


def words(text: str) -> tuple[str, ...]:
    """The words of ``text``, folded, each once; of a very long text those of its beginning, as SQL has its limits."""
    return tuple(dict.fromkeys(fold(text)[:MAX_SEARCH].split()))
