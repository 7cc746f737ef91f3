"""What a person waits for in a real browser: days that are seen, a filter that is chosen, bytes of a first visit."""

import base64
import contextlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page

from bench import rounds
from bench.aims import Found
from bench.rounds import Act, Figure
from bench.runs import DAYS, PAGES
from bench.servers import Servers

LIMIT = 60_000  # milliseconds
WATCH = """
window.shifted = 0;
new PerformanceObserver(seen => seen.getEntries().forEach(shift => {
  if (!shift.hadRecentInput) window.shifted += shift.value;
})).observe({type: 'layout-shift', buffered: true});
"""
# The instant, in milliseconds of the system's clock, at which the last of so many elements has a place on the page.
SEEN = """
([what, count, limit]) => new Promise((done, fail) => {
  const look = () => {
    const found = document.querySelectorAll(what);
    const last = found.length >= count && found[count - 1];
    const seen = last && last.getBoundingClientRect().height > 0 && getComputedStyle(last).visibility === 'visible';
    if (seen) return requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
    if (performance.now() > limit) return fail(new Error(`${found.length} of ${count} ${what}`));
    requestAnimationFrame(look);
  };
  look();
})
"""
USED = "body:not(:has(.ahead)) [class*=st-key-nav-] a"  # seen when the page has drawn its days, and all around them
NOW = "performance.timeOrigin + performance.now()"
# Seconds from the press on a mood until so many cards are seen and all of them carry it, or not all, as is wanted.
CHOOSE = """
([mood, alone, count, limit]) => new Promise((done, fail) => {
  const pill = [...document.querySelectorAll('.st-key-offered button')]
    .find(one => one.textContent.toLowerCase().includes(mood));
  if (!pill) return fail(new Error('no pill ' + mood));
  const begun = performance.now();
  const look = () => {
    const shown = [...document.querySelectorAll('.card .mood')].filter(one => one.getClientRects().length)
      .map(one => one.textContent.trim().toLowerCase());
    const right = shown.length >= count && shown.every(word => word.endsWith(mood)) === alone;
    if (right) return requestAnimationFrame(() => done((performance.now() - begun) / 1000));
    if (performance.now() - begun > limit) return fail(new Error('shown: ' + shown));
    requestAnimationFrame(look);
  };
  pill.click();
  look();
})
"""


