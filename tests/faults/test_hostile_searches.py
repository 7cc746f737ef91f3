"""F16: whatever is searched for means itself; what is found is compared with plain Python."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote

import pytest

from bench.session import Session
from diary.model import Song
from diary.query import Field, Words, folded_line, parse, words
from diary.written import unstorable
from tests.browser.server import DiaryServer
from tests.builders import make_diary
from tests.corpus.days import fill
from tests.corpus.naughty import NO_TEXT, TEXTS, VAST
from tests.faults.figures import note
from tests.faults.scale import scaled
from tests.queries import matches

FAULT = "F16 hostile searches"


def pieces(text: str) -> list[str]:
    """What somebody might look for in a text: the whole, its ends, its middle, and all of these in one question."""
    half = len(text) // 2
    return [text, text[:2], text[-2:], text[half - 1 : half + 2], f"{text[:3]} {text[-3:]}"]


def has_words(song: Song, asked: str) -> bool:
    """Whether each word ``asked`` for is in the title or the artist; what no text can hold is in none."""
    label = f"{folded_line(song.title)}\n{folded_line(song.artist)}"
    return not unstorable(asked) and all(word in label for word in words(asked))


def test_what_is_found_is_what_plain_python_finds(shared_database: str) -> None:
    diary = make_diary(shared_database)
    drafts = fill(diary)
    asked = [piece for text in (*TEXTS, *NO_TEXT) for piece in pieces(text)]
    vast = [*VAST.values()][:: scaled(3, 1)]
    asked = [*dict.fromkeys([*asked[:: scaled(600, 1)], *vast, "", " ", "%", "_", "\\", "%%", "_ _", "50%"])]
    entries, songs = tuple(diary.each())[::-1], [one.song for one in drafts if one.song]
    wrong = []
    for text in asked:
        for term in {parse(text).term, Words(text[:1000])}:
            if diary.find(term, limit=10_000) != tuple(entry for entry in entries if matches(term, entry)):
                wrong.append(text)
        found = Counter({past.song: past.days for past in diary.past_songs(text, limit=10_000)})
        if found != Counter(song for song in songs if has_words(song, text)):
            wrong.append(text)
    moods = {one.mood: None for one in drafts if one.mood}
    for name in (*list(moods)[:: scaled(20, 1)], *asked):
        alike = folded_line(name[:1000])
        found_days = diary.find(Field("mood", name[:1000]), limit=10_000)
        if len(found_days) != sum(one.mood is not None and folded_line(one.mood) == alike for one in drafts):
            wrong.append(name)
    where = "PostgreSQL" if shared_database.startswith("postgresql") else "SQLite"
    note(FAULT, where, searches=3 * len(asked), filters=len(asked) + len(moods), wrong_counts=len(wrong))
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
    entries = tuple(make_diary(server.env["DATABASE_URL"]).each())
    broken, wrong, tried = [], [], 0
    for text in [*TEXTS, *NO_TEXT][:: scaled(40, 1)]:
        word = encoded(text)
        found = shown(server, "timeline", f"q={word}") or ""
        cards = len(re.findall(r'<article class=\\?"card', found))
        term = parse(unquote(word, errors="replace")).term
        wrong += [] if cards == min(20, sum(matches(term, entry) for entry in entries)) else [text]
        others = f"view={word}&song={word}&artist={word}&before={word}&after={word}&month={word}&x={word}"
        asked = (
            ("timeline", others),
            ("", f"day={word}"),
            ("moods", f"period={word}&year={word}"),
            ("year", f"year={word}&shelf={word}&day={word}"),
        )
        broken += [text] if not found or None in [shown(server, *one) for one in asked] else []
        tried += 1 + len(asked)
    note(FAULT, "addresses of pages", searches=tried, exceptions=len(broken), wrong_counts=len(wrong))
    assert (broken, wrong) == ([], [])
    assert "Traceback" not in server.log()
