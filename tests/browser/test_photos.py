"""Photos in S3, in a real browser: shown by presigned addresses under the page's policy, or a reason in their place."""

import io
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bench.session import Session
from tests import s3
from tests.browser.form import choose_mood, choose_photo, open_form, press_save
from tests.browser.screen import assert_no_exception, settled
from tests.browser.server import DiaryServer
from tests.builders import eventually
from tests.fakes.s3_faults import CANARY, FaultyS3

Open = Callable[..., Page]
SHOWN = "image => image.complete && image.naturalWidth"
LOST = "This photo cannot be shown just now."


@pytest.fixture(scope="module")
def bucket() -> Iterator[FaultyS3]:
    with FaultyS3() as server:
        yield server


@pytest.fixture(scope="module")
def server_env(bucket: FaultyS3) -> dict[str, str]:
    return {**s3.aws_env(bucket.url), "DIARY_PHOTOS": "s3://diary/photos"}


@pytest.fixture(autouse=True)
def _well(bucket: FaultyS3) -> None:
    bucket.fault = None


def save_photo(page: Page, server: DiaryServer, day: str) -> None:
    open_form(page, server, day)
    choose_mood(page, "calm")
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    choose_photo(page, out.getvalue())
    press_save(page)
    expect(page.get_by_text("Saved").first).to_be_visible()


def photo(page: Page, server: DiaryServer, day: str) -> None:
    page.goto(f"{server.url}/timeline?day={day}")
    expect(page.locator(".open img.photo")).to_be_visible()
    settled(page)


def way_to_photo(page: Page, server: DiaryServer) -> tuple[dict[str, str], int]:
    """What leads a browser on from the first photo of the timeline, and for how many seconds it keeps that."""
    page.goto(f"{server.url}/timeline")
    address = page.locator(".card img[src^='/photo/']").first.get_attribute("src")
    answer = page.request.get(f"{server.url}{address}", max_redirects=0)
    assert answer.status == 302
    kept = re.fullmatch(r"private, max-age=(\d+)", answer.headers["cache-control"])
    assert kept
    return answer.headers, int(kept[1])


def test_a_photo_in_s3_is_shown_under_the_policy_of_the_page(
    open_page: Open, server: DiaryServer, bucket: FaultyS3
) -> None:
    page = open_page()
    save_photo(page, server, "2026-11-01")
    assert len(bucket.kept) == 2
    photo(page, server, "2026-11-01")
    for shown in page.locator("img[src^='/photo/']").all():
        page.wait_for_function(SHOWN, arg=shown.element_handle())
    answered = [path for method, path in bucket.calls if method == "GET"]
    assert answered, "the browser itself asked S3"
    assert page.console_errors == []
    policy = page.request.get(server.url).headers["content-security-policy"]
    images = next(part for part in policy.split("; ") if part.startswith("img-src"))
    assert images.split().count(bucket.url) == 1


@pytest.mark.parametrize(
    ("fault", "day"), [("NoSuchBucket", "2026-10-01"), ("AccessDenied", "2026-10-02"), ("drop", "2026-10-03")]
)
def test_a_photo_that_s3_does_not_give_has_a_reason_in_its_place(
    open_page: Open, server: DiaryServer, bucket: FaultyS3, fault: str, day: str
) -> None:
    page = open_page()
    save_photo(page, server, day)
    bucket.fault = fault
    page = open_page()
    photo(page, server, day)
    for place in (".open img.photo", ".card img"):
        shown = page.locator(place).first
        expect(shown).to_have_attribute("alt", LOST)
        expect(shown).to_have_attribute("src", "/app/static/lost.svg")
        page.wait_for_function(SHOWN, arg=shown.element_handle())
    assert_no_exception(page)


def test_a_photo_that_s3_does_not_take_is_saved_shown_and_sent_later(
    open_page: Open, server: DiaryServer, bucket: FaultyS3
) -> None:
    page = open_page()
    bucket.kept.clear()
    bucket.fault = "SlowDown"
    save_photo(page, server, "2026-11-03")
    photo(page, server, "2026-11-03")
    shown = page.locator(".open img.photo")
    page.wait_for_function(SHOWN, arg=shown.element_handle())
    expect(shown).to_have_attribute("alt", "Photo of the day")
    assert bucket.kept == {}
    bucket.fault = None
    # The house work comes by every twenty seconds; the photo waits until it was read back from the bucket, too.
    address = shown.get_attribute("src")
    eventually(lambda: page.request.get(f"{server.url}{address}", max_redirects=0).status == 302, seconds=40)
    assert len(bucket.kept) == 2


def test_a_page_asks_s3_nothing(server: DiaryServer, bucket: FaultyS3) -> None:
    bucket.fault = "hang"
    bucket.calls.clear()
    with Session(server.url, "timeline") as tab:
        assert any("/photo/" in text for text in tab.run().texts)
    assert bucket.calls == []


def test_the_way_to_s3_is_kept_by_the_browser_for_less_time_than_it_leads_there(
    open_page: Open, server: DiaryServer, bucket: FaultyS3
) -> None:
    headers, kept = way_to_photo(open_page(), server)
    way = urlsplit(headers["location"])
    assert f"{way.scheme}://{way.netloc}" == bucket.url
    assert kept < int(parse_qs(way.query)["X-Amz-Expires"][0])
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_no_address_of_s3_and_no_key_of_a_photo_is_in_the_log(server: DiaryServer) -> None:
    said = server.log()
    assert "saved day" in said
    assert "photo not kept cause=SlowDown" in said
    for secret in ("X-Amz", ".webp", s3.SECRET, s3.ID, CANARY, "Traceback"):
        assert secret not in said
