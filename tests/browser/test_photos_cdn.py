"""Photos in S3 that CloudFront shows, in a real browser: it asks CloudFront, and S3 only the diary does."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests import s3
from tests.browser.server import DiaryServer
from tests.browser.test_photos import SHOWN, photo, save_photo, way_to_photo
from tests.fakes.cloudfront import KEY_ID, FakeCloudFront
from tests.fakes.s3_faults import FaultyS3

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def bucket() -> Iterator[FaultyS3]:
    with FaultyS3() as server:
        yield server


@pytest.fixture(scope="module")
def cdn(bucket: FaultyS3) -> Iterator[FakeCloudFront]:
    with FakeCloudFront(lambda name: bucket.kept[name][0] if name in bucket.kept else None) as server:
        yield server


@pytest.fixture(scope="module")
def server_env(bucket: FaultyS3, cdn: FakeCloudFront) -> dict[str, str]:
    return {**s3.aws_env(bucket.url), "DIARY_PHOTOS": "s3://diary/photos", **cdn.env}


def test_a_photo_is_shown_by_cloudfront_under_the_policy_of_the_page(
    open_page: Open, server: DiaryServer, bucket: FaultyS3, cdn: FakeCloudFront
) -> None:
    page = open_page()
    save_photo(page, server, "2026-11-01")
    assert len(bucket.kept) == 2
    photo(page, server, "2026-11-01")
    for shown in page.locator("img[src^='/photo/']").all():
        page.wait_for_function(SHOWN, arg=shown.element_handle())
    assert set(cdn.shown) <= {f"/{name}" for name in bucket.kept}
    assert cdn.shown, "the browser itself asked CloudFront"
    assert cdn.refused == []
    assert [path for method, path in bucket.calls if method == "GET" and path.endswith(".webp")] == []
    assert page.console_errors == []
    policy = page.request.get(server.url).headers["content-security-policy"]
    images = next(part for part in policy.split("; ") if part.startswith("img-src")).split()
    assert images.count(cdn.url) == 1
    assert bucket.url not in images


def test_the_way_there_is_kept_by_the_browser_for_less_time_than_it_leads_there(
    open_page: Open, server: DiaryServer, cdn: FakeCloudFront
) -> None:
    page = open_page()
    headers, kept = way_to_photo(page, server)
    way = headers["location"]
    assert way.startswith(f"{cdn.url}/photos/")
    until = int(parse_qs(urlsplit(way).query)["Expires"][0])
    asked = page.evaluate("Date.now() / 1000")
    assert asked + kept < until


def test_no_address_of_cloudfront_and_nothing_of_its_key_is_in_the_log(
    server: DiaryServer, cdn: FakeCloudFront
) -> None:
    said = server.log()
    assert "saved day" in said
    for secret in ("Signature", KEY_ID, ".webp", cdn.env["DIARY_PHOTOS_CDN_KEY"].splitlines()[3], "Traceback"):
        assert secret not in said
