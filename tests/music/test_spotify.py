"""Spotify's Web API, against a fake that keeps its rules and breaks them on demand."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from diary.errors import SourceError
from diary.model import Track
from diary.music.spotify import WebApi
from diary.music.wire import Wire
from tests.fakes import SONGS, FakeMusic
from tests.fakes.answers import spotify_track
from tests.fakes.music import CLIENT_ID, CLIENT_SECRET
from tests.music.support import USER_AGENT, Clock

SONG = SONGS[0]
GONE = "0123456789abcdefghijkl"


def web_api(fake: FakeMusic, clock: Clock, keys: tuple[str, str] = (CLIENT_ID, CLIENT_SECRET)) -> WebApi:
    return WebApi(keys, Wire("Spotify", USER_AGENT, clock), fake.url, fake.url, clock)


@pytest.fixture
def spotify(fake: FakeMusic, clock: Clock) -> WebApi:
    return web_api(fake, clock)


def changed(**fields: Any) -> dict[str, Any]:
    """A good track with some fields put in place of its own."""
    return {**spotify_track(SONG), **fields}


def found(fake: FakeMusic, spotify: WebApi, *items: object) -> tuple[Track, ...]:
    """What a search makes of an answer with these ``items``."""
    fake.fault("search", "json", body=json.dumps({"tracks": {"items": items}}))
    return spotify.search("anything", 4)


class TestSearch:
    def test_a_song_is_found_with_all_that_a_card_shows(self, spotify: WebApi, clock: Clock) -> None:
        (track,) = spotify.search("paper lanterns", 4)
        assert track == Track(
            key=f"spotify:{SONG.spotify_id}",
            title="Paper Lanterns",
            artists=("Nora Wilde",),
            fetched_at=clock.now,
            album="Slow River",
            artwork_url=SONG.artwork(300),
            duration=201_000,
        )

    def test_never_more_than_ten_are_asked_for(self, spotify: WebApi, fake: FakeMusic) -> None:
        assert len(spotify.search("e", 4)) == 10
        assert fake.asked("search")[0].query == {"q": "e", "limit": "10", "offset": "0", "type": "track"}

    def test_a_liar_who_sends_more_is_cut_to_ten(self, spotify: WebApi, fake: FakeMusic) -> None:
        assert len(found(fake, spotify, *[spotify_track(song) for song in SONGS])) == 10

    def test_nothing_found_is_no_error(self, spotify: WebApi) -> None:
        assert spotify.search("no such words anywhere", 4) == ()

    @pytest.mark.parametrize("song", SONGS, ids=lambda song: song.spotify_id[:6])
    def test_titles_come_as_they_are_whatever_signs_are_in_them(self, song: Any, spotify: WebApi) -> None:
        assert song.title in {track.title for track in spotify.search(song.title, 4)}

    def test_one_token_serves_many_searches(self, spotify: WebApi, fake: FakeMusic) -> None:
        for _ in range(3):
            spotify.search("moss", 4)
        assert len(fake.asked("token")) == 1

    def test_a_token_that_is_refused_is_replaced_once(self, spotify: WebApi, fake: FakeMusic) -> None:
        spotify.search("moss", 4)
        fake.spotify.revoke()
        assert spotify.search("moss", 4)
        assert [call.service for call in fake.calls] == ["token", "search", "search", "token", "search"]

    def test_no_file_is_written(self, spotify: WebApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        spotify.search("moss", 4)
        assert os.listdir(tmp_path) == []


class TestAnswersOfUnknownShape:
    @pytest.mark.parametrize(
        "item",
        [
            None,
            [],
            "text",
            7,
            {},
            changed(id=None),
            changed(id=7),
            changed(id="short"),
            changed(id="../../etc/passwd/000000"),
            changed(name=None),
            changed(name=["x"]),
            changed(name="  "),
        ],
    )
    def test_a_result_without_identifier_or_name_is_skipped(
        self, item: object, spotify: WebApi, fake: FakeMusic
    ) -> None:
        (track,) = found(fake, spotify, item, spotify_track(SONG))
        assert track.title == SONG.title

    def test_a_result_with_nothing_but_identifier_and_name_is_enough(
        self, spotify: WebApi, fake: FakeMusic, clock: Clock
    ) -> None:
        (track,) = found(fake, spotify, {"id": SONG.spotify_id, "name": "Moss"})
        assert track == Track(f"spotify:{SONG.spotify_id}", "Moss", (), clock.now)

    @pytest.mark.parametrize("wrong", [None, 7, "text", [], {}, [None, 7, {"name": 7}], {"name": []}, -1, 10**30])
    @pytest.mark.parametrize("name", ["artists", "album", "duration_ms", "type", "uri", "external_urls"])
    def test_a_field_of_the_wrong_type_counts_as_missing(
        self, name: str, wrong: object, spotify: WebApi, fake: FakeMusic
    ) -> None:
        (track,) = found(fake, spotify, changed(**{name: wrong}))
        assert track.title == SONG.title
        assert all(isinstance(artist, str) for artist in track.artists)

    def test_fields_that_spotify_withdrew_are_not_missed(self, spotify: WebApi) -> None:
        withdrawn = {"popularity", "available_markets", "linked_from", "preview_url"}
        assert not withdrawn & spotify_track(SONG).keys()
        assert spotify.search("moss", 4)

    @pytest.mark.parametrize("answer", [{}, [], None, 7, "text", {"tracks": None}, {"tracks": {"items": {}}}])
    def test_an_answer_without_a_list_of_tracks_makes_no_sense(
        self, answer: object, spotify: WebApi, fake: FakeMusic
    ) -> None:
        fake.fault("search", "json", body=json.dumps(answer))
        with pytest.raises(SourceError, match="makes no sense"):
            spotify.search("moss", 4)


class TestArtwork:
    @pytest.mark.parametrize(
        "address",
        [
            "https://i.scdn.co/image/ab67616d00001e02ff",
            "https://mosaic.scdn.co.spotifycdn.com/300/x",
            "https://image-cdn-ak.spotifycdn.com/image/ab67616d00001e02ff",
            "https://image-cdn-fa.spotifycdn.com/image/x?y=1",
        ],
    )
    def test_a_cover_at_spotify_s_own_hosts_is_shown(self, address: str, spotify: WebApi, fake: FakeMusic) -> None:
        assert found(fake, spotify, with_images({"url": address}))[0].artwork_url == address

    @pytest.mark.parametrize(
        "address",
        [
            "http://i.scdn.co/image/x",
            "//i.scdn.co/image/x",
            "https://i.scdn.co:8443/image/x",
            "https://user@i.scdn.co/image/x",
            "https://user:pw@i.scdn.co/image/x",
            "https://i.scdn.co@evil.example/image/x",
            "https://i.scdn.co.evil.example/image/x",
            "https://evil.example/i.scdn.co/image/x",
            "https://evil.example\\.spotifycdn.com/image/x",
            "https://evil.example#.spotifycdn.com/image/x",
            "https://evilspotifycdn.com/image/x",
            "https://spotifycdn.com.evil.example/x",
            'https://i.scdn.co/image/x" onerror="alert(1)',
            "https://i.scdn.co/image/x y",
            "https://i.scdn.co/image/x\n",
            "https://i.scdn.co/" + "x" * 500,
            "https://i.scdn.co",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "https://127.0.0.1/x",
            "",
            None,
            7,
            ["https://i.scdn.co/image/x"],
        ],
    )
    def test_a_picture_from_anywhere_else_is_dropped(self, address: object, spotify: WebApi, fake: FakeMusic) -> None:
        assert found(fake, spotify, with_images({"url": address}))[0].artwork_url is None

    @pytest.mark.parametrize(
        ("widths", "chosen"),
        [
            ((640, 300, 64), 300),
            ((64, 300, 640), 300),
            ((640, 64), 640),
            ((64, 160), 160),
            ((None, 640), 640),
            ((None,), None),
            (("300", True, 64), 64),
        ],
    )
    def test_the_smallest_cover_wide_enough_for_a_card_is_taken(
        self, widths: tuple[object, ...], chosen: object, spotify: WebApi, fake: FakeMusic
    ) -> None:
        images = [{"url": f"https://i.scdn.co/image/{width}", "width": width} for width in widths]
        assert found(fake, spotify, with_images(*images))[0].artwork_url == f"https://i.scdn.co/image/{chosen}"

    def test_no_images_are_no_cover(self, spotify: WebApi, fake: FakeMusic) -> None:
        assert found(fake, spotify, with_images())[0].artwork_url is None


def with_images(*images: object) -> dict[str, Any]:
    return changed(album={"name": "Slow River", "images": list(images)})


class TestTrack:
    def test_a_track_is_found_by_its_identifier(self, spotify: WebApi) -> None:
        track = spotify.track(SONG.spotify_id, 4)
        assert track is not None
        assert (track.title, track.artist, track.key) == (SONG.title, "Nora Wilde", f"spotify:{SONG.spotify_id}")

    def test_a_track_that_is_gone_is_none(self, spotify: WebApi) -> None:
        assert spotify.track(GONE, 4) is None

    def test_an_identifier_spotify_cannot_decode_is_none(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("track", 400)
        assert spotify.track("z" * 22, 4) is None

    def test_a_track_keeps_the_key_it_was_asked_by(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("track", "json", body=json.dumps(changed(id=GONE)))
        track = spotify.track(SONG.spotify_id, 4)
        assert track is not None
        assert track.key == f"spotify:{SONG.spotify_id}"

    @pytest.mark.parametrize("body", ["null", "[]", "{}", '{"name": null}', '{"name": ""}'])
    def test_a_track_without_a_name_makes_no_sense(self, body: str, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("track", "json", body=body)
        with pytest.raises(SourceError, match="makes no sense"):
            spotify.track(SONG.spotify_id, 4)
