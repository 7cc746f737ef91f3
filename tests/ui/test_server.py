"""How the server begins while its database comes and goes."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import enumerate as all_threads

import pytest
from sqlalchemy import make_url

from diary import assembly
from diary.errors import StorageError
from diary.ui import server, shared
from tests.builders import eventually
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


def test_a_database_that_comes_and_goes_is_waited_for(
    proxy: Proxy, begun: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "RETRY", 0.1)
    proxy.set("flaky", 0.7)
    server.start()
    wait_until_opened()
    proxy.set("pass")
    assert len(begun) == 1
    assert shared.is_ready()


WALL = "Nothing keeps one owner's rows from another"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_start_by_a_role_that_sees_all_rows_is_told_in_the_log_and_goes_on(
    begun: list[object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assembly.prepare(shared.settings())
    server.start()
    wait_until_opened()
    assert WALL not in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", os.environ["DIARY_MIGRATION_URL"])
    shared.settings.cache_clear()  # as in a new program
    server.start()
    wait_until_opened()
    assert f"{WALL}: diary owns the tables" in capsys.readouterr().err
    assert len(begun) == 2


@pytest.mark.usefixtures("begun")
def test_what_waiting_does_not_mend_ends_the_start_with_a_sentence(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.url("served", "nobody_of_that_name"))
    with pytest.raises(
        SystemExit, match=r"^The diary cannot start\. .* the user that DATABASE_URL names does not exist"
    ):
        server.start()


@pytest.mark.usefixtures("proxy")
def test_whether_the_diary_is_ready_is_asked_over_its_own_connections(postgres: PostgresServer) -> None:
    assembly.prepare(shared.settings())
    with ThreadPoolExecutor(40) as together:
        assert all(together.map(lambda _: shared.is_ready(), range(40)))
    count, most = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'served'", shared.settings().database_pool
    eventually(lambda: postgres.ask(count)[0][0] <= most)  # the server takes a moment to see that one was closed


@pytest.mark.usefixtures("proxy")
def test_house_work_that_cannot_begin_is_begun_later(begun: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = shared.parts, iter([StorageError("The photos are out of reach.")])

    def parts() -> object:
        for failure in failures:
            raise failure
        return real()

    monkeypatch.setattr(shared, "parts", parts)
    monkeypatch.setattr(server, "RETRY", 0.1)
    server.start()
    wait_until_opened()
    assert len(begun) == 1
