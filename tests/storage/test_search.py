"""What a search finds, compared with plain Python."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.diary import Diary
from diary.model import Entry, EntryDraft, Song
from diary.protocols import Parts
from diary.query import EXAMPLES, Field, Term, Words, all_of, folded_line, parse
from tests.builders import SERENE, TODAY, a_row_of_days, make_parts, spotify_id, statements
from tests.queries import matches, terms_like


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
    return [entry.note for entry in diary.find(parse(text).term)]


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
        ("first line\nsecond line", '"line second"'),
        ("أحب القهوة", "قهوه"),
        ("らーめん", "ﾗｰﾒﾝ"),
        ("Ｔｏｋｙｏ", "tokyo"),
        ("Οδός", "ΟΔΟΣ"),
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
        assert len(diary.find(parse(text).term)) == 1, text
    for text in ("clairdebussy", "debussymoonlight", "calm", "pianonight"):
        assert diary.find(parse(text).term) == (), text


def test_what_is_searched_follows_a_change_of_the_day(parts: Parts) -> None:
    diary = written(parts, "rain")
    diary.save(EntryDraft(TODAY, note="sun", revision=1))
    assert notes_found(diary, "rain") == []
    assert notes_found(diary, "sun") == ["sun"]


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "fine \udfff"])
def test_text_that_no_day_can_hold_finds_nothing(text: str, parts: Parts) -> None:
    diary = written(parts, "a b fine")
    assert diary.find(parse(text).term) == ()
    assert diary.find(Field("mood", text)) == ()
    assert diary.past_songs(text) == ()


@pytest.mark.parametrize("text", ["x" * 100_000, "%" * 100_000, " ".join(map(str, range(30_000))), "ﷺ " * 30_000])
def test_a_search_of_any_length_is_answered(text: str, parts: Parts) -> None:
    diary = written(parts, "y" * 100_000)
    assert diary.find(parse(text).term) == ()
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
        found = [entry.note for entry in diary.find(all_of(*map(Words, text.split())))]
        assert found == [n for n in notes if all(folded_line(w) in folded_line(n) for w in text.split())]


# -------------------------------------------------------------------- the whole language

SONGS = (
    None,
    Song("Étoile", "Nick Drake"),
    Song("moon_river", ""),
    Song("らーめん", "قلب"),
    Song("", spotify_id=spotify_id(1)),
)
NOTES = ("", " ", "Night\n walk, 100%", "rain \\ snow", "NICK drake", "ラーメン")
TAGS = ((), ("Walk",), ("night walk", "rain"), ("100%", "_"))
MOODS = (None, "calm", "sad", "serene")
FIRST = TODAY - timedelta(days=40)
LIKE_THESE = terms_like(
    st.sampled_from(
        ["nick", "DRAKE", "walk", "night walk", "rain", "etoile", "ラーメン", "ﾗｰ", "قَلْب", "100%", "_", "\\", "Calm",
         "serene", "moon", "\0", "\ud800", "\u0301", "x"]
    ),
    st.dates(FIRST, TODAY),
)  # fmt: skip


@pytest.fixture(scope="module")
def varied(parts: Parts) -> tuple[Diary, tuple[Entry, ...]]:
    """A diary that has every kind of day, and its days, newest first."""
    diary = Diary(uuid4().hex, parts)
    diary.add_mood(SERENE)
    kinds = product(MOODS, SONGS, NOTES, TAGS)
    photo = diary.save(EntryDraft(TODAY, "calm", new_photo=b"photo")).photo
    back = 0
    for number, (mood, song, note, tags) in enumerate(kinds):
        draft = EntryDraft(TODAY, mood, song, note, tags, photo if number % 5 == 0 else None)
        if number % 7 == 0 and not draft.is_empty:
            back += 1
            diary.save(replace(draft, day=TODAY - timedelta(days=back)))
    Diary(uuid4().hex, parts).add_days(a_row_of_days(5))
    diary.delete(diary.find_day(TODAY - timedelta(days=3)))
    return diary, tuple(diary.each())[::-1]


@settings(max_examples=100)
@given(term=LIKE_THESE)
def test_the_database_finds_what_plain_python_finds(varied: tuple[Diary, tuple[Entry, ...]], term: Term) -> None:
    diary, days = varied
    assert diary.find(term, 1000) == tuple(entry for entry in days if matches(term, entry))


@pytest.mark.parametrize("text", [text for text, _ in EXAMPLES])
def test_every_example_is_answered_page_by_page(varied: tuple[Diary, tuple[Entry, ...]], text: str) -> None:
    diary, days = varied
    wanted = [entry.day for entry in days if matches(parse(text).term, entry)]
    found, before = [], None
    with statements() as seen:
        while page := diary.find(parse(text).term, 2, before=before):
            found += [entry.day for entry in page]
            before = found[-1]
    assert found == wanted
    assert sum(sql.lstrip().startswith("SELECT") for sql in seen) == len(wanted) // 2 + 1 + len(wanted) % 2


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("mood:CALM", 10),
        ("mood:cal", 0),
        ("mood:calm OR mood:sad", 20),
        ("mood:calm mood:sad", 0),
        ("-mood:calm", 20),
        ('song:"song 1"', 11),
        ("song:song -song:1 year:2026", 18),
        ("artist:debussy", 30),
        ("artist:song", 0),
        ("tag:rain", 30),
        ("tag:rai", 0),
        ("is:unrecorded", 0),
        ("has:note has:song -has:photo", 30),
        ("valence>0.5", 20),
        ("valence=0.65", 10),
        ("valence<0 OR valence>=0.65", 30),
    ],
)
def test_fields_narrow_what_is_found(parts: Parts, text: str, count: int) -> None:
    diary = Diary(uuid4().hex, parts)
    diary.add_days(a_row_of_days(30))
    assert len(diary.find(parse(text).term, 100)) == count


def test_a_mood_is_found_by_its_name_now_and_before(parts: Parts) -> None:
    diary = Diary(uuid4().hex, parts)
    added = diary.add_mood(replace(SERENE, name="Éveillé"))
    diary.save(EntryDraft(TODAY, "Éveillé"))
    diary.change_mood(replace(added, name="Awake"))
    diary.save(EntryDraft(TODAY - timedelta(days=1), "Awake"))
    assert [entry.day for entry in diary.find(Field("mood", "eveille"))] == [TODAY]
    assert [entry.day for entry in diary.find(Field("mood", "AWAKE"))] == [TODAY - timedelta(days=1)]


def test_past_songs_hold_every_word_in_title_or_artist_and_the_most_chosen_come_first(parts: Parts) -> None:
    diary = Diary(uuid4().hex, parts)
    songs = [Song("Moon", "Nick"), Song("River", "Nick"), Song("River", "Nick"), Song("Moon River", "Audrey")]
    diary.add_days([EntryDraft(TODAY - timedelta(days=back), song=s, note="nick") for back, s in enumerate(songs)])
    assert [past.song for past in diary.past_songs("nick")] == [songs[1], songs[0]]
    assert [past.song for past in diary.past_songs("river")] == [songs[1], songs[3]]
    assert [past.song for past in diary.past_songs("nick MOON")] == [songs[0]]
    assert [past.song for past in diary.past_songs("", limit=2)] == [songs[1], songs[0]]
