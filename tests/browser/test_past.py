"""Second thoughts: former versions of a day and the trash, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form import choose_mood, open_form, press_save, write_note
from tests.browser.screen import assert_no_exception, assert_sound, settled
from tests.browser.server import DiaryServer

Open = Callable[..., Page]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def write_twice(page: Page, server: DiaryServer, day: str) -> None:
    open_form(page, server, day)
    choose_mood(page, "calm")
    write_note(page, "the first words")
    press_save(page)
    press(page, "Edit")
    write_note(page, "the second words")
    press_save(page)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def look_back(page: Page) -> None:
    page.get_by_text("Earlier versions").click()
    settled(page)


@pytest.mark.parametrize(("width", "day"), [(390, "2026-03-01"), (1440, "2026-03-02")])
def test_a_former_version_is_seen_and_brought_back_and_that_too_can_be_undone(
    open_page: Open, server: DiaryServer, width: int, day: str
) -> None:
    page = open_page(width=width)
    write_twice(page, server, day)
    note = page.locator(".record .long")
    expect(note).to_have_text("the second words")
    expect(page.get_by_text("the first words")).to_have_count(0)
    look_back(page)
    expect(page.locator(".version .long")).to_have_text("the first words")
    press(page, "Bring this one back")
    expect(note).to_have_text("the first words")
    press(page, "Undo")
    expect(note).to_have_text("the second words")
    page.reload()
    settled(page)
    expect(note).to_have_text("the second words")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_no_exception(page)
    assert page.console_errors == []


def test_on_the_timeline_too_a_day_shows_what_it_was(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    write_twice(page, server, "2026-03-03")
    page.goto(f"{server.url}/timeline?day=2026-03-03")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".long")).to_have_text("the second words")
    look_back(page)
    expect(dialog.locator(".version .long")).to_have_text("the first words")
    press(page, "Bring this one back")
    expect(dialog.locator("article.open .long")).to_have_text("the first words")
    assert_no_exception(page)


def test_a_day_written_once_has_no_earlier_versions(open_page: Open, server: DiaryServer) -> None:
    page = open_page()
    open_form(page, server, "2026-03-04")
    choose_mood(page, "calm")
    press_save(page)
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    expect(page.get_by_text("Earlier versions")).to_have_count(0)


@pytest.mark.parametrize(("width", "day"), [(390, "2026-03-05"), (1440, "2026-03-06")])
def test_a_deleted_day_is_in_the_trash_and_comes_back(
    open_page: Open, server: DiaryServer, width: int, day: str
) -> None:
    page = open_page(width=width)
    write_twice(page, server, day)
    press(page, "Delete")
    page.goto(f"{server.url}/settings")
    settled(page)
    row = page.locator(f".st-key-trash-{day}")
    expect(row).to_contain_text("March 2026, calm")
    assert_sound(page)
    row.get_by_role("button", name="Put back").click()
    settled(page)
    expect(row).to_have_count(0)
    expect(page.get_by_text("Nothing is in the trash.")).to_be_visible()
    page.goto(f"{server.url}/?day={day}")
    expect(page.locator(".record .long")).to_have_text("the second words")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_no_exception(page)
