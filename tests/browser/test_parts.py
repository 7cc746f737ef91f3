"""What is done in a part of a page that is drawn alone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

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
