"""One catalog for the process: what all pages share, and that none of them waits long."""

import subprocess
import sys
import time

import pytest

from diary.errors import LinkError, SourceError
from diary.model import Track
from diary.music.catalog import PATIENCE, Catalog
from tests.fakes import SONGS, FakeMusic
from tests.fakes.tls import FakeSpotifyHosts
from tests.music.support import Open, together

SONG = SONGS[0]
LINK = f"https://open.spotify.com/track/{SONG.spotify_id}"
KEY = f"spotify:{SONG.spotify_id}"
SERVICES = ("token", "search", "track", "oembed", "mb_search", "mb_track")


class TestState:
    def test_without_keys_it_says_what_works(self, open_catalog: Open) -> None:
        assert open_catalog(keys=False).state().startswith("No Spotify keys are set: songs are searched on MusicBrainz")

    def test_with_keys_it_says_how_spotify_stands(self, catalog: Catalog, fake: FakeMusic) -> None:
        assert catalog.state() == "Spotify search uses your keys."
        fake.fault("search", 429, retry_after=290)
        with pytest.raises(SourceError):
            catalog.search("moss")
        assert "until 14:05 UTC" in catalog.state()


class TestOneForTheProcess:
    def test_the_same_settings_give_the_same_catalog(self, open_catalog: Open) -> None:
        assert open_catalog() is open_catalog()
        assert open_catalog() is not open_catalog(keys=False)

    def test_a_wait_told_to_one_page_is_known_to_all(self, open_catalog: Open, fake: FakeMusic) -> None:
        fake.fault("search", 429, retry_after=60)
        with pytest.raises(SourceError):
            open_catalog().search("moss")
        outcomes = together(10, lambda: open_catalog().search("another"))
        assert all(isinstance(outcome, SourceError) for outcome in outcomes)
        assert len(fake.asked("search")) == 1

    def test_a_wait_for_the_web_api_is_none_for_pasted_links(self, open_catalog: Open, fake: FakeMusic) -> None:
        fake.fault("search", 429, retry_after=60)
        with pytest.raises(SourceError):
            open_catalog().search("moss")
        track = open_catalog().track_by_link(LINK)
        assert track is not None
        assert track.title == SONG.title
        assert fake.asked("track") == []


class TestPatience:
    @pytest.mark.parametrize("kind", ["hang", "dribble", "dribble_head"])
    @pytest.mark.parametrize("keys", [True, False])
    def test_every_method_is_over_in_time_when_all_sources_are_stuck(
        self, keys: bool, kind: str, open_catalog: Open, fake: FakeMusic
    ) -> None:
        for service in SERVICES:
            fake.fault(service, kind)
        catalog = open_catalog(keys=keys, patience=0.25)
        for ask in (
            lambda: catalog.search("moss"),
            lambda: catalog.track_by_link(LINK),
            lambda: catalog.refresh(KEY),
            lambda: catalog.refresh(f"musicbrainz:{SONG.mbid}"),
        ):
            began = time.monotonic()
            (outcome,) = together(1, ask)
            assert isinstance(outcome, SourceError) or outcome == unnamed(outcome)
            assert time.monotonic() - began < 1.4

    def test_the_sources_of_a_pasted_link_share_one_time(self, open_catalog: Open, fake: FakeMusic) -> None:
        for service in ("token", "oembed"):
            fake.fault(service, "hang")
        began = time.monotonic()
        track = open_catalog(patience=1).track_by_link(LINK)
        assert track == unnamed(track)
        assert time.monotonic() - began < 1.7
        assert {call.service for call in fake.calls} == {"token", "oembed"}

    @pytest.mark.parametrize("kind", ["hang", "dribble", "dribble_head"])
    def test_a_short_link_is_over_in_time_too(self, kind: str, open_catalog: Open, hosts: FakeSpotifyHosts) -> None:
        for service in ("oembed", "short"):
            hosts.fault(service, kind)
        catalog = open_catalog(patience=0.8, SPOTIFY_OEMBED_URL="https://open.spotify.com/oembed")
        began = time.monotonic()
        with pytest.raises(LinkError, match="short link"):
            catalog.track_by_link("https://spotify.link/x")
        assert time.monotonic() - began < 1.8
        assert {call.service for call in hosts.calls} == {"oembed", "short"}

    def test_a_page_waits_less_than_five_seconds_with_the_patience_it_really_has(
        self, open_catalog: Open, fake: FakeMusic
    ) -> None:
        fake.fault("token", "dribble")
        began = time.monotonic()
        with pytest.raises(SourceError, match="takes too long"):
            open_catalog().search("moss")
        assert PATIENCE - 0.5 < time.monotonic() - began < 5

    def test_a_program_ends_at_once_while_a_call_hangs(self, fake: FakeMusic) -> None:
        fake.fault("oembed", "hang")
        program = (
            "from diary.clock import utc_now\n"
            "from diary.music.transport import Errand\n"
            "from diary.music.wire import Wire\n"
            "wire = Wire('Spotify', 'x', utc_now)\n"
            f"Errand(lambda: wire.session.get('{fake.url}/oembed'), lambda: None)\n"
        )
        subprocess.run([sys.executable, "-c", program], timeout=20, check=True)


def unnamed(outcome: object) -> Track:
    """The track that stands for a link nobody could name."""
    assert isinstance(outcome, Track)
    return Track(KEY, "", (), outcome.fetched_at)
