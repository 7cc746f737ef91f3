"""The door of a diary with log-in: every request passes it before Streamlit sees it.

Streamlit keeps the claims of a log-in in a signed cookie for 30 days, whatever becomes of them. Here they are let
through only while the log-in lasts.
"""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from diary.clock import utc_now
from diary.errors import DiaryError
from diary.settings import Settings
from diary.ui import rates, shared
from diary.ui.gate import is_asked_here, refuse
from diary.ui.visitor import Visitor, is_of_login, read_visitor

log = logging.getLogger(__name__)
OF_SOMEBODY = ("/photo/", "/media/", "/_stcore/upload_file/", "/take/")  # nothing for those who are nobody
ON_THE_WAY = ("/auth/", "/oauth2callback")
ALIVE = "/healthz"  # by any name: a load balancer asks by the address of a host
FROM_HERE = ("/readyz", "/_stcore/health", "/_stcore/metrics", "/_stcore/agent/")  # by any name of loopback
UPLOAD = "/_stcore/upload_file/"
TO_DO = ("/auth/logout", "/take/")  # what a link on a page elsewhere must not do in one's name
MAX_TABS, MAX_STRANGERS = 100, 30  # of one person; of one address, where nobody is logged in
LAST = 2  # seconds in which a tab is still heard when its log-in ends by age, so that what was just typed is kept


class LogIn:
    """Lets requests pass as those of a `Visitor`, or as nobody's: a log-in that is over is taken out of them.

    ``scope["visitor"]`` tells our own routes. An open tab whose log-in was ended is not heard when it says the next
    thing: its page is loaded anew, as nobody's. Where it ended by its age, that comes a moment later.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings
        self._origin = settings.public_origin or ""
        self._tabs = Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
        elif not self._is_meant(scope):
            await refuse(scope, receive, send, "This diary answers under its own address only.", 421)
        else:
            await self._let_in(scope, receive, send)

    def _is_meant(self, scope: Scope) -> bool:
        """By the Host asked for, and the page that opens a socket; whoever looks after the server may ask from it."""
        headers = Headers(scope=scope)
        if scope["type"] == "http" and scope["path"] == ALIVE:
            return True
        if headers.getlist("host") != [urlsplit(self._origin).netloc]:
            return scope["type"] == "http" and scope["path"].startswith(FROM_HERE) and is_asked_here(scope)
        return scope["type"] == "http" or headers.get("origin", self._origin) == self._origin

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["visitor"] = visitor = await self._visitor(scope)
        if scope["type"] == "websocket":
            if visitor is None:
                scope["headers"] = [_without_login(*header) for header in scope["headers"]]
            await self._keep_tab(visitor, scope, receive, send)
        elif visitor is None and scope["path"].startswith(OF_SOMEBODY):
            await refuse(scope, receive, send, "not found", 404)
        elif _is_of_a_page_elsewhere(scope):
            await refuse(scope, receive, send, "Please do this from the diary itself.", 403)
        elif visitor and _is_upload(scope) and not rates.may("upload", visitor.owner_id):
            await refuse(scope, receive, send, "That were many files. Please try again in an hour.", 429)
        else:
            await self.app(scope, receive, send)

    async def _visitor(self, scope: Scope) -> Visitor | None:
        """Who asks, where that makes a difference: scripts and fonts are the same for everybody."""
        if scope["type"] == "http" and not scope["path"].startswith(OF_SOMEBODY + ON_THE_WAY):
            return None
        known = read_visitor(HTTPConnection(scope).cookies, self._settings)
        unknown = scope["path"].startswith(OF_SOMEBODY)  # a file may come from elsewhere than the database
        return None if known is None or await run_in_threadpool(is_over, known, unknown) else known

    async def _keep_tab(self, visitor: Visitor | None, scope: Scope, receive: Receive, send: Send) -> None:
        whose, most = (visitor.owner_id, MAX_TABS) if visitor else (rates.whence(scope), MAX_STRANGERS)
        if self._tabs[whose] >= most:
            log.warning("too many tabs at once count=%d", most)
            await refuse(scope, receive, send, "Too many tabs are open.", 429)
            return
        tab = _Tab(visitor, receive, send)
        self._tabs[whose] += 1
        try:
            await self.app(scope, tab.hear, tab.say)
        finally:
            self._tabs[whose] -= 1
            self._tabs += Counter()  # forgets those who have none


class _Tab:
    """What an open tab says, as far as it is to be heard, and what is said to it."""

    def __init__(self, visitor: Visitor | None, receive: Receive, send: Send) -> None:
        self._visitor, self._receive, self._send = visitor, receive, send
        self._leaving: asyncio.Task[None] | None = None
        self._is_closed = False

    async def hear(self) -> Message:
        """The next message, or that the tab is gone: its log-in was ended, or it does not speak as Streamlit does."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if message.get("bytes") is None:
            return await self._close(1003, "only binary messages")
        if self._visitor is None:
            return message
        if await run_in_threadpool(is_over, self._visitor):
            return await self._send_away(message["bytes"])
        if self._visitor.until <= utc_now() and self._leaving is None:
            self._leaving = asyncio.create_task(self._leave(message["bytes"]))
        return message

    async def say(self, message: Message) -> None:
        """Send what Streamlit has to say; to a tab that was closed, as if its network were gone."""
        if not self._is_closed:
            await self._send(message)
        elif message["type"] == "websocket.send":
            raise OSError("the tab was closed")

    async def _leave(self, said: bytes) -> None:
        await asyncio.sleep(LAST)
        with suppress(Exception):  # the browser may be gone by itself
            await self._send_away(said)

    async def _send_away(self, said: bytes) -> Message:
        self._is_closed = True  # what a run that is under way has to say would come after it
        await self._send({"type": "websocket.send", "bytes": _reload(said)})
        return await self._close(1008, "the log-in has ended")

    async def _close(self, code: int, reason: str) -> Message:
        self._is_closed = True
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code}


def _reload(said: bytes) -> bytes:
    """Streamlit's own message that sends a browser to log in or out: here to the page whose tab ``said`` something."""
    query = ""
    with suppress(Exception):  # whatever it is that protobuf raises of what is none
        query = BackMsg.FromString(said).rerun_script.query_string
    message = ForwardMsg()
    message.auth_redirect.url = "?" + urlencode([*parse_qsl(query), ("login", "over")])
    return bytes(message.SerializeToString())


def is_over(visitor: Visitor, unknown: bool = False) -> bool:
    """Whether the log-in was ended before its time; ``unknown`` where the database is away, and cannot tell.

    A page that lets somebody through then reads nothing of the same database.
    """
    try:
        return shared.parts().endings.is_over(visitor.owner_id, visitor.login, visitor.since)
    except DiaryError as error:
        log.warning("log-in not looked up error=%s", type(error).__name__)
        return unknown


def _is_of_a_page_elsewhere(scope: Scope) -> bool:
    return Headers(scope=scope).get("sec-fetch-site") == "cross-site" and str(scope["path"]).startswith(TO_DO)


def _is_upload(scope: Scope) -> bool:
    return scope["method"] == "PUT" and str(scope["path"]).startswith(UPLOAD)


def _without_login(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name != b"cookie":
        return name, value
    parts = value.split(b";")
    kept = (part for part in parts if not is_of_login(part.partition(b"=")[0].strip().decode("latin-1")))
    return name, b";".join(kept)
