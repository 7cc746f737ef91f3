"""F24: whatever fails, no password, key, token or word of a diary is in the log, on the screen or on the terminal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from bench.session import Answer
from tests.browser.server import DiaryServer
from tests.certificates import Authority
from tests.corpus.pictures import corners, saved
from tests.fakes.music import CLIENT_SECRET, FakeMusic
from tests.fakes.s3_faults import CANARY, FaultyS3
from tests.faults.canaries import AWS_ID, AWS_SECRET, FAULT, OTHER, PASSWORD, SECRETS, WORDS, found_in, locked_server
from tests.faults.figures import note
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Gone, Tab
from tests.ldap import Directory
from tests.postgres import PostgresServer
from tests.s3 import aws_env

S3_FAULTS = (
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "NoSuchBucket",
    "InternalError",
    "drop",
    "html",
)
MUSIC_FAULTS = (
    ("token", 400),
    ("search", 401),
    ("search", 500),
    ("search", "broken"),
    ("search", "reset"),
    ("search", 429),  # the last: nobody is asked after it
)
SQL_FAULTS = (  # what makes tables, roles and rights wrong, and right again
    ("ALTER TABLE entries RENAME COLUMN zone TO gone", "ALTER TABLE entries RENAME COLUMN gone TO zone"),
    ("ALTER TABLE entries RENAME TO gone", "ALTER TABLE gone RENAME TO entries"),
    (
        "ALTER TABLE drafts ADD CONSTRAINT odd CHECK (day IS NULL) NOT VALID",
        "ALTER TABLE drafts DROP CONSTRAINT odd",
    ),
    (
        f"ALTER TABLE entries ADD CONSTRAINT odd CHECK (note <> '{WORDS['note']}') NOT VALID",
        "ALTER TABLE entries DROP CONSTRAINT odd",
    ),
    (
        "ALTER TABLE entries ALTER note TYPE varchar(3) USING left(note, 3)",
        "ALTER TABLE entries ALTER note TYPE text",
    ),
    ("REVOKE ALL ON entries FROM diary", "GRANT ALL ON entries TO diary"),
    (f"ALTER ROLE diary PASSWORD '{OTHER}'", f"ALTER ROLE diary PASSWORD '{PASSWORD}'"),
)


@pytest.fixture(scope="module")
def locked(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server of its own, where there is PostgreSQL at all."""
    with locked_server() as server:
        yield server


class Overheard(Tab):
    """A tab that remembers all it was ever sent."""

    heard: ClassVar[list[bytes]] = []

    def run(self, part: str = "", pressed: WidgetState | None = None) -> Answer:
        answer = super().run(part, pressed)
        self.heard.extend(message.SerializeToString() for message in answer.messages)
        return answer


class Failures:
    """What is done to a diary that runs on PostgreSQL, S3 and Spotify; ``days`` are written as it goes."""

    def __init__(self, server: DiaryServer, postgres: PostgresServer, s3: FaultyS3, music: FakeMusic) -> None:
        self.server, self.postgres, self.s3, self.music = server, postgres, s3, music
        self.day = date(2020, 1, 1)
        self.count = self.bitten = 0

    def provoke(self, photo: bool = False, music: str = "") -> None:
        """Use the diary while something is wrong, with its source of ``music`` for one."""
        self.count += 1
        self.day += timedelta(1)
        asked = len(self.music.asked(music))
        try:
            with Overheard(self.server.url, query=f"day={self.day}") as tab:
                if music:
                    tab.set(song_search="paper lanterns")
                more = {"photo": saved(corners(), "JPEG", quality=50 + self.count)} if photo else {}
                tab.set(**WORDS, **more)
                tab.press("save")
                aside = "sent there by itself" in tab.text  # the photo waits
                self.bitten += not tab.said_saved or aside or len(self.music.asked(music)) > asked
            with Overheard(self.server.url, "timeline"):
                pass
        except (LookupError, *Gone):
            self.bitten += 1  # the page could not even be drawn
        for path in ("/readyz", f"/photo/{'0' * 32}/{'0' * 64}.webp?small=0&until=9999999999&sign=x"):
            self.ask(path)

    def ask(self, path: str) -> None:
        try:
            with urlopen(self.server.url + path, timeout=30) as answer:
                Overheard.heard.append(str(answer.headers).encode() + answer.read())
        except HTTPError as error:
            Overheard.heard.append(str(error.headers).encode() + error.read())

    def cut(self) -> None:
        """End all connections, so that new ones are made."""
        self.postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'diary'")

    def with_sql(self, wrong: str, right: str) -> None:
        """Use the diary while its tables, roles or rights are wrong."""
        self.postgres.ask(wrong, "diary")
        self.cut()
        self.provoke()
        self.postgres.ask(right, "diary")

    def all(self) -> None:
        for service, kind in MUSIC_FAULTS if FULL else (MUSIC_FAULTS[0], MUSIC_FAULTS[-1]):
            self.music.fault(service, kind, body=f"{CANARY} {CLIENT_SECRET}")
            self.provoke(music=service)
            self.music.clear()
        for fault in S3_FAULTS[:: scaled(3, 1)]:
            self.s3.fault = fault
            self.provoke(photo=True)
        self.s3.fault = None
        for wrong, right in SQL_FAULTS[:: scaled(3, 1)]:
            self.with_sql(wrong, right)
        self.postgres.stop()
        self.provoke()
        self.postgres.start()


