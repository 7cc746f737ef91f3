"""All that is measured, started when it is first asked for: the diary on few and many days, and what it is beside."""

import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser, sync_playwright

from bench.dataset import Size, fill
from tests.browser import chromium
from tests.browser.server import PROJECT, DiaryServer
from tests.ports import free_port
from tests.postgres import PostgresServer

FEW = Size(1000, 1)
REFERENCE = Path(__file__).with_name("reference")


class FloorServer(DiaryServer):
    """Streamlit tuned, with nothing of the diary."""

    script = REFERENCE / "floor.py"


class StockServer(DiaryServer):
    """Streamlit as it is."""

    script = REFERENCE / "stock.py"


class FlaskServer:
    """The lean page of Flask, over the SQLite file ``file``."""

    def __init__(self, file: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {"BENCH_FILE": file, "PATH": "", "PYTHONPATH": str(PROJECT)}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bench.reference.flask_app", str(self.port)]
        self._process = subprocess.Popen(command, env=self._env, cwd=PROJECT)
        self.pid = self._process.pid
        deadline = time.monotonic() + 60
        while True:
            try:
                self.open().close()
                return self
            except OSError:
                if time.monotonic() > deadline:
                    self._process.kill()
                    raise
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def open(self) -> HTTPConnection:
        """A connection that is kept for one page after another."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.connect()
        return connection


def get(connection: HTTPConnection, path: str) -> bytes:
    """The page at ``path``. Raises AssertionError where it is refused."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return body


class Servers:
    """In ``folder``; ``many`` is the size of the large database. All end with the ``with`` block."""

    def __init__(self, folder: Path, many: Size) -> None:
        self._folder, self._many = folder, many
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def few(self) -> DiaryServer:
        """One owner's thousand days on SQLite."""
        return self._diary("few", FEW)

    @cached_property
    def many(self) -> DiaryServer:
        """The reader's ten years beside those of all others, on SQLite."""
        return self._diary("many", self._many)

    @cached_property
    def postgres_few(self) -> DiaryServer:
        """As `few`, on PostgreSQL."""
        return self._diary("postgres_few", FEW, self._database("few"))

    @cached_property
    def postgres_many(self) -> DiaryServer:
        """As `many`, on PostgreSQL."""
        return self._diary("postgres_many", self._many, self._database("many"))

    @cached_property
    def postgres(self) -> PostgresServer:
        """As in earnest: fsync on, one role that owns the tables, one that the wall between owners holds for."""
        server = self._stack.enter_context(PostgresServer(durable=True))
        for role in ("diary", "diary_app"):
            server.ask(f"CREATE ROLE {role} LOGIN")
        return server

    @cached_property
    def floor(self) -> FloorServer:
        """Over the many days."""
        return self.another_floor("floor")

    @cached_property
    def stock(self) -> StockServer:
        return self._stack.enter_context(StockServer(self._folder / "stock"))

    @cached_property
    def flask(self) -> FlaskServer:
        """Over the many days."""
        return self._stack.enter_context(FlaskServer(file_of(self.many)))

    @cached_property
    def browser(self) -> Browser:
        """A browser with an empty profile."""
        return chromium.launch(self._stack.enter_context(sync_playwright()).chromium)

    def another_floor(self, name: str) -> FloorServer:
        """One more, in a process of its own."""
        env = {"BENCH_FILE": file_of(self.many)}
        return self._stack.enter_context(FloorServer(self._folder / name, env))

    def another(self, name: str) -> DiaryServer:
        """One more diary over the many days, in a process of its own."""
        env = {key: value for key, value in self.many.env.items() if key in {"DATABASE_URL", "DIARY_PHOTOS"}}
        return self._stack.enter_context(DiaryServer(self._folder / name, env))

    def _diary(self, name: str, size: Size, env: Mapping[str, str] | None = None) -> DiaryServer:
        server = DiaryServer(self._folder / name, env)
        server.folder.mkdir()
        fill(server.env, size)
        if env:
            self.postgres.ask("VACUUM ANALYZE", name.removeprefix("postgres_"))
        return self._stack.enter_context(server)

    def _database(self, name: str) -> dict[str, str]:
        self.postgres.ask(f"CREATE DATABASE {name} OWNER diary")
        urls = {"DATABASE_URL": "diary_app", "DIARY_MIGRATION_URL": "diary"}
        return {variable: self.postgres.url(name, role) for variable, role in urls.items()}


def file_of(server: DiaryServer) -> str:
    """The SQLite file of a diary."""
    return server.env["DATABASE_URL"].removeprefix("sqlite:///")
