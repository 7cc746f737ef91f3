"""Photos in S3, in a real browser: shown by presigned addresses under the page's policy, or a reason in their place."""

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bench.session import Session
from tests import s3
from tests.browser.form import choose_mood, open_form, open_more, press_save
from tests.browser.screen import assert_no_exception, settled
from tests.browser.server import DiaryServer
from tests.fakes.s3_faults import FaultyS3

Open = Callable[..., Page]
SHOWN = "image => image.complete && image.naturalWidth"
LOST = "This photo cannot be shown just now. It will be when its store answers again."


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
    open_more(page)
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    expect(page.get_by_text("a.jpg")).to_be_visible()
    settled(page)
    press_save(page)
    expect(page.get_by_text("Saved").first).to_be_visible()


def photo(page: Page, server: DiaryServer, day: str) -> None:
    page.goto(f"{server.url}/timeline?day={day}")
    expect(page.locator(".open img.photo")).to_be_visible()
    settled(page)


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


@pytest.mark.parametrize("fault", ["NoSuchBucket", "AccessDenied", "drop"])
def test_a_photo_that_s3_does_not_give_has_a_reason_in_its_place(
    open_page: Open, server: DiaryServer, bucket: FaultyS3, fault: str
) -> None:
    page = open_page()
    save_photo(page, server, "2026-11-02")
    bucket.fault = fault
    page = open_page()
    photo(page, server, "2026-11-02")
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
    page.wait_for_timeout(25_000)  # the house work comes by every twenty seconds
    assert len(bucket.kept) == 2


@pytest.mark.parametrize("page", ["timeline", ""])
def test_a_page_asks_s3_nothing(server: DiaryServer, bucket: FaultyS3, page: str) -> None:
    with Session(server.url, page) as tab:
        assert any("/photo/" in text for text in tab.run().texts) or page == ""
    bucket.fault = "hang"
    bucket.calls.clear()
    with Session(server.url, page) as tab:
        tab.run()
    assert bucket.calls == []
