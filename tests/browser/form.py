"""What a person does on the form of a day."""

from playwright.sync_api import Page, expect

from tests.browser.screen import settled, told
from tests.browser.server import DiaryServer


def open_form(page: Page, server: DiaryServer, day: str = "") -> None:
    page.goto(f"{server.url}/{f'?day={day}' if day else ''}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)


# React notices a change only when it was not the property of its own that was set.
_PASTE = """(area, text) => {
  area.focus();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, text);
  area.dispatchEvent(new InputEvent('input', {bubbles: true, inputType: 'insertFromPaste'}));
}"""


def choose_mood(page: Page, name: str) -> None:
    mood = page.get_by_role("radio", name=name)
    if mood.get_attribute("aria-checked") != "true":
        with told(page):
            mood.click()


def open_more(page: Page) -> None:
    more = page.locator(".st-key-more details")
    expect(more).to_be_visible()  # the form may be on its way, with this unfolded already
    if more.get_attribute("open") is None:
        page.get_by_text("Note, tags and photo").click()
    expect(page.get_by_label("Note", exact=True)).to_be_visible()


def choose_photo(page: Page, content: bytes) -> None:
    """Choose a picture and wait until it has arrived, which is later than its name is seen."""
    open_more(page)
    with told(page):
        page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})
    expect(page.get_by_text("a.jpg")).to_be_visible()


def write_note(page: Page, text: str) -> None:
    open_more(page)
    page.get_by_label("Note", exact=True).fill(text)
    with told(page):
        page.get_by_label("Tags").focus()


def paste_note(page: Page, text: str) -> None:
    """As `write_note`, at once: what the driver does for typing takes a browser minutes over 100,000 line ends."""
    open_more(page)
    page.get_by_label("Note", exact=True).evaluate(_PASTE, text)
    with told(page):
        page.get_by_label("Tags").focus()


def press_save(page: Page) -> None:
    page.locator(".st-key-save button").click()
    settled(page)
