"""The moods page where only a browser can tell: charts under a finger, and tables on demand."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from diary.__main__ import main
from tests.browser.screen import settled
from tests.browser.server import DiaryServer

Open = Callable[..., Page]
TOUCH = """plot => {
    const box = plot.getBoundingClientRect();
    const touch = new Touch({identifier: 1, target: plot, clientX: box.x + 40, clientY: box.y + 40});
    const event = new TouchEvent('touchstart', {bubbles: true, cancelable: true, touches: [touch]});
    return plot.dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("full")) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{server.folder / 'data' / 'diary.db'}")
        assert main(["demo", "--days", "400"]) == 0
        yield server


def moods(open_page: Open, server: DiaryServer, query: str = "") -> Page:
    page = open_page(width=390)
    page.goto(f"{server.url}/moods{query}")
    expect(page.locator(".st-key-plane .js-plotly-plot")).to_be_visible()
    settled(page)
    return page


@pytest.mark.parametrize("key", ["valence", "mix"])
def test_a_finger_on_a_chart_scrolls_the_page(open_page: Open, full: DiaryServer, key: str) -> None:
    page = moods(open_page, full)
    assert page.locator(f".st-key-{key} .nsewdrag").evaluate(TOUCH), "the chart kept the touch to itself"


def test_the_numbers_of_a_chart_unfold(open_page: Open, full: DiaryServer) -> None:
    page = moods(open_page, full)
    expect(page.get_by_role("table")).to_have_count(0)
    page.locator(".st-key-weekdays-numbers summary").click()
    expect(page.get_by_role("table", name="Mean pleasantness by weekday")).to_be_visible()


def test_going_back_brings_the_period_before(open_page: Open, full: DiaryServer) -> None:
    page = moods(open_page, full, "?period=month")
    page.get_by_role("radio", name="Year").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("year")
    expect(page).to_have_url(re.compile(r"\?period=year$"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("month")
    expect(page.get_by_role("radio", name="Month")).to_be_checked()
