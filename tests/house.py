"""A running diary with log-in where Ada and Ben have written, and what asks it without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from bench.session import Session
from diary.assembly import make_parts
from diary.diary import Diary
from diary.model import EntryDraft, Song, Unsaved
from diary.protocols import Parts
from diary.settings import Settings, load_settings
from tests.browser.server import DiaryServer
from tests.builders import SERENE
from tests.corpus.pictures import corners, saved
from tests.login import cookies_for, owner_of
from tests.test_settings_login import LOG_IN

Who = str | dict[str, str]  # a name, or the cookies of a browser
DAY = date(2026, 11, 20)
CANARY = "only{}knows"  # stands in the note, the song, a tag, a mood, a draft, a former version and the trash


@dataclass(frozen=True)
class Answer:
    """Of the server; two are the same whatever their headers."""

    status: int
    body: bytes
    headers: Message = field(compare=False)


class House:
    """The server, and how to ask it as "ada", "ben" or "nobody", or with any cookies."""

    def __init__(self, server: DiaryServer) -> None:
        self.server = server
        self.settings: Settings = load_settings(server.env)
        self.parts = make_parts(self.settings)
        self.cookies = {who: cookies_for(self.settings, who) for who in ("ada", "ben")} | {"nobody": {}}
        self.photos = fill(self.parts)

    def ask(self, path: str, who: Who = "nobody", method: str = "GET", **headers: str) -> Answer:
        """The answer under the diary's own name, unless ``headers`` tell another."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        own = {"Host": f"localhost:{self.server.port}", "Cookie": as_header(self._cookies(who))}
        connection.request(method, path, headers=own | {name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        try:
            return Answer(answer.status, answer.read(), answer.headers)
        finally:
            connection.close()

    def tab(self, page: str, who: Who = "nobody", query: str = "") -> Session:
        """A tab of theirs."""
        return Session(self.server.url, page, query, cookies=self._cookies(who))

    def _cookies(self, who: Who) -> dict[str, str]:
        return self.cookies[who] if isinstance(who, str) else who

    def shown(self, page: str, who: Who = "nobody", query: str = "") -> str:
        """All that a page sends to a tab of theirs, in small letters."""
        with self.tab(page, who, query) as tab:
            return "\n".join(str(message) for message in tab.run().messages).lower()


def told_to_go(tab: Session, address: str = "?login=over") -> bool:
    """Whether the next thing that a tab says is not heard, and its page is sent to the welcome."""
    with pytest.raises(ConnectionClosed):
        tab.run()
    return tab.last.messages[-1].auth_redirect.url == address


def fill(parts: Parts) -> dict[str, str]:
    """Let Ada and Ben write something of every kind, and give the keys of their photos."""
    return {who: _write(Diary(owner_of(who), parts), CANARY.format(who)) for who in ("ada", "ben")}


def _write(diary: Diary, canary: str) -> str:
    diary.add_mood(replace(SERENE, name=canary))
    picture = saved(corners(), "JPEG")
    draft = EntryDraft(DAY, canary, Song(canary, canary), note=canary, tags=(canary,), new_photo=picture)
    first = diary.save(replace(draft, note=f"{canary} before"))
    kept = diary.save(replace(draft, revision=first.revision))
    diary.keep_unsaved(Unsaved(date(2026, 11, 18), note=canary))
    diary.delete(diary.save(EntryDraft(date(2026, 11, 19), note=canary)))
    return str(kept.photo)


def as_header(cookies: dict[str, str]) -> str:
    """As a browser sends them."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@contextmanager
def running_house(folder: Path) -> Iterator[House]:
    """Under http://localhost, and with log-ins of 48 hours."""
    server = DiaryServer(folder)
    server.url = server.url.replace("127.0.0.1", "localhost")
    server.env |= {**LOG_IN, "AUTH_REDIRECT_URI": f"{server.url}/oauth2callback", "DIARY_SESSION_HOURS": "48"}
    with server:
        yield House(server)
