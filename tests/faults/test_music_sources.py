"""F11: Spotify and MusicBrainz fail in every way, and a day can be logged all the same."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise, product
from pathlib import Path
from typing import Any

import pytest

from tests.browser.server import DiaryServer
from tests.fakes.music import FakeMusic
from tests.fakes.tls import FakeSpotifyHosts
from tests.faults.distant import until
from tests.faults.figures import note
from tests.faults.kept import versions
from tests.faults.proxy import Proxy
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
WORDS, LINK = "paper lan {number}", "https://open.spotify.com/track/{number:022}"  # never the same: answers are kept
PATHS: dict[str, tuple[str, dict[str, tuple[str, int] | None]]] = {
    # how a source is asked, and the services that may fail on the way, each with what must fail before it is asked
    "Spotify search": (WORDS, {"search": None, "token": ("search", 401)}),
    "Spotify link": (LINK, {"track": None, "token": ("track", 401), "oembed": ("track", 500)}),
    "MusicBrainz search": (WORDS, {"mb_search": None}),
    "link without Spotify": (LINK, {"oembed": None}),
}
AT_MOST = 2  # calls to a service for one question: the second one with a new token


_NUMBERS = count()


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


def ways(place: Place) -> tuple[str, str]:
    """How this diary asks for words and for a link: by Spotify where it has credentials, else by MusicBrainz."""
    is_free = "SPOTIPY_CLIENT_ID" not in place.server.env
    return ("MusicBrainz search", "link without Spotify") if is_free else ("Spotify search", "Spotify link")


def asked_in_trouble(place: Place, way: str, service: str, fault: str) -> Counter[str]:
    """Log a day by hand after asking while ``service`` fails; how often each service was called."""
    words, services = PATHS[way]
    first, (kind, how) = services[service], BROKEN[fault]
    place.fake.clear()
    if first:
        place.fake.fault(*first, times=1)
    place.fake.fault(service, kind, **how)
    before = len(place.fake.calls)
    log_by_hand(place, words.format(number=next(_NUMBERS)))
    return Counter(call.service for call in place.fake.calls[before:])


@pytest.mark.parametrize("is_link", [False, True], ids=["search", "link"])
def test_whatever_a_source_answers_a_day_is_logged_by_hand(place: Place, is_link: bool) -> None:
    way = ways(place)[is_link]
    place.waits.clear()
    tried, refused = place.tried, place.refused
    faults = [
        (service, fault)
        for service, fault in product(PATHS[way][1], BROKEN)
        if FULL or fault != "hang" or service.endswith("search")
    ]
    calls = {(service, fault): asked_in_trouble(place, way, service, fault) for service, fault in faults}
    silent = [(service, fault) for service, fault in faults if not calls[service, fault][service]]
    most = max(max(called.values(), default=0) for called in calls.values())
    note(
        MUSIC,
        way,
        faults=place.tried - tried,
        bites=len(faults) - len(silent),
        most_calls_to_a_service_for_a_question=most,
        longest_wait_s=max(place.waits),
        not_logged=place.refused - refused,
    )
    assert silent == []
    assert most <= AT_MOST, calls
    assert place.refused == refused
    assert max(place.waits) <= BOUND


@pytest.mark.skipif(not FULL, reason="make faults: it takes a start")
def test_a_source_whose_certificate_nobody_vouches_for_is_asked_nothing(tmp_path: Path) -> None:
    with FakeSpotifyHosts(tmp_path) as fake, Proxy(int(fake.url.rpartition(":")[2])) as way:
        here = f"https://127.0.0.1:{way.port}"
        env = {name: value.replace(fake.url, here) for name, value in fake.env.items()}
        with DiaryServer(tmp_path / "diary", env) as server:
            place = Place(server, fake, iter(("2026-11-01", "2026-11-02")))
            for words in (WORDS, LINK):
                log_by_hand(place, words.format(number=next(_NUMBERS)))
            log = server.log()
    met = way.counts["accepted"]
    note(
        MUSIC,
        "unknown certificate",
        faults=place.tried,
        bites=met,
        longest_wait_s=max(place.waits),
        not_logged=place.refused,
    )
    assert place.tried <= met <= 3 * AT_MOST
    assert fake.calls == []
    assert place.refused == 0
    assert max(place.waits) <= BOUND
    assert "Traceback" not in log


def test_after_a_429_a_source_is_called_once_a_second_at_most(place: Place) -> None:
    way = ways(place)[0]
    service = next(iter(PATHS[way][1]))
    place.fake.fault(service, 429, retry_after=1)
    before, begun = len(place.fake.asked(service)), time.monotonic()
    with Tab(place.server.url, query=f"day={next(place.days)}") as tab:
        asked = 0
        while time.monotonic() < begun + 3:
            ask(place, tab, f"patience {asked}")
            asked += 1
    calls = place.fake.asked(service)[before:]
    early = sum(later.at - earlier.at < 0.99 for earlier, later in pairwise(calls))
    note(MUSIC, f"{way}, 429 and a second to wait", questions=asked, bites=len(calls), calls_while_told_to_wait=early)
    assert len(calls) >= 2
    assert early == 0


def test_a_source_that_asks_us_to_wait_a_day_is_not_called_and_a_day_is_logged(place: Place) -> None:
    way = ways(place)[0]
    service = next(iter(PATHS[way][1]))
    at_first = len(place.fake.asked(service))
    place.fake.fault(service, 429, retry_after=86_400, body='{"error": {"status": 429, "reason": "QUOTA_EXCEEDED"}}')
    with Tab(place.server.url, query=f"day={next(place.days)}") as tab:
        until(lambda: is_told_to_wait(place, tab), 10)
        before = len(place.fake.asked(service))
        questions = [f"tomorrow {number}" for number in range(8)]
        for words in questions:
            ask(place, tab, words)
    refused = place.refused
    log_by_hand(place, "tomorrow")
    called = len(place.fake.asked(service)) - before
    note(
        MUSIC,
        f"{way}, 429 and a day to wait",
        questions=len(questions) + 1,
        bites=before - at_first,
        calls_while_told_to_wait=called,
        not_logged=place.refused - refused,
    )
    assert called == 0
    assert place.refused == refused


def is_told_to_wait(place: Place, tab: Tab) -> bool:
    """Whether the source was asked, and the page says until when it will not be asked again."""
    ask(place, tab, f"today {time.monotonic()}")
    return "asks us to wait until" in tab.text
