"""What a network or a server does not do in time: every wait on PostgreSQL ends, and all goes on soon after."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from sqlalchemy import Engine, make_url, text

from diary.errors import StorageError
from diary.storage import postgres as postgres_module
from diary.storage import waits
from diary.storage.database import reading, writing
from diary.storage.engine import open_engine
from tests.faults.proxy import Mode, Proxy
from tests.postgres import PostgresServer

BOUND = 10  # seconds; a wait of the diary's ends after 5, and a busy machine may add to that
AWAY = "The diary's database is not answering. Try again in a moment."


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[Proxy]:
    """Stands before the server, with a table ``lines`` behind it that is empty."""
    postgres.ask("DROP TABLE IF EXISTS lines; CREATE TABLE lines (line text); GRANT ALL ON lines TO diary")
    with Proxy(postgres.port) as proxy:
        yield proxy


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of half a second, so that tests need not last as long as the diary would wait."""
    monkeypatch.setattr(waits, "CONNECT_LIMIT", 0.5)
    monkeypatch.setattr(postgres_module, "STATEMENT_LIMIT", 0.5)


@contextmanager
def engine_at(port: int, server: PostgresServer, **how: bool) -> Iterator[Engine]:
    url = make_url(server.url(user="diary")).set(port=port)
    engine = open_engine(url.render_as_string(hide_password=False), **how)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def engine(proxy: Proxy, postgres: PostgresServer) -> Iterator[Engine]:
    """An engine that comes through the proxy and has a connection in its pool."""
    with engine_at(proxy.port, postgres) as engine:
        ask(engine)
        yield engine


def ask(engine: Engine, sql: str = "SELECT 1") -> object:
    with reading(engine) as connection:
        return connection.execute(text(sql)).scalar()


