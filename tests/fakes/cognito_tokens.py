"""What Cognito's domain says to a program: tokens, what is known of a person, and taking tokens back."""

import base64
import hashlib
import secrets

from tests.fakes.answers import Answer
from tests.fakes.cognito_login import LoginPages
from tests.fakes.cognito_pool import Grant, Pool
from tests.fakes.cognito_wire import Asked, as_json


class TokenEndpoints:
    """Token, userInfo and revoke; all errors of the first have status 400, as Cognito's do."""

    def __init__(self, pool: Pool, pages: LoginPages, client_secret: str) -> None:
        self._pool = pool
        self._pages = pages
        self._client = (pool.client_id, client_secret)
        self._refresh_tokens: dict[str, Grant] = {}

    def token(self, asked: Asked) -> Answer:
        kind = asked.form.get("grant_type")
        if asked.client() != self._client:
            return _refuse("invalid_client")
        if kind == "authorization_code":
            return self._by_code(asked)
        if kind == "refresh_token":
            return self._by_refresh_token(asked)
        return _refuse("unauthorized_client" if kind == "client_credentials" else "unsupported_grant_type")

    def userinfo(self, asked: Asked) -> Answer:
        kind, _, token = asked.authorization.partition(" ")
        claims = self._pool.read(token) if kind == "Bearer" else None
        person = self._pool.people.get(claims["username"]) if claims else None
        if person is None or not person.enabled:
            told = 'Bearer error="invalid_token", error_description="Access token is expired, disabled, or deleted."'
            return as_json({"error": "invalid_token"}, 401, {"WWW-Authenticate": told})
        known = {"sub": person.sub, "email_verified": "true", "email": person.email, "username": person.name}
        return as_json(known)

    def revoke(self, asked: Asked) -> Answer:
        if asked.client() != self._client:
            return _refuse("invalid_client")
        token = asked.form.get("token")
        if not token:
            return _refuse("invalid_request")
        if self._pool.read(token):
            return _refuse("unsupported_token_type")
        self._refresh_tokens.pop(token, None)
        return Answer(200, "")

    def _by_code(self, asked: Asked) -> Answer:
        form = asked.form
        if not form.get("code") or not form.get("redirect_uri"):
            return _refuse("invalid_request")
        grant = self._pages.take(form["code"])
        if grant is None or grant.redirect_uri != form["redirect_uri"] or not _proves(grant, form.get("code_verifier")):
            return _refuse("invalid_grant")
        return self._give(grant, refreshable=True)

    def _by_refresh_token(self, asked: Asked) -> Answer:
        grant = self._refresh_tokens.get(asked.form.get("refresh_token", ""))
        return self._give(grant, refreshable=False) if grant else _refuse("invalid_grant")

    def _give(self, grant: Grant, *, refreshable: bool) -> Answer:
        if not grant.person.enabled:
            return _refuse("invalid_grant")
        tokens = self._pool.tokens(grant)
        if refreshable:
            tokens["refresh_token"] = secrets.token_urlsafe(1200)
            self._refresh_tokens[tokens["refresh_token"]] = grant
        return as_json(tokens)


def _refuse(error: str) -> Answer:
    return as_json({"error": error}, 400)


def _proves(grant: Grant, verifier: str | None) -> bool:
    """Whether the verifier fits the challenge (RFC 7636, S256); nothing to prove where none was sent."""
    if grant.challenge is None:
        return True
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == grant.challenge
