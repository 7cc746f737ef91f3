"""What Amazon Cognito does otherwise than a plain OpenID provider, and that each knob of the fake bites."""

from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest
import requests
from authlib.integrations.starlette_client import OAuthError
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidClaimError, MissingClaimError
from joserfc.jwk import KeySet

from tests.fakes.cognito import POOL, Cognito
from tests.oidc.visitor import FORM, Visitor, told, way_in

APP = "http://127.0.0.1:8501"


@pytest.fixture(scope="module")
def running() -> Iterator[Cognito]:
    with Cognito(APP) as cognito:
        yield cognito


@pytest.fixture
def cognito(running: Cognito) -> Cognito:
    running.clear()
    running.calls.clear()
    for person in running.people.values():
        person.enabled = True
    return running


@pytest.fixture
def visitor(cognito: Cognito) -> Visitor:
    return Visitor(cognito)


class TestDiscovery:
    def test_the_pool_is_the_issuer_and_the_domain_has_the_endpoints(self, cognito: Cognito, visitor: Visitor) -> None:
        found = visitor.metadata()
        assert found["issuer"].endswith(f"/{POOL}")
        assert found["jwks_uri"] == f"{found['issuer']}/.well-known/jwks.json"
        for name in ("authorization", "token", "userinfo", "revocation", "end_session"):
            assert found[f"{name}_endpoint"].startswith(cognito.domain)
        assert not found["issuer"].startswith(cognito.domain)

    def test_it_does_not_say_that_challenges_are_checked_though_they_are(self, visitor: Visitor) -> None:
        assert "code_challenge_methods_supported" not in visitor.metadata()


class TestTokens:
    def test_an_id_token_has_cognitos_claims(self, visitor: Visitor) -> None:
        claims = visitor.log_in("ada")
        assert claims["token_use"] == "id"
        assert claims["cognito:username"] == "ada"
        assert claims["exp"] - claims["iat"] == 3600
        assert {"origin_jti", "event_id", "jti", "at_hash", "nonce"} <= claims.keys()
        assert "cognito:groups" not in claims

    def test_an_access_token_names_its_client_but_no_audience(self, visitor: Visitor) -> None:
        token = visitor.exchange(visitor.sign_in("ada")["code"])["access_token"]
        keys = KeySet.import_key_set(requests.get(visitor.metadata()["jwks_uri"], timeout=10).json())
        claims = jwt.decode(token, keys).claims
        assert "aud" not in claims
        assert (claims["client_id"], claims["token_use"]) == (visitor.provider.client_id, "access")

    def test_a_scope_that_was_not_asked_for_brings_no_claims(self, visitor: Visitor) -> None:
        claims = visitor.log_in("ada", scope="openid")
        assert not {"email", "email_verified", "name"} & claims.keys()

    def test_a_code_is_good_for_five_minutes(self, cognito: Cognito, visitor: Visitor) -> None:
        code = visitor.sign_in("ada")["code"]
        cognito.age(240)
        visitor.exchange(code)
        code = visitor.sign_in("ada", prompt="login")["code"]
        cognito.age(300)
        with pytest.raises(OAuthError, match="invalid_grant"):
            visitor.exchange(code)

    def test_a_secret_may_come_in_the_form(self, visitor: Visitor) -> None:
        code = visitor.sign_in("ada")["code"]
        secret = {"client_id": visitor.provider.client_id, "client_secret": visitor.provider.client_secret}
        sent = {"code": code, "redirect_uri": visitor.provider.redirect_uri, **secret}
        sent["code_verifier"] = visitor.began["code_verifier"]
        answer = post(visitor, "token", grant_type="authorization_code", **sent)
        assert visitor.claims(answer.json())["email"] == "ada@example.org"

    def test_the_token_endpoint_refuses_with_status_400(self, visitor: Visitor) -> None:
        secret = {"client_id": visitor.provider.client_id, "client_secret": visitor.provider.client_secret}
        for form, error in [
            ({}, "invalid_client"),
            ({**secret}, "unsupported_grant_type"),
            ({**secret, "grant_type": "client_credentials"}, "unauthorized_client"),
            ({**secret, "grant_type": "authorization_code"}, "invalid_request"),
        ]:
            answer = post(visitor, "token", **form)
            assert (answer.status_code, answer.json()) == (400, {"error": error})

    def test_a_refresh_token_gives_new_tokens_until_it_is_taken_back(self, visitor: Visitor) -> None:
        token = visitor.exchange(visitor.sign_in("ada")["code"])["refresh_token"]
        secret = {"client_id": visitor.provider.client_id, "client_secret": visitor.provider.client_secret}
        wanted = {"grant_type": "refresh_token", "refresh_token": token, **secret}
        assert post(visitor, "token", **wanted).json()["id_token"]
        assert post(visitor, "revocation", token=token, **secret).status_code == 200
        assert post(visitor, "token", **wanted).json() == {"error": "invalid_grant"}

    def test_user_info_says_true_in_letters(self, visitor: Visitor) -> None:
        token = visitor.exchange(visitor.sign_in("ada")["code"])["access_token"]
        known = ask_userinfo(visitor, token)
        assert (known.json()["email_verified"], known.json()["username"]) == ("true", "ada")
        assert ask_userinfo(visitor, f"{token}x").status_code == 401


