"""Which texts can be kept and shown, and what tags are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import InvalidEntryError
from diary.written import check_note, clean_tags, unstorable
from tests.corpus.naughty import NO_TEXT, PILED, TEXTS, VAST


@pytest.mark.parametrize("text", [*TEXTS, *VAST.values(), *PILED])
def test_a_database_takes_any_text(text: str) -> None:
    assert not unstorable(text)


@pytest.mark.parametrize("text", NO_TEXT)
def test_but_no_nul_and_no_half_of_an_emoji(text: str) -> None:
    assert unstorable(text)
    with pytest.raises(
        InvalidEntryError, match=r"^The note holds a character that is no text .* remove it\.$"
    ) as caught:
        check_note(text)
    assert caught.value.field == "note"


@pytest.mark.parametrize("mark", ["\u0301", "\u0e49", "\u0489", "\u0301\u0323", "🏽", "\u0903"])
def test_two_hundred_accents_on_a_letter_are_enough(mark: str) -> None:
    pile = "a" + mark * (200 // len(mark))
    check_note(pile * 3)
    with pytest.raises(InvalidEntryError, match="The note has more than 200 accents on one letter") as caught:
        check_note(f"before {pile}{mark} after")
    assert caught.value.field == "note"


@pytest.mark.parametrize("text", [*TEXTS, *VAST.values()])
def test_no_other_text_is_refused(text: str) -> None:
    check_note(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (("#rain", " walk "), ("rain", "walk")),
        (("Rain", "rain", "RAIN"), ("Rain",)),
        (("two  words",), ("two words",)),
        (("a,b",), ("a b",)),
        (("", " ", "#", "##"), ()),
        (("ẞ", "ss"), ("ẞ",)),
        (("b", "a"), ("b", "a")),
    ],
)
def test_tags_lose_marks_blanks_and_repeats(typed: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert clean_tags(typed) == kept


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)))
def test_clean_tags_stay_as_they_are(typed: list[str]) -> None:
    once = clean_tags(typed[:30])
    assert clean_tags(once) == once
    assert all(tag and tag == tag.strip() and not tag.startswith("#") for tag in once)
