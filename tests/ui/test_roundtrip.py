"""The way to a provider that answers as Amazon Cognito does, and back: every answer of it, without a screen."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey
from requests import Response

from bench.session import Session
from diary.assembly import make_parts
from diary.settings import load_settings
from diary.ui.roundtrip import PROVIDER
from diary.ui.visitor import TOKENS, USER, read_cookie
from tests.browser.server import DiaryServer
from tests.fakes.cognito import Cognito
from tests.house import told_to_go
from tests.oidc.visitor import FORM

ADDRESSES = count(1)
MAX_HEADER = 8000  # bytes of cookies with which a browser's socket is still heard


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    server = DiaryServer(tmp_path_factory.mktemp("roundtrip"))
    server.url = server.url.replace("127.0.0.1", "localhost")
    return server


@pytest.fixture(scope="module")
def running(server: DiaryServer) -> Iterator[Cognito]:
    with Cognito(server.url) as cognito:
        server.env |= cognito.env
        with server:
            yield cognito


@pytest.fixture
def cognito(running: Cognito) -> Cognito:
    running.clear()
    return running


class Reader:
    """A browser without a screen, that has the diary's page ``way`` before it, at an address of its own."""

    def __init__(self, server: DiaryServer, cognito: Cognito, way: str = "/") -> None:
        self.server, self.cognito = server, cognito
        self.browser = requests.Session()
        self.browser.headers["X-Forwarded-For"] = f"2001:db8:0:{next(ADDRESSES):x}::1"
        self.referer = server.url + way

    def get(self, address: str, **headers: str) -> Response:
        return self.browser.get(address, headers=headers, allow_redirects=False, timeout=20)

    def begin(self, referer: str | None = None) -> Response:
        """What the press of "Sign in" asks for."""
        key = OctKey.import_key(self.cognito.cookie_secret)
        token = jwt.encode({"alg": "HS256"}, {"provider": PROVIDER, "exp": int(time.time()) + 60}, key)
        place = f"{self.server.url}/auth/login?provider={token}"
        return self.get(place, Referer=self.referer if referer is None else referer)

    def sign_in(self, name: str = "ada") -> Response:
        """The diary's answer to what the provider sends the reader back with."""
        form = self.browser.get(self.begin().headers["location"], timeout=20)
        back = self.browser.post(
            form.url, data={**FORM, "username": name, "name": name}, allow_redirects=False, timeout=20
        )
        while not back.headers["location"].startswith(self.server.url):
            back = self.get(back.headers["location"])
        return self.get(back.headers["location"])


def asked(answer: Response) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def test_it_asks_for_the_password_a_code_and_a_proof(server: DiaryServer, cognito: Cognito) -> None:
    told = asked(Reader(server, cognito).begin())
    assert told["response_type"] == "code"
    assert told["redirect_uri"] == f"{server.url}/oauth2callback"
    assert (told["prompt"], told["max_age"]) == ("login", str(720 * 3600))
    assert told["code_challenge_method"] == "S256"
    assert len(told["state"]) >= 20
    assert len(told["nonce"]) >= 20
    assert told["scope"] == "openid email profile"


@pytest.mark.parametrize("way", ["/", "/timeline?day=2026-11-20", "/timeline?q=rain&mood=calm", "/moods?period=year"])
def test_who_comes_back_is_where_they_wanted_to_be(server: DiaryServer, cognito: Cognito, way: str) -> None:
    answer = Reader(server, cognito, way).sign_in()
    assert answer.headers["location"] == way
    assert USER in answer.cookies
    assert "diary_way" not in answer.cookies


ELSEWHERE = [
    "https://evil.example/timeline",
    "//evil.example/",
    "{url}.evil.example/timeline",
    "{url}//evil.example/",
    "{url}/\\evil.example",
    "{url}/@evil.example",
    "{url}/timeline/../../x",
    "javascript:alert(1)",
    "",
    "{url}/timeline?q=" + "x" * 3000,
]


