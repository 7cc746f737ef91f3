"""How a day looks, as HTML."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.model import BUILT_IN_MOODS, Entry, Song, Track
from diary.ui import cards, chapters, cover, grids

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
CALM = BUILT_IN_MOODS[-1]
SPOTIFY_ID = "4uLU6hMCjMI75M1A2tKUQC"
TRACK = Track(f"spotify:{SPOTIFY_ID}", "T", ("A",), NOW, artwork_url="https://i.scdn.co/image/abc")
SONG = Song("Slow River", "Nora Wilde", spotify_id=SPOTIFY_ID)
ENTRY = Entry(DAY, CALM, SONG, "Soup.", ("rain",), None, "Europe/Berlin", 1, NOW, NOW, TRACK)

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


class Tags(HTMLParser):
    """The tags and attributes that a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@given(title=texts.filter(str.strip), artist=texts, note=texts, tag=texts)
def test_whatever_was_written_adds_no_tag_and_no_attribute(title: str, artist: str, note: str, tag: str) -> None:
    entry = replace(ENTRY, song=Song(title, artist), note="", tags=(tag,), track=None)
    drawn = (cards.entry_card, chapters.entry_line, chapters.entry_cover, cards.record)
    for draw in (*drawn, lambda one: grids.day_cell(DAY, one, DAY)):
        plain = Tags(draw(replace(entry, song=Song("x", "y"), tags=("z",))))
        found = Tags(draw(entry))
        assert found.names <= plain.names
        assert found.attributes <= plain.attributes
    assert Tags(cards.entry_card(replace(entry, note=note))).names <= plain.names | {"article", "p", "a"}


def test_the_cover_comes_from_its_own_address_and_carries_logo_and_link() -> None:
    card = cards.entry_card(ENTRY)
    assert 'src="https://i.scdn.co/image/abc"' in card
    assert f'href="https://open.spotify.com/track/{SPOTIFY_ID}"' in card
    assert ">Open on Spotify</a>" in card
    assert 'alt="Cover of Slow River by Nora Wilde"' in card


def test_a_song_without_artwork_has_a_drawn_cover_and_no_logo() -> None:
    card = cards.entry_card(replace(ENTRY, song=Song("Slow River", "Nora Wilde"), track=None))
    assert re.search(r'src="/cover/[0-9a-f]{16}\.svg"', card)
    assert "spotify" not in card


def test_a_mood_is_told_by_emoji_word_and_colour() -> None:
    tag = cards.mood_tag(CALM)
    assert CALM.emoji in tag
    assert "Calm" in tag
    assert "m-calm" in tag


def test_a_mood_of_more_energy_stands_higher_on_a_shelf() -> None:
    lively = BUILT_IN_MOODS[2]
    rules = cards.mood_colours([CALM, lively])
    calm, higher = (int(re.search(rf"\.m-{mood.id}{{[^}}]*--h:(\d+)%", rules)[1]) for mood in (CALM, lively))
    assert calm < higher


def test_each_mood_offered_has_its_place_on_the_palette() -> None:
    hidden = replace(BUILT_IN_MOODS[0], hidden=True)
    rules = cards.mood_colours((hidden, *BUILT_IN_MOODS[1:]))
    assert rules.count("nth-of-type") == 11
    assert f".m-{hidden.id}{{" in rules
    first = BUILT_IN_MOODS[1]
    assert f".st-key-mood button:nth-of-type(1){{--m:light-dark({first.light},{first.dark})}}" in rules


def test_a_song_known_by_its_link_only_is_shown_as_such() -> None:
    assert "A song by its link" in cards.song_words(Song("", spotify_id=SPOTIFY_ID))


@given(st.text(), st.text())
def test_a_drawn_cover_is_sound_svg_and_always_the_same(title: str, artist: str) -> None:
    seed = cover.seed_of(title, artist)
    assert cover.draw(seed) == cover.draw(seed)
    assert seed == cover.seed_of(title, artist)
    drawn = ElementTree.fromstring(cover.draw(seed))
    assert drawn.tag.endswith("svg")
    assert len(list(drawn)) > 1


def test_covers_differ() -> None:
    assert len({cover.draw(cover.seed_of(f"Song {n}", "x")) for n in range(100)}) > 90


def test_the_calendar_has_every_day_once_and_starts_on_its_weekday() -> None:
    month = grids.month_calendar(date(2026, 11, 1), {DAY: ENTRY}, DAY)
    assert re.findall(r'data-day="([^"]+)"', month) == [f"2026-11-{day:02}" for day in range(1, 23)]
    assert month.count("day later") == 8
    assert 'style="grid-column:7"' in month


@pytest.mark.parametrize("back", [0, 3, 6, 7, 400])
def test_the_week_beside_a_form_holds_its_day(back: int) -> None:
    day = date.fromordinal(DAY.toordinal() - back)
    shown = grids.week(grids.week_around(day, DAY), {}, day, DAY)
    assert 'class="here"><span class="wd" aria-hidden="true">' in shown
    assert f'data-day="{day}"' in shown


def test_small_covers_name_their_source_together() -> None:
    assert 'aria-label="Spotify"' in grids.week(DAY, {DAY: ENTRY}, DAY, DAY)
    assert 'aria-label="Spotify"' in grids.month_calendar(date(2026, 11, 1), {DAY: ENTRY}, DAY)
    assert "credit" not in grids.week(DAY, {DAY: replace(ENTRY, track=None)}, DAY, DAY)
    old = replace(ENTRY, day=date(2026, 11, 1))
    assert "credit" not in grids.week(DAY, {old.day: old}, DAY, DAY)
