"""What the fault suite stands on: a PostgreSQL server that syncs, and diaries on each pair of stores."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from diary.assembly import make_parts
from diary.protocols import Parts
from diary.settings import Settings, load_settings
from tests.browser.server import DiaryServer
from tests.faults.figures import skipped
from tests.postgres import MISSING, PostgresServer, binaries
from tests.s3 import aws_env, moto

_NUMBERS = count(1)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A fault that could not be tried stands beside the figures of the others."""
    if report.skipped and isinstance(report.longrepr, tuple):
        skipped(report.nodeid, report.longrepr[2])


@dataclass(frozen=True)
class Place:
    """Two stores; ``env`` leads a program to them."""

    name: str
    env: Mapping[str, str]

    @property
    def settings(self) -> Settings:
        return load_settings(self.env)

    def parts(self) -> Parts:
        """The stores, opened by the program's own code."""
        return make_parts(self.settings)

    @property
    def database_file(self) -> Path | None:
        """The file of SQLite's."""
        url = self.env["DATABASE_URL"]
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None

    @property
    def photo_folder(self) -> Path:
        return Path(self.env["DIARY_PHOTOS"])


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[PostgresServer]:
    """A server that keeps fsync on, as in earnest."""
    if not binaries():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    with PostgresServer(durable=True) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    """A running diary, empty at first, shared by the tests of a module."""
    with DiaryServer(tmp_path_factory.mktemp("diary")) as server:
        yield server


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty place, named by the test's parameter: "SQLite, folder", "PostgreSQL, S3" and so on.

    The test's own settings lead to it too.
    """
    place = _new_place(request, request.param, tmp_path / "data")
    for variable, value in place.env.items():
        monkeypatch.setenv(variable, value)
    return place


@pytest.fixture
def there(request: pytest.FixtureRequest, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Another empty place, whose database and photos are both of the other kind than those of ``place``."""
    other = {"SQLite": "PostgreSQL", "PostgreSQL": "SQLite", "folder": "S3", "S3": "folder"}
    there = _new_place(request, ", ".join(other[kind] for kind in place.name.split(", ")), tmp_path / "there")
    for variable in there.env.keys() - place.env.keys():
        monkeypatch.setenv(variable, there.env[variable])
    return there


def _new_place(request: pytest.FixtureRequest, kinds: str, folder: Path) -> Place:
    database, photos = kinds.split(", ")
    env = {"DATABASE_URL": f"sqlite:///{folder / 'diary.db'}", "DIARY_PHOTOS": str(folder / "photos")}
    if database == "PostgreSQL":
        server, name = request.getfixturevalue("durable_postgres"), f"place_{next(_NUMBERS)}"
        server.ask(f"CREATE DATABASE {name}")
        env["DATABASE_URL"] = server.url(name)
    if photos == "S3":
        env |= aws_env(moto().url) | {"DIARY_PHOTOS": f"s3://{moto().new_bucket()}/diary"}
    return Place(kinds, env)
