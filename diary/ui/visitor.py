"""Who a request comes from: the claims of an id token, which Streamlit keeps in a signed cookie of the browser.

The claims are those of https://openid.net/specs/openid-connect-core-1_0.html#IDToken.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette import starlette_server_config as names
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from diary.clock import utc_now
from diary.settings import Settings

USER, TOKENS = names.USER_COOKIE_NAME, names.TOKENS_COOKIE_NAME
_COOKIE = re.compile(rf"({TOKENS}|{USER})(_+[0-9]+)?")
MAX_OWNER = 255  # signs of an owner's id that the database keeps
_OF_ONE_LOGIN = ("iss", "sub", "iat", "auth_time", "nonce", "jti", "sid")
KEPT = (*_OF_ONE_LOGIN, "name", "email", "provider", "origin", "is_logged_in")  # what the diary needs of the cookie


@dataclass(frozen=True)
class Visitor:
    """Somebody who logged in: the owner of a diary, and the one log-in of theirs, which ends at ``until`` (UTC)."""

    owner_id: str
    login: str  # a hash, the same for every tab of the browser
    since: datetime
    until: datetime
    name: str


def visitor_of(claims: Mapping[str, Any], hours: int) -> Visitor | None:
    """The one whom ``claims`` speak of, logged in for so many ``hours``; None where they name nobody.

    The owner is the issuer and the subject together, as only both tell people apart (section 5.7): an issuer's address
    has no ``#`` (section 2). A token that tells no ``auth_time`` counts from when it was issued, and at most from then.
    """
    issuer, subject, issued = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not (_is_name(issuer) and _is_name(subject) and "#" not in str(issuer)):
        return None
    try:
        since = _instant(issued)
        until = min(since, _instant(claims.get("auth_time", issued))) + timedelta(hours=hours)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    owner = f"{issuer}#{subject}"
    if len(owner) > MAX_OWNER:
        return None
    one = "\n".join(str(claims.get(name)) for name in _OF_ONE_LOGIN)
    name = str(claims.get("email") or claims.get("name") or subject)
    return Visitor(owner, hashlib.sha256(one.encode()).hexdigest(), since, until, name)


def read_visitor(cookies: Mapping[str, str], settings: Settings) -> Visitor | None:
    """The one whose browser sent these cookies; None where they were not made here, or are too old."""
    claims = read_cookie(cookies, USER, settings)
    found = visitor_of(claims, settings.session_hours) if claims.get("origin") == settings.public_origin else None
    return found if found and found.until > utc_now() else None


def read_id_token(cookies: Mapping[str, str], settings: Settings) -> str | None:
    """The id token as the provider gave it, where the browser keeps it."""
    token = read_cookie(cookies, TOKENS, settings).get("id_token")
    return token if isinstance(token, str) else None


def read_cookie(cookies: Mapping[str, str], name: str, settings: Settings) -> dict[str, Any]:
    """What a cookie of Streamlit's log-in holds, all its pieces together; empty where it was not signed here."""

    def piece(one: str) -> bytes | None:
        return decode_signed_value(str(settings.auth_cookie_secret), one, cookies.get(one, "").encode())

    try:
        found = json.loads(get_cookie_with_chunks(piece, name) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_of_login(name: str) -> bool:
    """Whether a cookie of that name belongs to a log-in, be it one of its pieces."""
    return _COOKIE.fullmatch(name) is not None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != "" and value.isprintable()


def _instant(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)
