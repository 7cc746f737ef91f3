"""The diary as a person starts it: a process of its own that can be stopped, killed and started again."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

from tests.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # the discard port: refused at once
START, STOP = 90, 15  # seconds


class DiaryServer:
    """`streamlit run` on a free port of 127.0.0.1, with its data, home and log in ``folder``.

    ``env`` is added to an environment that holds nothing of the caller's but the search path; the
    music sources lead nowhere until ``env`` names others. Data and port outlive a restart.
    """

    project = PROJECT  # whose program and whose settings of Streamlit it runs by
    script = PROJECT / "streamlit_app.py"
    prefix: tuple[str, ...] = ()  # a program that starts the diary in its own place, such as setpriv

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = _clean_environment(folder) | dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError, with the log, when it does not."""
        (self.folder / "home").mkdir(parents=True, exist_ok=True)
        command = [*self.prefix, sys.executable, "-m", "streamlit", "run", str(self.script)]
        command += ["--server.headless", "true", "--server.port", str(self.port)]
        command += ["--secrets.files", str(self.folder / "secrets.toml")]
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.project, env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + START
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"The diary did not start. Its log:\n{self.log()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask it to end, as an operator would, and wait. Raises TimeoutExpired when it takes longer than STOP."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP)
            finally:
                self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would; no harm when it has ended already."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stop it, then start it on the same data and the same port."""
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        """The number of its process. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("the diary does not run")
        return self._process.pid

    def answers(self) -> bool:
        """Whether Streamlit says that it is well."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def log(self) -> str:
        """All it has said so far, over every restart."""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def _log_file(self) -> Path:
        return self.folder / "server.log"


def _clean_environment(folder: Path) -> dict[str, str]:
    sources = ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_OEMBED_URL", "MUSICBRAINZ_URL", "COVERART_URL")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder / "home"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "DATABASE_URL": f"sqlite:///{folder / 'data' / 'diary.db'}",
        "DIARY_PHOTOS": str(folder / "data" / "photos"),
        **dict.fromkeys(sources, NOWHERE),
    }


def demo(server: DiaryServer, days: int) -> None:
    """Fill the server's diary with invented days, by the command line, as an operator would."""
    command = [sys.executable, "-m", "diary", "demo", "--days", str(days)]
    subprocess.run(command, cwd=PROJECT, env=server.env, check=True, stdout=subprocess.DEVNULL)
