"""The page that Streamlit fills, as it is sent first: with the diary's own looks in it from the beginning.

Looks that came with the first run of the script would come after what they dress. Streamlit's own font, which the page
would fetch ahead, is not used: who asks for it, as for a sign that no other font has, is sent to ours. What draws an
element Streamlit fetches when it meets the first of its kind, and leaves its place empty until then: what every page
needs is there before. What is tapped before it listens is kept for it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from diary.ui import ahead

STATIC = Path(__file__).parent / "static"
FONTS = ("figtree-latin-wght-normal", "young-serif-latin-400-normal")  # on every page
_ELEMENTS = (  # by their names in Streamlit's list of files
    "elements/Html/Html",
    "elements/PageLink/PageLink",
    "widgets/BidiComponent/BidiComponent",
    "widgets/Button/Button",
    "widgets/ButtonGroup/ButtonGroup",
    "widgets/TextInput/TextInput",
)
# A grid of days is seen some moments before the script beside it listens (grids.py), and that takes what waits here.
# Where a picture fails there is something calm: a drawn cover for artwork, the reason for a photo.
_EARLY = """
addEventListener('click', event => { window.diaryTap = event; }, true);
addEventListener('error', ({target}) => {
  if (target.tagName !== 'IMG') return;
  if (target.matches('[src^="/photo/"]')) {
    target.alt = target.title = 'This photo cannot be shown just now.';
    target.src = '/app/static/lost.svg';
  } else if (target.dataset.drawn && !target.matches('[src^="/cover/"]')) {
    target.src = `/cover/${target.dataset.drawn}.svg`;
  }
}, true);
"""
# Streamlit looks for itself below the address of a page first, is told that it is not there, and waits before it looks
# where the page has its scripts from.
_BASE = "window.__streamlit = {BACKEND_BASE_URL: new URL('.', location).href};"
# Before it opens its socket it asks whether the server is there, and who may speak to the page from outside. Where the
# page says the latter, nobody, it asks while the socket opens. A browser that was never here has to ask first, as it is
# given the cookie against forgery then, without which a socket is nobody's.
_AT_ONCE = f"""
if (document.cookie.includes('{XSRF_COOKIE_NAME}='))
  window.__streamlit.HOST_CONFIG = {{allowedOrigins: [location.origin], useExternalAuthToken: false}};
"""
# A socket whose Cookie line is longer than 8,192 bytes is neither opened nor refused, and its page stays empty. Some
# cookies come after the page: Streamlit's against forgery, and those by which a load balancer knows a browser again.
MAX_COOKIES = 8192 - 512
TOO_MANY_COOKIES = (
    "Your browser keeps more cookies for this address than the diary can take, and its page would stay empty. Please"
    " delete the cookies of this address in your browser's settings and come back. You may have to sign in again."
)
_UNUSED_FONT = re.compile(r"/static/media/SourceSans[^/]*$")
_TO_OURS = RedirectResponse(
    f"../../app/static/fonts/{FONTS[0]}.woff2", headers={"Cache-Control": "public, max-age=86400"}
)
_ITS_PRELOAD = re.compile(r'<link\s+rel="preload"\s+href="[^"]*/SourceSans[^>]*>')


class Page:
    """Sends `page` wherever Streamlit would send its own, or a sentence where it could not be filled."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _UNUSED_FONT.search(scope["path"]):
            await _TO_OURS(scope, receive, send)
            return
        is_page = False

        async def send_ours(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_page = message["status"] == 200 and kind.startswith("text/html")
            if not is_page:
                await send(message)
            elif message["type"] == "http.response.start":
                answer = await _answer(HTTPConnection(scope))
                await answer(scope, receive, send)

        await self.app(scope, receive, send_ours if scope["type"] == "http" else send)


async def _answer(asked: HTTPConnection) -> Response:
    if any(len(line) > MAX_COOKIES for line in asked.headers.getlist("cookie")):
        return PlainTextResponse(f"{TOO_MANY_COOKIES}\n", 431, {"Cache-Control": "no-store"})
    # What else an address names is for the page itself to understand.
    days = "" if asked.scope["query_string"] else await ahead.sent_with(asked.scope["path"], asked.cookies)
    whole = page().replace("</body>", f"{days}</body>")
    return HTMLResponse(whole, headers={"Cache-Control": "private, no-store" if days else "no-cache"})


@cache
def page() -> str:
    """Streamlit's page with our stylesheet, fonts and first script."""
    folder = Path(st.__file__).parent / "static"
    theirs = (folder / "index.html").read_text(encoding="utf-8")
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    drawing = [f"../lib/src/components/{name}.tsx" for name in _ELEMENTS]
    needed = dict.fromkeys(file for name in drawing for file in _modules(listed, name))
    modules = "".join(
        f'<link rel="modulepreload" crossorigin href="./{file}">' for file in needed if file not in theirs
    )
    # After Streamlit's own: what has run by the time its first element comes is at hand at once.
    modules += "".join(
        f'<script type="module" crossorigin src="./{listed[name]["file"]}"></script>' for name in drawing
    )
    fonts = "".join(
        f'<link rel="preload" href="./app/static/fonts/{name}.woff2" as="font" type="font/woff2" crossorigin>'
        for name in FONTS
    )
    version = hashlib.sha256((STATIC / "diary.css").read_bytes()).hexdigest()[:12]
    looks = f'<link rel="stylesheet" href="./app/static/diary.css?{version}">'  # last: it overrules theirs
    first = f"<script>{_BASE}{_AT_ONCE}{_EARLY}</script>{modules}"
    return _ITS_PRELOAD.sub(fonts, theirs).replace("</head>", f"{first}</head>").replace("</body>", f"{looks}</body>")


def _modules(listed: Mapping[str, Any], name: str) -> Iterator[str]:
    """The file of one of Streamlit's modules and those that it needs, as ``listed``; all need its first one."""
    yield listed[name]["file"]
    for other in listed[name].get("imports", ()):
        if other != "index.html":
            yield from _modules(listed, other)
