"""What a search finds, compared with plain Python."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.diary import Diary
from diary.model import EntryDraft, Song
from diary.protocols import Parts
from diary.query import EntryFilter, fold
from tests.builders import TODAY, a_row_of_days, make_parts


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    """One database for many examples, each with a person of its own."""
    return make_parts(shared_database)


def written(parts: Parts, *notes: str) -> Diary:
    """The diary of a new person with a day of its own for each note, the first one today's."""
    diary = Diary(uuid4().hex, parts)
    diary.add_days([EntryDraft(TODAY - timedelta(days=back), note=note) for back, note in enumerate(notes)])
    return diary


def notes_found(diary: Diary, text: str) -> list[str]:
    return [entry.note for entry in diary.find(EntryFilter(text))]


# -------------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100%", ["100% sure"]),
        ("%", ["100% sure"]),
        ("_", ["snake_case"]),
        ("e_c", ["snake_case"]),
        ("100_", []),
        ("\\", ["back\\slash"]),
        ("k\\s", ["back\\slash"]),
        ("/", ["a/b"]),
        ("//", []),
        ("'", ["it's"]),
        ('"', ['a "quote"']),
        ("; DROP TABLE entries", []),
        ("*", ["5 * 5"]),
        ("[a-z]", []),
        ("^", []),
    ],
)
def test_signs_mean_themselves(text: str, found: list[str], parts: Parts) -> None:
    notes = ("100% sure", "1000 sure", "snake_case", "back\\slash", "a/b", "it's", 'a "quote"', "5 * 5", "plain")
    diary = written(parts, *notes)
    assert notes_found(diary, text) == found


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("Étoile filante", "etoile"),
        ("etoile filante", "ÉTOILE"),
        ("STRASSE", "straße"),
        ("Sigur Rós in Reykjavík", "ros reykjavik"),
        ("今日は東京で雨だった", "東京"),
        ("ラーメンを食べた", "ﾗｰﾒﾝ"),
        ("قَلْب مكسور", "قلب"),
        ("Привет, ёлка", "ПРИВЕТ елка"),
        ("오늘은 비가 왔다", "비가"),
        ("𝕳𝖊𝖑𝖑𝖔 world", "hello"),
        ("👩‍👩‍👧 at home", "👩‍👩‍👧"),
        ("first line\nsecond line", "line second"),
    ],
)
def test_a_word_is_found_whatever_its_case_accents_or_script(note: str, text: str, parts: Parts) -> None:
    diary = written(parts, note, "something else")
    assert notes_found(diary, text) == [note]


def test_all_words_are_needed_in_any_order_and_as_parts_of_words(parts: Parts) -> None:
    diary = written(parts, "rain in the evening", "rain at noon", "sunny evening")
    assert notes_found(diary, "evening rain") == ["rain in the evening"]
    assert notes_found(diary, "  eve\u00a0\u3000rai ") == ["rain in the evening"]
    assert notes_found(diary, "rain rain") == ["rain in the evening", "rain at noon"]
    assert notes_found(diary, "rain snow") == []
    assert len(notes_found(diary, "   ")) == 3


def test_title_artist_note_and_tags_are_searched_together_but_not_across_their_ends(parts: Parts) -> None:
    diary = Diary(uuid4().hex, parts)
    diary.save(EntryDraft(TODAY, "calm", Song("Clair", "Debussy"), "moonlight", ("piano", "night walk")))
    for text in ("clair", "debussy", "moon", "piano", "walk", "walk clair moon"):
        assert len(diary.find(EntryFilter(text))) == 1, text
    for text in ("clairdebussy", "debussymoonlight", "calm", "pianonight"):
        assert diary.find(EntryFilter(text)) == (), text


def test_what_is_searched_follows_a_change_of_the_day(parts: Parts) -> None:
    diary = written(parts, "rain")
    diary.save(EntryDraft(TODAY, note="sun", revision=1))
    assert notes_found(diary, "rain") == []
    assert notes_found(diary, "sun") == ["sun"]


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "fine \udfff"])
def test_text_that_no_day_can_hold_finds_nothing(text: str, parts: Parts) -> None:
    diary = written(parts, "a b fine")
    assert diary.find(EntryFilter(text)) == ()
    assert diary.find(EntryFilter(moods=(text,))) == ()
    assert diary.past_songs(text) == ()


@pytest.mark.parametrize("text", ["x" * 100_000, "%" * 100_000, " ".join(map(str, range(30_000))), "ﷺ " * 30_000])
def test_a_search_of_any_length_is_answered(text: str, parts: Parts) -> None:
    diary = written(parts, "y" * 100_000)
    assert diary.find(EntryFilter(text)) == ()
    assert diary.past_songs(text) == ()


ALPHABET = st.sampled_from("aAáÁbB%_\\/' ßs東\u0301")


@settings(max_examples=60)
@given(
    notes=st.lists(st.text(ALPHABET, min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=8),
    texts=st.lists(st.text(ALPHABET, max_size=4), min_size=5, max_size=5),
)
def test_search_agrees_with_plain_python(parts: Parts, notes: list[str], texts: list[str]) -> None:
    diary = written(parts, *notes)
    for text in texts:
        assert notes_found(diary, text) == [n for n in notes if all(w in fold(n) for w in fold(text).split())]


# -------------------------------------------------------------------- filters


def test_moods_and_dates_narrow_what_is_found(parts: Parts) -> None:
    diary = Diary(uuid4().hex, parts)
    diary.add_days(a_row_of_days(30))
    first, last = TODAY - timedelta(days=9), TODAY - timedelta(days=3)
    assert [entry.day for entry in diary.find(EntryFilter(first=first, last=last))] == [
        last - timedelta(days=back) for back in range(7)
    ]
    assert {entry.mood.name for entry in diary.find(EntryFilter(moods=("sad", "happy")), 30)} == {"sad", "happy"}
    assert len(diary.find(EntryFilter(moods=("sad", "happy")), 30)) == 20
    both = diary.find(EntryFilter("note 4", moods=("sad",), first=first))
    assert [entry.note for entry in both] == ["Note 4"]
    assert diary.find(EntryFilter(moods=("unheard of",))) == ()
    assert diary.find(EntryFilter(first=last, last=first)) == ()
