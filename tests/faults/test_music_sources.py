"""F11: Spotify and MusicBrainz fail in every way, and a day can be logged all the same."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

import pytest

from tests.browser.server import DiaryServer
from tests.fakes.music import FakeMusic
from tests.fakes.songs import SONGS
from tests.faults.distant import until
from tests.faults.figures import note
from tests.faults.kept import versions
from tests.faults.scale import FULL
from tests.faults.tab import Tab

MUSIC = "F11 Spotify and MusicBrainz in trouble"
BOUND = 5.5  # seconds for a search, 5 of them for the source
EMPTY_TRACK = '{"tracks": {"items": [{}, null, {"id": 7, "name": null, "album": {"images": []}, "preview_url": null}]}}'
Fault = tuple[str | int, dict[str, Any]]
BROKEN: dict[str, Fault] = {
    "500": (500, {}),
    "hang": ("hang", {}),
    "a web page": ("html", {}),
    "missing fields": ("json", {"body": EMPTY_TRACK}),
}
if FULL:
    BROKEN |= {
        "nothing": ("empty", {}),
        "a list instead": ("json", {"body": "[1, 2, 3]"}),
        "401, token expired": (401, {}),
        "403": (403, {"body": "Active premium subscription required for the owner of the app."}),
        "404, track gone": (404, {}),
        "502": (502, {}),
        "503": (503, {}),
        "body byte by byte": ("dribble", {}),
        "headers byte by byte": ("dribble_head", {}),
        "connection closed": ("drop", {}),
        "connection reset": ("reset", {}),
        "cut in the middle": ("cut", {}),
        "half a JSON": ("broken", {}),
        "5 MB": ("huge", {}),
        "100 000 brackets": ("deep", {}),
        "redirect": ("redirect", {}),
        "a cookie and no answer": ("cookie", {}),
    }
PATHS = {  # how a source is asked, and the services that may fail on the way
    "Spotify search": ("paper lan {number}", ("search", "token")),
    "Spotify link": ("https://open.spotify.com/track/{id}", ("track", "token", "oembed")),
    "MusicBrainz search": ("paper lan {number}", ("mb_search",)),
    "link without Spotify": ("https://open.spotify.com/track/{id}", ("oembed",)),
}


@dataclass
class Place:
    """A running diary, the music sources that it asks, and what was tried there."""

    server: DiaryServer
    fake: FakeMusic
    days: Iterator[str]
    tried: int = 0
    refused: int = 0  # days that could not be logged
    waits: list[float] = field(default_factory=list)


@pytest.fixture(scope="module")
def music() -> Iterator[FakeMusic]:
    with FakeMusic() as fake:
        yield fake


@pytest.fixture(scope="module", params=["with credentials", "without credentials"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, music: FakeMusic
) -> Iterator[Place]:
    env = dict(music.env)
    if request.param == "without credentials":
        del env["SPOTIPY_CLIENT_ID"], env["SPOTIPY_CLIENT_SECRET"]
    days = (f"2026-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 29))
    with DiaryServer(tmp_path_factory.mktemp("music"), env) as server:
        yield Place(server, music, days)
        assert "Traceback" not in server.log()


@pytest.fixture(autouse=True)
def _well_again(music: FakeMusic) -> Iterator[None]:
    yield
    music.clear()


def ask(place: Place, tab: Tab, words: str) -> None:
    """Type ``words`` into the search box, and look it up where that takes a button."""
    place.waits.append(tab.set(song_search=words).seconds)
    if tab.has("look-up"):
        place.waits.append(tab.press("look-up").seconds)


def log_by_hand(place: Place, words: str) -> Tab:
    """Ask, then write title and artist by hand and save; the day must be kept with them."""
    day = next(place.days)
    with Tab(place.server.url, query=f"day={day}") as tab:
        ask(place, tab, words)
        assert tab.tracebacks == []
        tab.set(song_search="", song_title="Written by hand", song_artist="Me")
        tab.press("save")
    kept = [one for one in versions(place.server.env["DATABASE_URL"]) if one.day == day]
    place.tried += 1
    place.refused += not (tab.said_saved and [one.title for one in kept] == ["Written by hand"])
    return tab


def ways(place: Place) -> list[tuple[str, str, tuple[str, ...]]]:
    """How this diary asks: by Spotify where it has credentials, else by MusicBrainz."""
    is_free = "SPOTIPY_CLIENT_ID" not in place.server.env
    names = ("MusicBrainz search", "link without Spotify") if is_free else ("Spotify search", "Spotify link")
    return [(name, *PATHS[name]) for name in names]


def test_whatever_a_source_answers_a_day_is_logged_by_hand(place: Place) -> None:
    numbers = count()
    for way, words, services in ways(place):
        place.waits.clear()
        tried, refused, bites = place.tried, place.refused, 0
        for kind, how in BROKEN.values():
            for service in services if FULL else services[: kind != "hang" or "search" in way]:
                number = next(numbers)
                place.fake.clear()
                place.fake.fault(service, kind, **how)
                asked = len(place.fake.asked(service))
                log_by_hand(place, words.format(number=number, id=SONGS[number % len(SONGS)].spotify_id))
                bites += len(place.fake.asked(service)) > asked
        note(
            MUSIC,
            way,
            faults=place.tried - tried,
            bites=bites,
            longest_wait_s=max(place.waits),
            not_logged=place.refused - refused,
        )
        assert bites >= len(BROKEN) - 1
        assert place.refused == refused
        assert max(place.waits) <= BOUND


def test_after_a_429_a_source_is_called_once_a_second_at_most(place: Place) -> None:
    (way, _, (service, *_)), *_ = ways(place)
    place.fake.fault(service, 429, retry_after=1)
    before, begun = len(place.fake.asked(service)), time.monotonic()
    with Tab(place.server.url, query=f"day={next(place.days)}") as tab:
        asked = 0
        while time.monotonic() < begun + 3:
            ask(place, tab, f"patience {asked}")
            asked += 1
    calls = place.fake.asked(service)[before:]
    early = sum(later.at - earlier.at < 0.99 for earlier, later in pairwise(calls))
    note(MUSIC, f"{way}, 429 and a second to wait", faults=asked, bites=len(calls), calls_while_told_to_wait=early)
    assert len(calls) >= 2
    assert early == 0


def test_a_source_that_asks_us_to_wait_a_day_is_not_called_and_a_day_is_logged(place: Place) -> None:
    (way, _, (service, *_)), *_ = ways(place)
    place.fake.fault(service, 429, retry_after=86_400, body='{"error": {"status": 429, "reason": "QUOTA_EXCEEDED"}}')
    with Tab(place.server.url, query=f"day={next(place.days)}") as tab:
        until(lambda: is_told_to_wait(place, tab), 10)
        before = len(place.fake.asked(service))
        for number in range(8):
            ask(place, tab, f"tomorrow {number}")
    refused = place.refused
    log_by_hand(place, "tomorrow")
    called = len(place.fake.asked(service)) - before
    note(
        MUSIC,
        f"{way}, 429 and a day to wait",
        faults=9,
        calls_while_told_to_wait=called,
        not_logged=place.refused - refused,
    )
    assert called == 0
    assert place.refused == refused


def is_told_to_wait(place: Place, tab: Tab) -> bool:
    """Whether the source was asked, and the page says until when it will not be asked again."""
    ask(place, tab, f"today {time.monotonic()}")
    return "asks us to wait until" in tab.text
