"""The diary that a browser looks at."""

from collections.abc import Iterator

import pytest

from tests.browser.server import DiaryServer, demo


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """What a test module adds to the diary's environment; it overrides this fixture to say so."""
    return {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_env: dict[str, str]) -> Iterator[DiaryServer]:
    """A running diary, empty at first, shared by the tests of a module."""
    with DiaryServer(tmp_path_factory.mktemp("diary"), server_env) as server:
        yield server


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    """A running diary of 800 days, for tests that only look."""
    with DiaryServer(tmp_path_factory.mktemp("full")) as server:
        demo(server, days=800)
        yield server
