"""Who a request comes from: what the cookie of a log-in says, and when it says nothing any more."""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from diary.settings import load_settings
from diary.ui.visitor import TOKENS, USER, is_of_login, read_cookie, read_id_token, read_visitor, visitor_of
from tests.login import HOURS, claims, cookies_of
from tests.test_settings_login import LOG_IN

SETTINGS = load_settings(LOG_IN)
Change = Callable[[dict[str, Any]], object]


def ago(**time: float) -> int:
    return int((datetime.now(UTC) - timedelta(**time)).timestamp())


def test_the_owner_is_issuer_and_subject_together() -> None:
    owners = {
        str(visitor_of(claims(iss=issuer, sub=subject), HOURS).owner_id)  # type: ignore[union-attr]
        for issuer in ("https://id.example", "https://id.example/", "https://other.example")
        for subject in ("ada", "Ada", "ada ", "a#da")
    }
    assert len(owners) == 12
    assert "https://id.example#ada" in owners


@given(st.text(min_size=1, max_size=100), st.text(min_size=1, max_size=100), st.text(min_size=1, max_size=100))
def test_no_two_people_have_one_diary(issuer: str, one: str, other: str) -> None:
    both = [visitor_of(claims(iss=issuer, sub=subject), HOURS) for subject in (one, other)]
    if "#" in issuer or not (issuer + one + other).isprintable():
        assert None in both
    else:
        assert (both[0].owner_id == both[1].owner_id) == (one == other)  # type: ignore[union-attr]


def test_a_name_to_show_is_the_mail_address_or_the_name_or_the_subject() -> None:
    full = claims(email="ada@id.example", name="Ada")
    assert visitor_of(full, HOURS).name == "ada@id.example"  # type: ignore[union-attr]
    assert visitor_of(claims(name="Ada"), HOURS).name == "Ada"  # type: ignore[union-attr]
    assert visitor_of(claims(), HOURS).name == "ada"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["iss", "sub", "iat", "auth_time", "nonce", "jti", "sid"])
def test_every_log_in_is_told_from_every_other(kind: str) -> None:
    one = visitor_of(claims(), HOURS)
    other = visitor_of(claims(**{kind: ago(minutes=5) if kind in {"iat", "auth_time"} else "another"}), HOURS)
    assert one.login != other.login  # type: ignore[union-attr]


def test_a_log_in_is_the_same_in_every_tab() -> None:
    told = claims()
    assert visitor_of(told, HOURS) == visitor_of({**told, "tokens": {}, "provider": "oidc"}, HOURS)


@pytest.mark.parametrize(
    ("begun", "is_in"),
    [
        ({"iat": ago(minutes=1), "auth_time": ago(hours=HOURS - 9)}, True),
        ({"iat": ago(minutes=1), "auth_time": ago(hours=HOURS, seconds=1)}, False),
        ({"iat": ago(hours=HOURS, seconds=1), "auth_time": ago(minutes=1)}, False),  # a token is no older than that
        ({"iat": ago(hours=HOURS, seconds=1), "auth_time": ago(hours=-9)}, False),
        ({"iat": ago(minutes=1), "auth_time": 0}, False),
        ({"iat": ago(hours=HOURS - 9), "auth_time": None}, True),
        ({"iat": ago(hours=HOURS, seconds=1), "auth_time": None}, False),
    ],
)
def test_it_ends_so_many_hours_after_the_password_was_given(begun: dict[str, Any], is_in: bool) -> None:
    told = {name: value for name, value in {**claims(), **begun}.items() if value is not None}
    assert (read_visitor(cookies_of(SETTINGS, told), SETTINGS) is not None) is is_in


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": ""}, {"iss": None}, {"iss": 5}, {"iss": "https://id.example#x"}, {"sub": ""},
        {"sub": None}, {"sub": []},
        {"iat": None}, {"iat": "1"}, {"iat": True}, {"iat": 1e30}, {"iat": float("nan")}, {"iat": -1e30},
        {"auth_time": "yesterday"}, {"auth_time": 1e30}, {"sub": "x" * 256}, {"sub": "a\ud800"}, {"sub": "a\x00"},
        {"sub": "a\nb"}, {"iss": "https://id.example\u2028"},
    ],
)  # fmt: skip
def test_claims_that_name_nobody_let_in_nobody(wrong: dict[str, Any]) -> None:
    assert visitor_of(claims(**wrong), HOURS) is None
    assert visitor_of({}, HOURS) is None


