"""The catalog as the rest of the diary sees it: words or a link in; tracks, or one sentence, out, and soon."""

from datetime import UTC, datetime, timedelta

import pytest

from diary.errors import LinkError, SourceError
from diary.model import Song, Track
from diary.music.catalog import Catalog
from tests.fakes import SONGS, FakeMusic
from tests.music.support import Clock, Open, together

SONG = SONGS[0]
LINK = f"Listen to this! https://open.spotify.com/intl-de/track/{SONG.spotify_id}?si=1"
KEY = f"spotify:{SONG.spotify_id}"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class TestSearch:
    def test_with_keys_spotify_is_asked_while_one_types(self, open_catalog: Open, fake: FakeMusic) -> None:
        catalog = open_catalog()
        assert catalog.searches_while_typing
        assert catalog.search("paper lanterns")[0].key == KEY
        assert {call.service for call in fake.calls} == {"token", "search"}

    @pytest.mark.parametrize("missing", ["SPOTIPY_CLIENT_ID", "SPOTIPY_CLIENT_SECRET"])
    def test_without_both_keys_musicbrainz_is_asked_on_request(
        self, missing: str, open_catalog: Open, fake: FakeMusic
    ) -> None:
        catalog = open_catalog(**{missing: ""})
        assert not catalog.searches_while_typing
        assert catalog.search("paper lanterns")[0].key == f"musicbrainz:{SONG.mbid}"
        assert {call.service for call in fake.calls} == {"mb_search"}

    def test_what_is_found_makes_a_song_that_the_diary_can_keep(self, open_catalog: Open) -> None:
        (track,) = open_catalog().search("paper lanterns")
        assert track.song() == Song("Paper Lanterns", "Nora Wilde", spotify_id=SONG.spotify_id)

    @pytest.mark.parametrize("text", ["", "   ", "\n\t\u200b\0", "\ud800"])
    def test_no_words_are_no_search(self, text: str, open_catalog: Open, fake: FakeMusic) -> None:
        assert open_catalog().search(text) == ()
        assert fake.calls == []

    def test_words_are_tidied_before_they_are_sent(self, open_catalog: Open, fake: FakeMusic) -> None:
        open_catalog().search("  paper\n\u00a0lanterns\0\ud800 " + "x" * 5000)
        assert fake.asked("search")[0].query["q"] == "paper lanterns " + "x" * 185

    def test_an_answer_serves_all_for_an_hour(self, catalog: Catalog, fake: FakeMusic, clock: Clock) -> None:
        first = catalog.search("Paper  Lanterns")
        clock.forward(minutes=59)
        assert all(outcome == first for outcome in together(10, lambda: catalog.search("paper lanterns ")))
        assert len(fake.asked("search")) == 1
        clock.forward(minutes=2)
        assert catalog.search("paper lanterns")[0].fetched_at == clock.now
        assert len(fake.asked("search")) == 2

    def test_that_nothing_was_found_is_an_answer_too(self, catalog: Catalog, fake: FakeMusic) -> None:
        assert catalog.search("no such words") == catalog.search("no such words") == ()
        assert len(fake.asked("search")) == 1

    def test_a_failure_is_not_remembered(self, catalog: Catalog, fake: FakeMusic) -> None:
        fake.fault("search", 500, times=1)
        with pytest.raises(SourceError):
            catalog.search("moss")
        assert catalog.search("moss")

    def test_only_the_answers_used_last_are_remembered(self, catalog: Catalog, fake: FakeMusic) -> None:
        catalog.search("moss")
        for number in range(499):
            catalog.search(f"word {number}")
        catalog.search("moss")
        catalog.search("one more")
        asked = len(fake.asked("search"))
        catalog.search("moss")
        assert len(fake.asked("search")) == asked
        catalog.search("word 0")
        assert len(fake.asked("search")) == asked + 1


