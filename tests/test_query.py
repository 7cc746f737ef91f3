"""The language of the search box: what it means, what is told about mistakes, and how it prints back."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.query import (
    EVERYTHING,
    EXAMPLES,
    Days,
    Field,
    Has,
    Term,
    Unrecorded,
    Valence,
    Weekday,
    Words,
    all_of,
    any_of,
    choose,
    chosen,
    negated,
    parse,
)
from diary.query.parser import MAX_DEPTH, MAX_TERMS, NAMES
from tests.queries import TERMS

RAIN, SNOW, WALK = Words("rain"), Words("snow"), Words("walk")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("", EVERYTHING),
        ("  \u3000 ", EVERYTHING),
        ("rain", RAIN),
        ("rain snow", all_of(RAIN, SNOW)),
        ("rain rain", RAIN),
        ('"night  walk"', Words("night walk")),
        ('"say \\"no\\" \\\\ yes"', Words('say "no" \\ yes')),
        ('""', EVERYTHING),
        ("rain OR snow", any_of(RAIN, SNOW)),
        ("rain OR snow walk", all_of(any_of(RAIN, SNOW), WALK)),
        ("(rain walk) OR snow", any_of(all_of(RAIN, WALK), SNOW)),
        ("rain or snow", all_of(RAIN, Words("or"), SNOW)),
        ('rain "OR" snow', all_of(RAIN, Words("OR"), SNOW)),
        ("-rain", negated(RAIN)),
        ("-(rain OR snow)", negated(any_of(RAIN, SNOW))),
        ("-(-rain)", RAIN),
        ("((rain))", RAIN),
        ('-"night walk"', negated(Words("night walk"))),
        ("Bach - Goldberg", all_of(Words("Bach"), Words("-"), Words("Goldberg"))),
        ("--rain", Words("--rain")),
        ("mood:calm", Field("mood", "calm")),
        ('Artist:"Nick Drake"', Field("artist", "Nick Drake")),
        ("SONG:moon", Field("song", "moon")),
        ("-tag:walk", negated(Field("tag", "walk"))),
        ("has:photo has:NOTE has:song", all_of(Has("photo"), Has("note"), Has("song"))),
        ("is:unrecorded", Unrecorded()),
        ("before:2025", Days(last=date(2024, 12, 31))),
        ("before:2025-03", Days(last=date(2025, 2, 28))),
        ("before:2025-03-09", Days(last=date(2025, 3, 8))),
        ("after:2025", Days(date(2026, 1, 1))),
        ("after:2024-02", Days(date(2024, 3, 1))),
        ("after:2025-3-9", Days(date(2025, 3, 10))),
        ("on:2025", Days(date(2025, 1, 1), date(2025, 12, 31))),
        ("year:2025", Days(date(2025, 1, 1), date(2025, 12, 31))),
        ("on:2025-03", Days(date(2025, 3, 1), date(2025, 3, 31))),
        ("on:2025-03-09", Days(date(2025, 3, 9), date(2025, 3, 9))),
        ("on:2025-03..2025-05-04", Days(date(2025, 3, 1), date(2025, 5, 4))),
        ("weekday:monday weekday:Sun", all_of(Weekday(0), Weekday(6))),
        ("valence>0.5 valence<=-.25", all_of(Valence(">", 0.5), Valence("<=", -0.25))),
        ("valence=−0 valence<1", all_of(Valence("=", 0.0), Valence("<", 1.0))),
        (":) 12:30 http://x moon:river", all_of(*map(Words, (":)", "12:30", "http://x", "moon:river")))),
        ('a(b) 5" back\\slash', all_of(Words("a(b)"), Words('5"'), Words("back\\slash"))),
    ],
)  # fmt: skip
def test_what_a_text_means(text: str, term: Term) -> None:
    found = parse(text)
    assert (found.term, found.problems) == (term, ())


@pytest.mark.parametrize(
    ("text", "term", "wrong", "says"),
    [
        ("rain mood: calm", all_of(RAIN, Words("calm")), "mood:", "“mood:” is followed at once by a mood"),
        ('rain artist:""', RAIN, 'artist:""', "“artist:” is followed at once by a name"),
        ("has:cat rain", RAIN, "has:cat", "photo, note or song"),
        ("rain -is:happy", RAIN, "is:happy", "unrecorded"),
        ("rain before:tomorrow", RAIN, "before:tomorrow", "A date is written like 2025"),
        ("rain on:2025-02-30", RAIN, "on:2025-02-30", "A date is written like 2025"),
        ("rain on:2026..2025", RAIN, "on:2026..2025", "A date is written like 2025"),
        ("rain after:1066", RAIN, "after:1066", "from 1900 on"),
        ("rain after:9999", RAIN, "after:9999", "from 1900 on"),
        ("rain year:2025-03", RAIN, "year:2025-03", "A year is written like 2025"),
        ("rain weekday:someday", RAIN, "weekday:someday", "monday or mon"),
        ("rain valence>much", RAIN, "valence>much", "a number from −1 to 1"),
        ("valence>2 rain", RAIN, "valence>2", "a number from −1 to 1"),
        ("moood:calm rain", RAIN, "moood:calm", "Did you mean “mood:”?"),
        ('rain tags:"night walk"', RAIN, 'tags:"night walk"', "Did you mean “tag:”?"),
        ('rain "night walk', all_of(RAIN, Words("night walk")), '"', "quote is not closed"),
        ('"', Words('"'), '"', "quote is not closed"),
        ("(rain snow", all_of(RAIN, SNOW), "(", "parenthesis is not closed"),
        ("rain ()", RAIN, "()", "nothing between these"),
        ("rain OR", RAIN, "OR", "between two things"),
        ("OR rain", RAIN, "OR", "between two things"),
        ("rain OR OR snow", any_of(RAIN, SNOW), "OR", "between two things"),
        ("has:cat OR rain", RAIN, "has:cat", "photo, note or song"),
        ("walk has:cat OR rain", all_of(WALK, RAIN), "has:cat", "photo, note or song"),
        ("rain OR has:cat", RAIN, "has:cat", "photo, note or song"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_rest_is_still_asked(
    text: str, term: Term, wrong: str, says: str
) -> None:
    found = parse(text)
    (problem,) = found.problems
    assert found.term == term
    assert text[problem.start : problem.end] == wrong
    assert says in problem.says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rain mood:clam", "There is no mood “clam”. Did you mean “Calm”?"),
        ("-mood:xyzzy OR rain", "There is no mood “xyzzy”."),
    ],
)
def test_a_mood_that_nobody_has_is_told_and_asked_for_all_the_same(text: str, says: str) -> None:
    (problem,) = parse(text, ["Calm", "wistful"]).problems
    assert problem.says == says
    assert parse(text, ["Calm", "wistful"]).term == parse(text).term
    assert parse("mood:CALM rain", ["Calm", "wistful"]).problems == parse(text).problems == ()


@given(TERMS)
def test_every_tree_prints_back_to_itself(term: Term) -> None:
    found = parse(str(term))
    assert found.term == term
    assert found.problems == ()


PIECES = st.sampled_from(
    ["(", ")", "-", " ", '"', "\\", "OR", " OR ", "a", "é", "mood:", "tag:x", "has:note", "on:2025-3", "..", "year:",
     "valence>", "valence<0.5", "weekday:mon", "is:", "\u3000", "\0", "\ud800", "-(", "a OR b", "before:2025-02-29"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS)
def test_every_text_is_understood_and_prints_back_to_what_was_understood(text: str) -> None:
    found = parse(text)
    again = parse(str(found.term))
    assert again.term == found.term
    assert again.problems == ()
    assert all(0 <= one.start < one.end <= len(text) and one.says.endswith((".", "?")) for one in found.problems)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "-(" * 100_000,
        ")" * 100_000,
        '"' * 100_000,
        "\\" * 100_000,
        '"' + "\\" * 99_999,
        "-" * 100_000,
        "a OR " * 30_000,
        "OR " * 30_000,
        " " * 1_000_000,
        "ﷺ" * 100_000,
        "(a " * 30_000,
        "w" * 100_000 + ":",
        " ".join(f"mood:{number}" for number in range(30_000)),
    ],
)
def test_what_is_too_long_or_too_deep_is_told_and_answered_at_once(text: str) -> None:
    found = parse(text)
    assert found.problems
    assert parse(str(found.term)).term == found.term
    assert len(str(found.term)) < 5_000


def test_parts_and_depth_have_their_limits() -> None:
    many = parse(" ".join(f"w{number}" for number in range(MAX_TERMS + 2)))
    assert many.term == all_of(*(Words(f"w{number}") for number in range(MAX_TERMS)))
    assert [many.text[one.start : one.end] for one in many.problems] == [f"w{MAX_TERMS}"]
    deep = parse("-(a " * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1))
    assert "deep" in deep.problems[0].says
    long = parse(f"rain {'x' * 2000} snow")
    assert long.term == all_of(RAIN, Words("x" * 996))
    assert [one.says for one in long.problems] == ["A search has room for 1,000 characters; the rest was left out."]


@pytest.mark.parametrize("text", [text for text, _ in EXAMPLES])
def test_every_example_is_understood(text: str) -> None:
    assert parse(text).problems == ()
    assert parse(text).term != EVERYTHING


# -------------------------------------------------------------------- choosing without typing


def test_moods_and_artists_that_are_chosen_are_alternatives() -> None:
    term = choose(parse("rain").term, "mood", ["calm"])
    assert str(term) == "rain mood:calm"
    term = choose(term, "mood", ["calm", "very sad"])
    assert str(term) == 'rain mood:calm OR mood:"very sad"'
    assert chosen(term, "mood") == ("calm", "very sad")
    assert choose(term, "mood", []) == RAIN
    assert choose(RAIN, "artist", []) == RAIN


def test_tags_that_are_chosen_are_all_wanted() -> None:
    term = choose(EVERYTHING, "tag", ["walk", "rain"])
    assert str(term) == "tag:walk tag:rain"
    assert chosen(term, "tag") == ("walk", "rain")
    assert choose(term, "tag", []) == EVERYTHING


@pytest.mark.parametrize("text", ["-mood:calm", "mood:calm OR rain", "(mood:calm rain) OR snow", "tag:calm"])
def test_what_days_need_not_have_is_not_chosen(text: str) -> None:
    term = parse(text).term
    assert chosen(term, "mood") == ()
    assert choose(term, "mood", []) == term


@given(TERMS, st.sampled_from(["mood", "artist", "tag"]), st.lists(st.sampled_from("abcd"), unique=True, max_size=3))
def test_what_is_chosen_is_chosen(term: Term, name: str, texts: list[str]) -> None:
    assert chosen(choose(term, name, texts), name) == tuple(texts)


# -------------------------------------------------------------------- what the documents say

DOCUMENT = (Path(__file__).parent.parent / "docs" / "search.md").read_text(encoding="utf-8")
SHOWN = [
    text for row in re.findall(r"^\| (`.*?`) \|", DOCUMENT, re.MULTILINE) for text in re.findall(r"`([^`]+)`", row)
]


@pytest.mark.parametrize("text", SHOWN)
def test_every_search_in_the_document_is_understood(text: str) -> None:
    assert parse(text).problems == ()
    assert parse(text).term != EVERYTHING


def test_the_document_shows_every_field() -> None:
    fields = {found for text in SHOWN for found in re.findall(r"\b([a-z]+)(?:[:>])", text)}
    assert fields == {*NAMES}
    assert "A search has room for 1,000 characters and 50 parts" in DOCUMENT
    assert parse("has:cat rain").term == Words("rain")
