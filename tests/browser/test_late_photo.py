"""Save is pressed while the photo of the day is still on its way up."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from diary.diary import Diary
from diary.model import EntryDraft
from tests.browser.form import choose_mood, open_form, open_more, press_save, write_note
from tests.browser.screen import assert_no_exception, settled, told
from tests.browser.server import DiaryServer
from tests.builders import make_diary
from tests.corpus.pictures import corners, saved

Open = Callable[..., Page]
UPLOADS = "**/_stcore/upload_file/**"
PICTURE = saved(corners(), "JPEG")


def begin_upload(page: Page, content: bytes) -> Route:
    """Choose a picture; what is returned has it arrive when it is told to go on."""
    held: list[Route] = []
    page.route(UPLOADS, lambda route: route.continue_() if held else held.append(route))
    open_more(page)
    with page.expect_request(UPLOADS):
        page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_be_visible()
    assert len(held) == 1
    return held[0]


def save_meanwhile(page: Page, server: DiaryServer, day: str, content: bytes = PICTURE) -> Route:
    """Save a day whose photo is on its way; what is returned has it arrive."""
    open_form(page, server, day)
    choose_mood(page, "Calm")
    photo = begin_upload(page, content)
    press_save(page)
    return photo


def keep_mine_with(page: Page, photo: Route) -> None:
    """Save a day that holds another version by now, let the photo arrive, and keep the version of this tab."""
    press_save(page)
    expect(page.get_by_text("Both versions are below")).to_be_visible()
    with told(page):
        photo.continue_()
    expect(page.get_by_text("With the photo that you chose here.")).to_be_visible()
    page.get_by_role("button", name="Keep mine").click()


@pytest.fixture
def diary(server: DiaryServer) -> Diary:
    return make_diary(server.env["DATABASE_URL"])


@pytest.mark.parametrize("width", [390, 1440])
def test_a_photo_that_comes_after_its_day_was_saved_joins_it(
    open_page: Open, server: DiaryServer, diary: Diary, width: int
) -> None:
    page, day = open_page(width=width), date(2026, 5, {390: 1, 1440: 2}[width])
    open_form(page, server, day.isoformat())
    choose_mood(page, "Calm")
    write_note(page, "by the sea")
    photo = begin_upload(page, PICTURE)
    press_save(page)
    expect(page.get_by_text("Saved").first).to_be_visible()
    expect(page.get_by_text("The photo is still on its way")).to_be_visible()
    kept = diary.find_day(day)
    assert kept
    assert (kept.note, kept.photo) == ("by the sea", None)
    with told(page):
        photo.continue_()
    expect(page.locator("img.photo").first).to_be_visible()
    expect(page.get_by_text("Saved").first).to_be_visible()
    expect(page.get_by_text("The photo is still on its way")).to_be_hidden()
    kept = diary.find_day(day)
    assert kept
    assert kept.note == "by the sea"
    assert kept.photo
    page.get_by_role("button", name="Undo").click()  # of the save, as it was one
    settled(page)
    assert diary.find_day(day) is None
    assert_no_exception(page)


def test_a_photo_that_does_not_come_after_its_day_was_saved_is_told(
    open_page: Open, server: DiaryServer, diary: Diary
) -> None:
    page = open_page(width=390)
    photo = save_meanwhile(page, server, "2026-05-10")
    photo.abort()
    expect(page.get_by_text("The photo did not arrive")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    settled(page)
    page.locator("input[type=file]").set_input_files({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": PICTURE})
    settled(page)
    with told(page):
        page.locator(".st-key-save button").click()
    expect(page.locator("img.photo").first).to_be_visible()
    kept = diary.find_day(date(2026, 5, 10))
    assert kept
    assert kept.photo


def test_a_late_photo_that_is_none_opens_the_form_and_says_so(
    open_page: Open, server: DiaryServer, diary: Diary
) -> None:
    page = open_page(width=390)
    photo = save_meanwhile(page, server, "2026-05-11", b"no picture")
    with told(page):
        photo.continue_()
    expect(page.get_by_role("alert").filter(has_text="photo")).to_be_visible()
    expect(page.locator(".st-key-save button")).to_be_visible()
    kept = diary.find_day(date(2026, 5, 11))
    assert kept
    assert kept.photo is None


def test_a_late_photo_that_cannot_be_kept_stays_on_the_form(open_page: Open, server: DiaryServer, diary: Diary) -> None:
    page = open_page(width=390)
    photo = save_meanwhile(page, server, "2026-05-15")
    with closing(sqlite3.connect(server.env["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with told(page):
            photo.continue_()
        expect(page.get_by_text("The day is saved, but not its photo.")).to_be_visible()
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    with told(page):
        page.locator(".st-key-save button").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    kept = diary.find_day(date(2026, 5, 15))
    assert kept
    assert kept.photo


def test_a_late_photo_does_not_follow_to_another_day(open_page: Open, server: DiaryServer, diary: Diary) -> None:
    diary.save(EntryDraft(date(2026, 5, 13), "calm"))
    page = open_page(width=390)
    photo = save_meanwhile(page, server, "2026-05-12")
    page.locator(".st-key-week [data-day='2026-05-13']").click()
    expect(page.locator(".spoken-date")).to_contain_text("13")
    with page.expect_response(UPLOADS):
        photo.continue_()
    settled(page)
    page.reload()
    settled(page)
    for day in (12, 13):
        kept = diary.find_day(date(2026, 5, day))
        assert kept
        assert kept.photo is None


def test_a_photo_that_comes_while_two_versions_are_shown_goes_with_the_one_of_this_tab(
    open_page: Open, server: DiaryServer, diary: Diary
) -> None:
    page, day = open_page(width=390), date(2026, 5, 14)
    open_form(page, server, day.isoformat())
    choose_mood(page, "Calm")
    photo = begin_upload(page, PICTURE)
    diary.save(EntryDraft(day, "sad", note="from the other phone"))
    keep_mine_with(page, photo)
    settled(page)
    kept = diary.find_day(day)
    assert kept
    assert kept.photo


def test_a_photo_that_comes_after_undo_is_on_the_form_again(open_page: Open, server: DiaryServer, diary: Diary) -> None:
    page, day = open_page(width=390), date(2026, 5, 16)
    photo = save_meanwhile(page, server, day.isoformat())
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".st-key-save button")).to_be_visible()
    with told(page):
        photo.continue_()
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_have_count(0)
    assert diary.find_day(day) is None
    press_save(page)
    expect(page.locator("img.photo").first).to_be_visible()


def test_a_late_photo_goes_with_mine_where_its_day_was_deleted_elsewhere(
    open_page: Open, server: DiaryServer, diary: Diary
) -> None:
    page, day = open_page(width=390), date(2026, 5, 17)
    photo = save_meanwhile(page, server, day.isoformat())
    page.get_by_role("button", name="Edit").click()
    write_note(page, "once more")
    entry = diary.find_day(day)
    assert entry
    diary.delete(entry)
    keep_mine_with(page, photo)
    expect(page.locator("img.photo").first).to_be_visible()