@contextlib.contextmanager
def screen(browser: Browser) -> Iterator[Page]:
    """A page of a fresh profile, which gets every picture from elsewhere at once, and nothing else from there."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(LIMIT)
    context.add_init_script(WATCH)
    try:
        page = context.new_page()
        _answer_for_elsewhere(page)
        yield page
    finally:
        context.close()


def _answer_for_elsewhere(page: Page) -> None:
    """By the browser's own means: Playwright's routes would have it keep no file from one visit to the next."""
    drawn = BytesIO()
    Image.new("RGB", (300, 300), "#606080").save(drawn, "PNG")
    picture = {
        "responseCode": 200,
        "responseHeaders": [{"name": "Content-Type", "value": "image/png"}],
        "body": base64.b64encode(drawn.getvalue()).decode(),
    }
    wire = page.context.new_cdp_session(page)

    def answer(event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        if event["resourceType"] == "Image":
            wire.send("Fetch.fulfillRequest", request | picture)
        else:
            wire.send("Fetch.failRequest", request | {"errorReason": "Failed"})

    wire.on("Fetch.requestPaused", answer)
    wire.send("Fetch.enable", {"patterns": [{"urlPattern": "https://*"}]})


def _is_ours(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost"}


def visit(page: Page, url: str, what: str, count: int) -> float:
    """The seconds until so many elements are seen."""
    begun = page.evaluate(NOW)
    page.goto(url, wait_until="commit")
    return (_seen(page, what, count) - float(begun)) / 1000


def _seen(page: Page, what: str, count: int) -> float:
    while True:
        try:
            return float(page.evaluate(SEEN, [what, count, LIMIT]))
        except Exception as error:
            if "context was destroyed" not in str(error):
                raise


def loads(servers: Servers, found: Found) -> None:
    """P5, P6, P18: the browser has been there before."""
    addresses = {
        "floor: empty page": (servers.floor.url, "h1", 1),
        "floor: 20 cards": (f"{servers.floor.url}/?show=20", ".card", DAYS),
        "Timeline": (f"{servers.many.url}/timeline", ".card", DAYS),
        "Timeline, until it can be used": (f"{servers.many.url}/timeline", USED, 5),
        "Year": (f"{servers.many.url}/year", ".shelf td[title]", 300),
        "Year, until it can be used": (f"{servers.many.url}/year", USED, 5),
    }
    with contextlib.ExitStack() as stack:
        screens = {name: stack.enter_context(screen(servers.browser)) for name in addresses}
        shifts: dict[str, list[float]] = {name: [] for name in addresses}

        def look(name: str) -> float:
            took = visit(screens[name], *addresses[name])
            screens[name].wait_for_timeout(400)
            shifts[name].append(screens[name].evaluate("window.shifted"))
            return took

        acts: dict[str, Act] = {name: partial(look, name) for name in addresses}
        blocks = rounds.blocks(acts, 8, 2)
    empty = blocks["floor: empty page"]
    found.figures["P5"] = rounds.ratio(blocks["Timeline"], empty)
    found.figures["P6"] = rounds.ratio(blocks["Year"], empty)
    found.figures["P18"] = Figure(median(shifts["Timeline"]) - median(shifts["floor: empty page"]), 0.01)
    for name, done in blocks.items():
        times = rounds.ratio(done, empty)
        seconds = median(block.typical for block in done)
        found.screens.append([name, f"{1000 * seconds:.0f}", f"{times.value:.2f}", f"{median(shifts[name]):.3f}"])


def interaction(servers: Servers, found: Found) -> None:
    """P7, and what it takes where Streamlit shows nothing but the moods and the block."""
    with screen(servers.browser) as ours, screen(servers.browser) as floor, screen(servers.browser) as theirs:
        visit(ours, f"{servers.many.url}/timeline", ".card", DAYS)
        visit(floor, f"{servers.floor.url}/?show=choose", ".card", DAYS)
        for page in (ours, floor):
            page.locator(".st-key-offered button").first.wait_for()
        visit(theirs, f"{servers.flask.url}/timeline", ".card", DAYS)

        def choose(page: Page, count: int) -> float:
            took = float(page.evaluate(CHOOSE, ["calm", True, count, LIMIT]))
            page.wait_for_timeout(250)
            page.evaluate(CHOOSE, ["calm", False, DAYS, LIMIT])
            page.wait_for_timeout(250)
            return took

        def follow() -> float:
            begun = theirs.evaluate(NOW)
            theirs.evaluate("document.querySelector('a.f-calm').click()")
            took = _seen(theirs, ".list[data-mood=calm] .card", DAYS) - float(begun)
            theirs.goto(f"{servers.flask.url}/timeline")
            return took / 1000

        acts: dict[str, Act] = {
            "Timeline: choose a mood": partial(choose, ours, 1),
            "Timeline: until 20 days have it": partial(choose, ours, DAYS),
            "floor: until 20 days have it": partial(choose, floor, DAYS),
            "Flask: follow a link": follow,
        }
        blocks = rounds.blocks(acts, 6, 3)
    link = blocks["Flask: follow a link"]
    found.figures["P7"] = rounds.ratio(blocks["Timeline: choose a mood"], link)
    found.figures["All"] = rounds.ratio(blocks["Timeline: until 20 days have it"], link)
    for name, done in blocks.items():
        found.screens.append([name, f"{1000 * median(block.typical for block in done):.0f}", "", ""])


def weight(servers: Servers, found: Found) -> None:
    """P8."""
    stock = first_visit(servers.browser, servers.stock.url)
    found.screens.append(["stock: empty page, first visit", "", "", "", f"{stock / 1e6:.2f}"])
    for name, page in (("P8a", "Timeline"), ("P8b", "Moods")):
        size = first_visit(servers.browser, f"{servers.many.url}/{PAGES[page][0]}")
        found.figures[name] = Figure(size / stock, 0.01)
        found.screens.append([f"{page}, first visit", "", "", "", f"{size / 1e6:.2f}"])


def first_visit(browser: Browser, url: str) -> int:
    """Bytes over the wire from the diary itself until a fresh browser has settled on ``url``."""
    with screen(browser) as page:
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        sizes: dict[str, float] = {}
        ours: set[str] = set()

        def ask(event: dict[str, Any]) -> None:
            if _is_ours(event["request"]["url"]):
                ours.add(event["requestId"])

        wire.on("Network.requestWillBeSent", ask)
        wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
        page.goto(url)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(3000)
        return round(sum(size for request, size in sizes.items() if request in ours))
