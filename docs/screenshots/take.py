"""Takes the README's pictures: of the real diary, filled by `demo`, in a real browser.

.venv/bin/python docs/screenshots/take.py
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.browser import chromium  # noqa: E402
from tests.browser.screen import open_screen, settled  # noqa: E402
from tests.browser.server import DiaryServer, demo  # noqa: E402

SHOTS = (
    ("timeline", "/timeline", 1440, True, 900),
    ("moods", "/moods", 1440, False, 900),
    ("year", "/year", 1440, False, 900),
    ("search", "/timeline?view=list&q=mood:calm+OR+mood:hopeful+rain", 390, True, 844),
    ("today", "/", 390, False, 844),
    ("calendar", "/timeline?view=calendar", 390, False, 844),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, DiaryServer(Path(folder)) as server, sync_playwright() as playwright:
        demo(server, days=3650)
        browser = chromium.launch(playwright.chromium)
        for name, path, width, dark, height in SHOTS:
            page = open_screen(browser, width=width, dark=dark)
            page.set_viewport_size({"width": width, "height": height})
            page.goto(server.url + path)
            page.locator(".brand").wait_for(state="attached")
            settled(page)
            page.wait_for_timeout(2500)  # charts and covers
            if name == "today":
                page.get_by_role("radio", name="Calm").click()
                settled(page)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
