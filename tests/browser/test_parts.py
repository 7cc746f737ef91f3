"""What is done in a part of a page that is drawn alone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date

from playwright.sync_api import Page, expect

from diary.clock import today, utc_now, years_before
from diary.model import EntryDraft
from tests.browser.form import choose_mood
from tests.browser.screen import settled, told
from tests.browser.server import DiaryServer
from tests.builders import make_diary

Open = Callable[..., Page]
TAP_AT_ONCE = """new MutationObserver((_, watch) => {
    const card = document.querySelector('.card [data-day="2026-03-14"]');
    if (card) { watch.disconnect(); card.click(); }
}).observe(document, {childList: true, subtree: true})"""


def test_a_card_tapped_the_moment_it_is_seen_opens_its_day(open_page: Open, server: DiaryServer) -> None:
    """The script that listens beside the cards comes after them; it is told of the tap once."""
    make_diary(server.env["DATABASE_URL"]).save(EntryDraft(date(2026, 3, 14), "calm", note="pie"))
    page = open_page(width=390)
    page.add_init_script(TAP_AT_ONCE)
    page.goto(f"{server.url}/timeline")
    expect(page.get_by_role("dialog")).to_contain_text("pie")
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{server.url}/timeline")  # until it is heard that the day was closed, Back opens it
    page.get_by_role("link", name="Moods").click()
    expect(page).to_have_url(f"{server.url}/moods")
    page.go_back()
    expect(page.locator(".card [data-day='2026-03-14']")).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_could_not_be_done_is_told(open_page: Open, server: DiaryServer) -> None:
    url = server.env["DATABASE_URL"]
    diary = make_diary(url)
    day = today(utc_now(), "Europe/Berlin", diary.person().day_cutoff_hour)
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


def test_a_song_that_could_not_be_kept_is_told_below_the_form_at_once(open_page: Open, server: DiaryServer) -> None:
    """Its fields are a part of the page, and the place for the sentence is none of it."""
    page = open_page(width=390)
    page.goto(f"{server.url}/?day=2026-03-20")
    page.get_by_text("Title and artist by hand").click()
    settled(page)
    said = page.get_by_text("What you typed is still on this page.")
    with closing(sqlite3.connect(server.env["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page.get_by_label("Title", exact=True).fill("Rain")
        page.get_by_label("Artist", exact=True).focus()
        expect(said).to_be_visible()
    page.get_by_label("Artist", exact=True).fill("Somebody")
    page.get_by_label("Title", exact=True).focus()
    expect(said).to_have_count(0)
    expect(page.get_by_label("Title", exact=True)).to_have_value("Rain")


def test_a_mood_or_note_that_could_not_be_kept_is_told_below_the_form_at_once(
    open_page: Open, server: DiaryServer
) -> None:
    page = open_page(width=390)
    page.goto(f"{server.url}/?day=2026-03-21")
    page.get_by_text("Note, tags and photo").click()
    settled(page)
    said = page.get_by_text("What you typed is still on this page.")
    with closing(sqlite3.connect(server.env["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        choose_mood(page, "Calm")
        expect(said).to_be_visible()
    page.get_by_label("Note", exact=True).fill("Rain")
    page.get_by_label("Tags", exact=True).focus()
    expect(said).to_have_count(0)
    expect(page.get_by_role("radio", name="Calm")).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Rain")


def test_a_day_deleted_where_it_was_opened_can_be_taken_back_at_once(open_page: Open, server: DiaryServer) -> None:
    diary = make_diary(server.env["DATABASE_URL"])
    diary.save(EntryDraft(date(2026, 3, 14), "calm", note="pie"))
    page = open_page(width=390)
    page.goto(f"{server.url}/timeline")
    card = page.locator("[data-day='2026-03-14']")
    expect(card).to_have_count(1)
    settled(page)
    card.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted Saturday 14 March 2026")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card).to_have_count(1)


def test_after_a_restart_of_the_diary_the_first_tap_counts(open_page: Open, server: DiaryServer) -> None:
    """Streamlit passes over, without a word, what is used in a part that a new session has not drawn."""
    make_diary(server.env["DATABASE_URL"]).save(EntryDraft(date(2026, 3, 15), "calm", note="tea"))
    page = open_page(width=390)
    page.goto(f"{server.url}/timeline")
    card = page.locator("[data-day='2026-03-15']")
    expect(card).to_be_attached()
    settled(page)
    server.kill()
    page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])", state="attached")
    with told(page):  # it asks for itself anew; what is used before that was answered is passed over
        server.start()
    card.click()
    expect(page.get_by_role("dialog")).to_contain_text("tea")
