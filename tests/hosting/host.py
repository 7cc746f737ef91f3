"""A host of a folder's own: the scripts of `infra/host` as they are, with paths that lead into it, and stand-ins.

Docker, systemd and the AWS command line are stand-ins that write down how they were called and do what they are told
to. The program is a server of the test's own, which becomes ready or not as its image's name says.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.hosting.terraform import INFRA

SCRIPTS = {
    "usr/local/bin": ("music-diary-deploy", "music-diary-migrate"),
    "usr/local/lib/music-diary": ("container", "first", "pull", "ready", "roles.py", "secrets"),
}
DOCKER = """#!/bin/bash
echo "docker $*" >>"$ROOT/calls"
case $1 in
  image) [[ $2 == prune ]] || grep -qxF "$3" "$ROOT/pulled" ;;
  pull) [[ $3 != *absent* ]] && echo "$3" >>"$ROOT/pulled" ;;
  login) cat >"$ROOT/password" ;;
  run) [[ $* != *stubborn* ]] && { [[ $* != *interactive* ]] || cat >"$ROOT/stdin"; } ;;
esac
"""
SYSTEMCTL = """#!/bin/bash
echo "systemctl $*" >>"$ROOT/calls"
sed -n 's/^IMAGE=//p' "$ROOT/etc/music-diary/image" >"$ROOT/running"
"""
AWS = """#!/bin/bash
echo "aws $*" >>"$ROOT/calls"
case "$1 $2" in
  "ecr get-login-password") echo a-password-of-hours ;;
  "ssm get-parameter") cat "$ROOT/parameters$4" ;;
esac
"""


class Host:
    """Where scripts are run; ``calls`` of stand-ins are told in order."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        for folder in ("etc/music-diary", "run/music-diary", "run/lock", "stand-ins", "parameters/music-diary"):
            (root / folder).mkdir(parents=True)
        for name, text in (("docker", DOCKER), ("systemctl", SYSTEMCTL), ("aws", AWS)):
            self._write(f"stand-ins/{name}", text)
        for folder, names in SCRIPTS.items():
            for name in names:
                self._write(f"{folder}/{name}", self._moved((INFRA / "host" / name).read_text(encoding="utf-8"), port))
        self.write("etc/music-diary/host", "AWS_REGION=us-east-1\n")
        self.write("pulled", "")
        self.write("calls", "")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        return self.read("calls").splitlines()

    def run(self, path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a script as root would, whatever comes of it."""
        env = {"PATH": f"{self.root}/stand-ins:{os.defpath}", "ROOT": str(self.root)}
        command = [str(self.root / path), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    def _write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)

    def _moved(self, text: str, port: int) -> str:
        """Below this root; and nobody waits three minutes for what never comes."""
        for place in ("/etc/music-diary", "/run/music-diary", "/run/lock", *(f"/{folder}" for folder in SCRIPTS)):
            text = text.replace(place, f"{self.root}{place}")
        return text.replace("127.0.0.1:8501", f"127.0.0.1:{port}").replace("SECONDS + 180", "SECONDS + 2")


@contextmanager
def a_host(root: Path) -> Iterator[Host]:
    """A host whose program answers by the image that systemd started last: ``…slow`` never gets ready."""

    class Program(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            image = (root / "running").read_text(encoding="utf-8").strip() if (root / "running").exists() else "slow"
            is_ready = self.path == "/readyz" and not image.endswith("slow")
            self.send_response(200 if is_ready else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Program)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Host(root, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
