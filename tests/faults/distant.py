"""A running diary whose PostgreSQL server lies behind a network that can be spoiled."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg2
import psycopg2.extensions

from tests.browser.server import DiaryServer
from tests.faults.proxy import Proxy
from tests.faults.tab import Tab
from tests.postgres import PostgresServer

USER, DATABASE = "diary", "distant"


@dataclass(frozen=True)
class Distant:
    """The app, the way to its database, and the database; ``address`` leads to it past the network."""

    server: DiaryServer
    proxy: Proxy
    postgres: PostgresServer

    @property
    def address(self) -> str:
        return self.postgres.url(DATABASE)

    def terminate(self, which: str = "true") -> int:
        """End the app's backends, those for which ``which`` holds (SQL), wait for their end and tell how many."""
        own = f"usename = '{USER}' AND datname = '{DATABASE}'"
        ended = self.postgres.ask(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {own} AND {which}"
        )
        return sum(bool(done) for (done,) in ended)

    def count(self, which: str) -> int:
        """How many of the app's backends there are for which ``which`` holds (SQL)."""
        own = f"usename = '{USER}' AND datname = '{DATABASE}'"
        ((found,),) = self.postgres.ask(f"SELECT count(*) FROM pg_stat_activity WHERE {own} AND {which}")
        return int(str(found))

    @contextmanager
    def locked(self, day: str) -> Iterator[psycopg2.extensions.connection]:
        """Hold the lock on a day's row, so that a save of it sits in its transaction."""
        other = psycopg2.connect(host="127.0.0.1", port=self.postgres.port, user="postgres", dbname=DATABASE)
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT 1 FROM entries WHERE day = %s FOR UPDATE", (day,))
                assert cursor.rowcount == 1
            yield other
        finally:
            other.close()

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        try:
            with urlopen(f"{self.server.url}/readyz", timeout=15) as answer:
                return bool(answer.status == 200)
        except URLError:
            return False

    def works_again(self, day: str) -> float:
        """Seconds until a new tab saves ``day``."""
        begun = time.monotonic()
        until(lambda: self._saves(day, f"again {begun}"), 30)
        return time.monotonic() - begun

    def _saves(self, day: str, note: str) -> bool:
        with Tab(self.server.url, query=f"day={day}") as tab:
            return write(tab, note)


@contextmanager
def distant_diary(folder: Path, env: Mapping[str, str] | None = None, *, starts: bool = True) -> Iterator[Distant]:
    """A diary with an empty database; it is not started where it ``starts`` later."""
    with PostgresServer(durable=True) as postgres, Proxy(postgres.port) as proxy:
        postgres.ask(f"CREATE ROLE {USER} LOGIN")
        postgres.ask(f"CREATE DATABASE {DATABASE} OWNER {USER}")
        address = f"postgresql+psycopg2://{USER}@127.0.0.1:{proxy.port}/{DATABASE}"
        server = DiaryServer(folder, {"DATABASE_URL": address, **(env or {})})
        try:
            if starts:
                server.start()
            yield Distant(server, proxy, postgres)
        finally:
            proxy.set("pass")
            server.stop()


def write(tab: Tab, note: str) -> bool:
    """Write a note on the tab's day and save it; tells whether the page said so."""
    if tab.has("edit"):
        tab.press("edit")
    if not tab.has("save"):
        return False
    tab.set(note=note)
    if tab.has("save"):
        tab.press("save")
    return tab.said_saved


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait for something to become ``true``. Raises AssertionError when it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.05)
