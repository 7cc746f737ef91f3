"""Every page on a phone and a desktop, light and dark, empty and with years of days: sound, quiet, within reach."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from diary.model import EntryDraft, Song
from tests.browser.screen import assert_no_exception, assert_sound, settled
from tests.browser.server import DiaryServer
from tests.builders import make_diary
from tests.test_settings_login import LOG_IN

Open = Callable[..., Page]
VIEWS = ("/timeline?view=list", "/timeline?view=covers")
PATHS = ("/", "/?day=2026-11-01", "/timeline", "/timeline?view=calendar&month=2026-10", "/moods", "/settings", *VIEWS)
LOOKS = pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)], ids=["phone dark", "desktop light"])

SHIFTS = """
window.shifted = 0;
new PerformanceObserver(seen => seen.getEntries().forEach(shift => { window.shifted += shift.value; }))
  .observe({type: 'layout-shift', buffered: true});
"""


def look_at(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".brand")).to_be_attached()
    settled(page)
    page.wait_for_timeout(300)  # charts draw after the script has run
    settled(page)


@LOOKS
@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_a_full_diary_is_sound(open_page: Open, full: DiaryServer, path: str, width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark)
    look_at(page, full.url + path)
    assert_sound(page)


@LOOKS
@pytest.mark.parametrize("path", ["/", "/timeline", "/year", "/moods", "/settings"])
@pytest.mark.parametrize("script", ["Html", "ButtonGroup"])  # they draw most of what there is
def test_what_is_seen_stays_where_it_is_while_a_page_opens(
    open_page: Open, full: DiaryServer, script: str, path: str, *, width: int, dark: bool
) -> None:
    def late(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page = open_page(width=width, dark=dark)
    page.add_init_script(SHIFTS)
    page.route(f"**/static/js/{script}.*.js", late)
    look_at(page, full.url + path)
    assert page.evaluate("window.shifted") < 0.05


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    server = DiaryServer(tmp_path_factory.mktemp("closed"))
    server.url = server.url.replace("127.0.0.1", "localhost")
    server.env |= {**LOG_IN, "AUTH_REDIRECT_URI": f"{server.url}/oauth2callback"}
    with server:
        yield server


@LOOKS
def test_the_welcome_is_sound(open_page: Open, closed: DiaryServer, width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark)
    look_at(page, f"{closed.url}/?login=failed")
    assert page.get_by_role("button", name="Sign in").bounding_box()["y"] < 700, "one has to look for the way in"
    assert_sound(page)


@pytest.mark.parametrize("path", ["/", "/timeline", "/timeline?view=calendar", "/moods", "/settings"])
def test_an_empty_diary_is_sound(open_page: Open, server: DiaryServer, path: str) -> None:
    page = open_page(width=390)
    look_at(page, server.url + path)
    assert_no_exception(page)
    assert page.console_errors == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"


@pytest.mark.parametrize("path", ["/", "/timeline", "/timeline?view=calendar&month=2026-10"])
def test_what_is_touched_on_a_phone_is_large_enough(open_page: Open, full: DiaryServer, path: str) -> None:
    page = open_page(width=390)
    look_at(page, full.url + path)
    small = page.evaluate(
        """() => [...document.querySelectorAll('main button, main a, [class*=st-key-nav-] a')]
            .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
            .map(one => [one.innerText || one.ariaLabel, one.getBoundingClientRect()])
            .filter(([, box]) => box.height < 43.5 && box.right > 0)
            .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
    )
    assert small == []