def write(engine: Engine, line: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO lines VALUES (:line)"), {"line": line})


def lines(server: PostgresServer) -> list[object]:
    return [line for (line,) in server.ask("SELECT line FROM lines ORDER BY line")]


def seconds_until_told(engine: Engine, sentence: str = AWAY) -> float:
    """How long the person waits for the sentence."""
    began = time.monotonic()
    with pytest.raises(StorageError) as caught:
        ask(engine)
    assert str(caught.value) == sentence
    return time.monotonic() - began


# -------------------------------------------------------------------- waits that end


def test_a_server_that_takes_everything_and_answers_nothing_costs_five_seconds_at_most(
    engine: Engine, proxy: Proxy
) -> None:
    proxy.set("hang")
    assert 3 < seconds_until_told(engine) < BOUND
    assert proxy.counts["held"] > 0


def test_so_does_one_that_does_not_answer_the_first_call(proxy: Proxy, postgres: PostgresServer) -> None:
    proxy.set("hang")
    with engine_at(proxy.port, postgres) as engine:
        assert 3 < seconds_until_told(engine) < BOUND


@pytest.mark.usefixtures("_short")
def test_one_that_falls_silent_anywhere_between_the_first_call_and_the_answer_is_given_up(
    proxy: Proxy, postgres: PostgresServer
) -> None:
    with engine_at(proxy.port, postgres) as whole:
        ask(whole)
    step = proxy.counts["to_client"] // 10
    for after in (step * number for number in range(9)):
        proxy.set("hang", after)
        with engine_at(proxy.port, postgres) as engine:
            assert seconds_until_told(engine) < 4, after


@pytest.mark.usefixtures("_short")
def test_a_page_that_asks_again_and_again_waits_once(engine: Engine, proxy: Proxy) -> None:
    proxy.set("hang")
    assert seconds_until_told(engine) > 0.4
    assert sum(seconds_until_told(engine) for _ in range(5)) < 2


@pytest.mark.usefixtures("_short")
def test_many_people_who_ask_a_silent_server_at_once_wait_side_by_side(engine: Engine, proxy: Proxy) -> None:
    proxy.set("hang")
    began = time.monotonic()
    people = [threading.Thread(target=seconds_until_told, args=(engine,)) for _ in range(12)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("mode", ["hang", "cut", "reset", "refuse", "drop"])
def test_whatever_is_wrong_it_is_told_in_time_and_two_seconds_after_its_end_all_works_again(
    mode: Mode, engine: Engine, proxy: Proxy
) -> None:
    proxy.set(mode)
    assert seconds_until_told(engine) < BOUND
    proxy.set("pass")
    time.sleep(2)
    assert ask(engine) == 1


@pytest.mark.parametrize("mode", ["cut", "reset", "refuse", "drop"])
def test_what_is_told_at_once_holds_nobody_up_afterwards(mode: Mode, engine: Engine, proxy: Proxy) -> None:
    proxy.set(mode)
    assert seconds_until_told(engine) < 3
    proxy.set("pass")
    assert ask(engine) == 1


@pytest.mark.parametrize(("mode", "amount"), [("delay", 0.2), ("throttle", 20_000)])
def test_a_slow_network_is_slow_and_works(mode: Mode, amount: float, engine: Engine, proxy: Proxy) -> None:
    proxy.set(mode, amount)
    write(engine, "x" * 10_000)
    assert ask(engine, "SELECT length(line) FROM lines") == 10_000


def test_a_statement_that_takes_too_long_is_ended_by_the_server_and_holds_nobody_up(engine: Engine) -> None:
    began, session = time.monotonic(), ask(engine, "SELECT pg_backend_pid()")
    with pytest.raises(StorageError):
        ask(engine, "SELECT pg_sleep(60)")
    assert time.monotonic() - began < BOUND
    assert ask(engine, "SELECT pg_backend_pid()") == session


def test_a_lock_that_another_program_holds_is_waited_for_three_seconds(
    engine: Engine, postgres: PostgresServer
) -> None:
    with closing(psycopg2.connect(host=str(postgres.folder), port=postgres.port, user="postgres")) as other:
        other.cursor().execute("LOCK TABLE lines")
        began = time.monotonic()
        with pytest.raises(StorageError, match=r"^The diary is in use by another program\. Try again"):
            write(engine, "a line")
        assert 2 < time.monotonic() - began < BOUND
    write(engine, "a line")


def test_more_people_than_connections_wait_three_seconds(proxy: Proxy, postgres: PostgresServer) -> None:
    url = make_url(postgres.url(user="diary")).set(port=proxy.port)
    engine = open_engine(url.render_as_string(), pool=1)
    held = [engine.connect() for _ in range(11)]
    assert 2 < seconds_until_told(engine) < BOUND
    for connection in held:
        connection.close()
    assert ask(engine) == 1
    engine.dispose()


# -------------------------------------------------------------------- who has time, and who is none of ours


@pytest.mark.usefixtures("_short")
def test_a_patient_engine_lets_a_statement_take_its_time_but_not_the_first_call(
    proxy: Proxy, postgres: PostgresServer
) -> None:
    with engine_at(proxy.port, postgres, patient=True) as engine:
        assert ask(engine, "SELECT 'slept' FROM pg_sleep(1)") == "slept"
        assert ask(engine, "SHOW statement_timeout") == "0"
        assert ask(engine, "SHOW lock_timeout") == "5min"
    proxy.set("hang")
    with engine_at(proxy.port, postgres, patient=True) as engine:
        assert seconds_until_told(engine) < 4


@pytest.mark.usefixtures("_short", "engine")
def test_connections_that_are_not_the_diarys_have_no_deadline(postgres: PostgresServer) -> None:
    with closing(psycopg2.connect(host=str(postgres.folder), port=postgres.port, user="postgres")) as other:
        cursor = other.cursor()
        cursor.execute("SELECT 'slept' FROM pg_sleep(1)")
        assert cursor.fetchall() == [("slept",)]


@pytest.mark.usefixtures("_short")
def test_who_waits_holds_up_nobody_else(engine: Engine, proxy: Proxy, postgres: PostgresServer) -> None:
    proxy.set("hang")
    with engine_at(postgres.port, postgres) as other:
        waiting = threading.Thread(target=seconds_until_told, args=(engine,))
        waiting.start()
        answers = 0
        while waiting.is_alive():
            answers += ask(other) == 1
    assert answers > 3


def test_a_wait_ends_with_ctrl_c(engine: Engine) -> None:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ask(engine, "SELECT pg_sleep(3)")
    signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < 2.9
    assert ask(engine) == 1


def test_long_answers_come_in_parts(engine: Engine) -> None:
    """A cursor on the server works under the deadlines too."""
    with reading(engine, still=True) as connection:
        parts = connection.execution_options(yield_per=100).execute(text("SELECT generate_series(1, 1000)"))
        assert sum(1 for _ in parts) == 1000


# -------------------------------------------------------------------- a session that the server ends


def end_sessions(server: PostgresServer) -> int:
    ended = server.ask("SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = 'diary'")
    return len(ended)


def test_a_session_ended_between_two_clicks_costs_no_click(engine: Engine, postgres: PostgresServer) -> None:
    for _ in range(10):
        assert end_sessions(postgres)
        assert ask(engine) == 1


def test_a_server_started_anew_costs_no_click() -> None:
    with PostgresServer() as server:
        server.ask("CREATE ROLE diary LOGIN")
        with engine_at(server.port, server) as engine:
            for end in (server.stop, server.kill):
                assert ask(engine) == 1
                end()
                assert seconds_until_told(engine) < 3
                server.start()
                assert ask(engine) == 1


def test_a_session_ended_inside_a_save_is_told_and_leaves_nothing(engine: Engine, postgres: PostgresServer) -> None:
    def save(further: int) -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO lines VALUES ('cut off')"))
            assert end_sessions(postgres)
            for _ in range(further):
                connection.execute(text("SELECT 1"))

    for further in (0, 1):
        with pytest.raises(StorageError) as caught:
            save(further)
        assert str(caught.value) == AWAY
    write(engine, "whole")
    assert lines(postgres) == ["whole"]


@pytest.mark.usefixtures("_short")
def test_silence_at_the_commit_is_told_and_the_save_is_there_whole_or_not_at_all(
    engine: Engine, proxy: Proxy, postgres: PostgresServer
) -> None:
    def save() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO lines VALUES ('one'), ('two')"))
            proxy.set("hang")

    with pytest.raises(StorageError) as caught:
        save()
    assert str(caught.value) == AWAY
    proxy.set("pass")
    assert lines(postgres) in ([], ["one", "two"])


# -------------------------------------------------------------------- the pause


def test_a_pause_lasts_from_its_beginning_for_its_seconds() -> None:
    times = iter([100.0, 100.0, 200.0, 200.0, 201.4, 201.5, 300.0])
    pause = waits.Pause(1.5, clock=lambda: next(times))
    assert not pause.lasts
    pause.begin()
    assert [pause.lasts for _ in range(4)] == [True, True, False, False]
