"""A day is kept: what a person does on Today, in a real browser, on a phone and on a desktop."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.form import choose_mood, choose_photo, open_form, open_more, press_save, write_note
from tests.browser.screen import assert_no_exception, open_screen, settled
from tests.browser.server import DiaryServer
from tests.fakes.music import FakeMusic
from tests.fakes.songs import SONGS

Open = Callable[..., Page]
LANTERNS = SONGS[0]
LOOKS = pytest.mark.parametrize(
    ("width", "dark", "number"),
    [(390, True, 1), (1440, False, 2)],
    ids=["phone dark", "desktop light"],
)


@pytest.fixture(scope="module")
def music() -> Iterator[FakeMusic]:
    with FakeMusic() as fake:
        yield fake


@pytest.fixture(scope="module")
def server_env(music: FakeMusic) -> dict[str, str]:
    return music.env


@pytest.fixture(autouse=True)
def _well(music: FakeMusic) -> None:
    music.clear()


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (900, 600), (40, 90, 120)).save(made, "JPEG")
    return made.getvalue()


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@LOOKS
def test_a_day_with_a_searched_song_is_saved_in_three_actions(
    open_page: Open, server: DiaryServer, width: int, dark: bool, number: int
) -> None:
    page = open_page(width=width, dark=dark)
    open_form(page, server, f"2026-05-0{number}")
    choose_mood(page, "Calm")  # one
    page.get_by_role("searchbox").press_sequentially("paper lant", delay=20)
    page.get_by_role("button", name="Choose Paper Lanterns by Nora Wilde").click()  # two
    settled(page)
    expect(page.locator(".chosen img")).to_have_attribute("src", LANTERNS.artwork())
    press_save(page)  # three
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    record = page.locator(".record")
    expect(record.locator(".title")).to_have_text("Paper Lanterns")
    expect(record.get_by_text("Calm")).to_be_visible()
    expect(record.get_by_role("link", name="Open on Spotify")).to_have_attribute(
        "href", f"https://open.spotify.com/track/{LANTERNS.spotify_id}"
    )
    no_sideways_scroll(page)
    assert_no_exception(page)
    assert page.console_errors == []
    assert page.page_errors() == []


def test_a_saved_day_is_still_there_after_a_restart(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-03")
    choose_mood(page, "Hopeful")
    write_note(page, "Soup, rain, the *good* lamp.")
    press_save(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    server.restart()
    again = open_page(width=1440)
    open_form(again, server, "2026-03-03")
    expect(again.locator(".record .mood")).to_contain_text("Hopeful")
    expect(again.locator(".record em")).to_have_text("good")


@LOOKS
def test_a_pasted_link_becomes_the_song(
    open_page: Open, server: DiaryServer, width: int, dark: bool, number: int
) -> None:
    page = open_page(width=width, dark=dark)
    open_form(page, server, f"2026-06-0{number}")
    page.get_by_role("searchbox").fill(f"https://open.spotify.com/intl-de/track/{LANTERNS.spotify_id}?si=abc")
    expect(page.locator(".chosen .title")).to_have_text("Paper Lanterns")
    settled(page)
    press_save(page)
    expect(page.locator(".record .artist")).to_have_text("Nora Wilde")


def test_a_link_to_an_album_is_refused_by_name_and_the_song_can_be_typed(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-05")
    page.get_by_role("searchbox").fill(f"https://open.spotify.com/album/{LANTERNS.spotify_id}")
    expect(page.get_by_role("alert")).to_contain_text("album")
    page.get_by_role("searchbox").fill("")
    settled(page)
    page.get_by_text("Title and artist by hand").click()
    page.get_by_label("Title", exact=True).fill("<b>*NSYNC</b> :red[x]")
    page.get_by_label("Artist", exact=True).fill("A$AP $x$")
    page.get_by_label("Artist", exact=True).press("Tab")
    settled(page)
    press_save(page)
    expect(page.locator(".record .title")).to_have_text("<b>*NSYNC</b> :red[x]")
    expect(page.locator(".record .artist")).to_have_text("A$AP $x$")


@LOOKS
def test_a_photo_is_kept_and_the_next_day_starts_without_it(
    open_page: Open, server: DiaryServer, width: int, dark: bool, number: int
) -> None:
    page = open_page(width=width, dark=dark)
    open_form(page, server, f"2026-07-0{number}")
    choose_mood(page, "Happy")
    choose_photo(page, picture())
    press_save(page)
    shown = page.locator(".record img.photo")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    page.locator(".week [data-day]").first.click()
    settled(page)
    expect(page.get_by_text("a.jpg")).to_have_count(0)


def test_something_that_is_no_picture_is_refused_and_the_rest_stays(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-07")
    write_note(page, "Kept all the same.")
    choose_photo(page, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    press_save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Kept all the same.")


@LOOKS
def test_editing_changes_the_day_and_undo_brings_it_back(
    open_page: Open, server: DiaryServer, width: int, dark: bool, number: int
) -> None:
    page = open_page(width=width, dark=dark)
    open_form(page, server, f"2026-08-0{number}")
    choose_mood(page, "Sad")
    write_note(page, "First.")
    press_save(page)
    page.get_by_role("button", name="Edit").click()
    settled(page)
    write_note(page, "Second.")
    press_save(page)
    expect(page.locator(".record .long")).to_have_text("Second.")
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(page.locator(".record .long")).to_have_text("First.")


@LOOKS
def test_a_deleted_day_can_be_put_back(
    open_page: Open, server: DiaryServer, width: int, dark: bool, number: int
) -> None:
    page = open_page(width=width, dark=dark)
    open_form(page, server, f"2026-09-0{number}")
    choose_mood(page, "Tired")
    write_note(page, "Long.")
    press_save(page)
    page.get_by_role("button", name="Delete").click()
    settled(page)
    expect(page.get_by_text(re.compile(r"^Deleted \w+day \d September 2026$"))).to_be_visible()
    expect(page.locator(".record")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(page.locator(".record .long")).to_have_text("Long.")


def test_undoing_a_first_save_gives_the_text_back(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-10")
    write_note(page, "Not yet.")
    press_save(page)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(page.get_by_label("Note", exact=True)).to_have_value("Not yet.")
    expect(page.get_by_text(re.compile("Not saved yet"))).to_be_visible()


def test_what_was_typed_outlives_a_reload_a_new_tab_and_a_restart(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-11")
    choose_mood(page, "Wistful")
    write_note(page, "Half a thought")
    page.reload()
    settled(page)
    expect(page.get_by_label("Note", exact=True)).to_have_value("Half a thought")
    server.restart()
    other = open_page(width=1440)
    open_form(other, server, "2026-03-11")
    expect(other.get_by_label("Note", exact=True)).to_have_value("Half a thought")
    expect(other.get_by_role("radio", name="Wistful")).to_be_checked()
    press_save(other)
    expect(other.get_by_text("Saved", exact=True)).to_be_visible()
    page.goto(f"{server.url}/?day=2026-03-11")
    settled(page)
    expect(page.locator(".record .long")).to_have_text("Half a thought")
    expect(page.get_by_text(re.compile("Not saved yet"))).to_have_count(0)


@pytest.mark.parametrize(("choice", "left"), [("Keep mine", "From the second."), ("Keep this one", "From the first.")])
def test_two_tabs_on_one_day_end_in_a_choice(open_page: Open, server: DiaryServer, choice: str, left: str) -> None:
    day = "2026-03-12" if choice == "Keep mine" else "2026-03-13"
    first, second = open_page(width=390), open_page(width=1440)
    open_form(first, server, day)
    open_form(second, server, day)
    write_note(second, "From the second.")
    write_note(first, "From the first.")
    press_save(first)
    expect(first.get_by_text("Saved", exact=True)).to_be_visible()
    press_save(second)
    expect(second.get_by_text(re.compile("changed in another tab"))).to_be_visible()
    expect(second.locator(".st-key-version-other")).to_contain_text("From the first.")
    expect(second.locator(".st-key-version-mine")).to_contain_text("From the second.")
    second.get_by_role("button", name=choice).click()
    settled(second)
    expect(second.locator(".record .long")).to_have_text(left)


def test_a_failing_spotify_says_so_and_the_song_is_written_by_hand(
    open_page: Open, server: DiaryServer, music: FakeMusic
) -> None:
    music.fault("search", 500)
    page = open_page(width=390)
    open_form(page, server, "2026-03-14")
    page.get_by_role("searchbox").press_sequentially("winter tim", delay=20)
    expect(page.get_by_text(re.compile("Spotify"))).to_be_visible()
    page.get_by_role("button", name=re.compile("as the title yourself")).click()
    settled(page)
    press_save(page)
    expect(page.locator(".record .title")).to_have_text("winter tim")
    cover = page.locator(".record .sleeve img")
    assert re.fullmatch(r".*/cover/[0-9a-f]{16}\.svg", cover.get_attribute("src") or "")
    assert cover.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def test_one_s_own_past_songs_come_first(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-15")
    page.get_by_role("searchbox").press_sequentially("lanterns", delay=20)
    expect(page.locator(".hit").first).to_contain_text(re.compile(r"on \d+ days?"))


def test_an_empty_day_is_refused_in_a_sentence(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-03-16")
    press_save(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose a mood or a song")


@pytest.mark.parametrize("day", ["2031-01-01", "1899-12-31", "yesterday", "2026-02-30", "<b>x</b>"])
def test_an_address_with_no_day_of_the_diary_says_so(open_page: Open, server: DiaryServer, day: str) -> None:
    page = open_page(width=390)
    page.goto(f"{server.url}/?day={day}")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".st-key-save")).to_have_count(0)


def test_the_keyboard_alone_logs_a_day(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=1440)
    open_form(page, server, "2026-03-17")
    page.get_by_role("radio", name="Angry").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    settled(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    settled(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_nothing_that_was_written_is_in_the_log(server: DiaryServer) -> None:
    log = server.log()
    assert "saved day" in log
    for written in ("good* lamp", "Half a thought", "From the", "NSYNC", "Paper Lanterns"):
        assert written not in log
    assert not Path(server.folder / ".cache").exists()


def test_the_player_comes_only_when_it_is_asked_for(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/embed/" in request.url else None)
    open_form(page, server, "2026-03-18")
    page.get_by_role("searchbox").fill(f"spotify:track:{LANTERNS.spotify_id}")
    expect(page.locator(".chosen .title")).to_have_text("Paper Lanterns")
    settled(page)
    press_save(page)
    page.goto(f"{server.url}/timeline?day=2026-03-18")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Paper Lanterns")
    settled(page)
    assert asked == []
    dialog.get_by_role("button", name="Play here").click()
    expect(dialog.locator("iframe")).to_have_attribute(
        "src", re.compile(rf"^https://open\.spotify\.com/embed/track/{LANTERNS.spotify_id}\?")
    )
    expect(dialog.get_by_text("sets cookies")).to_be_visible()


@pytest.mark.parametrize(("kind", "begins"), [("JSON", '{"format": "music-diary"'), ("CSV", "\ufeff")])
def test_the_days_can_be_taken_along(open_page: Open, server: DiaryServer, kind: str, begins: str) -> None:
    page = open_page(width=390)
    page.goto(f"{server.url}/settings")
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Days as {kind}").click()
    assert download.value.path().read_text(encoding="utf-8").replace("{\n", "{", 1).lstrip().startswith(begins)


def press_with_thumb(page: Page, target: Locator) -> None:
    """A touch as a finger makes it: it stays for a moment."""
    box = target.bounding_box()
    assert box is not None
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    wire = page.context.new_cdp_session(page)
    wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    page.wait_for_timeout(60)
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def fill_note(page: Page, text: str) -> None:
    """Type a note and stay in the field."""
    open_more(page)
    note = page.get_by_label("Note", exact=True)
    note.click()
    note.press_sequentially(text)


def test_a_tap_on_another_page_keeps_the_note_that_was_being_written(browser: Browser, server: DiaryServer) -> None:
    page = open_screen(browser, width=390, touch=True)
    open_form(page, server, "2026-04-01")
    fill_note(page, "Written under the thumb")
    press_with_thumb(page, page.get_by_role("link", name="Timeline"))
    expect(page.get_by_role("searchbox", name="Search your days")).to_be_visible()
    settled(page)
    open_form(page, server, "2026-04-01")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Written under the thumb")
    page.context.close()


def test_going_back_leaves_the_note_on_its_own_day(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-04-02")
    page.locator(".week [data-day='2026-04-03']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Friday")
    settled(page)
    fill_note(page, "Belongs to Friday")
    page.go_back()
    settled(page)
    page.wait_for_timeout(500)
    settled(page)
    other = open_page(width=390)
    open_form(other, server, "2026-04-02")
    open_more(other)
    expect(other.get_by_label("Note", exact=True)).to_have_value("")
    open_form(other, server, "2026-04-03")
    expect(other.get_by_label("Note", exact=True)).to_have_value("Belongs to Friday")


def test_a_photo_that_was_chosen_stays_with_its_day(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-04-05")
    choose_photo(page, picture())
    page.locator(".week [data-day='2026-04-06']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday")
    settled(page)
    expect(page.get_by_text("a.jpg")).to_have_count(0)
    choose_mood(page, "Calm")
    press_save(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.locator(".record img.photo")).to_have_count(0)


def test_a_conflict_stays_with_its_day(open_page: Open, server: DiaryServer) -> None:
    first, second = open_page(width=390), open_page(width=390)
    open_form(first, server, "2026-04-07")
    open_form(second, server, "2026-04-07")
    write_note(second, "Mine, not lost.")
    write_note(first, "The other.")
    press_save(first)
    press_save(second)
    expect(second.locator(".st-key-version-mine")).to_be_visible()
    second.get_by_role("link", name="Timeline").click()
    expect(second.get_by_role("searchbox", name="Search your days")).to_be_visible()
    open_form(second, server, "2026-04-08")
    expect(second.locator(".st-key-version-mine")).to_have_count(0)
    open_form(second, server, "2026-04-07")
    expect(second.get_by_label("Note", exact=True)).to_have_value("Mine, not lost.")
    press_save(second)
    second.get_by_role("button", name="Keep mine").click()
    settled(second)
    expect(second.locator(".record .long")).to_have_text("Mine, not lost.")


def test_what_another_tab_typed_outlives_a_save(open_page: Open, server: DiaryServer) -> None:
    first, second = open_page(width=390), open_page(width=390)
    open_form(first, server, "2026-04-09")
    open_form(second, server, "2026-04-09")
    choose_mood(first, "Sad")
    write_note(second, "Still typing")
    press_save(first)
    expect(first.get_by_text("Saved", exact=True)).to_be_visible()
    second.reload()
    settled(second)
    expect(second.get_by_label("Note", exact=True)).to_have_value("Still typing")


def test_the_save_key_does_nothing_to_a_finished_day(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=1440)
    open_form(page, server, "2026-04-10")
    choose_mood(page, "Calm")
    press_save(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("Control+Enter")
    settled(page)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(page.locator(".record")).to_have_count(0)


def test_an_address_is_quoted_as_plain_text(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    page.goto(f"{server.url}/?day=https://evil.example/x")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(0)


def test_title_and_artist_typed_in_one_go_are_both_kept(open_page: Open, server: DiaryServer) -> None:
    page = open_page(width=390)
    open_form(page, server, "2026-04-11")
    page.get_by_text("Title and artist by hand").click()
    page.get_by_label("Title", exact=True).click()
    page.keyboard.type("Slow Tram")
    page.keyboard.press("Tab")
    page.keyboard.type("The Long Way Home Band", delay=40)  # while the answer to the title comes in
    page.keyboard.press("Tab")
    settled(page)
    press_save(page)
    expect(page.locator(".record .title")).to_have_text("Slow Tram")
    expect(page.locator(".record .artist")).to_have_text("The Long Way Home Band")
