"""Spotify's Web API when it fails, hangs, lies, or wants no calls; and what never reaches a log."""

import base64
import logging
from typing import Any

import pytest

from diary.errors import SourceError
from diary.music.spotify import WebApi
from diary.music.wire import Wire
from tests.fakes import FakeMusic
from tests.fakes.answers import PREMIUM
from tests.fakes.music import CLIENT_ID, CLIENT_SECRET
from tests.music.support import FAILURES, USER_AGENT, Clock, together


def web_api(fake: FakeMusic, clock: Clock, keys: tuple[str, str] = (CLIENT_ID, CLIENT_SECRET)) -> WebApi:
    return WebApi(keys, Wire("Spotify", USER_AGENT, clock), fake.url, fake.url, clock)


@pytest.fixture
def spotify(fake: FakeMusic, clock: Clock) -> WebApi:
    return web_api(fake, clock)


class TestFailures:
    @pytest.mark.parametrize(("kind", "sentence"), FAILURES)
    @pytest.mark.parametrize("service", ["token", "search"])
    def test_each_failure_of_token_or_search_has_its_sentence_and_is_over_when_it_is_over(
        self, service: str, kind: str | int, sentence: str, spotify: WebApi, fake: FakeMusic
    ) -> None:
        fake.fault(service, kind)
        with pytest.raises(SourceError, match=sentence):
            spotify.search("moss", 0.5 if "long" in sentence else 4)
        assert len(fake.asked(service)) == 1
        fake.clear()
        assert spotify.search("moss", 4)

    @pytest.mark.parametrize("body", ["", "[]", "7", '"text"', '{"error": "text"}', '{"error": null}', "<html>"])
    @pytest.mark.parametrize("retry_after", [1, 7, 86_400])
    @pytest.mark.parametrize("service", ["token", "search"])
    def test_no_call_is_made_while_told_to_wait_whatever_the_body_says(
        self, *, service: str, retry_after: int, body: str, spotify: WebApi, fake: FakeMusic, clock: Clock
    ) -> None:
        fake.fault(service, 429, retry_after=retry_after, body=body, times=1)
        with pytest.raises(SourceError, match="asks us to wait"):
            spotify.search("moss", 4)
        before = len(fake.calls)
        clock.forward(seconds=retry_after - 0.5)
        assert all("asks us to wait" in str(outcome) for outcome in together(5, lambda: spotify.search("moss", 4)))
        assert len(fake.calls) == before
        clock.forward(seconds=1)
        assert spotify.search("moss", 4)

    @pytest.mark.parametrize(
        "body",
        [
            "{}",
            "[]",
            "null",
            "7",
            '{"access_token": "x"}',
            '{"expires_in": 3600}',
            '{"access_token": null, "expires_in": 3600}',
            '{"access_token": "a\\nb", "expires_in": 3600}',
            '{"access_token": "x", "expires_in": "soon"}',
        ],
    )
    @pytest.mark.filterwarnings("ignore:You're using 'as_dict")  # spotipy, when it asks a second time
    def test_a_token_answer_of_unknown_shape_makes_no_sense_and_is_not_kept(
        self, body: str, spotify: WebApi, fake: FakeMusic
    ) -> None:
        fake.fault("token", "json", body=body)
        with pytest.raises(SourceError, match="makes no sense"):
            spotify.search("moss", 4)
        fake.clear()
        assert spotify.search("moss", 4)

    @pytest.mark.parametrize("keys", [(CLIENT_ID, "wrong"), ("wrong", CLIENT_SECRET)])
    def test_wrong_keys_are_named_with_the_settings_that_hold_them(
        self, keys: tuple[str, str], fake: FakeMusic, clock: Clock
    ) -> None:
        spotify = web_api(fake, clock, keys)
        with pytest.raises(SourceError, match="check SPOTIPY_CLIENT_ID and SPOTIPY_CLIENT_SECRET") as caught:
            spotify.search("moss", 4)
        assert spotify.state() == str(caught.value)
        assert "type the song by hand" in spotify.state()

    def test_keys_whose_owner_has_no_premium_are_told_of_the_rule(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("search", 403, body=PREMIUM)
        with pytest.raises(SourceError, match="only apps whose owner has Premium") as caught:
            spotify.search("moss", 4)
        assert spotify.state() == str(caught.value)

    def test_another_403_is_told_as_what_it_is(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("search", 403, body='{"error": {"status": 403, "message": "Forbidden"}}')
        with pytest.raises(SourceError, match="does not let this app search"):
            spotify.search("moss", 4)

    def test_a_400_is_told_as_a_question_not_understood(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("search", 400)
        with pytest.raises(SourceError, match=r"did not understand the question \(400\)"):
            spotify.search("moss", 4)

    def test_an_expired_token_that_is_followed_by_an_answer_of_unknown_shape_makes_no_sense(
        self, spotify: WebApi, fake: FakeMusic
    ) -> None:
        assert spotify.search("moss", 4)
        fake.fault("search", 401, times=1)
        fake.fault("token", "json", body='{"access_token": "x"}')
        with pytest.raises(SourceError, match="makes no sense"):
            spotify.search("river", 4)
        fake.clear()
        assert spotify.search("river", 4)

    def test_a_token_that_is_never_accepted_is_asked_for_twice_and_no_more(
        self, spotify: WebApi, fake: FakeMusic
    ) -> None:
        fake.fault("search", 401)
        with pytest.raises(SourceError, match="does not accept this diary's keys"):
            spotify.search("moss", 4)
        assert [call.service for call in fake.calls] == ["token", "search", "token", "search"]


class TestState:
    def test_keys_are_in_use(self, spotify: WebApi) -> None:
        assert spotify.state() == "Spotify search uses your keys."

    def test_a_wait_is_told(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("search", 429, retry_after=300)
        with pytest.raises(SourceError):
            spotify.search("moss", 4)
        assert spotify.state().startswith("Spotify asks us to wait until 14:05 UTC;")

    def test_trouble_is_forgotten_once_spotify_answers(self, spotify: WebApi, fake: FakeMusic) -> None:
        fake.fault("search", 403, times=1)
        with pytest.raises(SourceError):
            spotify.search("moss", 4)
        spotify.search("moss", 4)
        assert spotify.state() == "Spotify search uses your keys."


class TestSecrets:
    @pytest.mark.parametrize("fault", [None, "html", "broken", "drop", 400, 401, 403, 429, 500])
    @pytest.mark.parametrize("service", ["token", "search"])
    def test_neither_secret_nor_token_reaches_log_or_error(
        self, service: str, fault: Any, fake: FakeMusic, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        spotify = web_api(fake, clock)
        for name in ("", *logging.root.manager.loggerDict):
            caplog.set_level(logging.DEBUG, logger=name)
        if fault:
            fake.fault(service, fault)
        try:
            spotify.search("my private words", 4)
        except SourceError as error:
            assert_clean(f"{error} {error!r} {error.__cause__!r}", fake)
        assert caplog.records
        assert_clean(caplog.text, fake)

    def test_the_words_searched_for_are_in_no_log_from_warning_up(
        self, spotify: WebApi, fake: FakeMusic, caplog: pytest.LogCaptureFixture
    ) -> None:
        fake.fault("search", 400)
        with pytest.raises(SourceError):
            spotify.search("my private words", 4)
        assert "private" not in caplog.text


def assert_clean(text: str, fake: FakeMusic) -> None:
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    for canary in (CLIENT_SECRET, basic, "Bearer BQ", *fake.spotify.tokens):
        assert canary not in text
