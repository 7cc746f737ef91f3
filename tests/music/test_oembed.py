"""Spotify's oEmbed and its short links, against a fake of both."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import LinkError, SourceError
from diary.model import Track
from diary.music.oembed import OEmbed, artwork_address
from diary.music.wire import Wire
from tests.fakes import SONGS, FakeMusic
from tests.fakes.answers import oembed_of
from tests.fakes.tls import FakeSpotifyHosts
from tests.music.support import FAILURES, USER_AGENT, Clock

SONG = SONGS[0]


@pytest.fixture
def oembed(fake: FakeMusic, clock: Clock) -> OEmbed:
    return OEmbed(Wire("Spotify", USER_AGENT, clock), f"{fake.url}/oembed", clock)


@given(st.text(max_size=40))
def test_no_text_leads_a_browser_to_another_host(text: str) -> None:
    for address in (text, f"https://{text}", f"https://{text}.spotifycdn.com/x", f"https://i.scdn.co{text}"):
        taken = artwork_address(address)
        assert taken is None or taken.startswith(("https://i.scdn.co/", f"https://{text}"))
        assert taken is None or not set(taken) & set("\\@\"'<> #\n")


class TestOEmbed:
    def test_a_link_is_named_without_keys_but_without_artist(
        self, oembed: OEmbed, fake: FakeMusic, clock: Clock
    ) -> None:
        artwork = oembed_of(SONG)["thumbnail_url"]
        expected = Track(f"spotify:{SONG.spotify_id}", SONG.title, (), clock.now, artwork_url=artwork)
        assert oembed.track(SONG.spotify_id, 4) == expected
        assert "Authorization" not in fake.calls[0].headers

    @pytest.mark.parametrize("status", [400, 404])
    def test_a_track_that_is_gone_is_none(self, status: int, oembed: OEmbed, fake: FakeMusic) -> None:
        fake.fault("oembed", status)
        assert oembed.track(SONG.spotify_id, 4) is None

    @pytest.mark.parametrize("thumbnail", [None, 7, "http://i.scdn.co/x", "https://evil.example/x.png"])
    def test_a_thumbnail_that_is_not_spotify_s_is_dropped(
        self, thumbnail: object, oembed: OEmbed, fake: FakeMusic
    ) -> None:
        fake.fault("oembed", "json", body=json.dumps({"title": "Moss", "thumbnail_url": thumbnail}))
        track = oembed.track(SONG.spotify_id, 4)
        assert track is not None
        assert (track.title, track.artwork_url) == ("Moss", None)

    @pytest.mark.parametrize(
        ("kind", "sentence"), [*FAILURES, (401, r"refuses to name the link \(401\)"), (429, "asks us to wait")]
    )
    def test_each_failure_has_its_sentence(
        self, kind: str | int, sentence: str, oembed: OEmbed, fake: FakeMusic
    ) -> None:
        fake.fault("oembed", kind)
        with pytest.raises(SourceError, match=sentence):
            oembed.track(SONG.spotify_id, 0.5 if "long" in sentence else 4)

    @pytest.mark.parametrize("body", ["null", "[]", "{}", '{"title": 7}', '{"title": " "}'])
    def test_an_answer_without_title_makes_no_sense(self, body: str, oembed: OEmbed, fake: FakeMusic) -> None:
        fake.fault("oembed", "json", body=body)
        with pytest.raises(SourceError, match="makes no sense"):
            oembed.track(SONG.spotify_id, 4)


@pytest.fixture
def follow(hosts: FakeSpotifyHosts, clock: Clock) -> Callable[[str], str]:
    oembed = OEmbed(Wire("Spotify", USER_AGENT, clock), "https://open.spotify.com/oembed", clock)
    return lambda link: oembed.follow(link, 4)


SHORT = ["https://spotify.link/abc", "https://spotify.app.link/abc", "https://open.spotify.com/s/abc"]


class TestShortLinks:
    @pytest.mark.parametrize("link", SHORT)
    def test_oembed_knows_where_a_short_link_leads(
        self, link: str, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.spotify.short_links[link] = f"https://open.spotify.com/track/{SONG.spotify_id}"
        assert follow(link) == SONG.spotify_id
        assert [call.service for call in hosts.calls] == ["oembed"]

    def test_the_html_of_oembed_is_enough(self, follow: Callable[[str], str], hosts: FakeSpotifyHosts) -> None:
        answer = oembed_of(SONG)
        del answer["iframe_url"]
        hosts.fault("oembed", "json", body=json.dumps(answer))
        assert follow(SHORT[0]) == SONG.spotify_id

    @pytest.mark.parametrize("link", SHORT)
    def test_without_oembed_redirects_are_followed(
        self, link: str, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.fault("oembed", 404)
        hosts.spotify.page_for_desktops = False
        hosts.spotify.short_links = {
            link: "https://spotify.app.link/next?_p=1",
            "https://spotify.app.link/next": f"https://open.spotify.com/track/{SONG.spotify_id}?si=1",
        }
        assert follow(link) == SONG.spotify_id
        assert [call.path for call in hosts.asked("short")] == ["/" + link.split("/", 3)[3], "/next"]

    @pytest.mark.parametrize("link", SHORT)
    def test_without_redirects_the_page_s_own_address_is_read(
        self, link: str, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.fault("oembed", 404)
        hosts.spotify.short_links[link] = f"https://open.spotify.com/track/{SONG.spotify_id}"
        assert follow(link) == SONG.spotify_id

    def test_a_relative_redirect_is_understood(self, follow: Callable[[str], str], hosts: FakeSpotifyHosts) -> None:
        hosts.fault("oembed", 404)
        hosts.spotify.page_for_desktops = False
        hosts.spotify.short_links[SHORT[2]] = f"/track/{SONG.spotify_id}?si=1"
        assert follow(SHORT[2]) == SONG.spotify_id

    @pytest.mark.parametrize("page_for_desktops", [True, False])
    @pytest.mark.parametrize(
        "target",
        [
            "http://169.254.169.254/latest/meta-data/",
            "https://evil.example/track/0123456789abcdefghijkl",
            "https://spotify.link.evil.example/abc",
            "https://spotify.link@evil.example/abc",
            "http://localhost/x",
            "file:///etc/passwd",
        ],
    )
    def test_no_other_host_is_ever_asked(
        self, target: str, page_for_desktops: bool, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.fault("oembed", 404)
        hosts.spotify.page_for_desktops = page_for_desktops
        hosts.spotify.short_links[SHORT[0]] = target
        with pytest.raises(LinkError):
            follow(SHORT[0])
        assert set(hosts.looked_up) <= {"spotify.link", "open.spotify.com"}

    def test_an_album_behind_a_short_link_is_refused_by_name(
        self, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.spotify.short_links[SHORT[0]] = f"https://open.spotify.com/album/{SONG.spotify_id}"
        with pytest.raises(LinkError, match="leads to an album"):
            follow(SHORT[0])

    def test_links_that_lead_in_a_circle_are_given_up(
        self, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.fault("oembed", 404)
        hosts.spotify.page_for_desktops = False
        hosts.spotify.short_links = {SHORT[0]: SHORT[1], SHORT[1]: SHORT[0]}
        with pytest.raises(LinkError, match="short link"):
            follow(SHORT[0])
        assert len(hosts.asked("short")) == 5

    @pytest.mark.parametrize("kind", [404, 500, 429, "drop", "html", "huge", "empty"])
    def test_a_short_link_nobody_can_follow_asks_for_the_address_of_the_page(
        self, kind: str | int, follow: Callable[[str], str], hosts: FakeSpotifyHosts
    ) -> None:
        hosts.fault("oembed", kind)
        hosts.fault("short", kind)
        with pytest.raises(LinkError, match="Open it in a browser and paste the address"):
            follow(SHORT[0])

    def test_a_host_without_a_trusted_certificate_is_not_believed(
        self, hosts: FakeSpotifyHosts, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        oembed = OEmbed(Wire("Spotify", USER_AGENT, clock), "https://open.spotify.com/oembed", clock)
        with pytest.raises(SourceError, match="cannot be reached"):
            oembed.track(SONG.spotify_id, 4)
        assert hosts.calls == []
