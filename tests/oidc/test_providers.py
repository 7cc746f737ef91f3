"""What both providers do: a real one from npm, and Amazon Cognito as its documents describe it."""

import os
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode, urljoin

import pytest
import requests
from authlib.integrations.starlette_client import OAuthError

from tests.fakes.cognito import Cognito
from tests.oidc.provider import MISSING, OidcProvider, installed
from tests.oidc.registration import Registration
from tests.oidc.visitor import Visitor, told

APP = "http://127.0.0.1:8501"  # nobody listens there, and nobody is asked


@pytest.fixture(scope="module", params=[OidcProvider, Cognito])
def provider(request: pytest.FixtureRequest) -> Iterator[Registration]:
    if request.param is OidcProvider and not installed():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    with request.param(APP) as provider:
        yield provider


@pytest.fixture
def visitor(provider: Registration) -> Visitor:
    return Visitor(provider)


def leave(visitor: Visitor, id_token: str) -> requests.Response:
    """Sign out in the provider's own way."""
    end, client = visitor.metadata()["end_session_endpoint"], visitor.provider
    asked = {"client_id": client.client_id}
    if isinstance(client, Cognito):
        return visitor.go(f"{end}?{urlencode(asked | {'logout_uri': client.logout_uri})}")
    asked |= {"id_token_hint": id_token, "post_logout_redirect_uri": client.logout_uri}
    page = visitor.go(f"{end}?{urlencode(asked)}").text
    hidden = re.findall(r'name="(\w+)" value="(\w+)"', page)
    return visitor.go(re.findall(r'action="(.+?)"', page)[0], dict(hidden))


def refuse(visitor: Visitor, form: requests.Response) -> requests.Response:
    """Refuse at the form, or at the provider behind it."""
    if isinstance(visitor.provider, Cognito):
        return visitor.go(urljoin(form.url, unescape(re.findall(r'<a href="(.+?)"', form.text)[0])))
    return visitor.go(form.url, {"do": "refuse"})


def test_a_person_comes_in_with_all_that_the_diary_reads(visitor: Visitor) -> None:
    claims = visitor.log_in("ada")
    assert claims["iss"] == visitor.metadata()["issuer"]
    assert claims["aud"] == visitor.provider.client_id
    assert (claims["email"], claims["email_verified"]) == ("ada@example.org", True)
    assert claims["name"].lower() == "ada"
    assert claims["auth_time"] <= claims["iat"] < claims["exp"]


def test_a_subject_stays_and_is_nobody_elses(provider: Registration) -> None:
    ada, ada_again, ben = (Visitor(provider).log_in(name)["sub"] for name in ("ada", "ada", "ben"))
    assert ada == ada_again != ben


def test_the_diary_gets_back_the_state_it_gave(visitor: Visitor) -> None:
    answer = visitor.sign_in("ada", state="deep")
    assert answer["state"] == "deep"


def test_a_code_is_good_once(visitor: Visitor) -> None:
    code = visitor.sign_in("ada")["code"]
    visitor.exchange(code)
    with pytest.raises(OAuthError, match="invalid_grant"):
        visitor.exchange(code)


@pytest.mark.parametrize("spoilt", [{"code_verifier": "x" * 43}, {"redirect_uri": f"{APP}/elsewhere"}])
def test_a_code_is_good_for_who_asked_for_it_alone(visitor: Visitor, spoilt: dict[str, str]) -> None:
    code = visitor.sign_in("ada")["code"]
    with pytest.raises(OAuthError, match="invalid_grant"):
        visitor.exchange(code, **spoilt)


def test_a_client_with_a_wrong_secret_gets_nothing(provider: Registration) -> None:
    stranger = Visitor(provider, client_secret="a-guess-of-somebody-else")
    code = stranger.sign_in("ada")["code"]
    with pytest.raises(OAuthError, match="invalid_client"):
        stranger.exchange(code)


@pytest.mark.parametrize("uri", [f"{APP}/elsewhere", f"{APP}/oauth2callback/", "http://localhost:8501/oauth2callback"])
def test_nobody_is_sent_to_an_address_that_is_not_registered(visitor: Visitor, uri: str) -> None:
    answer = visitor.begin(redirect_uri=uri)
    assert answer.status_code == 400
    assert not answer.is_redirect


def test_who_is_signed_in_is_not_asked_again(visitor: Visitor) -> None:
    first = visitor.log_in("ada")
    second = visitor.claims(visitor.exchange(told(visitor.begin())["code"]))
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


@pytest.mark.parametrize(("prompt", "offered"), [("select_account", True), ("login", False)])
def test_a_prompt_asks_again(visitor: Visitor, prompt: str, offered: bool) -> None:
    visitor.log_in("ada")
    form = visitor.begin(prompt=prompt)
    assert "Sign in</button>" in form.text
    assert (" as ada</button>" in form.text.lower()) is offered


def test_who_leaves_comes_back_to_the_diary_and_is_asked_again(visitor: Visitor) -> None:
    tokens = visitor.exchange(visitor.sign_in("ada")["code"])
    left = leave(visitor, tokens["id_token"])
    assert left.headers["Location"] == visitor.provider.logout_uri
    assert "Sign in</button>" in visitor.begin().text


def test_who_refuses_is_sent_back_with_an_error(visitor: Visitor) -> None:
    form = visitor.begin()
    answer = told(refuse(visitor, form))
    assert answer["error"] == "access_denied"
    assert "code" not in answer
