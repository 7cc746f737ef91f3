"""The server around the pages: start-up, routes of our own, headers."""

import base64
import gc
import hashlib
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from diary import assembly, log
from diary.errors import AwayError, DiaryError, NotFoundError
from diary.settings import Settings
from diary.sweep import Caretaker
from diary.ui import ahead, cover, gate, logs, page, photos, roundtrip, shared, take_out
from diary.ui.login import LogIn

SHELL = str(Path(__file__).with_name("shell.py"))
YEAR = 31_536_000
RETRY = 2  # seconds
WAY = 300  # seconds that browsers keep the way to a photo elsewhere: half as long as it leads there
logger = logging.getLogger(__name__)


def start() -> None:
    """Read the settings, bring the database up to date and begin the house work, or end with one sentence.

    A database server that is away is waited for beside the pages, which say so meanwhile.
    """
    # A page makes thousands of rows, which end with it: to look through them after each 700 finds nothing.
    gc.set_threshold(50_000)
    form: log.Form = "text"
    try:
        settings = shared.settings()
        logs.set_up(form := settings.log)
        gate.check_address(settings)
        if settings.has_login:
            # Streamlit signs what a browser carries on its way to the provider, and reads this before it has `secrets`.
            config.set_option("server.cookieSecret", settings.auth_cookie_secret)
        content_security_policy()
        is_open = _open(settings)
    except DiaryError as error:
        sys.exit(logs.farewell(form, f"The diary cannot start. {error}"))
    finally:
        log.end_request()
    if not is_open:
        Thread(target=_open_later, args=(settings,), name="opening", daemon=True).start()


def _open(settings: Settings) -> bool:
    """Prepare the database and begin the house work; False where that has to wait. Raises DiaryError."""
    try:
        assembly.prepare(settings, serving=True)
        if hole := assembly.hole_in_wall(settings):
            logger.warning("%s", hole)
    except AwayError as error:
        if settings.database_url.startswith("sqlite:"):
            raise  # another program's lock was waited for
        logger.warning("waiting for the database: %s", error)
        return False
    try:
        Caretaker(shared.parts()).start()
    except DiaryError as error:
        logger.warning("waiting to begin the house work: %s", error)
        return False
    return True


def _open_later(settings: Settings) -> None:
    try:
        while not _open(settings):
            time.sleep(RETRY)
    except DiaryError as error:
        logger.error("the diary cannot go on: %s", error)
        os.kill(os.getpid(), signal.SIGTERM)


def report(error: Exception) -> None:
    """An unexpected error goes to the log in full; the screen shows Streamlit's plain notice."""
    logger.error("unexpected error", exc_info=error)


def secrets() -> dict[str, Any] | None:
    """What Streamlit is to know of log-in, None without."""
    settings = shared.settings()
    return {"auth": roundtrip.secrets(settings)} if settings.has_login else None


def routes() -> Sequence[Route]:
    """Health, the pictures that the pages show, and the way out where there is log-in."""
    return [
        *([Route("/auth/logout", roundtrip.log_out)] if shared.settings().has_login else []),
        Route("/healthz", _alive),
        Route("/readyz", _ready),
        Route("/cover/{seed}.svg", _cover),
        Route("/photo/{key:path}", _photo),
        *take_out.routes(),
    ]


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok")


def _ready(_: Request) -> Response:
    try:
        ready = shared.is_ready()
    except DiaryError as error:
        logger.warning("not ready: %s", error)
        ready = False
    return PlainTextResponse("ready" if ready else "not ready", 200 if ready else 503)


async def _cover(request: Request) -> Response:
    seed = request.path_params["seed"]
    if not re.fullmatch(r"[0-9a-f]{16}", seed):
        return PlainTextResponse("not found", 404)
    return Response(
        cover.draw(seed), media_type="image/svg+xml", headers={"Cache-Control": f"public, max-age={YEAR}, immutable"}
    )


def _photo(request: Request) -> Response:
    """A photo by its signed address, which `photos.photo_url` gave to a page of its owner."""
    try:
        photo = photos.photo_behind(take_out.owner_behind(request), request.path_params["key"], request.query_params)
    except NotFoundError:
        return PlainTextResponse("not found", 404)
    except DiaryError as error:
        logger.warning("photo failed: %s", error)
        return PlainTextResponse("not available", 503)
    if isinstance(photo, str):
        return RedirectResponse(photo, 302, {"Cache-Control": f"private, max-age={WAY}"})
    return Response(photo, media_type="image/webp", headers={"Cache-Control": "private, max-age=86400"})


def middleware() -> Sequence[Middleware]:
    """Headers on every answer; the gate, or the door of log-in; compression, as Streamlit sends static files as are."""
    settings = shared.settings()
    walls = [Middleware(gate.InnerPaths)]
    if settings.has_login:
        walls += [Middleware(LogIn, settings=settings), Middleware(roundtrip.RoundTrip, settings=settings)]
    elif settings.login == "auto":
        walls += [Middleware(gate.ThisMachineOnly)]
    inner = [Middleware(GZipMiddleware, minimum_size=1000), Middleware(page.Page)]
    return [Middleware(_Headers, settings=settings), *walls, *inner]


class _Headers:
    """Adds the security headers to every HTTP answer, and lets browsers keep fonts and scripts."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._is_tls = (settings.public_origin or "").startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy()
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
                if scope["path"].startswith("/app/static/"):
                    headers["Cache-Control"] = "public, max-age=604800"
                if self._is_tls or scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = f"max-age={YEAR}"
                    message["headers"] = [_secured(*header) for header in message["headers"]]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
        except Exception:  # the answer of what stands around this would have no headers
            if has_begun or scope["type"] != "http":
                raise
            logger.exception("unexpected error")
            await PlainTextResponse("Something went wrong.\n", 500)(scope, receive, send_with_headers)


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Cookies never cross a network in the clear: Streamlit itself does not say so of its own."""
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value


@cache
def content_security_policy() -> str:
    """What a page may load: the diary itself, photos and artwork from their own addresses, Spotify's player on demand.

    The page carries inline scripts, allowed by their hashes; ``blob:`` is how Streamlit loads the scripts of
    components. Raises DiaryError where it cannot be told whence photos come; `start` asks first.
    """
    scripts = [*re.findall(r"<script>(.*?)</script>", page.page(), re.DOTALL), ahead.HAND_OVER]
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    photos = assembly.photo_origin(shared.settings())
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {allowed}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob: https://i.scdn.co https://*.spotifycdn.com"
            " https://coverartarchive.org https://archive.org https://*.archive.org" + (f" {photos}" if photos else ""),
            "frame-src https://open.spotify.com",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
