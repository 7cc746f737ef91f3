"""What is done in a part of a page that is drawn alone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date

from playwright.sync_api import Page, expect

from diary.clock import today, utc_now, years_before
from diary.model import EntryDraft
from tests.browser.screen import settled
from tests.browser.server import DiaryServer
from tests.builders import make_diary

Open = Callable[..., Page]


def test_what_could_not_be_done_is_told(open_page: Open, server: DiaryServer) -> None:
    url = server.env["DATABASE_URL"]
    diary = make_diary(url)
    day = today(utc_now(), "Europe/Berlin", diary.day_cutoff_hour())
    diary.save(EntryDraft(years_before(day)[0], "sad"))
    page = open_page(width=1440)
    page.goto(f"{server.url}/timeline")
    expect(page.locator(".onthisday")).to_be_visible()
    settled(page)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page.get_by_text("Leave out hard days").click()
        expect(page.get_by_role("alert")).to_contain_text("in use by another program")
    page.get_by_text("Leave out hard days").click()
    expect(page.get_by_text("These were hard days")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_day_deleted_where_it_was_opened_can_be_taken_back_at_once(open_page: Open, server: DiaryServer) -> None:
    diary = make_diary(server.env["DATABASE_URL"])
    diary.save(EntryDraft(date(2026, 3, 14), "calm", note="pie"))
    page = open_page(width=390)
    page.goto(f"{server.url}/timeline")
    card = page.locator("[data-day='2026-03-14']")
    expect(card).to_have_count(1)
    expect(page.locator(":root[data-open]")).to_have_count(1)  # scripts beside grids listen by then
    settled(page)
    card.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted Saturday 14 March 2026")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card).to_have_count(1)
