"""Caddy by the project's own Caddyfile, in front of a program on this machine."""

import os
import shutil
import ssl
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection
from typing import NamedTuple, Self

from tests.browser.server import PROJECT
from tests.ports import free_port
from tests.processes import wait_for_start

CADDYFILE = PROJECT / "proxy" / "Caddyfile"
MISSING = "The tests of the proxy need Caddy: 'apt install caddy' on Debian."
LOCAL, DOMAIN = "http://localhost, http://127.0.0.1", "diary.localhost"  # Caddy certifies *.localhost by itself


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: Message


class Proxy:
    """Caddy for ``site`` in front of ``upstream``; its certificates are vouched for by the file ``authority``."""

    def __init__(self, folder: Path, site: str, upstream: str) -> None:
        self.http, self.https = free_port(), free_port()
        self._log = folder / "caddy.log"
        self.authority = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        self._env = {"PATH": os.defpath, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "SITE": site}
        self._env |= {"UPSTREAM": upstream, "HTTP_PORT": str(self.http), "HTTPS_PORT": str(self.https)}

    def __enter__(self) -> Self:
        """Start and wait until it listens. Raises RuntimeError, with its log, when it does not."""
        command = [program(), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log)
        if not wait_for_start(self._process, self._listens):
            self.__exit__()
            raise RuntimeError(f"Caddy did not start:\n{self._log.read_text()}")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, path: str, host: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to ``host``, over TLS where that is the domain's."""
        is_public = host == f"{DOMAIN}:{self.https}"
        line = HTTPConnection("127.0.0.1", self.http, timeout=30)
        line.sock = self._secured() if is_public else None
        try:
            line.request(method, path, headers={"Host": host} | {n.replace("_", "-"): v for n, v in headers.items()})
            answer = line.getresponse()
            return Answer(answer.status, answer.read(), answer.headers)
        finally:
            line.close()

    def _secured(self) -> ssl.SSLSocket:
        """A connection to the domain, which its certificate vouches for."""
        raw = create_connection(("127.0.0.1", self.https), 30)
        return ssl.create_default_context(cafile=str(self.authority)).wrap_socket(raw, server_hostname=DOMAIN)

    def _listens(self) -> bool:
        with suppress(OSError):
            if DOMAIN in self._env["SITE"]:
                self._secured().close()
            return self.ask("/", "nobody.example").status == 421
        return False


def program() -> str:
    """Caddy's. Raises LookupError where there is none."""
    if found := shutil.which("caddy"):
        return found
    raise LookupError(MISSING)


def adapted(folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What Caddy makes of the project's Caddyfile, checked by it; it leaves an authority of its own in ``folder``."""
    command = [program(), "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile", "--validate"]
    own = {"PATH": os.defpath, "HOME": str(folder)}
    return subprocess.run(command, env=own | env, capture_output=True, text=True, check=False)
