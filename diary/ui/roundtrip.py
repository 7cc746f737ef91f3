"""The way to the OpenID provider and back: what Streamlit's own answers on it lack, and the way out.

Whoever was sent away comes back to the page they had asked for; a log-in that failed is told there in a word; the
cookies hold what the diary needs and no more, as a browser whose cookies pass 8 KB is not heard at all.
"""

import json
import logging
import re
import ssl
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from diary.errors import DiaryError
from diary.log import audit
from diary.settings import Settings
from diary.ui import rates, shared
from diary.ui.login import is_over
from diary.ui.visitor import KEPT, TOKENS, USER, Visitor, is_of_login, read_cookie, read_id_token, read_visitor

log = logging.getLogger(__name__)
PROVIDER = "oidc"
MAX_TOKEN = 2000  # signs of an id token that is kept to be shown at the way out
_WAY = "diary_way"  # the cookie that remembers the page asked for, while its reader is away
_PAGE = re.compile(r"/[a-z]*(\?[!-~]{0,2000})?")  # nothing that could lead to another host
_COGNITO = re.compile(r"https?://[^/]+/[a-z]{2}(-[a-z]+)+-[0-9]+_[A-Za-z0-9]+")  # /<region>_<id of the user pool>


def secrets(settings: Settings) -> dict[str, Any]:
    """What `st.App` is to know of log-in, so that no file has to hold it.

    PKCE is asked for by hand: Streamlit does so only of a provider that names it, and Cognito does not. ``max_age`` and
    ``prompt`` let the provider ask for the password again, or a log-in that ended for its age would be given anew.
    """
    client = {
        "client_id": settings.auth_client_id,
        "client_secret": settings.auth_client_secret,
        "server_metadata_url": settings.auth_metadata_url,
    }
    own = json.loads(settings.auth_client_kwargs)
    kwargs = {"scope": "openid email profile", "prompt": "login", **own, "code_challenge_method": "S256"}
    params = {"max_age": settings.session_hours * 3600}
    return {
        "redirect_uri": settings.auth_redirect_uri,
        "cookie_secret": settings.auth_cookie_secret,
        **client,
        "client_kwargs": own,
        PROVIDER: {**client, "client_kwargs": kwargs, "authorize_params": params},
    }


