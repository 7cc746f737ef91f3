"""Log-ins as Streamlit leaves them in a browser, for tests that need no provider."""

import json
import time
from typing import Any
from uuid import uuid4

from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from diary.settings import Settings
from diary.ui.visitor import USER

HOURS = 720


def claims(**others: Any) -> dict[str, Any]:
    """Those of an id token that Ada has got just now; ``others`` go before them."""
    now = int(time.time())
    return {"iss": "https://id.example", "sub": "ada", "iat": now, "auth_time": now, "nonce": "n"} | others


def cookies_of(settings: Settings, told: dict[str, Any]) -> dict[str, str]:
    """The cookie that lets in the one whom the claims speak of."""
    content = {**told, "origin": settings.public_origin, "is_logged_in": True, "provider": "oidc"}
    return {USER: create_signed_value(str(settings.auth_cookie_secret), USER, json.dumps(content)).decode()}


def cookies_for(settings: Settings, subject: str) -> dict[str, str]:
    """A new log-in of that person."""
    return cookies_of(settings, claims(sub=subject, nonce=uuid4().hex))


def owner_of(subject: str) -> str:
    """The name of their diary."""
    return f"https://id.example#{subject}"
