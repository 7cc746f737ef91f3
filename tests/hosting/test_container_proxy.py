"""The project's Caddyfile in front of a running diary: one for this machine and for a public address."""

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from bench.session import Session
from diary.settings import load_settings
from diary.ui.rates import LIMITS
from tests.browser.server import DiaryServer
from tests.faults.tab import Tab
from tests.hosting.container_proxy import CADDYFILE, DOMAIN, LOCAL, Proxy, adapted, program
from tests.login import cookies_for
from tests.ports import free_port
from tests.test_settings_login import LOG_IN


@pytest.fixture(autouse=True, scope="module")
def _caddy() -> None:
    try:
        program()
    except LookupError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


@contextmanager
def behind(folder: Path, site: str, **env: str) -> Iterator[tuple[DiaryServer, Proxy]]:
    """A running diary behind Caddy; ``{https}`` in a setting is the port Caddy listens on."""
    diary = DiaryServer(folder / "diary")
    proxy = Proxy(folder, site, f"127.0.0.1:{diary.port}")
    diary.env |= {name: text.format(https=proxy.https) for name, text in env.items()}
    with diary, proxy:
        yield diary, proxy


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """As compose.yaml sets it up without DOMAIN."""
    with behind(tmp_path_factory.mktemp("local"), LOCAL, DIARY_LOGIN="off") as (_, proxy):
        yield proxy


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DiaryServer, Proxy]]:
    """As compose.yaml sets it up with DOMAIN."""
    own = {"AUTH_REDIRECT_URI": f"https://{DOMAIN}:{{https}}/oauth2callback", "AUTH_CLIENT_KWARGS": ""}
    with behind(tmp_path_factory.mktemp("public"), DOMAIN, **(LOG_IN | own)) as pair:
        yield pair


@pytest.mark.parametrize("site", [LOCAL, "diary.example.com"])
def test_caddy_itself_finds_nothing_wrong_with_the_file(site: str, tmp_path: Path) -> None:
    found = adapted(tmp_path, {"SITE": site})
    assert found.returncode == 0, found.stderr
    assert "not formatted" not in found.stderr
    assert '"admin":{"disabled":true}' in found.stdout


def test_the_file_names_no_host_of_its_own() -> None:
    assert "example" not in CADDYFILE.read_text()


# ------------------------------------------------------------------ this machine


def test_on_this_machine_a_day_is_saved_over_the_socket(local: Proxy) -> None:
    with Tab(f"http://localhost:{local.http}", query="day=2026-11-20") as tab:
        tab.set(note="through Caddy")
        tab.press("save")
        assert tab.said_saved, tab.errors
    with Tab(f"http://127.0.0.1:{local.http}", query="day=2026-11-20") as tab:
        assert tab.value("note") == "through Caddy"


@pytest.mark.parametrize("host", ["evil.example", "diary", "localhost.evil.example", "192.168.1.10:8501"])
def test_on_this_machine_no_other_name_leads_to_a_diary_without_login(local: Proxy, host: str) -> None:
    answer = local.ask("/", host)
    assert (answer.status, answer.body) == (421, b"This is not the address of a diary.")


@pytest.mark.parametrize(
    ("accepted", "sent"), [("zstd", "zstd"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "zstd"), ("identity", None)]
)
def test_what_is_sent_is_compressed_as_the_browser_likes_it(local: Proxy, accepted: str, sent: str | None) -> None:
    answer = local.ask("/", "localhost", Accept_Encoding=accepted)
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, sent)
    assert (b"<!doctype html>" in answer.body.lower()) is (sent is None)


def test_the_diarys_own_headers_pass_and_who_serves_is_not_told(local: Proxy) -> None:
    headers = local.ask("/", "localhost").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (headers["Server"], headers["Strict-Transport-Security"]) == (None, None)


def test_while_the_diary_is_away_caddy_waits_and_then_says_so_in_a_sentence(tmp_path: Path) -> None:
    with Proxy(tmp_path, LOCAL, f"127.0.0.1:{free_port()}") as proxy:
        answer = proxy.ask("/", "localhost")
    assert answer.status in {502, 503}
    assert answer.body == b"The diary does not answer just now. Please try again in a moment."
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Server"] is None


class _Late(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_request_during_a_restart_waits_for_the_diary(tmp_path: Path) -> None:
    port = free_port()
    with Proxy(tmp_path, LOCAL, f"127.0.0.1:{port}") as proxy, ThreadPoolExecutor() as threads:
        asked = threads.submit(proxy.ask, "/", "localhost")
        time.sleep(1)
        assert not asked.done()
        with HTTPServer(("127.0.0.1", port), _Late) as late:
            late.handle_request()
        assert asked.result(20).status == 204


# ------------------------------------------------------------------ a public address


def test_under_the_domain_somebody_logged_in_gets_their_page_over_tls(
    public: tuple[DiaryServer, Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    diary, proxy = public
    url, find = f"https://{DOMAIN}:{proxy.https}", socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: find(_here(host), *rest, **named))
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.authority))
    with Session(url, cookies=cookies_for(load_settings(diary.env), "ada")) as tab:
        assert "How was your day?" in str(tab.run().messages)
    with Session(url) as tab:
        assert "How was your day?" not in str(tab.run().messages), "nobody gets the welcome"


def _here(host: Any) -> Any:
    """What the resolver of a browser says of names below localhost; that of this machine may not."""
    return "127.0.0.1" if host == DOMAIN else host


def test_under_the_domain_cookies_never_cross_a_network_in_the_clear(public: tuple[DiaryServer, Proxy]) -> None:
    _, proxy = public
    answer = proxy.ask("/_stcore/health", f"{DOMAIN}:{proxy.https}")
    assert answer.headers["Set-Cookie"].endswith("; Secure")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    plain = proxy.ask("/timeline", DOMAIN)
    assert (plain.status, plain.headers["Location"]) == (308, f"https://{DOMAIN}/timeline")


def test_under_the_domain_the_diary_knows_who_asks_from_where(public: tuple[DiaryServer, Proxy]) -> None:
    """A visitor's own word on that is not passed on: who asks too often could say to be another each time."""
    _, proxy = public
    host, allowed = f"{DOMAIN}:{proxy.https}", int(LIMITS["log-in"].partition("/")[0])
    answers = [proxy.ask("/auth/login", host, X_Forwarded_For=f"203.0.113.{n}") for n in range(allowed + 1)]
    assert answers[-1].headers["Location"] == "/?login=busy"


def test_no_other_name_leads_to_the_public_diary(public: tuple[DiaryServer, Proxy]) -> None:
    _, proxy = public
    assert proxy.ask("/", "other.example").status == 421
