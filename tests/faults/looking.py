"""What a hostile text has become on a page of the browser, and the figures of it."""

from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.screen import assert_no_exception
from tests.faults.figures import note

WAYS = "[role=dialog] button, [class*=st-key-nav-] a"  # Streamlit loads the code of its links when it needs them
FAULT = "F15 hostile text on the screen"
CARDS = """() => [...document.querySelectorAll('.card')].map(card => {
  const said = name => card.querySelector(name)?.textContent ?? '';
  return {
    day: card.querySelector('.over').dataset.day,
    title: said('.title'), artist: said('.artist'), note: said('.note'), mood: said('.mood'),
    right: Math.max(...[card, ...card.querySelectorAll('*')].map(part => part.getBoundingClientRect().right)),
    height: card.getBoundingClientRect().height,
  };
})"""
# What text would have to become to do anything: an element or an attribute that no page of the diary has.
# Browsers leave blanks and control signs out of a scheme (https://url.spec.whatwg.org/#concept-basic-url-parser).
SOUND = """() => {
  const all = [...document.querySelectorAll('.stApp *, [data-testid=stPortal] *')];
  const never = 'script, iframe, object, embed, form, base, meta, link, marquee, xmp, plaintext, [srcdoc]';
  const ways = ['href', 'xlink:href', 'src', 'action', 'formaction', 'data', 'poster', 'background'];
  const runs = a => ways.includes(a.name) && /^javascript:/i.test(a.value.replace(/[\\0- ]/g, ''));
  const odd = all.filter(one => one.matches(never)
    || [...one.attributes].some(a => /^on/.test(a.name) || runs(a))
    || (one.matches('img') && /evil|\\/x$/.test(one.src))
    || (one.matches('a') && /evil/.test(one.href) && !(one.closest('.long') && /noopener/.test(one.rel))));
  const way = document.querySelector('[role=dialog] button') ?? document.querySelector('[class*=st-key-nav-] a');
  const place = way.getBoundingClientRect();
  const there = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2);
  return {
    ran: window.ran ?? 0,
    odd: odd.map(one => one.outerHTML.slice(0, 200)),
    covered: !way.contains(there),
    over: document.documentElement.scrollWidth - window.innerWidth,
  };
}"""


def seen(written: str) -> str:
    """A text as the DOM holds it: HTML knows one line end (https://html.spec.whatwg.org/#preprocessing-the-input-stream)."""
    return written.replace("\r\n", "\n").replace("\r", "\n")


class Count:
    """What was found on the pages that were looked at."""

    def __init__(self) -> None:
        self.shown = self.pages = self.ran = self.covered = self.over = 0
        self.changed: list[tuple[str, str]] = []
        self.odd: list[str] = []
        self.beyond: list[tuple[object, ...]] = []

    def compare(self, written: str, shown: str) -> None:
        self.shown += 1
        if seen(written) != shown:
            self.changed.append((written, shown))

    def look(self, page: Page) -> None:
        assert_no_exception(page)
        expect(page.locator(WAYS).first).to_be_attached()
        found: dict[str, Any] = page.evaluate(SOUND)
        self.pages += 1
        self.ran += found["ran"]
        self.covered += found["covered"]
        self.over = max(self.over, found["over"])
        self.odd += found["odd"]

    def tell(self, where: str, page: Page) -> None:
        """Note the figures, then be strict."""
        strangers = len(page.foreign_requests)
        note(
            FAULT,
            where,
            pages=self.pages,
            texts=self.shown,
            not_to_the_letter=len(self.changed),
            scripts_run=self.ran,
            foreign_requests=strangers,
            covered=self.covered,
            sideways_px=self.over,
            cards_beyond_their_place=len(self.beyond),
        )
        assert not self.changed, f"{len(self.changed)} texts are shown otherwise: {self.changed[:3]!r:.2000}"
        assert not self.odd, f"text became elements: {self.odd[:3]}"
        assert not self.beyond, f"cards reach beyond the page (day, right, height): {self.beyond[:20]}"
        assert (self.ran, strangers, self.covered) == (0, 0, 0), page.foreign_requests
        assert self.over <= 0, f"the page scrolls sideways by {self.over} px"


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words_of(html: str) -> str:
    """What stands between the tags of ``html``."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return "".join(parser.words)
