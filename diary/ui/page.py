"""The page that Streamlit fills, as it is sent first: with the diary's own looks in it from the beginning.

Looks that came with the first run of the script would come after what they dress. Streamlit's own font, which the page
would fetch ahead, is not used.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
FONTS = ("figtree-latin-wght-normal", "young-serif-latin-400-normal")  # on every page
_UNUSED_FONT = re.compile(r'<link\s+rel="preload"\s+href="[^"]*/SourceSans[^>]*>')


class Page:
    """Sends `page` wherever Streamlit would send its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = False

        async def send_ours(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_page = message["status"] == 200 and kind.startswith("text/html")
            if not is_page:
                await send(message)
            elif message["type"] == "http.response.start":
                await HTMLResponse(page(), headers={"Cache-Control": "no-cache"})(scope, receive, send)

        await self.app(scope, receive, send_ours if scope["type"] == "http" else send)


@cache
def page() -> str:
    """Streamlit's page with our stylesheet and fonts."""
    theirs = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    fonts = "".join(
        f'<link rel="preload" href="./app/static/fonts/{name}.woff2" as="font" type="font/woff2" crossorigin>'
        for name in FONTS
    )
    version = hashlib.sha256((STATIC / "diary.css").read_bytes()).hexdigest()[:12]
    looks = f'<link rel="stylesheet" href="./app/static/diary.css?{version}">'  # last: it overrules theirs
    return _UNUSED_FONT.sub(fonts, theirs).replace("</body>", f"{looks}</body>")
