"""What a diary is made of: which values can be made at all."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from datetime import date

import pytest

from diary.errors import InvalidEntryError, InvalidMoodError
from diary.model import BUILT_IN_MOODS, EntryDraft, Mood, Song, Track
from tests.builders import NOON, SPOTIFY_ID, TODAY

MBID = "0fa1ad11-0d2a-4b6c-8f3e-0123456789ab"
NO_TEXT = ("a NUL \0", "half an emoji \ud83d", "the other half \ude00")


def refused_part(make: Callable[..., object], *args: object, **kwargs: object) -> str:
    with pytest.raises(InvalidEntryError) as caught:
        make(*args, **kwargs)
    assert str(caught.value).endswith(".")
    return caught.value.field


# -------------------------------------------------------------------- the day


def test_a_day_before_1900_is_refused() -> None:
    assert refused_part(EntryDraft, date(1899, 12, 31)) == "day"
    assert EntryDraft(date(1900, 1, 1)).day == date(1900, 1, 1)


def test_a_draft_is_empty_until_it_has_a_mood_a_song_a_note_or_a_photo() -> None:
    assert EntryDraft(TODAY).is_empty
    assert EntryDraft(TODAY, note=" \n ", tags=("rain",), zone="Europe/Berlin").is_empty
    for part in ({"mood": "calm"}, {"song": Song("Gymnopédie")}, {"note": "."}, {"photo": "k"}, {"new_photo": b"x"}):
        assert not EntryDraft(TODAY, **part).is_empty


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "\0"])
def test_an_unknown_zone_is_kept_as_utc(zone: str) -> None:
    assert EntryDraft(TODAY, "calm", zone=zone).zone == "UTC"


# -------------------------------------------------------------------- the note


@pytest.mark.parametrize(
    "note",
    [
        "x" * 100_000,
        "\n" * 100_000,
        "👩‍👩‍👧‍👦" * 14_000,
        "\u202eright to left\u2066",
        "bell \a and escape \x1b and \x9f",
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
    ],
    ids=["long", "lines only", "families", "bidi overrides", "control characters", "zalgo"],
)
def test_a_note_may_be_any_text_up_to_100_000_characters(note: str) -> None:
    assert EntryDraft(TODAY, note=note).note == note


def test_a_longer_note_is_refused_and_told_by_how_much() -> None:
    with pytest.raises(InvalidEntryError, match="1,234 characters longer than the 100,000") as caught:
        EntryDraft(TODAY, note="x" * 101_234)
    assert caught.value.field == "note"


@pytest.mark.parametrize("text", NO_TEXT)
def test_what_no_database_can_keep_is_refused_wherever_it_stands(text: str) -> None:
    assert refused_part(EntryDraft, TODAY, note=text) == "note"
    assert refused_part(EntryDraft, TODAY, tags=("fine", text)) == "tags"
    assert refused_part(Song, text) == "song"
    assert refused_part(Song, "fine", text) == "song"
    with pytest.raises(InvalidMoodError):
        Mood("", text[-5:], "😀", "#000000", "#ffffff", 0, 0)


def test_a_day_has_room_for_thirty_tags_of_fifty_characters() -> None:
    full = tuple(f"{i:050d}" for i in range(30))
    assert EntryDraft(TODAY, tags=full).tags == full
    assert refused_part(EntryDraft, TODAY, tags=(*full, "one more")) == "tags"
    assert refused_part(EntryDraft, TODAY, tags=("x" * 51,)) == "tags"


# -------------------------------------------------------------------- songs and tracks


def test_a_song_needs_a_title_or_an_identifier() -> None:
    assert refused_part(Song, "  ", "Somebody") == "song"
    assert Song("", spotify_id=SPOTIFY_ID).track_key == f"spotify:{SPOTIFY_ID}"
    assert Song("", mbid=MBID).track_key == f"musicbrainz:{MBID}"
    assert Song("Hum").track_key is None


@pytest.mark.parametrize(
    "wrong", ["", "x" * 21, "x" * 23, "4uLU6hMCjMI75M1A2tKUQ!", "4uLU6hMCjMI75M1A2tKUQC\n", "é" * 22]
)
def test_a_spotify_identifier_has_22_letters_and_digits(wrong: str) -> None:
    assert refused_part(Song, "Hum", spotify_id=wrong) == "song"


@pytest.mark.parametrize("wrong", ["", MBID.upper(), MBID.replace("-", ""), MBID + "\n"])
def test_a_musicbrainz_identifier_is_a_uuid_in_small_letters(wrong: str) -> None:
    assert refused_part(Song, "Hum", mbid=wrong) == "song"


def test_title_and_artist_have_room_for_300_characters() -> None:
    assert Song("t" * 300, "a" * 300).artist == "a" * 300
    assert refused_part(Song, "t" * 301) == "song"
    assert refused_part(Song, "t", "a" * 301) == "song"


def test_a_track_gives_a_song_that_fits_whatever_the_catalogue_wrote() -> None:
    track = Track(f"spotify:{SPOTIFY_ID}", "T" * 999, ("A" * 200, "B" * 200), NOON)
    song = track.song()
    assert (song.title, song.artist) == ("T" * 300, f"{'A' * 200}, {'B' * 98}")
    assert song.track_key == track.key
    assert Track(f"musicbrainz:{MBID}", "T", (), NOON).song() == Song("T", "", mbid=MBID)


# -------------------------------------------------------------------- moods


def test_twelve_moods_are_built_in_under_names_of_their_own() -> None:
    assert len(BUILT_IN_MOODS) == 12
    for distinct in ("id", "name", "emoji", "light", "dark"):
        assert len({getattr(mood, distinct) for mood in BUILT_IN_MOODS}) == 12
    assert len({(mood.valence, mood.arousal) for mood in BUILT_IN_MOODS}) == 12
    assert not any(mood.hidden or mood.retired for mood in BUILT_IN_MOODS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 31},
        {"name": "two\nlines"},
        {"emoji": " "},
        {"emoji": "😀" * 17},
        {"light": "#12345"},
        {"light": "#12345G"},
        {"dark": "red"},
        {"dark": "#ABCDEF"},
        {"valence": 1.01},
        {"valence": float("nan")},
        {"arousal": -1.01},
        {"arousal": float("inf")},
    ],
    ids=str,
)
def test_a_mood_that_cannot_be_shown_is_refused(wrong: dict[str, object]) -> None:
    right = {"name": "odd", "emoji": "🙃", "light": "#123456", "dark": "#abcdef", "valence": -1, "arousal": 1}
    assert Mood("", **right).name == "odd"
    with pytest.raises(InvalidMoodError):
        Mood("", **{**right, **wrong})


def test_blanks_around_a_moods_name_are_no_part_of_it() -> None:
    assert Mood("", " odd ", "🙃", "#123456", "#abcdef", 0, 0).name == "odd"
    assert Mood("", f" {'x' * 30} ", "🙃", "#123456", "#abcdef", 0, 0).name == "x" * 30


def test_values_do_not_change_once_made() -> None:
    for value in (BUILT_IN_MOODS[0], Song("Hum"), EntryDraft(TODAY), Track("spotify:x", "T", (), NOON)):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, "other")
