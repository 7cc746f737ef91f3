"""What Cognito's domain shows a person: the form, who is signed in, the way out, and its error page."""

import time
import uuid
from html import escape
from urllib.parse import urlencode

from tests.fakes.answers import Answer
from tests.fakes.cognito_pool import HOUR, Grant, Person, Pool
from tests.fakes.cognito_wire import Asked, go
from tests.oidc.registration import Registration

CODE_SECONDS = 300
SCOPES = {"openid", "email", "phone", "profile"}
ELSEWHERE = "Elsewhere"  # another provider behind the pool, where everybody refuses
_MISSING = "Required String parameter '{}' is not present"


class LoginPages:
    """Authorize, login, error and logout, with the sessions and the codes they lead to.

    A session lasts an hour, a code five minutes and one use.
    """

    def __init__(self, pool: Pool, client: Registration) -> None:
        self._pool = pool
        self._client = client
        self._sessions: dict[str, tuple[Person, int]] = {}
        self._codes: dict[str, tuple[Grant, int]] = {}

    def age(self, seconds: int) -> None:
        """Make all sessions and codes older than they are."""
        self._sessions = {ident: (person, since - seconds) for ident, (person, since) in self._sessions.items()}
        self._codes = {code: (grant, issued - seconds) for code, (grant, issued) in self._codes.items()}

    def take(self, code: str) -> Grant | None:
        """What the code stands for; it is used up."""
        grant, issued = self._codes.pop(code, (None, 0))
        return grant if _now() - issued < CODE_SECONDS else None

    def authorize(self, asked: Asked) -> Answer:
        query = asked.query | asked.form
        if query.get("client_id") != self._client.client_id or query.get("redirect_uri") != self._client.redirect_uri:
            return _to_error(query)
        if refusal := _wrong_with(query):
            return self._back(query, **refusal)
        if query.get("identity_provider") == ELSEWHERE:
            return self._back(query, error="access_denied", error_description="The user refused")
        session, prompt = self._session(asked), query.get("prompt", "")
        if session and prompt not in {"login", "select_account"}:
            return self._with_code(query, *session)
        if prompt == "none":
            return self._back(query, error="login_required")
        return go(f"/login?{urlencode(query)}")

    def login(self, asked: Asked) -> Answer:
        query, form = asked.query, asked.form
        if query.get("client_id") != self._client.client_id or query.get("redirect_uri") != self._client.redirect_uri:
            return _to_error(query)
        session = self._session(asked) if query.get("prompt") != "login" else None
        if asked.method == "GET":
            return _page("Signin", _form(query, session[0].name if session else ""))
        if session and "known" in form:
            return self._with_code(query, *session)
        person = self._pool.find(form.get("username", ""), form.get("password", ""))
        if person is None or not person.enabled:
            trouble = "User is disabled." if person else "Incorrect username or password."
            return _page("Signin", f'<p role="alert">{trouble}</p>{_form(query)}')
        ident, now = str(uuid.uuid4()), _now()
        self._sessions[ident] = (person, now)
        cookie = f"cognito={ident}; Path=/; Max-Age={HOUR}; HttpOnly; SameSite=Lax"
        return self._with_code(query, person, now, {"Set-Cookie": cookie})

    def logout(self, asked: Asked) -> Answer:
        query = asked.query
        if query.get("client_id") != self._client.client_id:
            return _to_error(query)
        self._sessions.pop(asked.session or "", None)
        cookie = {"Set-Cookie": "cognito=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"}
        if query.get("logout_uri") == self._client.logout_uri:
            return go(self._client.logout_uri, cookie)
        if query.get("redirect_uri") == self._client.redirect_uri and query.get("response_type"):
            return go(f"/login?{urlencode(query)}", cookie)
        return _to_error(query, cookie)

    def error(self, asked: Asked) -> Answer:
        """The page for what cannot be sent back to the diary; it names the first thing it misses."""
        names = ("client_id", "redirect_uri", "response_type")
        missing = next((_MISSING.format(name) for name in names if name not in asked.query), None)
        return _page("An error was encountered with the requested page.", escape(missing or "redirect_mismatch"), 400)

    def _session(self, asked: Asked) -> tuple[Person, int] | None:
        """Who is signed in here, and since when."""
        session = self._sessions.get(asked.session or "")
        return session if session and session[0].enabled and _now() - session[1] < HOUR else None

    def _with_code(
        self, query: dict[str, str], person: Person, auth_time: int, headers: dict[str, str] | None = None
    ) -> Answer:
        code, (nonce, challenge) = str(uuid.uuid4()), (query.get("nonce"), query.get("code_challenge"))
        scope = query.get("scope") or "openid email phone profile"
        grant = Grant(person, auth_time, scope, nonce, query["redirect_uri"], challenge)
        self._codes[code] = (grant, _now())
        answer = self._back(query, code=code)
        answer.headers.update(headers or {})
        return answer

    def _back(self, query: dict[str, str], **told: str) -> Answer:
        """To the diary, with what it is told and its own ``state``."""
        state = {"state": query["state"]} if "state" in query else {}
        return go(f"{self._client.redirect_uri}?{urlencode({**told, **state})}")


def _now() -> int:
    return int(time.time())


def _wrong_with(query: dict[str, str]) -> dict[str, str] | None:
    """The error that a request deserves whose client and way back are right."""
    if query.get("response_type") != "code":
        asked = query.get("response_type")
        return {"error": "unauthorized_client" if asked == "token" else "invalid_request"}
    if not set(query.get("scope", "openid").split()) <= SCOPES:
        return {"error": "invalid_scope"}
    if bool(query.get("code_challenge")) != (query.get("code_challenge_method") == "S256"):
        return {"error": "invalid_request"}
    return None


def _to_error(query: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
    return go(f"/error?{urlencode(query)}", headers)


def _page(title: str, content: str, status: int = 200) -> Answer:
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{content}</html>'
    )
    return Answer(status, html, "text/html;charset=UTF-8")


def _form(query: dict[str, str], known: str = "") -> str:
    elsewhere = escape(f"/oauth2/authorize?{urlencode(query | {'identity_provider': ELSEWHERE})}")
    button = f'<button name="known" value="1">Sign in as {escape(known)}</button>' if known else ""
    return f"""<a href="{elsewhere}">Continue with {ELSEWHERE}</a>
    <form method="post">{button}</form>
    <form method="post">
      <label>Username <input name="username" autocomplete="off"></label>
      <label>Password <input name="password" type="password" autocomplete="off"></label>
      <button>Sign in</button>
    </form>"""
