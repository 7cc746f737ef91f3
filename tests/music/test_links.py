"""What people paste: links to a track in all their clothes, links to anything else, and plain words."""

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diary.errors import LinkError
from diary.music.links import find_short_link, find_track_id

ID = "4cOdK2wGLETKBW3PvgPWqT"
OTHER = "7GhIk7Il098yCjg4BQjzvb"
track_ids = st.text(string.ascii_letters + string.digits, min_size=22, max_size=22)

FORMS = (
    "https://open.spotify.com/track/{}",
    "http://open.spotify.com/track/{}",
    "open.spotify.com/track/{}",
    "https://open.spotify.com/track/{}/",
    "https://open.spotify.com/track/{}?si=0123456789abcdef",
    "https://open.spotify.com/track/{}?si=a1&utm_source=copy-link&nd=1&dl_branch=1",
    "https://open.spotify.com/track/{}?context=spotify%3Aalbum%3A1DFixLWuPkv3KT3TnV35m3",
    "https://open.spotify.com/track/{}?context=spotify:playlist:37i9dQZF1DX0XUsuxWHRQd",
    "https://open.spotify.com/track/{}#0:42",
    "https://open.spotify.com/intl-de/track/{}",
    "https://open.spotify.com/intl-pt-BR/track/{}?si=1",
    "https://open.spotify.com/embed/track/{}?utm_source=generator&theme=0",
    "https://open.spotify.com:443/track/{}",
    "https://OPEN.Spotify.COM/track/{}",
    "HTTPS://open.spotify.com/track/{}",
    "https://play.spotify.com/track/{}",
    "https://embed.spotify.com/?uri=spotify:track:{}",
    "https://embed.spotify.com/?uri=spotify%3Atrack%3A{}&view=coverart",
    "https://open.spotify.com/embed?uri=spotify:track:{}",
    "https://open.spotify.com/album/1DFixLWuPkv3KT3TnV35m3?highlight=spotify:track:{}",
    "spotify:track:{}",
    "SPOTIFY:track:{}",
    "spotify:track:{}?si=1",
    "spotify://track/{}",
)
CLOTHES = (
    "{}",
    "  {}\n",
    "\ufeff{}\u200b",
    "<{}>",
    '"{}"',
    "'{}'",
    "“{}”",
    "({})",
    "{}.",
    "{}…",
    "Listen to Paper Lanterns by Nora Wilde! {}",
    "Hör mal:{}",
    "[Paper Lanterns]({})",
    "> {}\n> so good",
    "これを聴いて{}ね",
    "{0}{0}",
    "{0} {0}",
    "see https://example.org/review?x=1 and {}",
)


# Only a scheme shows where the second of two glued links begins.
WORN = [(form, dress) for form in FORMS for dress in CLOTHES if dress != "{0}{0}" or form.lower().startswith("http")]


@pytest.mark.parametrize(("form", "dress"), WORN)
def test_a_link_to_a_track_is_found_in_every_form_and_in_any_clothes(form: str, dress: str) -> None:
    assert find_track_id(dress.format(form.format(ID))) == ID


@given(track_ids, st.sampled_from(WORN))
def test_any_identifier_comes_out_as_it_went_in(track_id: str, worn: tuple[str, str]) -> None:
    form, dress = worn
    assert find_track_id(dress.format(form.format(track_id))) == track_id


@given(track_ids)
def test_a_bare_identifier_counts_when_it_has_a_digit_a_capital_and_a_small_letter(track_id: str) -> None:
    is_mixed = all(any(kind(c) for c in track_id) for kind in (str.isdigit, str.isupper, str.islower))
    assert find_track_id(f" {track_id}\n") == (track_id if is_mixed else None)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "yellow umbrella",
        "Supercalifragilistical",
        "1234567890123456789012",
        f"{ID} is what I typed",
        f"{ID}x",
        ID[:-1],
        "AC/DC thunder",
        "track: one",
        "spotify: the musical",
        "open.spotify.com",
        "yellow.com",
        "mail@youtube.com",
        "https:// is not the start of a song",
        "Ünïcödé ♥ 夜のバス",
    ],
)
def test_words_are_a_search_and_no_link(words: str) -> None:
    assert find_track_id(words) is None


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (f"https://open.spotify.com/album/{ID}", "an album"),
        (f"https://open.spotify.com/intl-de/album/{ID}?si=1", "an album"),
        (f"spotify:album:{ID}", "an album"),
        (f"https://open.spotify.com/artist/{ID}", "an artist"),
        (f"https://open.spotify.com/playlist/{ID}", "a playlist"),
        (f"https://open.spotify.com/user/anna/playlist/{ID}", "a playlist"),
        (f"spotify:user:anna:playlist:{ID}", "a playlist"),
        ("https://open.spotify.com/user/anna", "profile"),
        ("spotify:user:anna", "profile"),
        (f"https://open.spotify.com/show/{ID}", "a podcast"),
        (f"https://open.spotify.com/episode/{ID}", "a podcast episode"),
        (f"https://open.spotify.com/embed/episode/{ID}", "a podcast episode"),
        (f"https://open.spotify.com/audiobook/{ID}", "an audiobook"),
        (f"https://open.spotify.com/chapter/{ID}", "a chapter"),
        (f"https://open.spotify.com/prerelease/{ID}", "not out yet"),
        (f"https://open.spotify.com/concert/{ID}", "a concert"),
        ("https://open.spotify.com/search/yellow%20umbrella", "a search"),
        ("https://open.spotify.com/genre/0JQ5DAqbMKFEC4WFtoNRpw", "a genre"),
        ("https://open.spotify.com/collection/tracks", "a library"),
        ("https://open.spotify.com/", "a page of Spotify"),
        ("https://www.spotify.com/de/premium/", "a page of Spotify"),
        ("https://accounts.spotify.com/login", "a page of Spotify"),
        ("spotify:local:Nora+Wilde:Slow+River:Paper+Lanterns:201", "a file on somebody's own computer"),
        ("https://www.youtube.com/watch?v=aqz-KE-bpKQ", "YouTube"),
        ("youtu.be/aqz-KE-bpKQ", "YouTube"),
        ("https://music.apple.com/us/album/x/1?i=2", "Apple Music"),
        ("https://www.deezer.com/track/3135556", "Deezer"),
        ("https://listen.tidal.com/track/1", "Tidal"),
        ("https://soundcloud.com/a/b", "SoundCloud"),
        ("https://someone.bandcamp.com/track/x", "Bandcamp"),
        ("https://example.org/track/x", "example.org"),
        (f"https://open.spotify.com.example.org/track/{ID}", "open.spotify.com.example.org"),
        (f"https://openxspotify.com/track/{ID}", "openxspotify.com"),
        (f"https://open.spotify.com@example.org/track/{ID}", "example.org"),
        (f"https://bücher.example/track/{ID}", "another site"),
        ("https://[broken/track/1", "another site"),
    ],
)
def test_a_link_to_something_else_is_refused_by_name(link: str, name: str) -> None:
    with pytest.raises(LinkError, match=name):
        find_track_id(link)