def test_a_card_opens_its_day_and_going_back_closes_it(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    look_at(page, f"{full.url}/timeline")
    card = page.locator(".card .over").nth(2)
    day = card.get_attribute("data-day")
    card.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/timeline\?day={day}$"))
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_day_has_an_address_and_escape_closes_it(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    look_at(page, f"{full.url}/timeline")
    day = page.locator(".card .over").first.get_attribute("data-day")
    look_at(page, f"{full.url}/timeline?day={day}")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    expect(page).to_have_url(re.compile(r"/timeline$"))


def test_older_days_and_the_search_are_in_the_address(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    look_at(page, f"{full.url}/timeline")
    newest = page.locator(".card .over").first.get_attribute("data-day")
    page.get_by_role("button", name="Older days").click()
    settled(page)
    expect(page).to_have_url(re.compile(r"before="))
    expect(page.locator(".card .over").first).not_to_have_attribute("data-day", newest or "")
    page.go_back()
    expect(page.locator(".card .over").first).to_have_attribute("data-day", newest or "")
    page.get_by_role("searchbox").fill("rain")
    page.get_by_role("searchbox").press("Enter")
    settled(page)
    expect(page).to_have_url(re.compile(r"q=rain"))
    for card in page.locator(".card").all()[:3]:
        card.locator(".over").click()
        expect(page.get_by_role("dialog")).to_contain_text("ain")
        page.keyboard.press("Escape")
        settled(page)


def test_an_empty_place_in_the_calendar_leads_to_its_form(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    look_at(page, f"{full.url}/timeline?view=calendar")
    page.locator(".day.today").click()
    expect(page.get_by_text("How was your day?")).to_be_visible()


def test_a_point_of_the_chart_leads_to_its_day(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    look_at(page, f"{full.url}/moods?period=quarter")
    chart = page.locator(".js-plotly-plot").first
    expect(chart).to_be_visible()
    where = chart.evaluate(
        """plot => { const points = plot._fullData.findIndex(trace => trace.mode === 'markers');
            const {xaxis, yaxis} = plot._fullLayout, trace = plot._fullData[points], box = plot.getBoundingClientRect();
            return [box.x + xaxis._offset + xaxis.d2p(trace.x[3]), box.y + yaxis._offset + yaxis.d2p(trace.y[3])] }"""
    )
    page.mouse.move(*where)
    page.mouse.click(*where)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/timeline\?day="))


def test_the_navigation_is_a_landmark_that_names_the_page(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    look_at(page, f"{server.url}/timeline")
    bar = page.get_by_role("navigation", name="Pages")
    expect(bar.get_by_role("link", name="Timeline")).to_have_attribute("aria-current", "page")
    bar.get_by_role("link", name="Moods").click()
    expect(bar.get_by_role("link", name="Moods")).to_have_attribute("aria-current", "page")
    expect(bar.get_by_role("link", name="Timeline")).not_to_have_attribute("aria-current", "page")


def test_artwork_that_does_not_come_is_replaced_by_a_drawn_cover(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    look_at(page, f"{full.url}/timeline")
    page.evaluate("document.querySelector('.card img[data-drawn]').src = '/nowhere.png'")
    expect(page.locator(".card img[data-drawn]").first).to_have_attribute("src", re.compile(r"^/cover/\w+\.svg$"))


def test_a_link_to_spotify_carries_its_logo(open_page: Open, server: DiaryServer) -> None:
    song = Song("Slow River", "Nora Wilde", "4uLU6hMCjMI75M1A2tKUQC")
    make_diary(server.env["DATABASE_URL"]).save(EntryDraft(date(2026, 3, 14), "calm", song))
    page = open_page(width=390)
    look_at(page, f"{server.url}/timeline")
    logo = page.locator(".card .listen").evaluate("one => getComputedStyle(one, '::before').maskImage")
    assert "/app/static/spotify.svg" in logo


def test_what_a_page_needs_is_fetched_at_once_and_nothing_else(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    look_at(page, f"{full.url}/timeline")
    fetched = page.evaluate(
        """performance.getEntriesByType('resource').map(one => [one.initiatorType, new URL(one.name).pathname])"""
    )
    ours = [path for _, path in fetched if path.startswith("/static/")]
    assert any("/Html." in path for path in ours)
    theirs = "performance.getEntriesByType('resource').filter(one => one.name.includes('SourceSans'))"
    assert page.evaluate(f"{theirs}.every(one => one.transferSize < 50000)"), "ours has 20 kB, theirs 170"
    # What the page names comes as "other", what is looked for later as "script".
    late = {path.split("/")[-1].split(".")[0] for kind, path in fetched if kind == "script"}
    assert not late & {"Html", "PageLink", "BidiComponent", "Button", "ButtonGroup", "TextInput"}