class RoundTrip:
    """Stands around /auth/login and /oauth2callback."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers = {"/auth/login": self._sent_away, "/oauth2callback": self._come_back}
        answer = answers.get(scope["path"]) if scope["type"] == "http" else None
        if answer is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        if not rates.may("log-in", rates.whence(scope)):
            log.warning("log-in refused: too many tries")
            response: Response = RedirectResponse("/?login=busy", 302)
        elif "error" in request.query_params:  # Streamlit would write into the log whatever stands there
            response = await answer(request, Response())
        else:
            response = await answer(request, await _answer_of(self.app, scope, receive))
        await response(scope, receive, send)

    async def _sent_away(self, request: Request, answer: Response) -> Response:
        way = self._page(request.headers.get("referer", ""))
        if answer.status_code == 302 and not answer.headers["location"].startswith("/"):
            answer.set_cookie(_WAY, quote(way, safe=""), max_age=600, httponly=True, samesite="lax")
            return answer
        response = RedirectResponse(_with(way, "failed" if answer.status_code == 302 else "away"), 302)
        _take_over(response, answer)
        return response

    def _page(self, address: str) -> str:
        """The page of the diary that ``address`` shows, without what was said there about an earlier try."""
        origin = str(self._settings.public_origin)
        if not address.startswith(f"{origin}/"):
            return "/"
        parts = urlsplit(address.removeprefix(origin))
        query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != "login"])
        way = parts.path + (f"?{query}" if query else "")
        return way if _PAGE.fullmatch(way) else "/"

    async def _come_back(self, request: Request, answer: Response) -> Response:
        way = unquote(request.cookies.get(_WAY, "/"))
        way = way if _PAGE.fullmatch(way) else "/"
        given = _cookies_of(answer)
        visitor = read_visitor(given, self._settings) if self._is_meant(given) else None
        if visitor is None and request.scope["visitor"]:
            response = RedirectResponse(way, 302)  # an old answer of the provider, by the browser's way back
        elif visitor is None:
            refused = request.query_params.get("error") == "access_denied"
            response = RedirectResponse(_with(way, "refused" if refused else "failed"), 302)
        elif await run_in_threadpool(is_over, visitor):
            response = RedirectResponse(_with(way, "closed"), 302)
        else:
            await self._end_former(request.scope["visitor"], visitor)
            audit("logged in", visitor.owner_id)
            response = RedirectResponse(way, 302)
            self._keep(response, given)
        _take_over(response, answer)
        response.delete_cookie(_WAY)
        return response

    async def _end_former(self, former: Visitor | None, visitor: Visitor) -> None:
        """Its cookie goes, so that no log-out would reach the tabs that were opened with it."""
        if former and former.login != visitor.login:
            await run_in_threadpool(_end, former.login)

    def _is_meant(self, given: dict[str, str]) -> bool:
        """Whether the token is for this diary, which Authlib does not ask where one names its ``azp``."""
        audience = read_cookie(given, USER, self._settings).get("aud")
        return self._settings.auth_client_id in (audience if isinstance(audience, list) else [audience])

    def _keep(self, response: Response, given: dict[str, str]) -> None:
        claims = {name: value for name, value in read_cookie(given, USER, self._settings).items() if name in KEPT}
        shown = {name: str(claims[name])[:200] for name in ("name", "email") if claims.get(name)}
        self._set(response, USER, {**claims, **shown})
        token = read_id_token(given, self._settings)
        if token and len(token) <= MAX_TOKEN and not _COGNITO.fullmatch(claims["iss"]):
            self._set(response, TOKENS, {"id_token": token})

    def _set(self, response: Response, name: str, content: dict[str, Any]) -> None:
        value = create_signed_value(str(self._settings.auth_cookie_secret), name, json.dumps(content)).decode()
        age = self._settings.session_hours * 3600
        response.set_cookie(name, value, max_age=age, httponly=True, samesite="lax")


async def log_out(request: Request) -> Response:
    """End the log-in here, in every tab of the browser, and then at the provider.

    Streamlit's own answer ends on an error page of Cognito's, which calls the way back by a name of its own
    (https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html).
    """
    settings, visitor = shared.settings(), request.scope["visitor"]
    if visitor:
        await run_in_threadpool(_end, visitor.login)
        audit("logged out", visitor.owner_id)
    was_in = bool(read_cookie(request.cookies, USER, settings)) and rates.may("log-in", rates.whence(request.scope))
    response = RedirectResponse(await _way_out(request, settings) if was_in else "/", 302)
    for name in filter(is_of_login, request.cookies):
        response.delete_cookie(name)
    return response


def _end(login: str) -> None:
    try:
        parts = shared.parts()
        parts.endings.end(login, parts.clock())
    except DiaryError as error:
        log.warning("log-out not noted for other tabs error=%s", type(error).__name__)


async def _way_out(request: Request, settings: Settings) -> str:
    try:
        async with httpx.AsyncClient(timeout=5, verify=_authorities()) as client:
            found = (await client.get(str(settings.auth_metadata_url))).raise_for_status().json()
        place, issuer = str(found.get("end_session_endpoint") or ""), str(found.get("issuer"))
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        log.warning("log-out not told to the provider error=%s", type(error).__name__)
        return "/"
    if not place:
        return "/"
    back, token = f"{settings.public_origin}/", read_id_token(request.cookies, settings)
    query = {"client_id": settings.auth_client_id, "post_logout_redirect_uri": back}
    if _COGNITO.fullmatch(issuer):
        query = {"client_id": settings.auth_client_id, "logout_uri": back}
    elif token:
        query["id_token_hint"] = token
    return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"


@cache
def _authorities() -> ssl.SSLContext:
    """Those whose word is taken for the provider's; reading them takes longer than all the rest."""
    return httpx.create_ssl_context()


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    """What ``app`` answers, held back."""
    answer = Response()
    body = b""

    async def hold(message: Message) -> None:
        nonlocal body
        if message["type"] == "http.response.start":
            answer.status_code = message["status"]
            answer.raw_headers = list(message["headers"])
        else:
            body += message.get("body", b"")

    await app(scope, receive, hold)
    answer.body = body
    return answer


def _cookies_of(answer: Response) -> dict[str, str]:
    """Those that ``answer`` sets."""
    found = SimpleCookie()
    for header in answer.headers.getlist("set-cookie"):
        found.load(header)
    return {name: morsel.value for name, morsel in found.items() if morsel.value}


def _take_over(response: Response, answer: Response) -> None:
    """Set the cookies of ``answer`` too, other than those of a log-in, which `RoundTrip` makes itself."""
    for header in answer.headers.getlist("set-cookie"):
        is_deleted = "Max-Age=0" in header
        if is_deleted or not is_of_login(header.partition("=")[0]):
            response.headers.append("set-cookie", header)


def _with(way: str, word: str) -> str:
    return f"{way}{'&' if '?' in way else '?'}login={word}"