class TestSigningIn:
    @pytest.mark.parametrize(
        ("asked", "error"),
        [
            ({"response_type": "token"}, "unauthorized_client"),
            ({"response_type": ""}, "invalid_request"),
            ({"scope": "openid songs"}, "invalid_scope"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"prompt": "none"}, "login_required"),
        ],
    )
    def test_a_wrong_request_is_told_to_the_diary(self, visitor: Visitor, asked: dict[str, str], error: str) -> None:
        answer = told(visitor.go(way_in(visitor.provider, **asked)))
        assert (answer["error"], answer["state"]) == (error, "s")

    @pytest.mark.parametrize(
        ("asked", "text"),
        [({"client_id": None}, "client_id&#x27; is not present"), ({"redirect_uri": APP}, "redirect_mismatch")],
    )
    def test_who_cannot_be_sent_back_sees_an_error_page(
        self, visitor: Visitor, asked: dict[str, str | None], text: str
    ) -> None:
        page = visitor.go(way_in(visitor.provider, **asked))
        assert (page.status_code, text in page.text) == (400, True)

    @pytest.mark.parametrize("wrong", [{"username": "nobody"}, {"password": "guess"}])
    def test_a_wrong_name_and_a_wrong_password_look_alike(self, visitor: Visitor, wrong: dict[str, str]) -> None:
        page = visitor.go(visitor.begin().url, FORM | {"username": "ada"} | wrong)
        assert "Incorrect username or password." in page.text
        assert visitor.begin().is_redirect is False

    def test_a_session_lasts_an_hour(self, cognito: Cognito, visitor: Visitor) -> None:
        visitor.log_in("ada")
        cognito.age(3000)
        assert "code" in told(visitor.begin())
        cognito.age(600)
        assert "Sign in</button>" in visitor.begin().text

    def test_the_offered_name_signs_in_without_a_password(self, visitor: Visitor) -> None:
        visitor.log_in("ada")
        answer = told(visitor.go(visitor.begin(prompt="select_account").url, {"known": "1"}))
        assert visitor.claims(visitor.exchange(answer["code"]))["cognito:username"] == "ada"

    def test_somebody_disabled_stays_out_and_is_thrown_out(self, cognito: Cognito, visitor: Visitor) -> None:
        code = visitor.sign_in("ada")["code"]
        cognito.people["ada"].enabled = False
        with pytest.raises(OAuthError, match="invalid_grant"):
            visitor.exchange(code)
        form = visitor.begin()
        assert "User is disabled." in visitor.go(form.url, FORM | {"username": "ada"}).text


class TestLeaving:
    def test_the_way_of_openid_connect_leads_to_an_error_page(self, visitor: Visitor) -> None:
        answer = visitor.go(leave_url(visitor, post_logout_redirect_uri=f"{APP}/", id_token_hint="x"))
        assert answer.status_code == 400
        assert "Required String parameter &#x27;redirect_uri&#x27; is not present" in answer.text

    @pytest.mark.parametrize("uri", [APP, f"{APP}/elsewhere", f"{APP}/oauth2callback"])
    def test_an_address_that_is_not_listed_does_too(self, visitor: Visitor, uri: str) -> None:
        assert visitor.go(leave_url(visitor, logout_uri=uri)).status_code == 400

    def test_with_a_way_back_it_leads_to_the_form(self, visitor: Visitor) -> None:
        visitor.log_in("ada")
        asked = {"redirect_uri": visitor.provider.redirect_uri, "response_type": "code", "scope": "openid"}
        assert "Sign in</button>" in visitor.go(leave_url(visitor, **asked)).text


class TestKnobs:
    @pytest.mark.parametrize(
        ("knob", "error"),
        [
            ("wrong_nonce", InvalidClaimError),
            ("expired_token", ExpiredTokenError),
            ("bad_signature", BadSignatureError),
            ("wrong_audience", MissingClaimError),
            ("wrong_issuer", InvalidClaimError),
        ],
    )
    def test_a_spoilt_token_is_refused_by_a_client_that_looks(
        self, cognito: Cognito, visitor: Visitor, knob: str, error: type[Exception]
    ) -> None:
        setattr(cognito.knobs, knob, True)
        with pytest.raises(error):
            visitor.log_in("ada")
        cognito.clear()
        assert visitor.log_in("ada", prompt="login")

    def test_the_time_of_the_log_in_can_be_missing_or_old(self, cognito: Cognito, visitor: Visitor) -> None:
        cognito.knobs.no_auth_time = True
        assert "auth_time" not in visitor.log_in("ada")
        cognito.knobs.no_auth_time, cognito.knobs.old_auth_time = False, 86_400
        claims = visitor.log_in("ada", prompt="login")
        assert 86_400 <= claims["iat"] - claims["auth_time"] < 86_400 + 60

    def test_many_groups_make_long_tokens(self, cognito: Cognito, visitor: Visitor) -> None:
        cognito.knobs.many_groups = 200
        tokens = visitor.exchange(visitor.sign_in("ada")["code"])
        assert len(visitor.claims(tokens)["cognito:groups"]) == 200
        assert len(tokens["id_token"]) > 8_000

    def test_a_service_can_fail_and_comes_back(self, cognito: Cognito, visitor: Visitor) -> None:
        cognito.fault("discovery", 500)
        with pytest.raises(httpx.HTTPStatusError):
            visitor.metadata()
        cognito.clear()
        code = visitor.sign_in("ada")["code"]
        cognito.fault("token", "drop", times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            visitor.exchange(code)
        assert visitor.log_in("ada", prompt="login")
        assert cognito.calls.count("token") == 2


def post(visitor: Visitor, endpoint: str, **form: str) -> requests.Response:
    return requests.post(visitor.metadata()[f"{endpoint}_endpoint"], data=form, timeout=10)


def ask_userinfo(visitor: Visitor, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(visitor.metadata()["userinfo_endpoint"], headers=headers, timeout=10)


def leave_url(visitor: Visitor, **asked: str) -> str:
    query = urlencode({"client_id": visitor.provider.client_id} | asked)
    return f"{visitor.metadata()['end_session_endpoint']}?{query}"
