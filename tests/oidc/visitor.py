"""Somebody who signs in without a screen, and the client that waits for them: Authlib's, which Streamlit uses too."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from authlib.integrations.starlette_client import OAuth

from tests.fakes.cognito_pool import PASSWORD
from tests.oidc.registration import Registration

FORM = {"password": PASSWORD, "do": "sign in"}


class Visitor:
    """One person's browser, and the diary's side of each of their log-ins at ``provider``."""

    def __init__(self, provider: Registration, **other: str) -> None:
        """Raises nothing yet when ``other``, such as ``client_secret``, is not what the provider knows."""
        self.provider = provider
        self.browser = requests.Session()
        self.began: dict[str, Any] = {}
        about = {"client_id": provider.client_id, "client_secret": provider.client_secret} | other
        self._client: Any = OAuth().register(
            "provider",
            server_metadata_url=provider.metadata_url,
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
            **about,
        )

    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = _wait_for(self._client.load_server_metadata())
        return found

    def begin(self, **asked: str) -> requests.Response:
        """Begin to log in; what the provider answers with in the end: a form, an error, or the way back."""
        asked = {"redirect_uri": self.provider.redirect_uri} | asked
        self.began = _wait_for(self._client.create_authorization_url(**asked))
        return self.go(self.began["url"])

    def sign_in(self, name: str, **asked: str) -> dict[str, str]:
        """Begin and fill in the form; what the diary is told on the way back."""
        form = self.begin(**asked)
        return told(self.go(form.url, FORM | {"name": name, "username": name}))

    def exchange(self, code: str, **other: str) -> dict[str, Any]:
        """The tokens for ``code``. Raises OAuthError when the provider refuses, or HTTPError when it fails."""
        sent = {"redirect_uri": self.provider.redirect_uri, "code_verifier": self.began["code_verifier"]} | other
        tokens: dict[str, Any] = _wait_for(self._client.fetch_access_token(code=code, **sent))
        return tokens

    def claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """The claims of the ID token, once checked. Raises JoseError when something is wrong with it."""
        return dict(_wait_for(self._client.parse_id_token(tokens, self.began["nonce"])))

    def log_in(self, name: str, **asked: str) -> dict[str, Any]:
        """All of it."""
        return self.claims(self.exchange(self.sign_in(name, **asked)["code"]))

    def go(self, url: str, form: dict[str, str] | None = None) -> requests.Response:
        """Follow redirects as a browser does, up to the one that leads to the diary."""
        answer = self.browser.request("POST" if form else "GET", url, data=form, allow_redirects=False, timeout=10)
        while answer.is_redirect and not self._leads_home(answer):
            answer = self.browser.get(
                urljoin(answer.url, answer.headers["Location"]), allow_redirects=False, timeout=10
            )
        return answer

    def _leads_home(self, answer: requests.Response) -> bool:
        return answer.headers["Location"].startswith(self.provider.logout_uri)


def _wait_for(answer: Coroutine[Any, Any, Any]) -> Any:
    """What it gives in the end; in a thread, as a browser that is driven beside it has its loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()


def way_in(provider: Registration, **other: str | None) -> str:
    """Where a log-in begins, asked for well but for what is ``other``; None leaves it out."""
    good = {"client_id": provider.client_id, "redirect_uri": provider.redirect_uri, "response_type": "code"}
    good |= {"scope": "openid", "state": "s", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    asked = {name: value for name, value in (good | other).items() if value is not None}
    place = requests.get(provider.metadata_url, timeout=10).json()["authorization_endpoint"]
    return f"{place}?{urlencode(asked)}"


def told(answer: requests.Response) -> dict[str, str]:
    """What the diary is told by the redirect; nothing when the browser stays at the provider."""
    return dict(parse_qsl(urlsplit(answer.headers.get("Location", "")).query))
