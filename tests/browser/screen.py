"""What a person sees: a page of the browser, watched while it is used."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, WebSocket, expect

PATIENCE = 30_000  # milliseconds; the machine may be busy
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_HERE = ("127.0.0.1", "localhost", "diary.test")  # the last is how the stack of `tests/hosting` is reached
_ELSEWHERE = re.compile(rf"^https?://(?!({'|'.join(map(re.escape, _HERE))})[:/])")
_ARTWORK = re.compile(r"(^|\.)(i\.scdn\.co|spotifycdn\.com|coverartarchive\.org|archive\.org)$")
_PLAYER = "open.spotify.com"


def open_screen(
    browser: Browser,
    *,
    width: Literal[390, 1440] = 1440,
    dark: bool = False,
    touch: bool = False,
    timezone: str = "Europe/Berlin",
) -> Page:
    """A page of a fresh profile: a phone (390) or a desktop (1440), light or dark, in the given IANA zone.

    The page carries what it was seen doing: ``sent``, how often it told the diary something, and as lists of
    texts ``console_errors`` and ``foreign_requests``, addresses that are neither the diary's nor one of the hosts
    of covers and players. Nothing leaves the machine: covers are answered with a small picture, players with an
    empty page, and foreign requests are cut off.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width == 390 else 900},
        color_scheme="dark" if dark else "light",
        has_touch=touch,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id=timezone,
        service_workers="block",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    _watch(page)
    return page


def settled(page: Page) -> None:
    """Wait until the page is connected and its script has run, as Streamlit's own tests do."""
    page.wait_for_timeout(155)  # a click needs this long to become a run
    app = "[data-testid=stApp]"
    page.wait_for_selector(f"{app}[data-test-connection-state=CONNECTED]", state="attached")
    page.wait_for_selector(f"{app}[data-test-script-state=notRunning]", state="attached")


@contextmanager
def told(page: Page) -> Iterator[None]:
    """Do something that the page tells the diary, and wait until that was told and answered.

    A field that was left tells its text a moment later: what comes before that overtakes it.
    """
    before, until = page.sent, time.monotonic() + PATIENCE / 1000
    yield
    while page.sent == before:
        assert time.monotonic() < until, "the page told nothing"
        page.wait_for_timeout(20)
    settled(page)


def assert_no_exception(page: Page) -> None:
    """No traceback and no "Oh no" stands on the page."""
    expect(page.get_by_test_id("stException")).to_have_count(0)


def assert_sound(page: Page) -> None:
    """No exception, no error of a script, no sideways scroll, and nothing that keeps somebody out (WCAG 2.2 AA)."""
    assert_no_exception(page)
    assert page.console_errors == [], page.console_errors
    assert page.page_errors() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def _watch(page: Page) -> None:
    console_errors: list[str] = []
    foreign_requests: list[str] = []
    page.console_errors, page.foreign_requests, page.sent = console_errors, foreign_requests, 0

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location['url']})")

    def count(_: object) -> None:
        page.sent += 1

    def note_socket(socket: WebSocket) -> None:
        socket.on("framesent", count)
        if urlsplit(socket.url).hostname not in _HERE:
            foreign_requests.append(socket.url)

    def answer(route: Route) -> None:
        host = urlsplit(route.request.url).hostname or ""
        if _ARTWORK.search(host):
            route.fulfill(body=_cover(route.request.url), content_type="image/png")
        elif host == _PLAYER:
            route.fulfill(body="<!doctype html><title>Player</title>", content_type="text/html")
        else:
            foreign_requests.append(route.request.url)
            route.abort()

    page.on("console", note)
    page.on("websocket", note_socket)
    page.context.route(_ELSEWHERE, answer)


def _cover(url: str) -> bytes:
    """A small PNG, of another colour for another address."""
    hue = sum(url.encode()) % 256
    picture = BytesIO()
    Image.new("HSV", (64, 64), (hue, 140, 200)).convert("RGB").save(picture, "PNG")
    return picture.getvalue()
