"""F24: whatever fails, no password, key, token or word of a diary is in the log, on the screen or on the terminal."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser.server import DiaryServer
from tests.corpus.pictures import corners, saved
from tests.fakes.music import CLIENT_SECRET, FakeMusic
from tests.fakes.s3_faults import CANARY, FaultyS3
from tests.faults.canaries import AWS_ID, AWS_SECRET, FAULT, OTHER, PASSWORD, SECRETS, WORDS, found_in, locked_server
from tests.faults.figures import note
from tests.faults.scale import FULL
from tests.faults.tab import Gone, Tab
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
    ("search", 429),
    ("search", 500),
    ("search", "broken"),
    ("search", "reset"),
)


@pytest.fixture(scope="module")
def locked(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server of its own, where there is PostgreSQL at all."""
    with locked_server() as server:
        yield server


class Overheard(Tab):
    """A tab that remembers all it was ever sent."""

    heard: ClassVar[list[bytes]] = []

    def run(self, pressed: object = None) -> object:
        answer = super().run(pressed)
        self.heard.extend(message.SerializeToString() for message in answer.messages)
        return answer


class Failures:
    """What is done to a diary that runs on PostgreSQL, S3 and Spotify; ``days`` are written as it goes."""

    def __init__(self, server: DiaryServer, postgres: PostgresServer, s3: FaultyS3, music: FakeMusic) -> None:
        self.server, self.postgres, self.s3, self.music = server, postgres, s3, music
        self.day = date(2020, 1, 1)
        self.count = self.bitten = 0

    def provoke(self, photo: bool = False, song: str = "") -> None:
        """Use the diary while something is wrong."""
        self.count += 1
        self.day += timedelta(1)
        asked, told = len(self.music.calls), False
        try:
            with Overheard(self.server.url, query=f"day={self.day}") as tab:
                if song:
                    tab.set(song_search=song)
                told = "by hand or paste" in tab.text or len(self.music.calls) > asked
                more = {"photo": saved(corners(), "JPEG", quality=50 + self.count)} if photo else {}
                tab.set(**WORDS, **more)
                tab.press("save")
                aside = "does not answer" in tab.text  # the photo waits
                self.bitten += not tab.said_saved or aside or told
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

    def with_sql(self, wrong: str, right: str) -> None:
        """Use the diary while its tables, roles or rights are wrong."""
        self.postgres.ask(wrong, "diary")
        self.postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'diary'")
        self.provoke()
        self.postgres.ask(right, "diary")

    def all(self) -> None:
        for service, kind in MUSIC_FAULTS:
            self.music.fault(service, kind, body=f"{CANARY} {CLIENT_SECRET}")
            self.provoke(song="paper lanterns")
            self.music.clear()
        for fault in S3_FAULTS:
            self.s3.fault = fault
            self.provoke(photo=True)
        self.s3.fault = None
        self.with_sql(
            "ALTER TABLE entries RENAME COLUMN zone TO gone", "ALTER TABLE entries RENAME COLUMN gone TO zone"
        )
        self.with_sql("ALTER TABLE entries RENAME TO gone", "ALTER TABLE gone RENAME TO entries")
        self.with_sql(
            "ALTER TABLE drafts ADD CONSTRAINT odd CHECK (day IS NULL) NOT VALID",
            "ALTER TABLE drafts DROP CONSTRAINT odd",
        )
        self.with_sql("ALTER TABLE entries ADD CONSTRAINT odd CHECK (note <> 'CANARYnote7') NOT VALID",
                      "ALTER TABLE entries DROP CONSTRAINT odd")  # fmt: skip
        self.with_sql(
            "ALTER TABLE entries ALTER note TYPE varchar(3) USING left(note, 3)",
            "ALTER TABLE entries ALTER note TYPE text",
        )
        self.with_sql("REVOKE ALL ON entries FROM diary", "GRANT ALL ON entries TO diary")
        self.with_sql(f"ALTER ROLE diary PASSWORD '{OTHER}'", f"ALTER ROLE diary PASSWORD '{PASSWORD}'")
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
        server.start()
        failures.provoke()
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
