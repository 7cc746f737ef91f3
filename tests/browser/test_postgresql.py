"""The way of a day on PostgreSQL: written, changed, found again, still there after a restart."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form import choose_mood, open_form, press_save, write_note
from tests.browser.screen import assert_no_exception, settled
from tests.browser.server import DiaryServer
from tests.fakes.music import FakeMusic

Open = Callable[..., Page]
pytestmark = pytest.mark.parametrize("shared_database", ["postgresql"], indirect=True)


@pytest.fixture(scope="module")
def music() -> Iterator[FakeMusic]:
    with FakeMusic() as fake:
        yield fake


@pytest.fixture(scope="module")
def server_env(music: FakeMusic, shared_database: str) -> dict[str, str]:
    return music.env | {"DATABASE_URL": shared_database}


@pytest.mark.parametrize(("width", "day"), [(390, "2026-05-01"), (1440, "2026-05-02")], ids=["phone", "desktop"])
def test_a_day_is_saved_changed_and_found_again_after_a_restart(
    open_page: Open, server: DiaryServer, width: int, day: str
) -> None:
    page = open_page(width=width)
    open_form(page, server, day)
    choose_mood(page, "Calm")
    page.get_by_role("searchbox").press_sequentially("paper lant", delay=20)
    page.get_by_role("button", name="Choose Paper Lanterns by Nora Wilde").click()
    settled(page)
    press_save(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.locator(".record .title")).to_have_text("Paper Lanterns")
    page.get_by_role("button", name="Edit").click()
    settled(page)
    write_note(page, f"100% Étoile, {day}")
    press_save(page)
    expect(page.locator(".record .long")).to_have_text(f"100% Étoile, {day}")
    server.restart()
    page.goto(f"{server.url}/timeline?q=100%25 etoile {day}")
    expect(page.locator("[data-day]")).to_have_count(1)
    page.goto(f"{server.url}/?day={day}")
    expect(page.locator(".record .mood")).to_contain_text("Calm")
    expect(page.locator(".record .long")).to_have_text(f"100% Étoile, {day}")
    assert_no_exception(page)
    assert page.page_errors() == []
    assert not (server.folder / "data" / "diary.db").exists()
