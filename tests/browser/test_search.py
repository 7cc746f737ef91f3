"""Searching by pressing and typing, a mistake on the way, and from a day to the life of its song."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from diary.model import EntryDraft
from tests.browser.screen import assert_sound, settled
from tests.browser.server import DiaryServer
from tests.browser.test_looks import look_at
from tests.builders import make_diary

Open = Callable[..., Page]


# How many cards of other moods were seen, in any frame.
NOTE_OTHERS = """mood => {
    window.others = 0;
    const look = () => {
        const cards = document.querySelectorAll(`.card:not(:has(.m-${mood}))`);
        window.others += [...cards].filter(card => card.getClientRects().length).length;
        requestAnimationFrame(look);
    };
    look();
}"""


class Answers:
    """What the diary says to a ``page``; it may be held back for a while."""

    def __init__(self, page: Page) -> None:
        self._waiting: list[str | bytes] | None = None
        page.route_web_socket("**/_stcore/stream", self._opened)

    def hold_back(self) -> None:
        self._waiting = []

    def let_through(self) -> None:
        for message in self._waiting or ():
            self._socket.send(message)
        self._waiting = None

    def _opened(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.connect_to_server().on_message(self._said)

    def _said(self, message: str | bytes) -> None:
        if self._waiting is None:
            self._socket.send(message)
        else:
            self._waiting.append(message)


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_from_a_search_to_the_life_of_a_song(open_page: Open, full: DiaryServer, width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark)
    look_at(page, f"{full.url}/timeline")
    assert page.locator("[data-day]").first.bounding_box()["y"] < 420, "the search pushes the days off the screen"
    page.get_by_role("button", name="Anxious", exact=True).click()
    expect(page.get_by_role("searchbox")).to_have_value("mood:anxious")
    settled(page)
    page.get_by_role("searchbox").fill("mood:anxious has:cat")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("status").locator("mark")).to_have_text("has:cat")
    settled(page)
    expect(page.locator(".card .mood.m-anxious").first).to_be_visible()
    expect(page.locator(".card .mood:not(.m-anxious)")).to_have_count(0)
    assert_sound(page)
    heights = [button.bounding_box()["height"] for button in page.locator(".st-key-offered button").all()]
    assert min(heights) >= 43.5
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("mood:anxious")
    expect(page.locator("mark")).to_have_count(0)
    page.locator(".card:has(.artist:not(:empty)) .over").first.click()
    title = page.get_by_role("dialog").locator(".title").inner_text()
    page.get_by_role("button", name="All days with this song").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    expect(page).to_have_url(re.compile(r"song="))
    expect(page).to_have_url(re.compile(r"artist="))
    assert_sound(page)
    page.locator(".lifedays .over").last.click()
    expect(page.get_by_role("dialog")).to_contain_text(title)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="All days with this artist").click()
    expect(page.get_by_role("heading", name="Songs", exact=True)).to_be_visible()
    settled(page)
    assert_sound(page)
    page.get_by_role("button", name="Timeline").click()
    expect(page.get_by_role("searchbox")).to_have_value("mood:anxious")


def test_each_step_is_one_step_back(open_page: Open, full: DiaryServer) -> None:
    page = open_page()
    look_at(page, f"{full.url}/timeline?view=list")
    page.locator(".line:has(.artist:not(:empty)) .over").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settled(page)
    seen = [page.url]
    for name in ("All days with this song", "All days with this artist", "Timeline", "Older days"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page).not_to_have_url(seen[-1])
        settled(page)
        seen.append(page.url)
    for address in reversed(seen[:-1]):
        page.go_back()
        settled(page)
        assert page.url == address


def test_a_mood_that_was_pressed_stays_in_sight(open_page: Open, full: DiaryServer) -> None:
    """The row is pushed aside to reach one, and whoever comes by a link has not pushed it."""
    page = open_page(width=390)
    look_at(page, f"{full.url}/timeline")
    pill = page.locator(".st-key-offered").get_by_role("button", name="Calm", exact=True)
    pill.click()
    expect(page.get_by_role("searchbox")).to_have_value("mood:calm")
    settled(page)
    expect(pill).to_be_in_viewport(ratio=0.99)
    page.reload()
    expect(pill).to_be_in_viewport(ratio=0.99)


def test_a_press_on_a_mood_is_answered_before_the_diary_answers(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    answers = Answers(page)
    look_at(page, f"{full.url}/timeline")
    mood = page.locator(".card .mood").first.inner_text().split()[-1].lower()
    others = page.locator(f".card:not(:has(.m-{mood}))")
    expect(others.first).to_be_visible()
    answers.hold_back()
    page.locator(".st-key-offered").get_by_role("button", name=mood.capitalize(), exact=True).click()
    expect(others.filter(visible=True)).to_have_count(0)
    expect(page.locator(".onthisday, .chapter .spines").filter(visible=True)).to_have_count(0)
    expect(page.locator(".card").filter(visible=True).first).to_be_visible()
    expect(others.first).to_be_attached()  # the diary has not answered
    page.evaluate(NOTE_OTHERS, mood)
    answers.let_through()
    expect(page.locator(f".card:has(.m-{mood})")).to_have_count(20)
    settled(page)
    assert page.evaluate("window.others") == 0, "days of other moods were seen once more"


def test_a_mood_that_no_day_on_the_page_has_hides_none_and_of_two_both_stay(
    open_page: Open, server: DiaryServer
) -> None:
    """Of the days of March the page shows the newest twenty, and the ribbon of the month all."""
    moods = ["sad", *("calm", "happy") * 10]
    make_diary(server.env["DATABASE_URL"]).add_days(
        [EntryDraft(date(2026, 3, day), mood) for day, mood in enumerate(moods, 1)]
    )
    page = open_page(width=1440)
    answers = Answers(page)
    look_at(page, f"{server.url}/timeline")
    expect(page.locator(".spines .m-sad")).to_have_count(1)
    seen, pills = page.locator(".card").filter(visible=True), page.locator(".st-key-offered")
    answers.hold_back()
    pills.get_by_role("button", name="Sad", exact=True).click()
    expect(seen).to_have_count(20)
    pills.get_by_role("button", name="Sad", exact=True).click()
    pills.get_by_role("button", name="Calm", exact=True).click()
    expect(seen).to_have_count(10)
    pills.get_by_role("button", name="Happy", exact=True).click()
    expect(seen).to_have_count(20)
