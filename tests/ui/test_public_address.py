"""A diary under a public address: what every answer says to the browser, and how often somebody may try."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest
from starlette.testclient import TestClient

from diary.settings import load_settings
from diary.ui import rates
from diary.ui import server as server_module
from tests.browser.server import DiaryServer
from tests.test_settings_login import LOG_IN

HOST = "diary.example"
ROUTES = [
    "/",
    "/timeline?day=2026-11-20",
    "/healthz",
    "/readyz",
    "/cover/0123456789abcdef.svg",
    "/photo/x",
    "/take/everything.zip",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback?error=access_denied&state=x",
    "/app/static/diary.css",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/no/such/place",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("public"), LOG_IN) as server:
        yield server


def ask(server: DiaryServer, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers={"Host": HOST} | headers)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize("path", ROUTES)
def test_every_answer_tells_the_browser_to_be_careful(server: DiaryServer, path: str) -> None:
    headers = ask(server, path).headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == "'self'"
    assert policy["script-src"].startswith("'self' blob: 'sha256-")
    for loose in ("unsafe-eval", "'unsafe-inline'", "*", "http:", "https:"):
        assert loose not in policy["script-src"]


@pytest.mark.parametrize("path", ROUTES)
def test_every_cookie_stays_within_tls(server: DiaryServer, path: str) -> None:
    answer = ask(server, path, Cookie="_streamlit_user=x; _streamlit_user_tokens=y; diary_way=%2F")
    cookies = answer.headers.get_all("set-cookie") or []
    assert cookies or not path.startswith(("/auth/", "/oauth2callback", "/_stcore/health"))
    for cookie in cookies:
        assert "; Secure" in cookie
        assert "samesite=lax" in cookie.lower()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact"])
def test_what_streamlit_tells_of_itself_is_not_told_to_the_public(server: DiaryServer, path: str) -> None:
    assert ask(server, path).status == 404
    assert ask(server, f"/{path}").status in {400, 404}


def test_no_agent_is_served_unless_the_operator_says_so(server: DiaryServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/json"}
    connection.request("POST", "/_stcore/agent/interact", body="{}", headers=headers)
    answer = connection.getresponse()
    assert "yours alone" not in answer.read().decode()
    assert answer.status in {403, 404}


def test_a_fault_is_told_without_its_trace(server: DiaryServer) -> None:
    for path in ("/photo/%00", "/photo/../../etc/passwd", "/cover/x.svg", "/oauth2callback?state=%F0&code=%00"):
        body = ask(server, path).body.decode(errors="replace")  # type: ignore[attr-defined]
        assert "Traceback" not in body
        assert "site-packages" not in body


def test_too_many_tries_to_log_in_are_sent_back(server: DiaryServer) -> None:
    many = int(rates.LIMITS["log-in"].partition("/")[0]) + 1
    answers = [ask(server, "/auth/login", **{"X-Forwarded-For": "203.0.113.9"}) for _ in range(many)]
    assert {answer.status for answer in answers} == {302}
    assert answers[0].headers["location"] == "/?login=failed"
    assert answers[-1].headers["location"] == "/?login=busy"
    assert ask(server, "/auth/login", **{"X-Forwarded-For": "203.0.113.10"}).headers["location"] == "/?login=failed"


def test_a_house_counts_as_one() -> None:
    assert rates.whence({"client": ("203.0.113.5", 1)}) == "203.0.113.5"
    assert rates.whence({"client": ("2001:db8::1", 1)}) == rates.whence({"client": ("2001:db8::ffff:1", 2)})
    assert rates.whence({"client": ("2001:db8:0:1::1", 1)}) != rates.whence({"client": ("2001:db8::1", 1)})
    assert rates.whence({"client": None}) == rates.whence({}) == ""


def test_ones_own_searches_are_counted_for_oneself() -> None:
    many = int(rates.LIMITS["search"].partition("/")[0])
    assert all(rates.may("search", "ada") for _ in range(many))
    assert not rates.may("search", "ada")
    assert rates.may("search", "ben")
    assert rates.may("download", "ada")
    rates.forgive()
    assert rates.may("search", "ada")


def test_an_agent_that_the_operator_lets_in_is_nobody_and_asks_from_the_machine(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    on = {**LOG_IN, "STREAMLIT_SERVER_ENABLE_AGENT_API": "true"}
    with DiaryServer(tmp_path_factory.mktemp("agent"), on) as server:
        here = f"127.0.0.1:{server.port}"
        told = ask(server, "/_stcore/agent/openapi.json", Host=here)
        assert told.status == 200
        assert ask(server, "/_stcore/agent/openapi.json").status == 404
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Host": here, "Content-Type": "application/json"}
        connection.request("POST", "/_stcore/agent/interact", body="{}", headers=headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        assert answer.status == 200
        assert "yours alone" in said
        assert "How was your day?" not in said


def test_a_bug_is_told_with_all_headers_and_without_its_trace() -> None:
    async def broken(*_: object) -> None:
        raise ValueError("a bug")

    answer = TestClient(server_module._Headers(broken, load_settings(LOG_IN))).get("/")
    assert (answer.status_code, answer.text) == (500, "Something went wrong.\n")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert answer.headers["strict-transport-security"]
