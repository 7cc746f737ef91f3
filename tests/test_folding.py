"""How text is compared."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diary.query import fold, folded_line, words

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Étoile", "etoile"),
        ("ÉTOILE", "étoile"),
        ("Beyonce\u0301", "beyoncé"),
        ("Sigur Rós", "sigur ros"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ёлка", "елка"),
        ("Việt Nam", "viet nam"),
        ("ﬁn", "FIN"),
        ("Ｆｕｌｌ", "full"),
        ("𝕳𝖊𝖑𝖑𝖔", "hello"),
        ("ℌ", "h"),
        ("東京", "東京"),
        ("ﾄｳｷｮｳ", "トウキョウ"),
        ("كِتَاب", "كتاب"),
        ("كِتـــاب", "كتاب"),
        ("ٱلْقَلْب", "القلب"),
        ("أحمد", "احمد"),
        ("مصطفى", "مصطفي"),
        ("دنیا", "دنيا"),
        ("کتاب", "كتاب"),
        ("قهوة", "قهوه"),
        ("ﻗﻠﺐ", "قلب"),
        ("٢٠٢٥", "2025"),
        ("۲۰۲۵", "2025"),
        ("らーめん", "ラーメン"),
        ("ﾗｰﾒﾝ", "らーめん"),
        ("がくや", "ｶﾞｸﾔ"),
        ("ゔ ゝ", "ヴ ヽ"),
        ("Ｔｏｋｙｏ　２０２５", "tokyo\u30002025"),
        ("ΟΔΟΣ", "οδος"),
        ("ẞ", "ss"),
        ("ISPARTA", "ısparta"),
        ("Œuvre", "oeuvre"),
        ("Æon", "aeon"),
        ("ﬃ", "ffi"),
        ("co\u00adop", "coop"),
        ("❤\ufe0f", "❤"),
        ("می\u200cخواهم", "میخواهم"),
        ("100\u00a0%", "100 %"),
    ],
)
def test_case_accents_and_forms_of_letters_do_not_matter(written: str, typed: str) -> None:
    assert fold(typed) == fold(written)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("東京", "京都"), ("100%", "100_"), ("\\", "/"), ("ø", "o")])
def test_other_letters_and_signs_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(TEXT)
@example("ℌ𝐇ℍ")
@example("ͅΑ")
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
@example("ℌ𝐇ℍ")
def test_folding_forgets_case_and_the_form_of_accents(text: str) -> None:
    assert fold(text.upper()) == fold(text.upper().lower())
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(TEXT, TEXT)
def test_a_text_is_found_in_a_longer_one(part: str, rest: str) -> None:
    assert all(word in fold(f"{rest} {part} {rest}") for word in words(part))


@given(TEXT)
def test_words_hold_no_blanks(text: str) -> None:
    assert all(word and not re.search(r"\s", word) for word in words(text))


def test_of_a_very_long_search_the_beginning_counts() -> None:
    assert words("to be or not") == ("to", "be", "or", "not")
    assert words("abc " * 100_000) == ("abc",)
    assert sum(map(len, words("ﷺ " * 1000 + "".join(map(chr, range(0x4E00, 0x9000)))))) <= 1000


@given(TEXT)
def test_a_folded_line_is_folded_and_has_single_blanks(text: str) -> None:
    line = folded_line(text)
    assert line.split() == fold(text).split()
    assert line == " ".join(line.split()) == folded_line(line)
