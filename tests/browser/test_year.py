"""The shelf of a year where only a browser can tell: sound on every screen, led by keys, every place leads on."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from diary.ui import text
from tests.browser.screen import assert_sound, settled
from tests.browser.server import DiaryServer

Open = Callable[..., Page]
YEAR = datetime.now(UTC).year - 1
FOCUSED = "document.activeElement.title || document.activeElement.ariaLabel"
SMALLEST = """kind => Math.min(...[...document.querySelectorAll(kind)].map(one => one.getBoundingClientRect())
    .flatMap(box => [box.width, box.height]))"""


def look_at(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".shelf")).to_be_visible()
    settled(page)


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_every_view_is_sound(open_page: Open, full: DiaryServer, width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark)
    for view, least in (("", 24), ("?shelf=covers", 44 if width == 390 else 24), ("?shelf=years", 0)):
        look_at(page, f"{full.url}/year{view}")
        assert page.evaluate(SMALLEST, ".shelf td[title]") >= least, "a place is too small to be hit"
        assert page.evaluate(SMALLEST, ".shelf button") >= 24
        expect(page.locator('.shelf [tabindex="0"]')).to_have_count(1)
        assert_sound(page)


def test_arrows_lead_through_the_places_to_a_day_and_back(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    look_at(page, f"{full.url}/year?year={YEAR}")
    page.locator('.shelf [tabindex="0"]').focus()
    assert page.evaluate(FOCUSED) == f"January {YEAR}"
    last = monthrange(YEAR, 2)[1]
    ways = {
        "ArrowRight": (1, 1),
        "ArrowDown": (2, 1),
        "End": (2, last),
        "ArrowUp": (1, last),
        "ArrowLeft": (1, last - 1),
    }
    for key, (month, number) in ways.items():
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED).startswith(f"{text.long_day(date(YEAR, month, number))}, ")
    written = page.locator(".shelf td[class^=p]").first
    said = written.get_attribute("title") or ""
    written.click()
    expect(page.get_by_role("dialog")).to_contain_text(said.partition(",")[0])
    expect(page).to_have_url(re.compile(r"/year\?year=2025&day=2025-\d\d-\d\d$"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    assert page.evaluate(FOCUSED) == said, "the focus comes back to the place"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(rf"/year\?year={YEAR}$"))


def test_moods_keep_their_patterns_where_colours_are_taken_away(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    page.emulate_media(forced_colors="active")
    look_at(page, f"{full.url}/year?year={YEAR}")
    looks = page.evaluate(
        """() => [...document.querySelectorAll('.legend [class^=p]')].map(one => getComputedStyle(one))
            .map(({backgroundImage, backgroundSize, backgroundColor}) =>
                [backgroundImage + backgroundSize, backgroundColor])"""
    )
    assert len({pattern for pattern, _ in looks}) == len(looks) > 5
    assert len({colour for _, colour in looks}) == 1, "the system's own"
    assert "none" not in [pattern for pattern, _ in looks]


def test_months_years_and_empty_places_lead_on(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    look_at(page, f"{full.url}/year?shelf=years")
    page.get_by_role("button", name=f"{YEAR}", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{YEAR}")
    page.get_by_role("gridcell", name=re.compile("nothing noted$")).first.click()
    expect(page.get_by_text("How was your day?")).to_be_visible()
    look_at(page, f"{full.url}/year?year={YEAR}&shelf=covers")
    page.get_by_role("button", name=f"March {YEAR}").click()
    expect(page.get_by_role("heading", name=f"March {YEAR}")).to_be_visible()
    page.go_back()
    expect(page.locator(".shelf.covers")).to_be_visible()
    look_at(page, f"{full.url}/moods")
    page.locator(".shelf td[class^=p]").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/timeline\?day="))
