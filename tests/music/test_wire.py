"""The line to a source: on time, once told to wait silent, and calm about every kind of answer."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import SourceError
from diary.music.transport import Refused
from diary.music.wire import Guard, Wire, milliseconds_at, part, parts, text_at
from tests.fakes import SONGS, FakeMusic
from tests.music.support import USER_AGENT, Clock, together, wait_until

SONG = SONGS[0]


@pytest.fixture
def wire(clock: Clock) -> Wire:
    return Wire("Spotify", USER_AGENT, clock)


@pytest.fixture
def ask(wire: Wire, fake: FakeMusic) -> Callable[..., object]:
    def ask(seconds: float = 4) -> object:
        return wire.get_json(f"{fake.url}/oembed", {"url": f"spotify:track:{SONG.spotify_id}"}, seconds)

    return ask


def test_an_answer_comes_back_as_json(ask: Callable[..., object], fake: FakeMusic) -> None:
    assert part(ask(), "title") == SONG.title
    assert fake.calls[0].headers["User-Agent"] == USER_AGENT


@pytest.mark.parametrize("kind", ["hang", "dribble", "dribble_head"])
def test_a_source_that_does_not_finish_is_left_in_time(kind: str, ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", kind)
    began = time.monotonic()
    with pytest.raises(SourceError, match="takes too long to answer"):
        ask(0.4)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("kind", ["hang", "dribble", "dribble_head"])
def test_no_thread_stays_behind_when_a_source_does_not_finish(
    kind: str, ask: Callable[..., object], fake: FakeMusic
) -> None:
    fake.fault("oembed", kind)
    for _ in range(12):
        with pytest.raises(SourceError):
            ask(0.1)
    wait_until(lambda: not any(thread.name == "errand" for thread in threading.enumerate()))
    fake.clear()
    assert part(ask(), "title") == SONG.title


def test_however_many_ask_no_more_than_eight_calls_are_under_way(ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", "hang")
    outcomes = together(20, lambda: ask(0.6))
    assert all("takes too long" in str(outcome) for outcome in outcomes)
    assert len(fake.calls) == 8


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("drop", "cannot be reached"),
        ("reset", "cannot be reached"),
        ("cut", "cannot be reached"),
        ("redirect", "makes no sense"),
        ("html", "makes no sense"),
        ("empty", "makes no sense"),
        ("broken", "makes no sense"),
        ("huge", "makes no sense"),
        ("deep", "makes no sense"),
        (500, r"trouble on its side \(500\)"),
        (502, r"trouble on its side \(502\)"),
        (503, r"trouble on its side \(503\)"),
        (504, r"trouble on its side \(504\)"),
    ],
)
def test_each_failure_has_its_sentence_and_a_way_out(
    kind: str | int, sentence: str, ask: Callable[..., object], fake: FakeMusic
) -> None:
    fake.fault("oembed", kind)
    with pytest.raises(SourceError, match=sentence) as caught:
        ask()
    assert str(caught.value).endswith("type the song by hand or paste a link meanwhile.")
    assert len(fake.calls) == 1
    fake.clear()
    assert part(ask(), "title") == SONG.title


def test_a_host_that_is_not_there_cannot_be_reached(wire: Wire) -> None:
    with pytest.raises(SourceError, match="cannot be reached"):
        wire.get_json("http://127.0.0.1:9/", {}, 4)


def test_a_refusal_is_left_to_the_source_s_own_module(ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", 403, body="[]")
    with pytest.raises(Refused) as caught:
        ask()
    assert (caught.value.status, caught.value.text) == (403, "[]")


def test_connections_are_used_again(ask: Callable[..., object], fake: FakeMusic) -> None:
    for _ in range(3):
        ask()
    assert len({call.port for call in fake.calls}) == 1


def test_cookies_are_not_kept(wire: Wire, fake: FakeMusic) -> None:
    fake.fault("oembed", "cookie")
    wire.get_json(f"{fake.url}/oembed", {}, 4)
    wire.get_json(f"{fake.url}/oembed", {}, 4)
    assert "Cookie" not in fake.calls[1].headers


@pytest.mark.parametrize(
    ("retry_after", "seconds", "sentence"),
    [
        ("1", 1, "wait a second"),
        ("7", 7, "wait 7 seconds"),
        ("0", 1, "wait a second"),
        ("-5", 30, "wait 30 seconds"),
        (None, 30, "wait 30 seconds"),
        ("soon", 30, "wait 30 seconds"),
        ("290", 290, "wait until 14:05 UTC;"),
        ("12471", 12471, "wait until 17:28 UTC;"),
        ("86400", 86400, "wait until 14:00 UTC on 23 November;"),
        ("9" * 400, 86400, "wait until 14:00 UTC on 23 November;"),
        ("Sun, 22 Nov 2026 14:02:00 GMT", 120, "wait until 14:02 UTC;"),
        ("Sun, 22 Nov 2020 14:02:00 GMT", 1, "wait a second"),
    ],
)
def test_told_to_wait_it_does_not_call_before_the_time_is_over(
    *,
    retry_after: str | None,
    seconds: int,
    sentence: str,
    ask: Callable[..., object],
    fake: FakeMusic,
    clock: Clock,
) -> None:
    fake.fault("oembed", 429, retry_after=retry_after, times=1)
    with pytest.raises(SourceError, match=sentence) as caught:
        ask()
    assert caught.value.retry_at == clock.now + timedelta(seconds=seconds)
    clock.forward(seconds=seconds - 0.01)
    with pytest.raises(SourceError, match="asks us to wait"):
        ask()
    assert len(fake.calls) == 1
    clock.forward(seconds=0.02)
    assert part(ask(), "title") == SONG.title
    assert part(ask(), "title") == SONG.title


def test_a_used_up_quota_is_named(ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", 429, retry_after=3600, body='{"error": {"status": 429, "reason": "QUOTA_EXCEEDED"}}')
    with pytest.raises(SourceError, match=r"until 15:00 UTC, as this app has used up its quota;"):
        ask()


def test_a_503_with_retry_after_is_a_wait_too(ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", 503, retry_after=9)
    with pytest.raises(SourceError, match="wait 9 seconds"):
        ask()


def test_after_a_wait_one_call_a_second_is_tried_until_one_succeeds(
    ask: Callable[..., object], fake: FakeMusic, clock: Clock
) -> None:
    fake.fault("oembed", 429, retry_after=5)
    with pytest.raises(SourceError):
        ask()
    clock.forward(seconds=6)
    fake.fault("oembed", 500)
    outcomes = together(20, ask)
    assert len(fake.calls) == 2
    assert sum("trouble on its side" in str(outcome) for outcome in outcomes) == 1
    assert sum("asks us to wait" in str(outcome) for outcome in outcomes) == 19


def test_many_threads_together_heed_one_wait(ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", 429, retry_after=60)
    with pytest.raises(SourceError):
        ask()
    outcomes = together(30, ask)
    assert all("asks us to wait" in str(outcome) for outcome in outcomes)
    assert len(fake.calls) == 1


def test_a_success_that_began_before_the_wait_does_not_end_it(clock: Clock) -> None:
    guard = Guard(clock)
    guard.wait("60")
    guard.succeeded()
    assert guard.enter() == clock.now + timedelta(seconds=60)


def test_a_shorter_wait_does_not_shorten_a_longer_one(clock: Clock) -> None:
    guard = Guard(clock)
    guard.wait("60")
    assert guard.wait("1") == clock.now + timedelta(seconds=60)


def test_the_log_tells_the_failure_but_not_the_question(
    wire: Wire, fake: FakeMusic, caplog: pytest.LogCaptureFixture
) -> None:
    fake.fault("oembed", 500)
    with caplog.at_level(logging.INFO), pytest.raises(SourceError):
        wire.get_json(f"{fake.url}/oembed", {"url": "my-private-words"}, 4)
    assert "Spotify has trouble on its side (500)" in caplog.text
    assert "private" not in caplog.text


def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), nested))
def test_an_answer_of_any_shape_can_be_read(value: object) -> None:
    assert isinstance(text_at(value, "a", "b"), str)
    assert isinstance(parts(value, "a"), list)
    assert milliseconds_at(value, "a") in (None, part(value, "a"))


def test_text_loses_what_no_database_keeps() -> None:
    assert text_at({"name": "a\0b\ud800c"}, "name") == "a\ufffdb\ufffdc"
    assert len(text_at({"name": "x" * 5000}, "name")) == 1000
    assert [text_at({"name": name}, "name") for name in (None, 7, ["x"], True)] == ["", "", "", ""]


def test_a_duration_is_a_positive_whole_number_below_a_day() -> None:
    values = (201_000, 0, -1, 86_400_000, 10**30, 1.5, True, "201000", None, float("inf"))
    assert [milliseconds_at({"d": value}, "d") for value in values] == [201_000] + [None] * 9


def test_retry_at_is_in_utc(ask: Callable[..., object], fake: FakeMusic) -> None:
    fake.fault("oembed", 429, retry_after=7)
    with pytest.raises(SourceError) as caught:
        ask()
    assert caught.value.retry_at == datetime(2026, 11, 22, 14, 0, 7, tzinfo=UTC)
