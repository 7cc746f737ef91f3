"""Two programs behind a proxy, as a person meets them: one goes, and nobody notices but for a moment."""

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import login
from tests.browser.form import choose_mood, open_form, open_more, press_save, write_note
from tests.browser.screen import assert_no_exception, settled
from tests.hosting.stack import Stack, trusting_browser

Open = Callable[..., Page]
SHOWN = "image => image.complete && image.naturalWidth"
DAY = "2026-11-20"


@pytest.fixture(scope="module")
def browser(browser: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One that comes to the stack by its name, over TLS that it trusts."""
    with trusting_browser(browser, tmp_path_factory.mktemp("home"), stack.authority) as trusting:
        yield trusting


@pytest.fixture
def page(open_page: Open, stack: Stack) -> Page:
    """Of somebody who has logged in."""
    page = open_page()
    login.log_in(page, stack, "ada")
    return page


def choose_photo(page: Page) -> None:
    open_more(page)
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    chosen = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    page.locator("input[type=file]").set_input_files(chosen)
    expect(page.get_by_text("a.jpg")).to_be_visible()
    settled(page)


def expect_saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert_no_exception(page)


def test_a_day_with_a_photo_is_written_and_shown(page: Page, stack: Stack) -> None:
    open_form(page, stack, DAY)
    choose_mood(page, "Calm")
    write_note(page, "Behind a proxy.")
    choose_photo(page)
    press_save(page)
    expect_saved(page)
    page.goto(f"{stack.url}/timeline?day={DAY}")
    photo = page.locator(".open img.photo")
    page.wait_for_function(SHOWN, arg=photo.element_handle())
    expect(photo).to_have_attribute("alt", "Photo of the day")
    assert page.console_errors == []