@pytest.mark.parametrize("referer", ELSEWHERE)
def test_no_log_in_leads_to_another_site(server: DiaryServer, cognito: Cognito, referer: str) -> None:
    answer = Reader(server, cognito).begin(referer.format(url=server.url))
    assert unquote(answer.cookies["diary_way"]) == "/"


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "/\\evil.example", "/%2Fevil.example", "x"])
def test_a_cookie_of_somebody_elses_making_leads_to_no_other_site(
    server: DiaryServer, cognito: Cognito, way: str
) -> None:
    reader = Reader(server, cognito)
    answer = reader.get(f"{server.url}/oauth2callback?error=access_denied&state=x", Cookie=f"diary_way={way}")
    assert answer.headers["location"] == "/?login=refused"


@pytest.mark.parametrize("referer", ["http://[", "{url}/timeline?day=[", "{url}/[::", "\x80"])
def test_an_address_that_is_none_is_no_error(server: DiaryServer, cognito: Cognito, referer: str) -> None:
    assert Reader(server, cognito).begin(referer.format(url=server.url)).status_code == 302


def test_without_a_word_of_the_page_it_did_not_work(server: DiaryServer, cognito: Cognito) -> None:
    for query in ("", "?provider=x"):
        answer = Reader(server, cognito).get(f"{server.url}/auth/login{query}")
        assert answer.headers["location"] == "/?login=failed"


def test_what_others_write_into_an_answer_is_not_in_the_log(server: DiaryServer, cognito: Cognito) -> None:
    answer = Reader(server, cognito).get(f"{server.url}/oauth2callback?error=%1b[31mCANARY&error_description=CANARY")
    assert answer.headers["location"] == "/?login=failed"
    assert "CANARY" not in server.log()


def test_an_earlier_failure_is_not_carried_along(server: DiaryServer, cognito: Cognito) -> None:
    answer = Reader(server, cognito, "/timeline?login=failed&day=2026-11-20").sign_in()
    assert answer.headers["location"] == "/timeline?day=2026-11-20"


KNOBS = ["wrong_nonce", "expired_token", "bad_signature", "wrong_audience", "party_of_another", "wrong_issuer"]


@pytest.mark.parametrize("knob", KNOBS)
def test_a_token_that_is_not_right_lets_in_nobody(server: DiaryServer, cognito: Cognito, knob: str) -> None:
    setattr(cognito.knobs, knob, True)
    answer = Reader(server, cognito, "/timeline").sign_in()
    assert (answer.status_code, answer.headers["location"]) == (302, "/timeline?login=failed")
    assert not answer.cookies.get(USER)


@pytest.mark.parametrize(("hours", "way"), [(719, "/"), (720, "/?login=failed")])
def test_a_log_in_at_the_provider_that_is_too_old_is_none(
    server: DiaryServer, cognito: Cognito, hours: int, way: str
) -> None:
    cognito.knobs.old_auth_time = hours * 3600
    assert Reader(server, cognito).sign_in().headers["location"] == way


def test_without_a_time_of_the_password_that_of_the_token_counts(server: DiaryServer, cognito: Cognito) -> None:
    cognito.knobs.no_auth_time = True
    assert Reader(server, cognito).sign_in().headers["location"] == "/"


@pytest.mark.parametrize("fault", ["drop", 500, "html", "broken"])
def test_a_provider_that_does_not_give_the_token_is_told(
    server: DiaryServer, cognito: Cognito, fault: str | int
) -> None:
    cognito.fault("token", fault)
    assert Reader(server, cognito).sign_in().headers["location"] == "/?login=failed"


@pytest.mark.parametrize("fault", ["drop", 500, "html"])
def test_a_provider_that_is_away_is_told_where_one_stands(
    server: DiaryServer, cognito: Cognito, fault: str | int
) -> None:
    cognito.fault("discovery", fault)
    answer = Reader(server, cognito, "/timeline?day=2026-11-20").begin()
    assert answer.headers["location"] == "/timeline?day=2026-11-20&login=away"


def test_an_answer_that_was_used_before_lets_in_nobody_and_puts_out_nobody(
    server: DiaryServer, cognito: Cognito
) -> None:
    reader = Reader(server, cognito, "/timeline")
    first = reader.sign_in()
    again = reader.get(first.url)
    assert again.headers["location"] == "/"
    assert reader.browser.cookies[USER] == first.cookies[USER]
    stranger = Reader(server, cognito)
    assert stranger.get(first.url).headers["location"] == "/?login=failed"


