"""What Caddy, in front of the small size, answers and writes down; by Caddy itself."""

import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.hosting.terraform import INFRA
from tests.ports import free_port

HOST = "localhost"
SECRET = "what-somebody-looked-for"


class Program(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def caddy(folder: Path, upstream: int) -> Iterator[tuple[int, Callable[[], list[dict[str, object]]]]]:
    """Caddy with the host's own file, moved to free ports; the port it serves, and the lines it has written."""
    if not shutil.which("caddy"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Caddy is missing: apt install caddy")
    port, log = free_port(), folder / "log"
    text = (INFRA / "host/Caddyfile").read_text(encoding="utf-8").replace("127.0.0.1:8501", f"127.0.0.1:{upstream}")
    moved = f"admin off\n\tskip_install_trust\n\tlocal_certs\n\thttp_port {free_port()}\n\thttps_port {port}\n"
    (folder / "Caddyfile").write_text(text.replace("admin off\n", moved).replace("20s", "1s"), encoding="utf-8")
    env = {"PATH": os.defpath, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "DOMAIN": HOST}
    command = ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    with log.open("wb") as file, subprocess.Popen(command, cwd=folder, env=env, stderr=file) as process:
        try:
            yield port, lambda: [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        finally:
            process.terminate()


def ask(port: int, path: str) -> int:
    """The status of the answer, once Caddy is there."""
    anybody = ssl._create_unverified_context()  # it vouches for itself here
    for _ in range(100):
        try:
            connection = HTTPSConnection(HOST, port, context=anybody, timeout=10)
            connection.request("GET", path, headers={"Cookie": SECRET, "Referer": f"https://{HOST}/?q={SECRET}"})
            return connection.getresponse().status
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Caddy does not answer")


@pytest.fixture
def program() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Program)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def access(lines: Callable[[], list[dict[str, object]]], count: int) -> list[dict[str, object]]:
    """The ``count`` lines on requests, which are written a moment after the answers."""
    end = time.monotonic() + 10
    while True:
        found = [line for line in lines() if str(line.get("logger", "")).startswith("http.log.access")]
        if len(found) >= count or time.monotonic() > end:
            assert len(found) == count
            return found
        time.sleep(0.05)


def test_of_a_request_is_kept_how_it_went(program: int, tmp_path: Path) -> None:
    with caddy(tmp_path, program) as (port, lines):
        assert ask(port, "/") == 200
        assert ask(port, "/broken") == 500
        assert [line["status"] for line in access(lines, 2)] == [200, 500]


def test_nothing_is_kept_of_what_was_asked_for_or_by_whom(program: int, tmp_path: Path) -> None:
    with caddy(tmp_path, program) as (port, lines):
        ask(port, f"/timeline?q={SECRET}")
        ask(port, f"/broken/{SECRET}")
        assert "127.0.0.1" not in json.dumps(access(lines, 2))
        assert SECRET not in json.dumps(lines())


def test_a_program_that_is_away_is_an_answer_of_5xx_and_quotes_nothing_either(tmp_path: Path) -> None:
    with caddy(tmp_path, free_port()) as (port, lines):
        assert ask(port, f"/timeline?q={SECRET}") == 502
        assert [line["status"] for line in access(lines, 1)] == [502]
        assert SECRET not in json.dumps(lines())
