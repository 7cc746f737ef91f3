"""Caddy before two programs: TLS under a name of its own; a browser stays with one program while that lives."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from socket import create_connection
from ssl import create_default_context
from typing import Self

from tests.certificates import Authority
from tests.ports import free_port
from tests.processes import wait_for_start

HOST = "diary.test"  # no name of this machine's own: for those Streamlit makes exceptions
MISSING = "The tests of the stack need Caddy and certutil: 'apt install caddy libnss3-tools' on Debian."
# A program that ends closes its port first: who was with it goes to the other as soon as no connection is to be had.
_CONFIG = """
{{
    admin off
    auto_https off
}}
https://{host}:{port} {{
    bind 127.0.0.1
    tls {folder}/server.pem {folder}/server.key
    encode zstd gzip
    reverse_proxy {programs} {{
        lb_policy cookie
        lb_try_duration 10s
        lb_try_interval 100ms
        fail_duration 1s
        health_uri /healthz
        health_interval 1s
        health_timeout 5s
        header_down X-Served-By {{http.reverse_proxy.upstream.hostport}}
    }}
}}
https://localhost:{s3_port} {{
    bind 127.0.0.1
    tls {folder}/s3.pem {folder}/s3.key
    reverse_proxy 127.0.0.1:{s3}
}}
"""


def installed() -> bool:
    """Whether it is there, and what tells a browser whom to trust."""
    return all(map(shutil.which, ("caddy", "certutil")))


class Caddy:
    """Serves ``url`` from the programs at ``ports``, and ``s3_url`` from the S3 server at ``s3``.

    ``authority`` vouches for both. ``X-Served-By`` in an answer tells which program gave it.
    """

    def __init__(self, folder: Path, ports: Sequence[int], s3: int, authority: Authority) -> None:
        self._folder, self._authority = folder, authority
        self.port, s3_port = free_port(), free_port()
        self.url, self.s3_url = f"https://{HOST}:{self.port}", f"https://localhost:{s3_port}"
        folder.mkdir()
        for name, host in (("server", HOST), ("s3", "localhost")):
            key, certificate = authority.issue(host)
            (folder / f"{name}.key").write_bytes(key)
            (folder / f"{name}.pem").write_bytes(certificate)
        programs = " ".join(f"127.0.0.1:{port}" for port in ports)
        names = {"host": HOST, "port": self.port, "s3_port": s3_port, "s3": s3}
        (folder / "Caddyfile").write_text(_CONFIG.format(folder=folder, programs=programs, **names))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start and wait until it answers. Raises RuntimeError, with its log, when it does not."""
        program = shutil.which("caddy")
        if program is None:
            raise RuntimeError(MISSING)
        command = [program, "run", "--config", str(self._folder / "Caddyfile"), "--adapter", "caddyfile"]
        env = {"PATH": os.defpath, "HOME": str(self._folder)}
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if not wait_for_start(self._process, self._answers):
            self.__exit__()
            raise RuntimeError(f"Caddy did not start:\n{(self._folder / 'log').read_text()}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        """Whether a program answers through it, under its name and by its certificate."""
        trust = create_default_context(cafile=str(self._authority.file))
        try:
            with (
                create_connection(("127.0.0.1", self.port), 5) as raw,
                trust.wrap_socket(raw, server_hostname=HOST) as line,
            ):
                asked = f"GET /_stcore/health HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nConnection: close\r\n\r\n"
                line.sendall(asked.encode())
                return line.recv(100).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False


if __name__ == "__main__":
    sys.exit(None if installed() else MISSING)
