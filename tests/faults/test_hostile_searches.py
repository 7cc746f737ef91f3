"""F16: whatever is searched for means itself; what is found is compared with plain Python."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote_from_bytes

import pytest

from bench.session import Session
from diary.model import EntryDraft
from diary.query import EntryFilter, fold, words
from diary.written import unstorable
from tests.browser.server import DiaryServer
from tests.builders import make_diary
from tests.corpus.days import fill, hostile_day
from tests.corpus.naughty import NO_TEXT, TEXTS, VAST
from tests.faults.figures import note
from tests.faults.scale import scaled

T = TypeVar("T")
FAULT = "F16 hostile searches"


def pieces(text: str) -> list[str]:
    """What somebody might look for in a text: the whole, its ends, its middle, and all of these in one question."""
    half = len(text) // 2
    return [text, text[:2], text[-2:], text[half - 1 : half + 2], f"{text[:3]} {text[-3:]}"]


def looked_for(asked: str, folded: Iterable[tuple[T, str]]) -> list[T]:
    """Those whose ``folded`` text holds every word that is ``asked`` for; what no text can hold is in none."""
    wanted = words(asked)
    return [] if unstorable(asked) else [one for one, text in folded if all(word in text for word in wanted)]


def all_of(draft: EntryDraft) -> str:
    song = (draft.song.title, draft.song.artist) if draft.song else ()
    return "\n".join(map(fold, (*song, draft.note, *draft.tags)))


def test_what_is_found_is_what_plain_python_finds(shared_database: str) -> None:
    diary = make_diary(shared_database)
    drafts = fill(diary)
    asked = [piece for text in (*TEXTS, *NO_TEXT) for piece in pieces(text)]
    asked = [*dict.fromkeys([*asked[:: scaled(40, 1)], *VAST.values(), "", " ", "%", "_", "\\", "%%", "_ _", "50%"])]
    days_by_text = [(one.day, all_of(one)) for one in drafts][::-1]
    songs_by_text = [(one.song, fold(f"{one.song.title} {one.song.artist}")) for one in drafts if one.song]
    wrong = []
    for text in asked:
        days = [entry.day for entry in diary.find(EntryFilter(text), limit=10_000)]
        if days != looked_for(text, days_by_text):
            wrong.append(text)
        songs = Counter({past.song: past.days for past in diary.past_songs(text, limit=10_000)})
        if songs != Counter(looked_for(text, songs_by_text)):
            wrong.append(text)
    moods = {one.mood: None for one in drafts if one.mood}
    for name in (*moods, *asked):
        found = diary.find(EntryFilter(moods=(name,)), limit=10_000)
        if len(found) != sum(one.mood == name for one in drafts):
            wrong.append(name)
    where = "PostgreSQL" if shared_database.startswith("postgresql") else "SQLite"
    note(FAULT, where, searches=2 * len(asked), filters=len(asked) + len(moods), wrong_counts=len(wrong))
    assert wrong == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    folder: Path = tmp_path_factory.mktemp("searches")
    with DiaryServer(folder) as server:
        fill(make_diary(server.env["DATABASE_URL"]))
        yield server


def encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def shown(server: DiaryServer, page: str, query: str) -> str | None:
    """What the page says, None where it broke."""
    with Session(server.url, page, query) as tab:
        answer = tab.run()
    kinds = {message.delta.new_element.WhichOneof("type") for message in answer.messages}
    return None if "exception" in kinds else "".join(answer.texts)


def test_every_text_in_every_place_of_an_address_gives_a_page(server: DiaryServer) -> None:
    folded = [(number, all_of(hostile_day(number))) for number in range(len(TEXTS))]
    broken, wrong, tried = [], [], 0
    for text in [*TEXTS, *NO_TEXT][:: scaled(40, 1)]:
        word = encoded(text)
        found = shown(server, "timeline", f"q={word}") or ""
        cards = len(re.findall(r'<article class=\\?"card', found))
        wrong += [] if cards == min(20, len(looked_for(text, folded))) else [text]
        others = f"view={word}&mood={word}&first={word}&last={word}&before={word}&after={word}&month={word}&x={word}"
        asked = (("timeline", others), ("", f"day={word}"), ("moods", f"period={word}&year={word}"))
        broken += [text] if not found or None in [shown(server, *one) for one in asked] else []
        tried += 1 + len(asked)
    note(FAULT, "addresses of pages", searches=tried, exceptions=len(broken), wrong_counts=len(wrong))
    assert (broken, wrong) == ([], [])
    assert "Traceback" not in server.log()
