"""MusicBrainz and the Cover Art Archive, against a fake that keeps their rules."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import SourceError
from diary.model import Track
from diary.music.musicbrainz import MusicBrainz, lucene
from diary.music.wire import Wire
from tests.fakes import SONGS, FakeMusic
from tests.fakes.answers import recording
from tests.music.support import USER_AGENT, Clock, together

SONG = SONGS[0]
GONE = "00000000-0000-4000-8000-000000000000"
ARCHIVE = "https://coverartarchive.org"


@pytest.fixture
def musicbrainz(fake: FakeMusic, clock: Clock) -> MusicBrainz:
    return MusicBrainz(Wire("MusicBrainz", USER_AGENT, clock), fake.url, ARCHIVE, clock)


def found(fake: FakeMusic, musicbrainz: MusicBrainz, *items: object) -> tuple[Track, ...]:
    """What a search makes of an answer with these ``items``."""
    fake.fault("mb_search", "json", body=json.dumps({"recordings": items}))
    return musicbrainz.search("anything", 4)


def changed(**fields: Any) -> dict[str, Any]:
    """A good recording with some fields put in place of its own."""
    return {**recording(SONG), **fields}


def test_a_song_is_found_with_all_that_a_card_shows(musicbrainz: MusicBrainz, clock: Clock) -> None:
    assert musicbrainz.search("paper lanterns", 4)[0] == Track(
        key=f"musicbrainz:{SONG.mbid}",
        title="Paper Lanterns",
        artists=("Nora Wilde",),
        fetched_at=clock.now,
        album="Slow River",
        artwork_url=f"{ARCHIVE}/release-group/{SONG.mbid_of('release-group')}/front-500",
        duration=201_000,
    )


def test_it_says_who_it_is_and_asks_for_json(musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
    musicbrainz.search("moss", 4)
    (call,) = fake.calls
    assert call.headers["User-Agent"] == USER_AGENT
    assert call.query == {"query": "moss", "fmt": "json", "limit": "30"}


def test_a_nameless_program_is_refused(fake: FakeMusic, clock: Clock) -> None:
    nameless = MusicBrainz(Wire("MusicBrainz", "python-requests/2", clock), fake.url, ARCHIVE, clock)
    with pytest.raises(SourceError, match=r"refuses the question \(403\)"):
        nameless.search("moss", 4)


@pytest.mark.parametrize("song", [song for song in SONGS if re.search(r'[+\-&|!(){}\[\]^"~*?:\\/$<%]', song.title)])
def test_signs_in_a_title_are_looked_for_and_not_obeyed(song: Any, musicbrainz: MusicBrainz) -> None:
    assert musicbrainz.search(song.title, 4)[0].title == song.title


@given(st.text())
def test_whatever_is_typed_becomes_a_query_of_words_only(words: str) -> None:
    query = lucene(words)
    assert not re.search(r'[+\-&|!(){}\[\]^"~*?:/\\]', re.sub(r"\\.", "", query, flags=re.DOTALL))
    assert not re.search(r"\b(AND|OR|NOT|TO)\b", query)
    assert re.sub(r"\\(.)", r"\1", query, flags=re.DOTALL).casefold() == words.casefold()


def test_the_same_song_is_shown_once_and_ten_at_most(musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
    copies = [changed(id=f"{number:08d}-0000-4000-8000-000000000000") for number in range(5)]
    tracks = found(fake, musicbrainz, *copies, *[recording(song) for song in SONGS[1:]])
    assert len(tracks) == 10
    assert [track.key for track in tracks if track.title == SONG.title] == [f"musicbrainz:{copies[0]['id']}"]


class TestPace:
    def test_calls_keep_the_distance_of_a_second(self, musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
        began = time.monotonic()
        outcomes = together(3, lambda: musicbrainz.search("moss", 8))
        assert all(isinstance(outcome, tuple) for outcome in outcomes)
        _, second, third = (call.at - began for call in fake.calls)
        assert second > 1
        assert third > 2

    def test_who_would_wait_too_long_is_told_so_at_once(self, musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
        musicbrainz.search("moss", 4)
        began = time.monotonic()
        with pytest.raises(SourceError, match="one question a second, and others are asking"):
            musicbrainz.search("moss", 1)
        assert time.monotonic() - began < 0.5
        assert len(fake.calls) == 1


class TestReleases:
    def test_the_artist_s_own_official_release_comes_before_samplers_and_bootlegs(
        self, musicbrainz: MusicBrainz, fake: FakeMusic
    ) -> None:
        own, sampler = recording(SONG)["releases"][1], recording(SONG)["releases"][0]
        bootleg = {**own, "title": "Bootleg", "status": "Bootleg", "date": "1990"}
        later = {**own, "title": "Again", "date": "2030"}
        undated = {**own, "title": "When", "date": ""}
        (track,) = found(fake, musicbrainz, changed(releases=[sampler, undated, bootleg, later, own]))
        assert track.album == "Slow River"

    def test_a_release_without_group_has_a_cover_of_its_own(self, musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
        release = {"id": SONG.mbid_of("release"), "title": "Slow River"}
        (track,) = found(fake, musicbrainz, changed(releases=[release]))
        assert track.artwork_url == f"{ARCHIVE}/release/{SONG.mbid_of('release')}/front-500"

    @pytest.mark.parametrize(
        "releases",
        [None, [], {}, "text", [None], [7], [{}], [{"id": "../../x"}], [{"release-group": {"id": 'x" onerror="y'}}]],
    )
    def test_without_a_sound_identifier_there_is_no_cover(
        self, releases: object, musicbrainz: MusicBrainz, fake: FakeMusic
    ) -> None:
        assert found(fake, musicbrainz, changed(releases=releases))[0].artwork_url is None


class TestAnswersOfUnknownShape:
    @pytest.mark.parametrize(
        "item", [None, [], 7, {}, changed(id=None), changed(id="x"), changed(title=None), changed(title=" ")]
    )
    def test_a_result_without_identifier_or_title_is_skipped(
        self, item: object, musicbrainz: MusicBrainz, fake: FakeMusic
    ) -> None:
        assert [track.title for track in found(fake, musicbrainz, item, recording(SONG))] == [SONG.title]

    @pytest.mark.parametrize("wrong", [None, 7, "text", [], {}, [None, 7, {"name": 7}], -1, 10**30])
    @pytest.mark.parametrize("name", ["artist-credit", "releases", "length"])
    def test_a_field_of_the_wrong_type_counts_as_missing(
        self, name: str, wrong: object, musicbrainz: MusicBrainz, fake: FakeMusic
    ) -> None:
        assert found(fake, musicbrainz, changed(**{name: wrong}))[0].title == SONG.title

    @pytest.mark.parametrize("answer", [{}, [], None, 7, {"recordings": {}}])
    def test_an_answer_without_a_list_makes_no_sense(
        self, answer: object, musicbrainz: MusicBrainz, fake: FakeMusic
    ) -> None:
        fake.fault("mb_search", "json", body=json.dumps(answer))
        with pytest.raises(SourceError, match="MusicBrainz sent an answer that makes no sense"):
            musicbrainz.search("moss", 4)


class TestLookup:
    def test_a_recording_is_found_by_its_identifier(self, musicbrainz: MusicBrainz) -> None:
        track = musicbrainz.track(SONG.mbid, 4)
        assert track is not None
        assert (track.key, track.title, track.artist) == (f"musicbrainz:{SONG.mbid}", SONG.title, "Nora Wilde")
        assert track.album == "Slow River"

    def test_a_recording_that_is_gone_is_none(self, musicbrainz: MusicBrainz) -> None:
        assert musicbrainz.track(GONE, 4) is None

    def test_a_recording_without_title_makes_no_sense(self, musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
        fake.fault("mb_track", "json", body='{"title": null}')
        with pytest.raises(SourceError, match="makes no sense"):
            musicbrainz.track(SONG.mbid, 4)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("hang", "takes too long"),
        ("dribble", "takes too long"),
        ("drop", "cannot be reached"),
        ("html", "makes no sense"),
        ("broken", "makes no sense"),
        (400, r"refuses the question \(400\)"),
        (500, r"trouble on its side \(500\)"),
        (503, r"trouble on its side \(503\)"),
        (429, "asks us to wait 30 seconds"),
    ],
)
def test_each_failure_has_its_sentence(
    kind: str | int, sentence: str, musicbrainz: MusicBrainz, fake: FakeMusic
) -> None:
    fake.fault("mb_search", kind)
    with pytest.raises(SourceError, match=f"MusicBrainz .*{sentence}"):
        musicbrainz.search("moss", 0.5 if "long" in sentence else 4)


def test_a_503_with_retry_after_is_heeded(musicbrainz: MusicBrainz, fake: FakeMusic) -> None:
    fake.fault("mb_search", 503, retry_after=20, times=1)
    for _ in range(2):
        with pytest.raises(SourceError, match="asks us to wait 20 seconds"):
            musicbrainz.search("moss", 4)
    assert len(fake.calls) == 1
