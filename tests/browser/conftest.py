"""A browser, and the diary it looks at."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.screen import PATIENCE, open_screen
from tests.browser.server import DiaryServer


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = chromium.launch(playwright)
        except LookupError as missing:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """What a test module adds to the diary's environment; it overrides this fixture to say so."""
    return {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_env: dict[str, str]) -> Iterator[DiaryServer]:
    """A running diary, empty at first, shared by the tests of a module."""
    with DiaryServer(tmp_path_factory.mktemp("diary"), server_env) as server:
        yield server


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens screens as `open_screen` does; when the test is over, none may have asked a stranger for anything."""
    pages: list[Page] = []

    def open_one(**look: object) -> Page:
        pages.append(open_screen(browser, **look))
        return pages[-1]

    yield open_one
    strangers = [address for page in pages for address in page.foreign_requests]
    for page in pages:
        page.context.close()
    assert strangers == [], f"The page asked other hosts than the diary: {strangers}"
