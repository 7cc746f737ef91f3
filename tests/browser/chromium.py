"""The browser of the tests: Chromium or Chrome as the system has it, else Playwright's own.

Chromium's shell without a window comes first: it draws the same with a third less work.
"""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, sync_playwright

MISSING = (
    "The tests in a browser need Chromium: 'apt install chromium-headless-shell' on Debian, "
    "'.venv/bin/playwright install chromium' elsewhere."
)
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",  # a container's root may not make one; the pages come from this machine alone
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find(kind: BrowserType) -> str | None:
    """The browser's program, None when there is none."""
    own = kind.executable_path
    found = (path for name in _NAMES if (path := shutil.which(name)))
    return next(found, own if Path(own).exists() else None)


def launch(kind: BrowserType, *more_flags: str, env: Mapping[str, str] | None = None) -> Browser:
    """A headless browser with an empty profile. Raises LookupError when there is none to start."""
    program = find(kind)
    if program is None:
        raise LookupError(MISSING)
    return kind.launch(executable_path=program, args=[*_FLAGS, *more_flags], env=dict(env) if env else None)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        sys.exit(None if find(playwright.chromium) else MISSING)
