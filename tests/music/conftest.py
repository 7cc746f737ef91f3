"""The fake services and a catalog that asks them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from diary.music.catalog import PATIENCE, Catalog, make_catalog
from diary.music.musicbrainz import MusicBrainz
from diary.music.oembed import OEmbed
from diary.music.spotify import WebApi
from diary.music.wire import Wire
from tests.fakes import FakeMusic
from tests.fakes.music import CLIENT_ID, CLIENT_SECRET
from tests.fakes.tls import FakeSpotifyHosts
from tests.music.support import USER_AGENT, Clock, Open


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake() -> Iterator[FakeMusic]:
    with FakeMusic() as music:
        yield music


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSpotifyHosts]:
    """Spotify's own hosts over https, to which every name on earth leads."""
    with FakeSpotifyHosts(tmp_path) as music:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(music.certificate))
        monkeypatch.setattr("socket.getaddrinfo", music.look_up)
        yield music


@pytest.fixture
def open_catalog(fake: FakeMusic) -> Iterator[Open]:
    def catalog(*, keys: bool = True, patience: float = PATIENCE, **changes: str) -> Catalog:
        env = fake.env | changes
        return make_catalog(
            env["SPOTIPY_CLIENT_ID"] if keys else None,
            env["SPOTIPY_CLIENT_SECRET"] if keys else None,
            api_url=env["SPOTIFY_API_URL"],
            accounts_url=env["SPOTIFY_ACCOUNTS_URL"],
            oembed_url=env["SPOTIFY_OEMBED_URL"],
            musicbrainz_url=env["MUSICBRAINZ_URL"],
            coverart_url=env["COVERART_URL"],
            user_agent=USER_AGENT,
            patience=patience,
        )

    make_catalog.cache_clear()
    yield catalog
    make_catalog.cache_clear()


@pytest.fixture
def catalog(fake: FakeMusic, clock: Clock) -> Catalog:
    """One with keys, whose clock stands still until it is moved."""
    wires = [Wire("Spotify", USER_AGENT, clock) for _ in range(3)]
    web_api = WebApi((CLIENT_ID, CLIENT_SECRET), wires[0], fake.url, fake.url, clock)
    oembed = OEmbed(wires[1], f"{fake.url}/oembed", clock)
    musicbrainz = MusicBrainz(wires[2], fake.url, "https://coverartarchive.org", clock)
    return Catalog(web_api, oembed, musicbrainz, now=clock)
