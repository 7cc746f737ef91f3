"""What a person does to come in and to leave, here and where the diary sends them to sign in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.screen import settled
from tests.browser.server import DiaryServer
from tests.fakes.cognito import Cognito
from tests.fakes.cognito_pool import PASSWORD
from tests.oidc.provider import OidcProvider

_AT_PROVIDER = re.compile(r"^http://localhost:")


@contextmanager
def diary_with_login(kind: type[OidcProvider] | type[Cognito], folder: Path) -> Iterator[tuple[DiaryServer, Any]]:
    """A running diary in ``folder``, and the running provider that people sign in at."""
    diary = DiaryServer(folder)
    with kind(diary.url) as provider:
        diary.env |= provider.env
        with diary:
            yield diary, provider


def sign_in(page: Page, user: str, password: str = PASSWORD) -> None:
    """At the provider: give one's name, and the password where it is asked for (Cognito)."""
    page.get_by_label("User name", exact=True).or_(page.get_by_label("Username", exact=True)).fill(user)
    if page.get_by_label("Password").is_visible():
        page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def refuse(page: Page) -> None:
    """At the provider: refuse, or have another provider behind it refuse (Cognito)."""
    page.get_by_role("button", name="Refuse").or_(page.get_by_role("link", name="Continue with Elsewhere")).click()


def leave_for_provider(page: Page, diary: DiaryServer, path: str = "/") -> None:
    """Come to the diary as nobody, and let it send one to the provider."""
    page.goto(f"{diary.url}{path}")
    expect_welcome(page)
    page.locator(".st-key-sign-in button").click()
    page.wait_for_url(_AT_PROVIDER)


def log_in(page: Page, diary: DiaryServer, user: str, path: str = "/") -> None:
    """All the way, until the page asked for stands there."""
    leave_for_provider(page, diary, path)
    sign_in(page, user)
    expect_inside(page)


def log_out(page: Page, diary: DiaryServer) -> None:
    """All the way, until the welcome stands there."""
    page.goto(f"{diary.url}/settings")
    expect_inside(page)
    page.locator(".st-key-sign-out button").click()
    expect_welcome(page)


def expect_inside(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    settled(page)


def expect_welcome(page: Page, why: str = "") -> None:
    """The welcome, and one sentence on ``why`` one is there, or none."""
    expect(page.locator(".st-key-sign-in button")).to_be_visible()
    settled(page)
    if why:
        expect(page.get_by_test_id("stAlert")).to_have_text(re.compile(re.escape(why)))
    else:
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