# -------------------------------------------------------------------- the cookie


def test_what_was_signed_here_is_read() -> None:
    told = claims()
    assert read_visitor(cookies_of(SETTINGS, told), SETTINGS) == visitor_of(told, HOURS)


def test_a_cookie_in_pieces_is_put_together() -> None:
    made: dict[str, str] = {}
    told = {**claims(), "origin": SETTINGS.public_origin, "groups": [secrets.token_hex(16) for _ in range(200)]}

    def sign(name: str, value: str) -> bytes:
        return create_signed_value(str(SETTINGS.auth_cookie_secret), name, value)

    def put(name: str, value: str) -> None:
        made[name] = sign(name, value).decode()

    set_cookie_with_chunks(put, sign, USER, told, cookie_attr_size=80)
    assert len(made) > 1
    assert read_visitor(made, SETTINGS) == visitor_of(told, HOURS)
    assert all(is_of_login(name) for name in made)
    for name in made:
        rest = {other: value for other, value in made.items() if other != name}
        assert read_visitor(rest, SETTINGS) is None


def test_nothing_else_is_taken_for_a_log_in() -> None:
    assert read_visitor({}, SETTINGS) is None
    assert not is_of_login("_streamlit_xsrf")
    assert is_of_login(TOKENS)
    assert not is_of_login(f"{USER}[x]")


@pytest.mark.parametrize("place", [0, 20, 60, -2])
def test_a_cookie_with_one_sign_changed_lets_in_nobody(place: int) -> None:
    (value,) = cookies_of(SETTINGS, claims()).values()
    other = "A" if value[place] != "A" else "B"
    spoiled = value[:place] + other + value[place + 1 :]
    assert read_visitor({USER: spoiled}, SETTINGS) is None


@pytest.mark.parametrize("value", ["", "x", "null", "é" * 50, "a.b.c", '{"iss": "https://id.example"}', "\x00"])
def test_a_cookie_of_somebody_elses_making_lets_in_nobody(value: str) -> None:
    assert read_visitor({USER: value}, SETTINGS) is None


def test_a_cookie_under_another_name_or_secret_or_address_lets_in_nobody() -> None:
    (value,) = cookies_of(SETTINGS, claims()).values()
    assert read_visitor({TOKENS: value}, SETTINGS) is None
    other = load_settings({**LOG_IN, "AUTH_COOKIE_SECRET": "t" * 32})
    assert read_visitor({USER: value}, other) is None
    elsewhere = load_settings({**LOG_IN, "AUTH_REDIRECT_URI": "https://other.example/oauth2callback"})
    assert read_visitor({USER: value}, elsewhere) is None


@pytest.mark.parametrize("content", ["[]", "5", '"x"', "{", ""])
def test_a_signed_cookie_that_holds_no_claims_lets_in_nobody(content: str) -> None:
    value = create_signed_value(str(SETTINGS.auth_cookie_secret), USER, content).decode()
    assert read_cookie({USER: value}, USER, SETTINGS) == {}
    assert read_visitor({USER: value}, SETTINGS) is None


def test_the_id_token_is_read_where_it_is_kept() -> None:
    value = create_signed_value(str(SETTINGS.auth_cookie_secret), TOKENS, json.dumps({"id_token": "a.b.c"})).decode()
    assert read_id_token({TOKENS: value}, SETTINGS) == "a.b.c"
    assert read_id_token({}, SETTINGS) is None
