"""The days that are sent with a page: what the page shows first, to its owner alone, and never in its way."""

import asyncio
import json
import logging
import re
from base64 import b64encode
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Event
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest

from diary import log
from diary.assembly import open_diary, prepare
from diary.errors import AwayError
from diary.model import EntryDraft, Song
from diary.query import EVERYTHING
from diary.settings import load_settings
from diary.ui import ahead, shared
from tests.browser.server import DiaryServer, demo
from tests.builders import TODAY, eventually, make_diary

T = TypeVar("T")
AHEAD = '<div class="ahead">'


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("full")) as server:
        demo(server, days=400)
        yield server


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("empty")) as server:
        yield server


def sent(server: DiaryServer, path: str) -> tuple[str, str]:
    """The page, and how long it may be kept."""
    with urlopen(server.url + path) as answer:
        return answer.read().decode(), answer.headers["Cache-Control"]


def with_days(server: DiaryServer, path: str) -> tuple[str, str]:
    """The page as it is sent when the machine is not too busy for its days."""
    eventually(lambda: AHEAD in sent(server, path)[0])
    return sent(server, path)


def outcome(asked: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser of other tests leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def test_timeline_comes_with_its_newest_days_and_the_colours_of_their_moods(full: DiaryServer) -> None:
    page, kept = with_days(full, "/timeline")
    days = re.findall(r"<article class=\"card\"><button class=over data-day=(\S+)>", page.partition(AHEAD)[2])
    newest = make_diary(full.env["DATABASE_URL"]).find(EVERYTHING, 20)
    assert days == [entry.day.isoformat() for entry in newest]
    assert ".m-calm{--m:light-dark(" in page
    assert kept == "private, no-store", "a page with somebody's days stays nowhere"


def test_year_comes_with_the_shelf_of_this_year(full: DiaryServer) -> None:
    page, kept = with_days(full, "/year")
    shown = page.partition(AHEAD)[2]
    assert len(re.findall(r'<tr data-of="\d{4}-\d{2}">', shown)) == 12
    assert '<p class="lead">' in shown
    assert kept == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/moods", "/settings", "/timeline?q=rain", "/year?year=2020", "/x"])
def test_no_other_address_comes_with_days(full: DiaryServer, path: str) -> None:
    page, kept = sent(full, path)
    assert AHEAD not in page
    assert kept == "no-cache"


@pytest.mark.parametrize("path", ["/timeline", "/year"])
def test_an_empty_diary_has_none_to_send(empty: DiaryServer, path: str) -> None:
    page, kept = sent(empty, path)
    assert AHEAD not in page
    assert kept == "no-cache"


def test_what_is_sent_may_run_by_the_policy_of_the_page(full: DiaryServer) -> None:
    with_days(full, "/timeline")
    with urlopen(full.url + "/timeline") as answer:
        page, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert ahead.HAND_OVER in scripts
    for script in scripts:
        assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in policy


@pytest.mark.usefixtures("database")
def test_words_are_shown_as_they_are() -> None:
    settings = load_settings()
    prepare(settings)
    diary = open_diary(settings)
    diary.save(EntryDraft(TODAY, "calm", Song("</div><script>", "<b>"), note="</style><img src=x>"))
    page = outcome(ahead.sent_with("/timeline", {}))
    assert "&lt;/div&gt;&lt;script&gt;" in page
    assert "<b>" not in page
    assert "<img src=x>" not in page
    assert page.count("<script>") == 1


def test_a_database_that_hangs_does_not_hold_the_page_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Event()
    monkeypatch.setattr(shared, "diary_of", lambda _: answers.wait(60))
    try:
        assert outcome(ahead.sent_with("/timeline", {})) == ""
        assert not answers.is_set()
    finally:
        answers.set()


def test_no_more_pages_wait_for_it_than_there_are_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, asked = Event(), []

    def hang(owner: str) -> None:
        asked.append(owner)
        answers.wait(60)

    async def many() -> list[str]:
        return await asyncio.gather(*(ahead.sent_with("/year", {}) for _ in range(20)))

    monkeypatch.setattr(shared, "diary_of", hang)
    try:
        assert outcome(many()) == [""] * 20
        assert 0 < len(asked) <= 4
    finally:
        answers.set()


def test_where_the_diary_is_away_the_page_says_so_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> None:
        raise AwayError("not answering")

    monkeypatch.setattr(shared, "diary_of", away)
    assert outcome(ahead.sent_with("/timeline", {})) == ""


def test_what_is_logged_for_one_page_does_not_belong_to_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def note(_: str) -> None:
        logging.getLogger("diary.somewhere").warning("database failed")
        raise AwayError("not answering")

    logger = logging.getLogger("diary")
    for name, value in {"handlers": [], "level": logger.level, "propagate": logger.propagate}.items():
        monkeypatch.setattr(logger, name, value)
    log.set_up("json")
    monkeypatch.setattr(shared, "diary_of", note)
    for _ in range(8):  # twice as many as there are threads
        outcome(ahead.sent_with("/timeline", {}))
    requests = [json.loads(line)["request"] for line in capsys.readouterr().err.splitlines()]
    assert len(requests) == len(set(requests)) == 8


def test_a_mistake_of_ours_is_loud_in_the_log_and_leaves_the_page_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared, "diary_of", lambda _: None)
    with caplog.at_level(logging.ERROR, "diary"):
        assert outcome(ahead.sent_with("/timeline", {})) == ""
    assert "unexpected error" in caplog.text
