"""A colour of one's own is seen on both grounds."""

import pytest
from coloraide import Color
from hypothesis import given
from hypothesis import strategies as st

from diary.model import BUILT_IN_MOODS
from diary.ui.colour import GROUNDS, LEAST, on_both_grounds


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_becomes_a_mark_that_is_seen(number: int) -> None:
    for shown, ground in zip(on_both_grounds(f"#{number:06x}"), ("light", "dark"), strict=True):
        assert len(shown) == 7
        assert all(Color(shown).contrast(other) >= LEAST - 0.05 for other in GROUNDS[ground])


@pytest.mark.parametrize("mood", BUILT_IN_MOODS, ids=lambda mood: mood.name)
def test_a_colour_that_is_seen_already_stays_as_it_is(mood: object) -> None:
    assert on_both_grounds(mood.light)[0] == mood.light
    assert on_both_grounds(mood.dark)[1] == mood.dark
