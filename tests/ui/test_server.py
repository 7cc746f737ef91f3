"""How the server begins while its database comes and goes."""

import time
from collections.abc import Iterator
from threading import enumerate as all_threads

import pytest
from sqlalchemy import make_url

from diary import assembly
from diary.errors import StorageError
from diary.settings import Settings
from diary.ui import server, state
from tests.faults.proxy import Proxy
from tests.postgres import PostgresServer


@pytest.fixture
def proxy(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Stands before a database of its own, to which the settings lead."""
    postgres.ask("CREATE DATABASE served OWNER diary")
    with Proxy(postgres.port) as proxy:
        url = make_url(postgres.url("served", "diary")).set(port=proxy.port)
        monkeypatch.setenv("DATABASE_URL", url.render_as_string())
        yield proxy
    postgres.ask("DROP DATABASE served WITH (FORCE)")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the house work was begun with."""
    begun: list[object] = []

    class Caretaker:
        def __init__(self, parts: object) -> None:
            begun.append(parts)

        def start(self) -> None:
            pass

    monkeypatch.setattr(server, "Caretaker", Caretaker)
    return begun


def wait_until_opened() -> None:
    end = time.monotonic() + 20
    while any(thread.name == "opening" for thread in all_threads()):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_server_that_comes_back_between_two_questions_ends_nothing(
    proxy: Proxy, begun: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.set("refuse")
    really = assembly.is_ready

    def is_ready(settings: Settings) -> bool:
        proxy.set("pass")
        return really(settings)

    monkeypatch.setattr(assembly, "is_ready", is_ready)
    server.start()
    assert len(begun) == 1
    assert really(state.settings())


@pytest.mark.usefixtures("proxy")
def test_house_work_that_cannot_begin_is_begun_later(begun: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = state.parts, iter([StorageError("The photos are out of reach.")])

    def parts() -> object:
        for failure in failures:
            raise failure
        return real()

    monkeypatch.setattr(state, "parts", parts)
    monkeypatch.setattr(server, "RETRY", 0.1)
    server.start()
    wait_until_opened()
    assert len(begun) == 1
