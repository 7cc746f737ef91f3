"""Programs are replaced one after the other while people write: nothing that was acknowledged is lost."""

import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from diary.assembly import make_parts
from tests.faults.content import Found, look
from tests.faults.typists import Typists
from tests.hosting.caddy import HOST
from tests.hosting.stack import Stack
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


def found(stack: Stack, acked: list[int]) -> Found:
    return look(make_parts(stack.settings), acked, owner_of("ada"))


def test_a_rolling_restart_loses_no_acknowledged_save(stack: Stack) -> None:
    with Typists(stack.url, PEOPLE, cookies_for(stack.settings, "ada")) as typists:
        typists.wait(lambda: len(typists.acked) >= PEOPLE)
        before = len(typists.acked)
        stack.roll()
        during = len(typists.acked) - before
        typists.wait(lambda: len(typists.acked) >= before + during + PEOPLE)
    looked = found(stack, typists.acked)
    assert during > 0, "people went on writing"
    assert looked.is_well, looked
    assert typists.dropped == []
    assert not any("Traceback" in program.log() for program in stack.programs)