def test_its_cookie_is_not_for_scripts_nor_for_other_sites(server: DiaryServer, cognito: Cognito) -> None:
    answer = Reader(server, cognito).sign_in()
    (cookie,) = (header for header in answer.raw.headers.getlist("set-cookie") if header.startswith(f"{USER}="))
    for rule in ("httponly", "samesite=lax", "path=/", "max-age=2592000"):
        assert rule in cookie.lower()


def test_who_signs_in_again_leaves_no_tab_behind_that_a_log_out_would_not_reach(
    server: DiaryServer, cognito: Cognito
) -> None:
    reader = Reader(server, cognito)
    reader.sign_in("ada")
    with Session(server.url, "timeline", cookies=reader.browser.cookies.get_dict()) as tab:
        assert tab.run().messages
        reader.sign_in("ben")
        assert told_to_go(tab)


@pytest.mark.parametrize("groups", [0, 40, 400])
def test_cookies_stay_small_whatever_the_provider_tells(server: DiaryServer, cognito: Cognito, groups: int) -> None:
    cognito.knobs.many_groups = groups
    reader = Reader(server, cognito)
    reader.sign_in()
    sent = "; ".join(f"{cookie.name}={cookie.value}" for cookie in reader.browser.cookies)
    assert len(sent) < MAX_HEADER
    kept = read_cookie(reader.browser.cookies.get_dict(), USER, load_settings(server.env))
    assert kept["email"] == "ada@example.org"
    assert "cognito:groups" not in kept
    assert not any(name.startswith(TOKENS) for name in reader.browser.cookies.keys())  # noqa: SIM118 - a jar


def test_somebody_shut_out_is_told_so(server: DiaryServer, cognito: Cognito) -> None:
    parts = make_parts(load_settings(server.env))
    owner = f"{cognito.issuer}#{cognito.people['ben'].sub}"
    a_moment_ago = parts.clock() - timedelta(seconds=2)  # tokens tell whole seconds
    parts.endings.shut_out(owner, a_moment_ago)  # type: ignore[attr-defined]
    answer = Reader(server, cognito).sign_in("ben")
    assert answer.headers["location"] == "/?login=closed"
    assert not answer.cookies.get(USER)
    parts.endings.let_in(owner)  # type: ignore[attr-defined]
    assert Reader(server, cognito).sign_in("ben").headers["location"] == "/"


def test_the_way_out_is_cognitos_own(server: DiaryServer, cognito: Cognito) -> None:
    reader = Reader(server, cognito)
    reader.sign_in()
    answer = reader.get(f"{server.url}/auth/logout")
    assert answer.headers["location"].startswith(f"{cognito.domain}/logout?")
    assert asked(answer) == {"client_id": cognito.client_id, "logout_uri": f"{server.url}/"}
    assert USER not in reader.browser.cookies
    assert reader.get(answer.headers["location"]).headers["location"] == f"{server.url}/"


@pytest.mark.parametrize("fault", ["drop", 500, "html"])
def test_one_is_out_here_though_the_provider_is_away(server: DiaryServer, cognito: Cognito, fault: str | int) -> None:
    reader = Reader(server, cognito)
    reader.sign_in()
    cognito.fault("discovery", fault)
    answer = reader.get(f"{server.url}/auth/logout")
    assert answer.headers["location"] == "/"
    assert USER not in reader.browser.cookies


@pytest.mark.parametrize("cookie", ["", f"{USER}=x", f"{USER}[x]=x", f"{USER}_1=x; {USER}__2=y"])
def test_who_is_nobody_can_log_out_all_the_same_and_the_provider_is_not_asked(
    server: DiaryServer, cognito: Cognito, cookie: str
) -> None:
    cognito.calls.clear()
    answer = Reader(server, cognito).get(f"{server.url}/auth/logout", Cookie=cookie)
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert cognito.calls == []


def test_no_token_code_or_secret_is_in_the_log(server: DiaryServer, cognito: Cognito) -> None:
    reader = Reader(server, cognito)
    back = reader.sign_in()
    code = parse_qs(urlsplit(back.url).query)["code"][0]
    said = server.log()
    assert "diary.audit logged in owner=" in said
    for secret in (code, back.cookies[USER], cognito.client_secret, cognito.cookie_secret, "ada@example.org"):
        assert secret not in said
