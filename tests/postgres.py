"""A PostgreSQL server of the tests' own: Debian's, in a folder of its own, on a free port of this machine."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psycopg2

from tests.ports import free_port

MISSING = "The tests on PostgreSQL need its server: 'apt install postgresql' on Debian, 'initdb' on the PATH elsewhere."
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120")


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class PostgresServer:
    """A server that can be stopped, killed and started again on the same data and the same port.

    ``options`` are added to its configuration, e.g. ``("ssl=on",)``. ``durable`` keeps fsync on, as in earnest;
    without it a killed *machine* would lose data, a killed server does not. ``rules`` replaces pg_hba.conf.
    The superuser is ``postgres``; it comes in without a password unless ``rules`` ask for one.
    """

    def __init__(self, options: Sequence[str] = (), rules: str = "", durable: bool = False) -> None:
        found = binaries()
        if found is None:
            raise RuntimeError(MISSING)
        self._bin = found
        self._user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        self.folder = Path(tempfile.mkdtemp(prefix="diary-pg-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._own(self.folder)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = ("listen_addresses='127.0.0.1'", f"port={self.port}", f"unix_socket_directories='{self.folder}'",
                   *(() if durable else _FAST), *options)  # fmt: skip
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("\n".join(("", *options, "")))
        if rules:
            (self._data / "pg_hba.conf").write_text(rules)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(
        self, database: str = "postgres", user: str = "postgres", password: str = "", host: str = "127.0.0.1"
    ) -> str:
        """The address of a database here, as DATABASE_URL takes it."""
        who = f"{user}:{password}" if password else user
        return f"postgresql+psycopg2://{who}@{host}:{self.port}/{database}"

    def start(self) -> None:
        """Start and wait until it answers; no harm when it runs already.

        Raises RuntimeError, with its log, when it does not answer.
        """
        if self._process:
            return
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self._data)], stdout=log, stderr=log, **self._as_its_user()
            )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start. Its log:\n{self.log()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it in order, throwing its sessions out."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """End it and all its children at once (kill -9); no harm when it is not running."""
        if self._process:
            children = _children(self._process.pid)
            self._process.kill()
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        """Whether it runs and takes connections."""
        try:
            return self.ask("SELECT 1") == [(1,)]
        except psycopg2.OperationalError:
            return False

    def log(self) -> str:
        """All it has said so far, over every restart."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the superuser, past the program."""
        connection = psycopg2.connect(host=str(self.folder), port=self.port, user="postgres", dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _own(self, path: Path) -> None:
        if self._user:
            shutil.chown(path, self._user)

    def own_file(self, name: str, content: bytes) -> Path:
        """Put a file (a key, a certificate) beside the data, readable by the server alone."""
        file = self.folder / name
        file.write_bytes(content)
        file.chmod(0o600)
        self._own(file)
        return file

    def _as_its_user(self) -> dict[str, Any]:
        account = pwd.getpwnam(self._user) if self._user else None
        return {
            "user": account.pw_uid if account else None,
            "group": account.pw_gid if account else None,
            "extra_groups": [] if account else None,
            "cwd": self.folder,
            "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            "stdin": subprocess.DEVNULL,
        }

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._bin / program), *map(str, arguments)]
        subprocess.run(command, **self._as_its_user(), check=True, stdout=subprocess.DEVNULL)


def _children(process: int) -> list[int]:
    """The processes it has started, as Linux tells them."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(file.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(file.parent.name))
    return found


if __name__ == "__main__":
    sys.exit(None if binaries() else MISSING)
