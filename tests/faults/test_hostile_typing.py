"""F15, F17 in a real browser: hostile text typed, chosen and searched for, file names, moods and charts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from diary.diary import Diary
from diary.model import EntryDraft
from tests.browser.form import open_form, open_more, paste_note, press_save, write_note
from tests.browser.screen import settled
from tests.browser.server import DiaryServer
from tests.builders import SERENE, Clock, make_diary
from tests.corpus.code import PATHS
from tests.corpus.days import mood_of
from tests.corpus.naughty import TEXTS, VAST
from tests.corpus.pictures import corners, saved
from tests.faults.figures import note
from tests.faults.looking import Count, seen
from tests.faults.scale import scaled

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def diary(server: DiaryServer) -> Diary:
    return make_diary(server.env["DATABASE_URL"], clock=Clock(datetime.now(UTC)))


SAYS = """due => document.querySelector('.st-key-as-typed button')?.innerText.replace(/[\\s\u2060]/g, '') === due"""


def squeezed(written: str) -> str:
    """A label without its blanks, and without the joiners that keep Streamlit from reading signs in it."""
    return "".join(written.replace("\u2060", "").split())


def test_a_note_of_all_texts_is_typed_saved_and_opened_again(
    open_page: Open, server: DiaryServer, diary: Diary
) -> None:
    """A browser's text areas know one line end."""
    page, count = open_page(width=390), Count()
    whole = "\n".join(dict.fromkeys(text for text in TEXTS if text not in "\r\n"))
    pasted = [(paste_note, vast) for vast in list(VAST.values())[: scaled(1, len(VAST))]]
    for number, (write, written) in enumerate([(write_note, whole), *pasted]):
        day = date(2024, 1, 1) + timedelta(number)
        open_form(page, server, str(day))
        write(page, written)
        press_save(page)
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        entry = diary.find_day(day)
        count.compare(seen(written), entry.note if entry else "")
        count.look(page)
        page.locator(".st-key-edit button").click()
        settled(page)
        open_more(page)
        count.compare(seen(written), page.get_by_label("Note", exact=True).input_value())
    count.tell("notes typed into the form", page)


def test_a_note_of_a_million_signs_is_refused_and_stays(open_page: Open, server: DiaryServer, diary: Diary) -> None:
    page = open_page(width=390)
    open_form(page, server, "2023-01-01")
    write_note(page, "x" * 1_000_000)
    expect(page.get_by_text("1,000,000 of 100,000 characters")).to_be_visible()
    press_save(page)
    expect(page.get_by_role("alert")).to_contain_text("900,000 characters longer")
    assert len(page.get_by_label("Note", exact=True).input_value()) == 1_000_000
    assert diary.find_day(date(2023, 1, 1)) is None


def test_what_is_searched_for_stands_in_its_label_to_the_letter(open_page: Open, server: DiaryServer) -> None:
    page, count = open_page(width=390), Count()
    open_form(page, server, "2023-02-01")
    box = page.get_by_label("Search for a song or paste a link")
    asked = [text for text in TEXTS if 1 < len(text.strip()) < 200 and text.isprintable() and "://" not in text]
    for text in asked[:: scaled(80, 4)]:
        box.fill(text)
        label, due = (
            page.locator(".st-key-as-typed button"),
            squeezed(f"edit Write “{text.strip()}” as the title yourself"),
        )
        with suppress(PlaywrightTimeout):
            page.wait_for_function(SAYS, arg=due, timeout=5000)
        count.compare(due, squeezed(label.inner_text()))
        count.look(page)
    count.tell("words searched for", page)


def test_a_file_of_any_name_is_a_photo_and_nothing_lies_outside_its_folder(
    open_page: Open, server: DiaryServer, diary: Diary, tmp_path: Path
) -> None:
    page, count, picture = open_page(width=390), Count(), saved(corners(), "JPEG")
    before = set(server.folder.rglob("*"))
    names = [f"{name[:180]}.jpg" for name in (*PATHS, "<img src=x onerror=window.ran=1>", "\u202egpj.exe", "a" * 180)]
    open_form(page, server, "2022-01-01")
    open_more(page)
    for name in names[:: scaled(8, 1)]:
        page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": picture})
        shown = page.locator("[aria-label=Photo]").get_by_role("button", name="Remove")
        with suppress(AssertionError):
            expect(shown).to_have_attribute("aria-label", f"Remove {name}", timeout=5000)
        count.compare(name, (shown.get_attribute("aria-label") or "").removeprefix("Remove "))
        count.look(page)
    settled(page)
    press_save(page)
    expect(page.locator(".record img.photo")).to_be_visible()
    address = page.locator(".record img.photo").get_attribute("src")
    headers = page.request.get(f"{server.url}{address}").headers
    assert (headers["content-type"], headers["x-content-type-options"]) == ("image/webp", "nosniff")
    new = set(server.folder.rglob("*")) - before
    outside = [path for path in new if not path.is_relative_to(server.folder / "data")]
    note("F18 hostile pictures", "names of files", tried=count.shown, files_outside_their_folder=len(outside))
    count.tell("file names of photos", page)
    assert outside == []


def test_moods_of_any_name_are_shown_to_the_letter(open_page: Open, server: DiaryServer, diary: Diary) -> None:
    page, count = open_page(width=390), Count()
    names = list(dict.fromkeys(mood_of(number) for number in range(40)))
    today = datetime.now(UTC).date()
    for name in names:
        diary.add_mood(replace(SERENE, name=name, emoji=name[:8].strip() or "x"))
    diary.add_days([EntryDraft(today - timedelta(n + 1), names[n]) for n in range(len(names))])
    page.goto(f"{server.url}/settings")
    expect(page.locator(".st-key-mood_to_change button").first).to_be_visible()
    settled(page)
    moods = diary.moods()
    labels = page.locator(".st-key-mood_to_change button").all_inner_texts()
    for mood, label in zip(moods, labels, strict=False):
        count.compare(squeezed(f"{mood.emoji}{mood.name.capitalize()}"), squeezed(label))
    count.look(page)
    page.goto(f"{server.url}/moods?period=year")
    expect(page.locator(".js-plotly-plot").last).to_be_visible()
    settled(page)
    this_year = {names[n] for n in range(len(names)) if (today - timedelta(n + 1)).year == today.year}
    noted = [mood for mood in moods if mood.name in this_year]
    said = page.locator(".legend li").all_text_contents()
    drawn = " ".join(page.locator(".js-plotly-plot text").all_text_contents())
    assert len(said) >= len(noted)
    for mood in noted:
        found = any(mood.name.capitalize() in one for one in said)
        count.compare(mood.name, mood.name if found else "not in the key")
        count.compare(mood.name, mood.name if squeezed(mood.name) in squeezed(drawn) else "not in the chart")
    count.look(page)
    count.tell("moods, settings and charts", page)
