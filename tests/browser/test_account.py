"""What is one's own to keep and to end, in a real browser: the whole diary as a file, and its deletion."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from diary.assembly import open_diary, restore
from diary.settings import load_settings
from tests.browser.screen import assert_no_exception, settled
from tests.browser.server import DiaryServer
from tests.browser.test_photos import save_photo

Open = Callable[..., Page]
SURE = "Write “delete my diary” if that is what you want"


def open_settings(page: Page, server: DiaryServer) -> None:
    page.goto(f"{server.url}/settings")
    expect(page.get_by_role("button", name="Delete this diary")).to_be_visible()
    settled(page)


def press_delete(page: Page, words: str) -> None:
    page.get_by_label(SURE).fill(words)
    page.get_by_label(SURE).press("Enter")
    settled(page)
    page.get_by_role("button", name="Delete this diary").click()
    settled(page)


def test_everything_can_be_downloaded_and_restored_elsewhere(
    open_page: Open, server: DiaryServer, tmp_path: Path
) -> None:
    page = open_page(width=390)
    save_photo(page, server, "2026-11-20")
    open_settings(page, server)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    assert download.value.suggested_filename == "music-diary-everything.zip"
    file = tmp_path / "everything.zip"
    download.value.save_as(file)
    there = load_settings(
        {"DATABASE_URL": f"sqlite:///{tmp_path / 'there.db'}", "DIARY_PHOTOS": str(tmp_path / "photos")}
    )
    restore(there, file, replace=False, tell=lambda *_: None)
    here, brought = (list(open_diary(one).each()) for one in (load_settings(server.env), there))
    assert brought == here
    assert open_diary(there).photo(str(brought[0].photo)) == open_diary(load_settings(server.env)).photo(
        str(here[0].photo)
    )
    assert "diary.audit took along everything.zip owner=" in server.log()


@pytest.mark.parametrize("words", ["", "delete", "delete my diary!"])
def test_a_diary_is_not_deleted_by_a_slip(open_page: Open, server: DiaryServer, words: str) -> None:
    page = open_page()
    open_settings(page, server)
    press_delete(page, words)
    expect(page.get_by_role("alert").filter(has_text="Nothing was deleted")).to_be_visible()
    assert open_diary(load_settings(server.env)).count() == 1


def test_a_diary_that_is_deleted_is_gone_from_the_screen_the_database_and_the_photos(
    open_page: Open, server: DiaryServer
) -> None:
    page = open_page()
    open_settings(page, server)
    press_delete(page, "Delete my diary")
    expect(page.get_by_role("status").filter(has_text="Your diary is deleted")).to_be_visible()
    page.goto(f"{server.url}/timeline")
    expect(page.get_by_text("Write today")).to_be_visible()
    assert_no_exception(page)
    data = server.folder / "data"
    assert [file for file in (data / "photos").rglob("*") if file.is_file()] == []
    with sqlite3.connect(data / "diary.db") as database:
        for table in ("entries", "revisions", "drafts", "waiting_photos"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert "diary.audit deleted their diary owner=" in server.log()