class TestPastedLinks:
    def test_words_are_no_link(self, open_catalog: Open, fake: FakeMusic) -> None:
        assert open_catalog().track_by_link("paper lanterns") is None
        assert fake.calls == []

    def test_with_keys_the_web_api_names_the_link(self, open_catalog: Open) -> None:
        track = open_catalog().track_by_link(LINK)
        assert track is not None
        assert (track.title, track.artists, track.key) == (SONG.title, SONG.artists, KEY)

    def test_without_keys_oembed_names_it_but_not_the_artist(self, open_catalog: Open, fake: FakeMusic) -> None:
        track = open_catalog(keys=False).track_by_link(LINK)
        assert track is not None
        assert (track.title, track.artists, track.key) == (SONG.title, (), KEY)
        assert {call.service for call in fake.calls} == {"oembed"}

    @pytest.mark.parametrize("kind", ["drop", "html", 403, 404, 429, 500])
    def test_when_the_web_api_fails_oembed_names_it(self, kind: str | int, open_catalog: Open, fake: FakeMusic) -> None:
        fake.fault("track", kind)
        track = open_catalog().track_by_link(LINK)
        assert track is not None
        assert (track.title, track.artists) == (SONG.title, ())

    @pytest.mark.parametrize("kind", ["drop", "html", 403, 404, 429, 500])
    @pytest.mark.parametrize("keys", [True, False])
    def test_when_no_source_can_name_it_the_link_itself_is_kept(
        self, kind: str | int, keys: bool, open_catalog: Open, fake: FakeMusic
    ) -> None:
        fake.fault("track", kind)
        fake.fault("oembed", kind)
        track = open_catalog(keys=keys).track_by_link(LINK)
        assert track is not None
        assert (track.key, track.title, track.artists) == (KEY, "", ())
        assert track.song().spotify_id == SONG.spotify_id

    def test_a_name_is_asked_for_once_however_often_the_page_is_drawn(self, catalog: Catalog, fake: FakeMusic) -> None:
        assert catalog.track_by_link(LINK) == catalog.track_by_link(SONG.spotify_id)
        assert len(fake.asked("track")) == 1

    def test_a_link_that_could_not_be_named_is_asked_about_again(self, catalog: Catalog, fake: FakeMusic) -> None:
        fake.fault("track", 500, times=1)
        fake.fault("oembed", 500, times=1)
        first, second = catalog.track_by_link(LINK), catalog.track_by_link(LINK)
        assert first is not None
        assert second is not None
        assert (first.title, second.title) == ("", SONG.title)

    def test_a_link_to_something_else_is_refused_without_asking_anybody(
        self, open_catalog: Open, fake: FakeMusic
    ) -> None:
        with pytest.raises(LinkError, match="an album"):
            open_catalog().track_by_link(f"https://open.spotify.com/album/{SONG.spotify_id}")
        assert fake.calls == []

    def test_a_short_link_is_followed_with_oembed(self, open_catalog: Open, fake: FakeMusic) -> None:
        fake.spotify.short_links["https://open.spotify.com/s/abc"] = f"https://open.spotify.com/track/{SONG.spotify_id}"
        track = open_catalog().track_by_link("Song for you https://open.spotify.com/s/abc?x=1")
        assert track is not None
        assert (track.key, track.artists) == (KEY, SONG.artists)


class TestRefresh:
    def test_a_spotify_track_is_fetched_anew(self, catalog: Catalog, fake: FakeMusic, clock: Clock) -> None:
        catalog.track_by_link(LINK)
        clock.forward(minutes=1)
        track = catalog.refresh(KEY)
        assert track is not None
        assert track.fetched_at == clock.now
        assert len(fake.asked("track")) == 2

    def test_without_keys_oembed_is_asked(self, open_catalog: Open, fake: FakeMusic) -> None:
        track = open_catalog(keys=False).refresh(KEY)
        assert track is not None
        assert (track.title, [call.service for call in fake.calls]) == (SONG.title, ["oembed"])

    def test_a_musicbrainz_recording_is_looked_up_there_even_with_keys(
        self, open_catalog: Open, fake: FakeMusic
    ) -> None:
        track = open_catalog().refresh(f"musicbrainz:{SONG.mbid}")
        assert track is not None
        assert (track.title, [call.service for call in fake.calls]) == (SONG.title, ["mb_track"])

    @pytest.mark.parametrize("keys", [True, False])
    def test_a_track_that_is_gone_is_none(self, keys: bool, open_catalog: Open) -> None:
        assert open_catalog(keys=keys).refresh("spotify:0123456789abcdefghijkl") is None

    @pytest.mark.parametrize("keys", [True, False])
    def test_a_source_that_fails_does_not_make_a_track_gone(
        self, keys: bool, open_catalog: Open, fake: FakeMusic
    ) -> None:
        fake.fault("track", 500)
        fake.fault("oembed", 500)
        with pytest.raises(SourceError):
            open_catalog(keys=keys).refresh(KEY)


@pytest.mark.parametrize(
    ("key", "title", "age", "stale"),
    [
        (KEY, "Moss", timedelta(days=30), False),
        (KEY, "Moss", timedelta(days=30, seconds=1), True),
        (KEY, "Moss", timedelta(days=-1), False),
        (KEY, "", timedelta(minutes=59), False),
        (KEY, "", timedelta(minutes=61), True),
        (f"musicbrainz:{SONG.mbid}", "Moss", timedelta(days=3650), False),
    ],
)
def test_spotify_s_facts_are_due_after_30_days_and_musicbrainz_s_never(
    key: str, title: str, age: timedelta, stale: bool, catalog: Catalog
) -> None:
    assert catalog.is_stale(Track(key, title, (), NOW - age), NOW) is stale
