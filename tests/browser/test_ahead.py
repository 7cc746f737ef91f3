"""The days that come with a page stand where the page draws its own, and go when it does."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from diary.clock import today, utc_now, years_before
from diary.model import EntryDraft
from tests.browser.screen import assert_sound, settled
from tests.browser.server import DiaryServer
from tests.browser.test_looks import look_at
from tests.builders import eventually, make_diary
from tests.corpus.pictures import corners, saved

Open = Callable[..., Page]
SEEN = ".onthisday h2, .onthisday li, .chapter h2, .spines, .card, .card p, .card img, h1, .lead, .shelf, .shelf td"
PLACES = """what => [...document.querySelectorAll(what)].filter(one => one.closest('.ahead, .stHtml')).map(one => {
    const {x, y, width, height} = one.getBoundingClientRect();
    return [one.className || one.tagName, ...[x, y, width, height].map(Math.round)];
})"""


def kept_waiting(page: Page, address: str) -> None:
    """As a browser that is slow to hear from the diary sees a page."""
    page.route_web_socket("**/_stcore/stream", lambda _: None)

    def come() -> bool:
        page.goto(address)
        return page.locator(".ahead").is_visible()

    eventually(come)  # a busy machine may not have them in time
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("width", [390, 760, 1110, 1440])
@pytest.mark.parametrize("path", ["/timeline", "/year"])
def test_they_stand_where_the_page_draws_its_own(open_page: Open, full: DiaryServer, path: str, width: int) -> None:
    drawn, sent = (open_page(width=390 if width < 760 else 1440, dark=True) for _ in range(2))
    for page in (drawn, sent):
        page.set_viewport_size({"width": width, "height": 900})
    look_at(drawn, full.url + path)
    expect(drawn.locator(".ahead")).to_have_count(0)
    kept_waiting(sent, full.url + path)
    assert len(places := sent.evaluate(PLACES, SEEN)) > 30
    assert places == [one for one in drawn.evaluate(PLACES, SEEN) if one[0] != "unseen"]


def test_the_choice_below_a_hard_day_has_its_place_too(open_page: Open, server: DiaryServer) -> None:
    diary = make_diary(server.env["DATABASE_URL"])
    day = today(utc_now(), "Europe/Berlin", diary.person().day_cutoff_hour)
    diary.save(EntryDraft(years_before(day)[0], "sad", zone="Europe/Berlin"))
    drawn, sent = open_page(), open_page()
    look_at(drawn, f"{server.url}/timeline")
    expect(drawn.get_by_text("Leave out hard days")).to_be_visible()
    kept_waiting(sent, f"{server.url}/timeline")
    assert sent.evaluate(PLACES, ".card") == drawn.evaluate(PLACES, ".card")


def test_they_are_sound_by_themselves(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    kept_waiting(page, f"{full.url}/timeline")
    assert_sound(page)


def test_who_has_read_on_meanwhile_is_not_sent_back_to_the_top(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelector('.ahead').scrollTo(0, 600))"
    )
    look_at(page, f"{full.url}/timeline")
    expect(page.locator(".ahead")).to_have_count(0)
    assert 580 < page.evaluate("document.querySelector('.stMain').scrollTop") < 620


def test_who_has_reached_a_day_by_keyboard_stays_there(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=1440)
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelector('.ahead .card .over').focus())"
    )
    look_at(page, f"{full.url}/timeline")
    expect(page.locator("#root .card .over").first).to_be_focused()


def test_a_picture_that_does_not_come_is_replaced_there_too(open_page: Open, server: DiaryServer) -> None:
    make_diary(server.env["DATABASE_URL"]).save(
        EntryDraft(date(2026, 3, 14), "calm", new_photo=saved(corners(), "JPEG"))
    )
    page = open_page()
    page.route("**/photo/**", lambda route: route.abort())
    kept_waiting(page, f"{server.url}/timeline")
    expect(page.locator(".ahead .cut")).to_have_attribute("src", "/app/static/lost.svg")


def test_a_place_of_the_year_tapped_before_anything_listens_is_opened(open_page: Open, full: DiaryServer) -> None:
    page = open_page(width=390)
    page.add_init_script("addEventListener('DOMContentLoaded', () => document.querySelector('.ahead td.p3').click())")
    page.goto(f"{full.url}/year")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_where_there_is_nothing_to_show_any_more_they_go_all_the_same(open_page: Open, server: DiaryServer) -> None:
    diary = make_diary(server.env["DATABASE_URL"])
    diary.save(EntryDraft(date(2026, 3, 15), "calm", note="pie"))
    page = open_page()

    def first_delete(route: Route) -> None:
        for entry in diary.each():
            diary.delete(entry)
        route.continue_()

    page.route("**/_stcore/health", first_delete)
    page.goto(f"{server.url}/timeline")
    expect(page.get_by_text("An empty shelf")).to_be_visible()
    expect(page.locator(".ahead")).to_have_count(0)


def test_a_browser_that_was_here_before_opens_its_socket_without_asking(open_page: Open, full: DiaryServer) -> None:
    page = open_page()
    look_at(page, f"{full.url}/moods")
    page.route("**/_stcore/h*", lambda route: None)  # health and host-config: neither is ever answered
    page.goto(f"{full.url}/timeline")
    settled(page)
    expect(page.locator(".st-key-cards .card")).to_have_count(20)
