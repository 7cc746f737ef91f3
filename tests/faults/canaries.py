"""Words that no log, screen or terminal may ever show, and what the tests of them share."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.music import CLIENT_SECRET
from tests.postgres import PostgresServer

FAULT = "F24 secrets"
PASSWORD, OTHER, AWS_SECRET, AWS_ID = "CANARYpassword7", "CANARYother7", "CANARYawssecret7", "AKIACANARY7000000000"
WORDS = {"note": "CANARYnote7", "song_title": "CANARYtitle7", "song_artist": "CANARYartist7", "tags": "CANARYtag7"}
SECRETS = (PASSWORD, OTHER, AWS_SECRET, CLIENT_SECRET)
RULES = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@contextmanager
def locked_server() -> Iterator[PostgresServer]:
    """A server that asks for passwords, and a database of the diary's own on it."""
    with PostgresServer(rules=RULES) as server:
        server.ask(f"CREATE ROLE diary LOGIN PASSWORD '{PASSWORD}'")
        server.ask("CREATE DATABASE diary OWNER diary")
        yield server


def found_in(text: str, canaries: tuple[str, ...]) -> list[str]:
    """The lines that hold a canary."""
    return [line[:300] for line in text.splitlines() if any(canary in line for canary in canaries)]