@pytest.mark.parametrize("track_id", ["", "abc", ID[:-1], f"{ID}x", "ｃOdK2wGLETKBW3PvgPWqT4"])
def test_an_identifier_of_the_wrong_length_is_told_with_its_length(track_id: str) -> None:
    length = len(track_id) if track_id.isascii() else 0
    for link in (f"https://open.spotify.com/track/{track_id}", f"spotify:track:{track_id}"):
        with pytest.raises(LinkError, match=rf"22 letters and digits, here are {length}\b"):
            find_track_id(link)


def test_every_refusal_says_what_to_do_instead() -> None:
    for link in (
        "spotify:album:x",
        "https://youtu.be/x",
        "spotify:local:x",
        "https://spotify.link/x",
        "spotify:track:x",
    ):
        with pytest.raises(LinkError, match="type title and artist"):
            find_track_id(link)


def test_links_to_two_tracks_are_not_guessed_between() -> None:
    with pytest.raises(LinkError, match="several tracks"):
        find_track_id(f"spotify:track:{ID} https://open.spotify.com/track/{OTHER}")


def test_a_track_wins_over_other_links_beside_it() -> None:
    assert find_track_id(f"https://youtu.be/x https://open.spotify.com/album/{OTHER} spotify:track:{ID}") == ID


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://spotify.link/hRkBrwub9xb", "https://spotify.link/hRkBrwub9xb"),
        ("spotify.link/hRkBrwub9xb?si=1", "https://spotify.link/hRkBrwub9xb"),
        ("Hear this: http://SPOTIFY.link/hRkBrwub9xb.", "https://spotify.link/hRkBrwub9xb"),
        ("https://spotify.app.link/hRkBrwub9xb?_p=1", "https://spotify.app.link/hRkBrwub9xb"),
        ("https://open.spotify.com/s/2czejYu", "https://open.spotify.com/s/2czejYu"),
        ("https://spotify.link:8080/x", "https://spotify.link/x"),
    ],
)
def test_a_short_link_is_rebuilt_from_its_checked_parts(text: str, link: str) -> None:
    assert find_short_link(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "spotify.link",
        "https://spotify.link/",
        "https://spotify.link.example.org/abc",
        "https://example.org/spotify.link/abc",
        "https://spotify.link@example.org/abc",
        "https://spotify.link%2eexample.org/abc",
        "https://evil.spotify.link/abc",
        f"https://open.spotify.com/track/{ID}",
        "https://open.spotify.com/s/",
        "https://spoti.fi/abc",
    ],
)
def test_nothing_else_is_taken_for_a_short_link(text: str) -> None:
    assert find_short_link(text) is None


@pytest.mark.parametrize("link", ["https://spotify.link/x", "https://open.spotify.com/s/x", "https://spoti.fi/x"])
def test_a_short_link_by_itself_names_no_track(link: str) -> None:
    with pytest.raises(LinkError, match="short link"):
        find_track_id(link)


def reading(text: str) -> str | None:
    """The identifier, or the sentence that refuses the link."""
    try:
        return find_track_id(text)
    except LinkError as error:
        return str(error)


FRAGMENTS = ("https://", "spotify:", "open.spotify.com/", "track/", ":", "/", "%", "[", "@", "intl-", ID, "?uri=", "\0")


@given(st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3)).map("".join)))
@example("https://[")
@example("https://open.spotify.com/track/%ff%00")
@example("https://℀.example/")
@example("\ud800https://open.spotify.com/\udfff")
def test_whatever_is_pasted_gives_an_identifier_a_sentence_or_nothing(text: str) -> None:
    find_short_link(text)
    track_id = reading(text)
    assert track_id is None or track_id.endswith(".") or re.fullmatch("[0-9A-Za-z]{22}", track_id)


@pytest.mark.parametrize("unit", ["a", "a.", "a-", "https://", "spotify:track:", "spotify.com/", " ", "("])
def test_a_very_long_text_is_read_in_reasonable_time(unit: str) -> None:
    assert reading(unit * (200_000 // len(unit))) in {None, reading(unit * 100)}
