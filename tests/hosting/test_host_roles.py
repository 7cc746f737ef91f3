"""The roles that a new host makes in the database, and what the program can and cannot do by them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from diary import assembly
from diary.model import EntryDraft
from diary.settings import Settings
from tests import s3
from tests.certificates import Authority
from tests.hosting.terraform import INFRA
from tests.postgres import MISSING, PostgresServer, binaries

MASTER, PASSWORD = "diary_admin", "a-password-that-changes-every-week"
# As RDS has it: whoever is a member of rds_iam comes in by a token (which is not looked at here), others by a password.
RULES = """local all all trust
hostssl all +rds_iam 127.0.0.1/32 trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "root.pem")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[PostgresServer]:
    """A new database as RDS gives it: its master is no superuser, and owns it."""
    if not binaries():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    server = PostgresServer(("ssl=on", "ssl_cert_file='../server.pem'", "ssl_key_file='../server.key'"), RULES)
    key, certificate = authority.issue("localhost")
    server.own_file("server.key", key)
    server.own_file("server.pem", certificate)
    with server:
        server.ask("CREATE ROLE rds_iam")
        server.ask(f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'")
        server.ask(f"CREATE DATABASE diary OWNER {MASTER}")
        yield server


@pytest.fixture(scope="module")
def secret() -> str:
    vault = s3.moto().ask("secretsmanager")
    named = vault.create_secret(Name="master", SecretString=json.dumps({"username": MASTER, "password": PASSWORD}))
    return str(named["ARN"])


def make_roles(server: PostgresServer, authority: Authority, secret: str) -> subprocess.CompletedProcess[str]:
    env = {
        **s3.aws_env(s3.moto().url),
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": s3.moto().url,
        "DATABASE_URL": f"postgresql://diary_app@localhost:{server.port}/diary",
        "MASTER_SECRET": secret,
        "PGSSLROOTCERT": str(authority.file),
    }
    script = (INFRA / "host/roles.py").read_text(encoding="utf-8")
    return subprocess.run([sys.executable, "-"], input=script, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def settings(server: PostgresServer, authority: Authority, secret: str) -> Settings:
    """Those of a host, after two hosts have begun at the same moment."""
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(make_roles, server, authority, secret) for _ in range(2)]
    assert [(one.result().returncode, one.result().stderr) for one in both] == [(0, ""), (0, "")]
    place = f"@localhost:{server.port}/diary?sslrootcert={authority.file}&sslmode=verify-full"
    return Settings(database_url=f"postgresql://diary_app{place}", migration_url=f"postgresql://diary_migrate{place}")


def connect(server: PostgresServer, authority: Authority, user: str, **more: str) -> psycopg2.extensions.connection:
    where = {"host": "localhost", "port": server.port, "dbname": "diary", "sslrootcert": str(authority.file)}
    return psycopg2.connect(user=user, sslmode="verify-full", **where, **more)


def test_the_program_makes_its_tables_and_keeps_a_day(settings: Settings) -> None:
    assembly.prepare(settings)
    diary = assembly.open_diary(settings)
    diary.save(EntryDraft(day=date(2026, 11, 20), note="a quiet day"))
    assert assembly.hole_in_wall(settings) is None


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (x int)", "CREATE SCHEMA mine", "SET ROLE diary_migrate", "SET ROLE diary_admin"]
)
def test_the_role_of_every_day_makes_nothing_and_becomes_nobody_else(
    server: PostgresServer, authority: Authority, statement: str
) -> None:
    cursor = connect(server, authority, "diary_app").cursor()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement)
    cursor.connection.close()


@pytest.mark.usefixtures("settings")
def test_the_master_is_let_in_by_password_still(server: PostgresServer, authority: Authority) -> None:
    """As a member of rds_iam it would need a token, and nobody could make roles any more."""
    members = "SELECT r.rolname FROM pg_roles r WHERE NOT rolsuper AND pg_has_role(r.oid, 'rds_iam', 'MEMBER')"
    assert {name for (name,) in server.ask(members)} == {"rds_iam", "diary_app", "diary_migrate"}
    connect(server, authority, MASTER, password=PASSWORD).close()


@pytest.mark.usefixtures("settings")
def test_nobody_else_comes_near_the_diary(server: PostgresServer, authority: Authority) -> None:
    server.ask("CREATE ROLE somebody LOGIN PASSWORD 'a'")
    with pytest.raises(psycopg2.OperationalError, match="does not have CONNECT privilege"):
        connect(server, authority, "somebody", password="a")


@pytest.mark.usefixtures("settings")
def test_once_they_are_there_the_master_is_not_asked_again(server: PostgresServer, authority: Authority) -> None:
    again = make_roles(server, authority, "a secret that is not there")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_database_that_nobody_vouches_for_gets_no_password(
    server: PostgresServer, secret: str, tmp_path: Path
) -> None:
    refused = make_roles(server, Authority(tmp_path / "other.pem", "Another"), secret)
    assert refused.returncode != 0
    assert "certificate verify failed" in refused.stderr
    assert PASSWORD not in refused.stderr
