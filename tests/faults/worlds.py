"""What the people of a long day keep their diaries on, what may go wrong with it, and how all is well again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from tests.fakes.s3_faults import FaultyS3
from tests.faults.distant import USER
from tests.faults.ordinary import OrdinaryServer, locked
from tests.faults.proxy import Mode, Proxy
from tests.postgres import PostgresServer
from tests.s3 import aws_env

DATABASE = "long_day"
NETWORK: dict[str, tuple[Mode, float]] = {
    "200 ms latency": ("delay", 0.1),
    "20 kB/s": ("throttle", 20_000),
    "reset": ("reset", 0),
    "cut": ("cut", 0),
    "refused": ("refuse", 0),
    "hang": ("hang", 0),
    "dropped after 2 000 bytes": ("drop", 2_000),
    "30 % flaky": ("flaky", 0.3),
}


class World(Protocol):
    """``env`` leads people to it, started by ``prefix``; ``address`` leads to the database past all trouble."""

    name: str
    env: dict[str, str]
    prefix: tuple[str, ...]
    address: str

    def faults(self) -> dict[str, Callable[[], object]]:
        """What may go wrong, by name; `heal` ends it."""

    def heal(self) -> None: ...

    def has_photo(self, key: str) -> bool: ...


class Far:
    """A server of PostgreSQL's and a bucket, each behind a network."""

    name, prefix = "PostgreSQL, S3", ()

    def __init__(self, postgres: PostgresServer, network: Proxy, s3: FaultyS3) -> None:
        self._postgres, self._network, self._s3 = postgres, network, s3
        postgres.ask(f"CREATE ROLE {USER} LOGIN")
        postgres.ask(f"CREATE DATABASE {DATABASE} OWNER {USER}")
        self.address = postgres.url(DATABASE, USER)
        through = f"postgresql+psycopg2://{USER}@127.0.0.1:{network.port}/{DATABASE}"
        self.env = aws_env(s3.url) | {"DATABASE_URL": through, "DIARY_PHOTOS": "s3://diary/photos"}

    def faults(self) -> dict[str, Callable[[], object]]:
        kinds = ("SlowDown", "AccessDenied", "hang", "cut")
        return {
            **{name: lambda how=how: self._network.set(*how) for name, how in NETWORK.items()},
            "backends terminated": self._terminate,
            "database stopped": self._postgres.stop,
            "database killed": self._postgres.kill,
            **{f"S3 {kind}": lambda kind=kind: self._spoil_s3(kind) for kind in kinds},
        }

    def heal(self) -> None:
        self._network.set("pass")
        self._s3.fault = None
        self._postgres.start()

    def has_photo(self, key: str) -> bool:
        return f"photos/{key}" in self._s3.kept

    def _terminate(self) -> None:
        self._postgres.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{USER}'")

    def _spoil_s3(self, fault: str) -> None:
        self._s3.fault = fault


class Near:
    """A file of SQLite's and a folder."""

    name, prefix = "SQLite, folder", OrdinaryServer.prefix

    def __init__(self, folder: Path) -> None:
        self._file, self._photos = folder / "diary.db", folder / "photos"
        self._photos.mkdir(parents=True)
        self._held = ExitStack()
        self.address = f"sqlite:///{self._file}"
        self.env = {"DATABASE_URL": self.address, "DIARY_PHOTOS": str(self._photos)}

    def faults(self) -> dict[str, Callable[[], object]]:
        return {
            "database locked by another program": lambda: self._held.enter_context(locked(self._file)),
            "photos may not be written": lambda: self._let_photos_be(0o500),
        }

    def heal(self) -> None:
        self._held.close()
        self._let_photos_be(0o700)

    def has_photo(self, key: str) -> bool:
        return (self._photos / key).exists()

    def _let_photos_be(self, mode: int) -> None:
        for folder in (self._photos, *(one for one in self._photos.rglob("*") if one.is_dir())):
            folder.chmod(mode)


@contextmanager
def world_of(name: str, folder: Path) -> Iterator[World]:
    """The world of that name; what it needs below ``folder``."""
    if name == Near.name:
        yield Near(folder)
        return
    with PostgresServer(durable=True) as postgres, Proxy(postgres.port) as network, FaultyS3() as s3:
        yield Far(postgres, network, s3)
        network.set("pass")
