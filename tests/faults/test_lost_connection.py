"""F13: the connection between browser and diary is lost while somebody types, for a moment or longer."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from diary.assembly import open_diary
from diary.settings import load_settings
from tests.browser.form import choose_mood, open_more
from tests.browser.screen import settled
from tests.browser.server import DiaryServer
from tests.faults.content import ZONE
from tests.faults.figures import note
from tests.faults.kept import versions
from tests.faults.proxy import Proxy
from tests.faults.scale import FULL
from tests.faults.tab import Tab

LOST = "F13 connection lost while typing"
LIFE = 3  # seconds that a session is kept for a browser that went away
WAYS = ("for a second", "for longer than the session lives", "the server was killed and started")
Open = Callable[..., Page]


@dataclass
class Place:
    """A running diary, the network between it and browsers, and the address that leads through it."""

    server: DiaryServer
    network: Proxy

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.network.port}"

    def open_form(self, page: Page, day: str) -> None:
        page.goto(f"{self.address}/?day={day}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        settled(page)
        open_more(page)

    def lose_connection(self, page: Page, way: str) -> None:
        """Let the page notice that the connection is lost, and come back."""
        if "killed" in way:
            self.server.kill()
        else:
            self.network.set("cut")
        app = "[data-testid=stApp]"
        page.wait_for_selector(f"{app}:not([data-test-connection-state=CONNECTED])", state="attached")
        assert page.get_by_text("Saved", exact=True).count() == 0
        if "longer" in way:
            page.wait_for_timeout(1000 * (LIFE + 2))  # that long is the fault
        elif "second" in way:
            page.wait_for_timeout(1000)
        if "killed" in way:
            self.server.start()
        else:
            self.network.set("pass")
        settled(page)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    env = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(LIFE)}
    with DiaryServer(tmp_path_factory.mktemp("lost"), env) as server, Proxy(server.port) as network:
        yield Place(server, network)
        network.set("pass")
        assert "Traceback" not in server.log()


def type_into(field: Locator, text: str) -> None:
    """Type at the end of what is there, and stay in the field."""
    field.click()
    field.press("Control+End")
    field.page.keyboard.type(text)


@pytest.mark.parametrize("way", WAYS if FULL else WAYS[2:])
def test_what_was_typed_is_still_there_and_the_first_press_saves_it(open_page: Open, place: Place, way: str) -> None:
    day, page = f"2026-01-{WAYS.index(way) + 2:02}", open_page()
    place.open_form(page, day)
    choose_mood(page, "Wistful")
    field = page.get_by_label("Note", exact=True)
    type_into(field, "Left before. ")
    page.get_by_label("Tags").focus()
    settled(page)
    type_into(field, "Not left before. ")
    place.lose_connection(page, way)
    type_into(field, "Typed afterwards.")
    whole = "Left before. Not left before. Typed afterwards."
    shown = field.input_value()
    pressed = time.monotonic()
    page.locator(".st-key-save button").click()
    expect(page.locator(".record")).to_contain_text("Typed afterwards.")
    took = time.monotonic() - pressed
    said_saved = page.get_by_text("Saved", exact=True).count()
    kept = [one for one in versions(place.server.env["DATABASE_URL"]) if one.day == day]
    stored = kept[0].note if kept else ""
    note(
        LOST,
        f"{way}, then Save",
        characters_typed=len(whole),
        lost_on_the_form=len(whole) - len(shown),
        lost_when_saved=len(whole) - len(stored),
        wrong_saved=int(bool(said_saved) and stored != whole),
        from_save_to_the_saved_page_s=took,
    )
    assert shown == whole
    assert said_saved == 1
    assert [(one.note, one.mood) for one in kept] == [(whole, "wistful")]


def test_the_field_that_one_types_in_is_the_same_afterwards(open_page: Open, place: Place) -> None:
    """One drawn anew, as below a notice that was not there before, would forget what was not told yet."""
    page = open_page()
    place.open_form(page, "2026-02-25")
    choose_mood(page, "Wistful")
    field = page.get_by_label("Note", exact=True)
    type_into(field, "Not left before. ")
    field.evaluate("field => { field.dataset.same = 'yes'; }")
    place.lose_connection(page, WAYS[2])
    expect(page.get_by_text(re.compile("Not saved yet"))).to_be_visible()
    expect(field).to_have_attribute("data-same", "yes")
    expect(field).to_have_value("Not left before. ")


@pytest.mark.skipif(not FULL, reason="much like the others")
@pytest.mark.parametrize("way", WAYS[1:])
def test_a_field_left_afterwards_is_kept_as_a_draft_whole(open_page: Open, place: Place, way: str) -> None:
    day, page = f"2026-02-{WAYS.index(way) + 2:02}", open_page()
    place.open_form(page, day)
    field = page.get_by_label("Note", exact=True)
    type_into(field, "Never left before. ")
    place.lose_connection(page, way)
    type_into(field, "Left afterwards.")
    page.get_by_label("Tags").focus()
    settled(page)
    whole = "Never left before. Left afterwards."
    expect(field).to_have_value(whole)
    with Tab(place.server.url, query=f"day={day}") as other:
        draft = other.value("note") or ""
        is_told = re.search("Not saved yet", other.text) is not None
    kept = [one for one in versions(place.server.env["DATABASE_URL"]) if one.day == day]
    note(
        LOST,
        f"{way}, then left",
        characters_typed=len(whole),
        lost_on_the_form=len(whole) - len(field.input_value()),
        lost_in_the_draft=len(whole) - len(draft),
        wrong_saved=page.get_by_text("Saved", exact=True).count() + len(kept),
    )
    assert draft == whole
    assert is_told
    assert kept == []
    assert page.get_by_text("Saved", exact=True).count() == 0


def test_a_day_that_changed_meanwhile_is_not_overwritten(open_page: Open, place: Place) -> None:
    day, page = "2026-02-20", open_page()
    place.open_form(page, day)
    field = page.get_by_label("Note", exact=True)
    type_into(field, "From the train. ")
    page.get_by_label("Tags").focus()
    settled(page)
    type_into(field, "In the tunnel.")
    with Tab(place.server.url, query=f"day={day}") as other:
        other.set(note="From home.")
        other.press("save")
        assert other.said_saved
    place.lose_connection(page, WAYS[1])
    page.locator(".st-key-save button").click()
    expect(page.get_by_text(re.compile("changed in another tab"))).to_be_visible()
    expect(page.locator(".st-key-version-mine")).to_contain_text("From the train. In the tunnel.")
    expect(page.locator(".st-key-version-other")).to_contain_text("From home.")


def test_a_page_from_before_midnight_goes_on_on_its_own_day(place: Place) -> None:
    yesterday = open_diary(load_settings(place.server.env)).today(ZONE) - timedelta(1)
    with Tab(place.server.url, query=f"day={yesterday}") as old:
        page = dict(old._states)
        page[old._widget("note").id].string_value = "Before midnight."
    new = Tab(place.server.url)
    new._states = page  # as a browser sends them to a new session
    with new:
        assert new.query == f"day={yesterday}"
        assert new.value("note") == "Before midnight."
        new.press("save")
        assert new.said_saved
    kept = [one.day for one in versions(place.server.env["DATABASE_URL"]) if one.note == "Before midnight."]
    assert kept == [str(yesterday)]
