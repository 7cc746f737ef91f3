"""The door of a diary with log-in: every request passes it before Streamlit sees it.

Streamlit keeps the claims of a log-in in a signed cookie for 30 days, whatever becomes of them. Here they are let
through only while the log-in lasts.
"""

import logging
from collections import Counter
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from diary.errors import DiaryError
from diary.settings import Settings
from diary.ui import shared
from diary.ui.gate import is_asked_here
from diary.ui.visitor import Visitor, is_of_login, read_visitor

log = logging.getLogger(__name__)
OF_SOMEBODY = ("/photo/", "/media/", "/_stcore/upload_file/", "/take/")  # nothing for those who are nobody
ON_THE_WAY = ("/auth/", "/oauth2callback")
FROM_HERE = ("/healthz", "/readyz", "/_stcore/health", "/_stcore/metrics", "/_stcore/agent/")  # by any name of loopback
MAX_TABS = 100  # of one person, or of one address where nobody is logged in


class LogIn:
    """Lets requests pass as those of a `Visitor`, or as nobody's: a log-in that is over is taken out of them.

    ``scope["visitor"]`` tells our own routes. An open tab whose log-in has ended is not heard when it says the next
    thing: its page is loaded anew, as nobody's.
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
            await _refuse(scope, receive, send, "This diary answers under its own address only.", 421)
        else:
            await self._let_in(scope, receive, send)

    def _is_meant(self, scope: Scope) -> bool:
        """By the Host asked for, and the page that opens a socket; whoever looks after the server may ask from it."""
        headers = Headers(scope=scope)
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
            await _refuse(scope, receive, send, "not found", 404)
        else:
            await self.app(scope, receive, send)

    async def _visitor(self, scope: Scope) -> Visitor | None:
        """Who asks, where that makes a difference: scripts and fonts are the same for everybody."""
        if scope["type"] == "http" and not scope["path"].startswith(OF_SOMEBODY + ON_THE_WAY):
            return None
        known = read_visitor(HTTPConnection(scope).cookies, self._settings)
        return None if known is None or await run_in_threadpool(is_over, known) else known

    async def _keep_tab(self, visitor: Visitor | None, scope: Scope, receive: Receive, send: Send) -> None:
        whose = visitor.owner_id if visitor else (scope.get("client") or ("",))[0]
        if self._tabs[whose] >= MAX_TABS:
            log.warning("too many tabs at once count=%d", MAX_TABS)
            await _refuse(scope, receive, send, "Too many tabs are open.", 429)
            return

        async def careful() -> Message:
            message = await receive()
            if visitor and message["type"] == "websocket.receive" and await run_in_threadpool(is_over, visitor):
                await send({"type": "websocket.send", "bytes": _reload()})
                await send({"type": "websocket.close", "code": 1008, "reason": "the log-in has ended"})
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        self._tabs[whose] += 1
        try:
            await self.app(scope, careful, send)
        finally:
            self._tabs[whose] -= 1
            self._tabs += Counter()  # forgets those who have none


def _reload() -> bytes:
    """Streamlit's own message that sends a browser to log in or out: here to the page that it shows."""
    message = ForwardMsg()
    message.auth_redirect.url = "?login=over"
    return bytes(message.SerializeToString())


def is_over(visitor: Visitor) -> bool:
    """Whether the log-in has ended. A database that is away cannot tell; it gives nothing to read then, either."""
    try:
        parts = shared.parts()
        return visitor.until <= parts.clock() or parts.endings.is_over(visitor.owner_id, visitor.login, visitor.since)
    except DiaryError as error:
        log.warning("log-in not looked up error=%s", type(error).__name__)
        return False


def _without_login(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name != b"cookie":
        return name, value
    kept = (part for part in value.split(b";") if not is_of_login(part.strip().decode("latin-1")))
    return name, b";".join(kept)


async def _refuse(scope: Scope, receive: Receive, send: Send, sentence: str, status: int) -> None:
    """A sentence; a socket is closed before it is accepted, and the server answers 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await PlainTextResponse(f"{sentence}\n", status)(scope, receive, send)
