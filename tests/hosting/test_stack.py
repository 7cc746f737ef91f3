"""Two programs behind a proxy, as a person meets them: one goes, and nobody notices but for a moment."""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from diary.ui.page import MAX_COOKIES, TOO_MANY_COOKIES
from tests import s3
from tests.browser import login
from tests.browser.form import choose_mood, open_form, open_more, press_save, write_note
from tests.browser.screen import assert_no_exception, open_screen, settled
from tests.hosting.caddy import HOST
from tests.hosting.stack import PASSWORDS, Stack, trusting_browser
from tests.oidc.registration import Registration

Open = Callable[..., Page]
SHOWN = "image => image.complete && image.naturalWidth"
NOTE = "Typed, and told to nobody."


@pytest.fixture(scope="module")
def browser(browser: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One that comes to the stack by its name, over TLS that it trusts."""
    with trusting_browser(browser, tmp_path_factory.mktemp("home"), stack.authority) as trusting:
        yield trusting


@pytest.fixture(scope="module")
def cookies(browser: Browser, stack: Stack) -> list[dict[str, Any]]:
    """Of a browser in which Ada has logged in, at the provider and back, with Caddy's that leads to a program."""
    page = open_screen(browser)
    login.log_in(page, stack, "ada")
    cookies = page.context.cookies()
    page.context.close()
    return cookies


@pytest.fixture
def page(open_page: Open, cookies: list[dict[str, Any]]) -> Page:
    """Of somebody who has logged in."""
    page = open_page()
    page.context.add_cookies(cookies)
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


def write_day(page: Page, stack: Stack, day: str) -> None:
    open_form(page, stack, day)
    choose_mood(page, "Calm")
    write_note(page, "Behind a proxy.")
    choose_photo(page)
    press_save(page)
    expect_saved(page)


def lines(stack: Stack) -> list[dict[str, Any]]:
    """All that both programs have said."""
    return [json.loads(line) for program in stack.programs for line in program.log().splitlines()]


def test_a_day_with_a_photo_is_written_and_shown(page: Page, stack: Stack) -> None:
    write_day(page, stack, "2024-11-20")
    page.goto(f"{stack.url}/timeline?day=2024-11-20")
    photo = page.locator(".open img.photo")
    page.wait_for_function(SHOWN, arg=photo.element_handle())
    expect(photo).to_have_attribute("alt", "Photo of the day")
    assert page.console_errors == []


def test_who_is_at_a_program_that_is_killed_goes_on_at_the_other_with_all_they_typed(
    page: Page, stack: Stack, request: pytest.FixtureRequest
) -> None:
    open_form(page, stack, "2024-11-21")
    choose_mood(page, "Calm")
    open_more(page)
    page.get_by_label("Note", exact=True).fill(NOTE)
    first = stack.serving(page)
    request.addfinalizer(first.start)
    with page.expect_websocket():  # to the other
        first.kill()
    settled(page)
    choose_photo(page)
    second = stack.serving(page)
    assert second is not first
    press_save(page)
    expect_saved(page)
    page.goto(f"{stack.url}/timeline?day=2024-11-21")
    expect(page.get_by_role("dialog").get_by_text(NOTE)).to_be_visible()
    page.wait_for_function(SHOWN, arg=page.locator(".open img.photo").element_handle())


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


def test_the_log_tells_a_save_once_whose_and_where_and_neither_secrets_nor_words(page: Page, stack: Stack) -> None:
    before = [line for line in lines(stack) if line["message"].startswith("saved day")]
    write_day(page, stack, "2024-11-22")
    found = lines(stack)
    (saved,) = (line for line in found if line["message"].startswith("saved day") and line not in before)
    (logged_in,) = (line for line in found if line["message"].startswith("logged in"))
    assert saved["owner"] == logged_in["owner"]
    assert re.fullmatch("[0-9a-f]{12}", saved["session"])
    assert "session" not in logged_in, "that is no tab"
    secrets = (*PASSWORDS.values(), s3.SECRET, "X-Amz", Registration.client_secret, Registration.cookie_secret, "eyJ")
    for told in (*secrets, "example.org", "Behind a proxy", "2024-11-22"):
        assert not any(told in program.log() for program in stack.programs)
