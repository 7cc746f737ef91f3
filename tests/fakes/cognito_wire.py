"""Requests to Cognito as its endpoints read them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import Self
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from tests.fakes.answers import Answer


@dataclass(frozen=True)
class Asked:
    """One request; of a name that is given twice the last counts."""

    method: str
    query: dict[str, str]
    form: dict[str, str]
    session: str | None
    authorization: str

    @classmethod
    def read(cls, request: BaseHTTPRequestHandler, body: bytes) -> Self:
        query = dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        cookie = SimpleCookie(request.headers.get("Cookie", "")).get("cognito")
        authorization = request.headers.get("Authorization", "")
        return cls(request.command, query, form, cookie.value if cookie else None, authorization)

    def client(self) -> tuple[str, str]:
        """The client and its secret, from the header (RFC 6749, 2.3.1) or from the form."""
        kind, _, credentials = self.authorization.partition(" ")
        if kind != "Basic":
            return self.form.get("client_id", ""), self.form.get("client_secret", "")
        ident, _, secret = base64.b64decode(credentials).decode().partition(":")
        return unquote_plus(ident), unquote_plus(secret)


def as_json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(content), "application/json;charset=UTF-8", dict(headers or {}))


def go(target: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(302, "", "text/html", {"Location": target, **(headers or {})})
