"""Without a log-in the diary is served to its own machine only, unless the operator says otherwise."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
import streamlit as st
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from diary.errors import SettingsError
from diary.settings import load_settings
from diary.ui import gate
from tests.browser.server import PROJECT, DiaryServer
from tests.ports import free_port
from tests.test_settings_login import LOG_IN

HERE = ["127.0.0.1", "127.0.0.2", "localhost", "::1"]
BEYOND = [
    "0.0.0.0",
    "::",
    "",
    None,
    "192.168.1.20",
    "10.0.0.1",
    "diary.example",
    "localhost.example",
    "127.0.0.1.example",
]
ROUTES = [
    "/",
    "/timeline",
    "/healthz",
    "/readyz",
    "/cover/0123456789abcdef.svg",
    "/photo/x",
    "/app/static/diary.css",
    "/_stcore/health",
    "/_stcore/host-config",
    "/no/such/place",
]


@pytest.mark.parametrize("address", HERE)
def test_it_is_served_on_the_loopback(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": address}.get)
    gate.check_address(load_settings({}))


@pytest.mark.parametrize("address", BEYOND)
def test_it_is_served_nowhere_else_but_on_the_operators_word(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": address}.get)
    with pytest.raises(SettingsError, match=r"Set up log-in with .* AUTH_, or set DIARY_LOGIN=off"):
        gate.check_address(load_settings({}))
    gate.check_address(load_settings({"DIARY_LOGIN": "off"}))
    gate.check_address(load_settings(LOG_IN))


def test_with_log_in_no_header_tells_who_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.trustedUserHeaders": {"X-User": "sub"}}.get)
    with pytest.raises(SettingsError, match=r"Take server\.trustedUserHeaders out"):
        gate.check_address(load_settings(LOG_IN))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", ""])
def test_a_start_beyond_this_machine_ends_with_one_sentence(tmp_path: Path, address: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.port", str(free_port()), "--server.address", address]
    env = DiaryServer(tmp_path).env
    ended = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    assert ended.returncode == 1
    assert re.match(r"The diary cannot start\. It has no log-in and would be served on every address", said[-1])
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("gate")) as server:
        yield server


def asked(server: DiaryServer, path: str, *headers: tuple[str, str]) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    status, body = answer.status, answer.read()
    connection.close()
    assert (b"no log-in" in body) == (status == 403)
    return status


@pytest.mark.parametrize("path", ROUTES)
def test_a_request_for_another_host_is_turned_away(server: DiaryServer, path: str) -> None:
    foreign = [
        "evil.example",
        f"evil.example:{server.port}",
        "192.168.1.20",
        "127.0.0.1.evil.example",
        "",
        "[::",
        "a b",
    ]
    assert {host: asked(server, path, ("Host", host)) for host in foreign} == dict.fromkeys(foreign, 403)
    here = ["127.0.0.1", f"localhost:{server.port}", "LOCALHOST", "[::1]:8501"]
    assert 403 not in {asked(server, path, ("Host", host)) for host in here}


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host"])
def test_what_a_proxy_hands_on_is_turned_away(server: DiaryServer, name: str) -> None:
    assert asked(server, "/", ("Host", "127.0.0.1"), (name, "203.0.113.9")) == 403


def test_a_request_with_no_host_or_two_is_turned_away(server: DiaryServer) -> None:
    for hosts in ([], ["127.0.0.1", "evil.example"]):
        assert asked(server, "/", *(("Host", host) for host in hosts)) in {400, 403}


def stream(server: DiaryServer, host: str, page: str | None = None) -> None:
    """Open the socket of a page under the name ``host``; the page itself may come from elsewhere."""
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        address = f"ws://{host}:{server.port}/_stcore/stream"
        with connect(
            address, sock=sock, origin=f"http://{page or f'{host}:{server.port}'}", subprotocols=["streamlit"]
        ):
            pass


def test_no_socket_is_opened_for_another_host(server: DiaryServer) -> None:
    stream(server, "localhost")
    for host, page in (("evil.example", None), ("localhost", "evil.example"), ("localhost", "localhost:8000")):
        with pytest.raises(InvalidStatus) as caught:
            stream(server, host, page)
        assert caught.value.response.status_code == 403


def test_on_the_operators_word_every_host_is_answered(tmp_path: Path) -> None:
    with DiaryServer(tmp_path, {"DIARY_LOGIN": "off"}) as server:
        assert asked(server, "/healthz", ("Host", "diary.example")) == 200
