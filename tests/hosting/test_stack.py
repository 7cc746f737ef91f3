"""Two programs behind a proxy, as a person meets them: one goes, and nobody notices but for a moment."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from diary.ui.page import MAX_COOKIES, TOO_MANY_COOKIES
from tests.browser import login
from tests.browser.form import choose_mood, open_form, open_more, press_save, write_note
from tests.browser.screen import assert_no_exception, settled
from tests.hosting.caddy import HOST
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


def keep_cookies(page: Page, stack: Stack, total: int) -> None:
    """Have other hosts of the domain give the browser so many that it sends ``total`` bytes of them."""
    lack, number = total - len(sent_cookies(page)), 0
    while lack > 0:
        name = f"other_{number:02}"
        value = "x" * min(3000, lack - len(f"; {name}="))
        page.context.add_cookies([{"name": name, "value": value, "url": stack.url}])
        lack, number = total - len(sent_cookies(page)), number + 1
    assert len(sent_cookies(page)) == total


def sent_cookies(page: Page) -> str:
    kept = (one for one in page.context.cookies() if one["domain"] == HOST)
    return "; ".join(f"{one['name']}={one['value']}" for one in kept)


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


def test_who_is_at_a_program_that_is_killed_goes_on_at_the_other_with_all_they_typed(page: Page, stack: Stack) -> None:
    open_form(page, stack, "2026-11-21")
    choose_mood(page, "Calm")
    open_more(page)
    page.get_by_label("Note", exact=True).fill("Typed, and told to nobody.")
    first = stack.serving(page)
    with page.expect_websocket():  # to the other
        first.kill()
    settled(page)
    choose_photo(page)
    second = stack.serving(page)
    assert second is not first
    press_save(page)
    expect_saved(page)
    page.goto(f"{stack.url}/timeline?day=2026-11-21")
    expect(page.get_by_role("dialog").get_by_text("Typed, and told to nobody.")).to_be_visible()
    page.wait_for_function(SHOWN, arg=page.locator(".open img.photo").element_handle())
    assert "logged in" not in second.log(), "nobody had to log in again"
    first.start()


def test_a_browser_with_as_many_cookies_as_there_may_be_gets_its_page(page: Page, stack: Stack) -> None:
    keep_cookies(page, stack, MAX_COOKIES)
    page.goto(f"{stack.url}/timeline")
    login.expect_inside(page)


def test_one_with_more_gets_a_sentence_and_its_page_when_they_are_gone(page: Page, stack: Stack) -> None:
    keep_cookies(page, stack, MAX_COOKIES + 1)
    answer = page.goto(f"{stack.url}/timeline")
    assert answer
    assert answer.status == 431
    expect(page.locator("body")).to_have_text(TOO_MANY_COOKIES)
    page.context.clear_cookies(name=re.compile("^other_"))
    page.reload()
    login.expect_inside(page)
