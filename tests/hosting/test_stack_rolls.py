"""Programs are replaced one after the other while people write: nothing that was acknowledged is lost."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diary.assembly import make_parts
from diary.storage.migration import newest_revision
from tests.faults.content import Found, look
from tests.faults.typists import Typists
from tests.hosting.caddy import HOST
from tests.hosting.stack import Stack, migrate, next_version
from tests.login import cookies_for, owner_of

PEOPLE = 4


@pytest.fixture(autouse=True)
def _lead_to(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the stack leads to it, its authority is trusted, and settings lead to what it keeps."""
    real: Callable[..., Any] = socket.getaddrinfo
    to = {HOST: "127.0.0.1"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **how: real(to.get(host, host), *rest, **how))
    for name, value in {**stack.env, "SSL_CERT_FILE": str(stack.authority.file)}.items():
        monkeypatch.setenv(name, value)
    trust = ssl.create_default_context(cafile=str(stack.authority.file))
    # What a TLS 1.3 ticket announces, the client of `Session` takes for a message and waits for it, for ever at times.
    trust.maximum_version = ssl.TLSVersion.TLSv1_2
    monkeypatch.setattr(ssl, "create_default_context", lambda: trust)


def found(stack: Stack, person: str, acked: list[int]) -> Found:
    return look(make_parts(stack.settings), acked, owner_of(person))


def test_a_rolling_restart_loses_no_acknowledged_save(stack: Stack) -> None:
    with Typists(stack.url, PEOPLE, cookies_for(stack.settings, "ada")) as typists:
        typists.wait(lambda: len(typists.acked) >= PEOPLE)
        before = len(typists.acked)
        stack.roll()
        during = len(typists.acked) - before
        typists.wait(lambda: len(typists.acked) >= before + during + PEOPLE)
    looked = found(stack, "ada", typists.acked)
    assert during > 0, "people went on writing"
    assert looked.is_well, looked
    assert typists.dropped == []
    assert not any("Traceback" in program.log() for program in stack.programs)


def test_the_program_serves_on_the_tables_of_the_next_one_before_it_and_after_it(stack: Stack, tmp_path: Path) -> None:
    following, one = next_version(tmp_path), stack.programs[0]
    with Typists(stack.url, PEOPLE, cookies_for(stack.settings, "ben")) as typists:

        def go_on() -> None:
            before = len(typists.acked)
            typists.wait(lambda: len(typists.acked) >= before + PEOPLE)

        go_on()
        migrate(stack.env, following)
        assert all(program.is_ready() for program in stack.programs), "those that serve go on"
        go_on()
        one.replace()
        go_on()
        stack.roll(following)
        go_on()
        one.replace()
        go_on()
    ((form,),) = stack.postgres.ask("SELECT version_num FROM alembic_version", "diary")
    assert form == f"{int(newest_revision()[:4]) + 1:04}_from_{newest_revision()[:4]}"
    looked = found(stack, "ben", typists.acked)
    assert looked.is_well, looked
    assert typists.dropped == []
