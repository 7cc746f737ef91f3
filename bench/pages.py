"""What a page costs: reruns of each page over few and over many entries, beside an empty Streamlit page.

    .venv/bin/python -m bench.pages [--rounds 30]

All servers run at once and are asked in turn, so that their ratios hold while the machine's speed drifts.
The many are 27 other people's ten years in the same database; the diary that is shown has ten years too.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from bench.session import Answer, Session
from diary.assembly import open_diary, prepare
from diary.model import FIRST_DAY
from diary.settings import load_settings
from diary.transfer.demo import demo_days
from tests.browser import chromium
from tests.browser.server import DiaryServer

PAGES = ("", "timeline", "year", "moods", "settings")


class EmptyServer(DiaryServer):
    """The empty app, started in the same way."""

    script = Path(__file__).with_name("empty_app.py")


def fill(folder: Path, owners: Mapping[str, int]) -> None:
    """Write ``owners``' diaries, so many days each, into the database of the server in ``folder``."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'data' / 'diary.db'}"
    settings = load_settings()
    prepare(settings)
    for seed, (owner, days) in enumerate(owners.items()):
        diary = open_diary(settings, owner)
        last = diary.today("UTC") - timedelta(1)
        diary.add_days(list(demo_days(max(FIRST_DAY, last - timedelta(days - 1)), last, diary.moods(), seed)))


def reruns(tabs: Mapping[str, Session], rounds: int) -> dict[str, list[Answer]]:
    """``rounds`` reruns of each tab, in turn; the first run of each, which makes what is made once, is left out."""
    for tab in tabs.values():
        tab.run()
    answers: dict[str, list[Answer]] = {name: [] for name in tabs}
    for _ in range(rounds):
        for name, tab in tabs.items():
            answers[name].append(tab.run())
    return answers


def first_visit(url: str) -> int:
    """Bytes over the wire until a fresh browser has settled on ``url``."""
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        page = browser.new_page()
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(url)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(3000)
        browser.close()
    return round(sum(sizes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        start: Callable[[DiaryServer], DiaryServer] = stack.enter_context
        few, many = folder / "few", folder / "many"
        fill(few, {"local": 100})
        fill(many, {"local": 3650} | {f"owner{n}": 3650 for n in range(27)})
        servers = {"few": start(DiaryServer(few)), "many": start(DiaryServer(many))}
        empty = start(EmptyServer(folder / "empty"))
        tabs = {"empty": stack.enter_context(Session(empty.url))}
        for page in PAGES:
            for name, server in servers.items():
                tabs[f"{page or 'today'}, {name}"] = stack.enter_context(Session(server.url, page))
        answers = reruns(tabs, rounds)
        floor = median(answer.seconds for answer in answers["empty"])
        print(f"{'page':<18}{'median ms':>10}{'x empty':>9}{'messages':>10}{'kB':>7}")
        for name, runs in answers.items():
            seconds = median(answer.seconds for answer in runs)
            sent = len(runs[-1].messages)
            print(f"{name:<18}{seconds * 1000:>10.1f}{seconds / floor:>9.2f}{sent:>10}{runs[-1].size / 1000:>7.1f}")
        for page in PAGES:
            print(f"first visit of {page or 'today':<12}{first_visit(servers['many'].url + '/' + page) / 1e6:>6.2f} MB")


if __name__ == "__main__":
    main()
