"""F10: S3 fails in every way, while days with photos are written and looked at."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from bench.session import Answer, Session
from tests.browser.screen import assert_no_exception
from tests.browser.server import PROJECT, DiaryServer
from tests.fakes.s3_faults import CANARY, FaultyS3
from tests.faults.content import picture
from tests.faults.distant import until
from tests.faults.figures import note
from tests.faults.kept import notes, number, versions
from tests.faults.proxy import Proxy
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Tab
from tests.s3 import ID, SECRET, aws_env

PHOTOS = "F10 S3 in trouble"
BOUND = 10  # seconds: nobody waits longer for a page
LOST = "This photo cannot be shown just now."
WAITING = "is kept with the day and sent there by itself."
FAULTS = {
    "403 access denied": "AccessDenied",
    "SlowDown": "SlowDown",
    "wrong region": "AuthorizationHeaderMalformed",
    "answer cut off": "cut",
    "hangs": "hang",
}
READS = {"answer cut off": "cut", "hangs": "hang"}
if FULL:
    READS |= {"404 no such key": "NoSuchKey", "500": "InternalError"}
    FAULTS |= {
        "404 no such key": "NoSuchKey",
        "500": "InternalError",
        "moved to another region": "PermanentRedirect",
        "clock skew": "RequestTimeTooSkewed",
        "bucket missing": "NoSuchBucket",
        "a hotel's sign-in page": "html",
        "connection closed": "drop",
        "10 s latency": "late",
        "a byte now and then": "dribble",
        "headers byte by byte": "dribble_head",
    }


@dataclass
class Place:
    """A running diary whose photos lie in an S3 that can be spoiled, and in front of it a network that can be, too."""

    server: DiaryServer
    s3: FaultyS3
    network: Proxy

    @property
    def database(self) -> str:
        return self.server.env["DATABASE_URL"]

    def waiting(self) -> int:
        return number(self.database, "SELECT count(*) FROM waiting_photos")

    def heal(self) -> None:
        self.s3.fault = self.s3.fault_of_reads = None
        self.network.set("pass")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("photos")
    with FaultyS3() as s3, Proxy(int(s3.url.rpartition(":")[2])) as network:
        env = aws_env(f"http://127.0.0.1:{network.port}") | {"DIARY_PHOTOS": "s3://diary/photos"}
        with DiaryServer(folder, env) as server:
            yield Place(server, s3, network)
            network.set("pass")


@pytest.fixture(autouse=True)
def _no_secret_and_no_traceback(place: Place) -> Iterator[None]:
    yield
    place.heal()
    log = place.server.log()
    assert [word for word in (CANARY, SECRET, ID, "X-Amz-", "Traceback") if word in log] == []


def save_with_photo(place: Place, day: str, kind: int) -> tuple[Tab, float]:
    """The tab that saved ``day`` with a picture, and how long that took."""
    with Tab(place.server.url, query=f"day={day}") as tab:
        tab.set(note=f"with photo {kind}", photo=picture(kind))
        took = tab.press("save").seconds
    return tab, took


def get_photo(place: Place, path: str, patience: float = 30) -> bytes:
    with urlopen(place.server.url + path, timeout=patience) as answer:
        return bytes(answer.read())


def test_a_timeline_is_drawn_as_quickly_while_s3_hangs(place: Place) -> None:
    for day in range(1, scaled(2, 20) + 1):
        tab, _ = save_with_photo(place, f"2026-06-{day:02}", 100 + day)
    assert WAITING not in tab.text

    def drawn() -> list[Answer]:
        with Session(place.server.url, "timeline") as timeline:
            return [timeline.run() for _ in range(scaled(10, 40))]

    healthy = median(answer.seconds for answer in drawn())
    place.s3.fault = "hang"
    asked = len(place.s3.calls)
    with pytest.raises(TimeoutError):
        get_photo(place, tab.photo_paths[0], patience=1)
    bites = len(place.s3.calls) - asked
    answers = drawn()
    hanging = median(answer.seconds for answer in answers)
    shown = "".join(answers[0].texts)
    note(
        "F10 timeline while S3 hangs",
        "days with photos",
        bites=bites,
        photos=len({*re.findall(r"/photo/[^?]+", shown)}),
        healthy_ms=1000 * healthy,
        hanging_ms=1000 * hanging,
        ratio=hanging / healthy,
    )
    assert bites
    assert "/photo/" in shown
    assert max(answer.seconds for answer in answers) <= BOUND
    assert not FULL or hanging <= 2 * healthy


def reads(place: Place) -> int:
    return sum(method == "GET" for method, _ in place.s3.calls)


def test_a_photo_that_s3_has_and_does_not_give_is_told_in_its_place_beside_the_text(
    place: Place, open_page: Callable[..., Page]
) -> None:
    tab, _ = save_with_photo(place, "2026-07-01", 100)
    assert WAITING not in tab.text
    for name, fault in READS.items():
        place.s3.fault_of_reads = fault
        asked, begun = reads(place), time.monotonic()
        page = open_page(width=390)
        page.goto(f"{place.server.url}/?day=2026-07-01")
        expect(page.locator(".record")).to_contain_text("with photo 100")
        took = time.monotonic() - begun
        photo = page.locator(".record img.photo")
        until(lambda: reads(place) > asked, 10)  # noqa: B023  (done before the next round)
        expect(photo).to_have_attribute("alt", "Photo of the day" if fault == "hang" else LOST)
        assert_no_exception(page)
        note("F10 photos in S3 that cannot be read", name, bites=reads(place) - asked, text_shown_after_s=took)
        assert took <= BOUND


@pytest.mark.parametrize("name", ["nobody listens", *FAULTS])
def test_a_day_is_saved_whole_while_s3_fails_and_its_photo_is_kept_aside(place: Place, name: str) -> None:
    kind = ["nobody listens", *FAULTS].index(name)
    day = f"2026-08-{kind + 1:02}"
    before, asked = place.waiting(), len(place.s3.calls) + place.network.counts["cut"]
    if name == "nobody listens":
        with Tab(place.server.url, query="day=2026-08-30") as tab:  # so that there is a connection to cut
            tab.set(photo=picture(19))
            tab.press("save")
        place.network.set("refuse")
    else:
        place.s3.fault = FAULTS[name]
    tab, took = save_with_photo(place, day, kind)
    with Session(place.server.url, "timeline") as other:
        timeline = other.run()
    photos = [get_photo(place, path) for path in tab.photo_paths]
    bites = len(place.s3.calls) + place.network.counts["cut"] - asked
    kept, aside = notes(place.database, day), place.waiting() - before
    note(
        PHOTOS,
        name,
        bites=bites,
        save_s=took,
        timeline_s=timeline.seconds,
        lost_texts=1 - len(kept),
        kept_aside=aside,
        told=int(WAITING in tab.text),
    )
    if FULL and FAULTS.get(name) in {"hang", "late", "dribble", "dribble_head"}:
        until(lambda: is_asked_again(place), 20)  # nobody is asked for a moment after a hang
    assert bites
    assert tab.said_saved, tab.errors
    assert WAITING in tab.text
    assert CANARY not in tab.text
    assert kept == [f"with photo {kind}"]
    assert aside == 1
    assert photos, "the photo is on the page all the same"
    assert all(photo[8:12] == b"WEBP" for photo in photos)
    assert f"with photo {kind}" in "".join(timeline.texts)
    assert max(took, timeline.seconds) <= BOUND


def is_asked_again(place: Place) -> bool:
    """Whether S3, which is well again, is asked to keep a photo."""
    place.heal()
    calls = len(place.s3.calls)
    with Tab(place.server.url, query="day=2026-08-31") as tab:
        tab.set(photo=picture(18), note=f"tried at {time.monotonic()}")
        tab.press("save")
    return len(place.s3.calls) > calls


def test_what_was_kept_aside_is_sent_when_s3_is_back(place: Place) -> None:
    place.s3.fault = "SlowDown"
    save_with_photo(place, "2026-10-01", 17)
    waited = place.waiting()
    assert waited
    place.heal()
    begun = time.monotonic()
    if FULL:
        until(lambda: place.waiting() == 0, 60)  # the caretaker of the running diary
    else:
        command = [sys.executable, "-m", "diary", "sweep"]
        subprocess.run(command, cwd=PROJECT, env=place.server.env, check=True, stdout=subprocess.DEVNULL)
    took = time.monotonic() - begun
    shown = {one.photo for one in versions(place.database) if one.photo}
    broken = [key for key in shown if f"photos/{key}" not in place.s3.kept]
    note(
        "F10 photos kept aside and sent later",
        "by the running diary" if FULL else "by `sweep`",
        kept_aside=waited,
        still_waiting=place.waiting(),
        sent_after_s=took,
        broken_images=len(broken),
    )
    assert place.waiting() == 0
    assert broken == []
    with Tab(place.server.url, query="day=2026-10-01") as tab:
        assert WAITING not in tab.text
        assert tab.photo_paths
        asked = reads(place)
        assert all(get_photo(place, path)[8:12] == b"WEBP" for path in tab.photo_paths)
        assert reads(place) == asked + len(tab.photo_paths), "they are shown by S3"
