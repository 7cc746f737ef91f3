"""The whole stack on one machine: two programs behind Caddy, PostgreSQL and S3 elsewhere, people who log in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from playwright.sync_api import Browser, Page

from diary.settings import Settings, load_settings
from diary.storage.migration import newest_revision
from tests import s3
from tests.browser import chromium
from tests.browser.server import PROJECT, DiaryServer
from tests.builders import eventually
from tests.certificates import Authority
from tests.hosting.caddy import HOST, Caddy
from tests.oidc.provider import OidcProvider
from tests.postgres import PostgresServer

DATABASE_HOST = "db.diary.test"
OWNER, APP = "diary_migrate", "diary_app"  # the role that owns the tables, and the one that reads and writes them
PASSWORDS = {OWNER: "a-password-of-the-tests-1", APP: "a-password-of-the-tests-2"}
_NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "{form}"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("weather", sa.Text, nullable=False, server_default=""))
    op.create_table("weather", sa.Column("day", sa.Date, primary_key=True))


def downgrade() -> None:
    op.drop_table("weather")
    op.drop_column("entries", "weather")
"""
_RULES = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
_TLS = ("ssl=on", "ssl_cert_file='../server.pem'", "ssl_key_file='../server.key'")


class Program(DiaryServer):
    """One of the programs behind the proxy."""

    def is_ready(self) -> bool:
        """What whoever starts it waits for."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def replace(self, project: Path = PROJECT) -> None:
        """End it in order, and start the version of it that lies in ``project``; until that is ready."""
        self.stop()
        self.project, self.script = project, project / "streamlit_app.py"
        self.start()
        eventually(self.is_ready, 60)


@dataclass
class Stack:
    """All of it, running: ``programs`` behind ``url``, on the places that ``env`` leads to."""

    url: str
    env: Mapping[str, str]
    programs: tuple[Program, ...]
    postgres: PostgresServer
    authority: Authority

    @property
    def settings(self) -> Settings:
        return load_settings(self.env)

    def serving(self, page: Page) -> Program:
        """The program that this browser's cookie leads to."""
        by = page.evaluate("async () => (await fetch('/healthz')).headers.get('x-served-by')")
        return next(program for program in self.programs if by == f"127.0.0.1:{program.port}")

    def roll(self, project: Path = PROJECT) -> None:
        """Replace one program after the other, the next when the last is ready."""
        for program in self.programs:
            program.replace(project)


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """The stack, empty; all that it keeps is below ``folder``."""
    authority, database_authority = Authority(folder / "root.pem"), Authority(folder / "database.pem", "Another one")
    with ExitStack() as running:
        postgres = running.enter_context(_database(database_authority))
        bucket = running.enter_context(s3.SignedS3Server())
        programs = tuple(Program(folder / name) for name in ("one", "two"))
        caddy = Caddy(folder / "caddy", [program.port for program in programs], bucket.port, authority)
        provider = running.enter_context(OidcProvider(caddy.url))
        places = {**_places(postgres, database_authority), **s3.aws_env(caddy.s3_url)}
        places |= {"DIARY_PHOTOS": f"s3://{bucket.new_bucket()}/photos", "AWS_CA_BUNDLE": str(authority.file)}
        env = {**places, **provider.env, "DIARY_LOG": "json", "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true"}
        migrate(env)
        for program in programs:
            program.env |= env
            running.callback(program.kill)
        with ThreadPoolExecutor() as together:
            list(together.map(Program.start, programs))
        running.enter_context(caddy)
        yield Stack(caddy.url, env, programs, postgres, authority)


@contextmanager
def _database(authority: Authority) -> Iterator[PostgresServer]:
    """A server that lets in by password, over TLS alone, with a certificate of an authority nobody else knows."""
    server = PostgresServer(_TLS, _RULES)
    key, certificate = authority.issue(DATABASE_HOST)
    server.own_file("server.key", key)
    server.own_file("server.pem", certificate)
    with server:
        for role, password in PASSWORDS.items():
            server.ask(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        server.ask(f"CREATE DATABASE diary OWNER {OWNER}")
        yield server


def _places(server: PostgresServer, authority: Authority) -> dict[str, str]:
    checked = f"hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={authority.file}"
    urls = {role: server.url("diary", role, password, DATABASE_HOST) for role, password in PASSWORDS.items()}
    return {"DATABASE_URL": f"{urls[APP]}?{checked}", "DIARY_MIGRATION_URL": f"{urls[OWNER]}?{checked}"}


def migrate(env: Mapping[str, str], project: Path = PROJECT) -> None:
    """As a deploy does it before anything else."""
    whole = {"PATH": os.defpath, "LANG": "C.UTF-8", **env}
    subprocess.run([sys.executable, "-m", "diary", "migrate"], cwd=project, env=whole, check=True, capture_output=True)


def next_version(folder: Path) -> Path:
    """This program with one migration more, which only adds: a column and a table."""
    project = folder / "next"
    for part in ("diary", "pages", ".streamlit"):
        shutil.copytree(PROJECT / part, project / part, ignore=shutil.ignore_patterns("__pycache__", "secrets.toml"))
    shutil.copy(PROJECT / "streamlit_app.py", project)
    newest = newest_revision()
    form = f"{int(newest[:4]) + 1:04}_from_{newest[:4]}"
    versions = project / "diary" / "storage" / "migrations" / "versions"
    (versions / f"{form}.py").write_text(_NEXT.format(form=form, newest=newest))
    return project


def trusting_browser(kind: Browser, folder: Path, authority: Authority) -> Browser:
    """A browser like ``kind`` that knows where the stack is, and trusts who vouches for it."""
    known = folder / ".pki" / "nssdb"
    known.mkdir(parents=True)
    trust = ["certutil", "-d", f"sql:{known}"]
    subprocess.run([*trust, "-N", "--empty-password"], check=True)
    subprocess.run([*trust, "-A", "-n", "test", "-t", "C,,", "-i", str(authority.file)], check=True)
    env = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder)}
    return chromium.launch(kind.browser_type, f"--host-resolver-rules=MAP {HOST} 127.0.0.1", env=env)