def env_of(postgres: PostgresServer, s3: FaultyS3, music: FakeMusic, form: str) -> dict[str, str]:
    where = {"DATABASE_URL": postgres.url("diary", "diary", PASSWORD), "DIARY_PHOTOS": "s3://bucket/prefix"}
    return {**where, **music.env, **aws_env(s3.url, AWS_ID, AWS_SECRET), "DIARY_LOG": form}


@pytest.mark.parametrize("form", ["text", "json"] if FULL else ["json"])
def test_nothing_secret_is_logged_or_shown_whatever_fails(form: str, locked: PostgresServer, tmp_path: Path) -> None:
    Overheard.heard.clear()
    with FaultyS3() as s3, FakeMusic() as music, DiaryServer(tmp_path, env_of(locked, s3, music, form)) as server:
        failures = Failures(server, locked, s3, music)
        failures.all()
        log, tokens = server.log(), tuple(music.spotify.tokens)
        before = len(log)
        server.stop()
        server.env["DATABASE_URL"] = locked.url("diary", "diary", OTHER)
        with suppress(RuntimeError):  # it may end at once
            server.start()
    log = server.log()
    assert "password" in log[before:], "the start must have failed for the password"
    shown = "\n".join(one.decode("utf-8", "replace") for one in Overheard.heard)
    in_log = found_in(log, (*SECRETS, AWS_ID, *tokens, *WORDS.values(), CANARY, "X-Amz-Signature", "photo.jpg"))
    on_screen = found_in(shown, (*SECRETS, *tokens, CANARY, "Traceback"))
    note(FAULT, f"the app, log as {form}", failures_provoked=failures.count, seen_to_bite=failures.bitten,
         log_lines=log.count("\n"), canaries_in_the_log=len(in_log), canaries_on_the_screen=len(on_screen))  # fmt: skip
    assert (in_log, on_screen) == ([], [])
    assert failures.bitten == failures.count
    assert len(tokens) >= 1


# ------------------------------------------------------------------ the token of RDS


@contextmanager
def database_with_tokens(folder: Path, is_right: Event) -> Iterator[tuple[PostgresServer, Directory]]:
    """A server over TLS that takes any token while it ``is_right``, and the directory that has seen all of them."""
    key, certificate = Authority(folder / "root.pem").issue("db.example.test")
    with Directory(lambda *_: is_right.is_set()) as directory:
        ldap = f'ldap ldapserver=127.0.0.1 ldapport={directory.port} ldapprefix="" ldapsuffix=""'
        tls = ("ssl=on", "ssl_cert_file='../server.pem'", "ssl_key_file='../server.key'")
        server = PostgresServer(tls, f"local all all trust\nhostssl all all 127.0.0.1/32 {ldap}\n")
        server.own_file("server.key", key)
        server.own_file("server.pem", certificate)
        with server:
            server.ask("CREATE ROLE diary LOGIN")
            server.ask("CREATE DATABASE diary OWNER diary")
            yield server, directory


@pytest.mark.skipif(not FULL, reason="make faults: it takes a server and a start")
def test_no_token_of_rds_is_logged_or_shown(tmp_path: Path) -> None:
    Overheard.heard.clear()
    is_right = Event()
    is_right.set()
    with database_with_tokens(tmp_path, is_right) as (postgres, directory), FaultyS3() as s3, FakeMusic() as music:
        there = f"{postgres.url('diary', 'diary', host='db.example.test')}?hostaddr=127.0.0.1&sslmode=require"
        env = {**aws_env(s3.url, AWS_ID, AWS_SECRET), "DATABASE_URL": there, "DIARY_DB_IAM": "1"}
        with DiaryServer(tmp_path / "app", env) as server:
            failures = Failures(server, postgres, s3, music)
            is_right.clear()
            failures.cut()
            failures.provoke()
            postgres.stop()
            failures.provoke()
            log = server.log()
    signatures = {found for token in directory.seen for found in re.findall(r"X-Amz-Signature=(\w+)", token)}
    secrets = (AWS_SECRET, "X-Amz-", *signatures)
    shown = "\n".join(one.decode("utf-8", "replace") for one in Overheard.heard)
    in_log, on_screen = found_in(log, (*secrets, AWS_ID, *WORDS.values())), found_in(shown, (*secrets, "Traceback"))
    note(FAULT, "the app with a token of RDS", failures_provoked=failures.count, seen_to_bite=failures.bitten,
         log_lines=log.count("\n"), canaries_in_the_log=len(in_log), canaries_on_the_screen=len(on_screen))  # fmt: skip
    assert (in_log, on_screen) == ([], [])
    assert failures.bitten == failures.count
    assert len(signatures) >= 2, "the token that let the diary in, and one that did not"
