"""compose/roles.sql on a real PostgreSQL: two roles, and the one of every day owns nothing."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import psycopg2
import pytest

from diary.assembly import hole_in_wall, open_diary, prepare
from diary.model import EntryDraft
from diary.settings import Settings, load_settings
from tests.browser.server import PROJECT
from tests.builders import TODAY
from tests.postgres import MISSING, PostgresServer, binaries

ROLES = PROJECT / "compose" / "roles.sql"
RULES = "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
OWNER, APP = "0wner5password", "app5password"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A new server where the file was run as PostgreSQL's image runs it."""
    if not binaries():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    folder = tmp_path_factory.mktemp("secrets")
    with PostgresServer(("log_statement=none",), rules=RULES) as server:
        (folder / "migration_url").write_text(address(server, "diary_migrate", OWNER))
        (folder / "database_url").write_text(address(server, "diary_app", APP))
        script = folder / "roles.sql"
        script.write_text(ROLES.read_text().replace("/run/secrets", str(folder)))
        command = [shutil.which("psql") or "psql", "--no-psqlrc", "--no-password", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(server.folder), "-p", str(server.port), "-U", "postgres", "-f", str(script)]
        subprocess.run(command, check=True, env={"PATH": os.defpath}, stdout=subprocess.DEVNULL)
        yield server


@pytest.fixture
def settings(server: PostgresServer) -> Settings:
    return load_settings(
        {
            "DATABASE_URL": address(server, "diary_app", APP),
            "DIARY_MIGRATION_URL": address(server, "diary_migrate", OWNER),
        }
    )


def address(server: PostgresServer, role: str, password: str) -> str:
    return f"postgresql://{role}:{password}@127.0.0.1:{server.port}/diary?sslmode=disable"


def test_the_diary_runs_by_the_role_of_every_day_behind_the_wall(settings: Settings) -> None:
    prepare(settings)
    assert hole_in_wall(settings) is None
    diary = open_diary(settings)
    diary.save(EntryDraft(TODAY, note="kept"))
    assert diary.count() == 1


def test_the_tables_belong_to_the_role_that_migrates(server: PostgresServer, settings: Settings) -> None:
    prepare(settings)
    owners = server.ask("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", "diary")
    assert owners == [("diary_migrate",)]


@pytest.mark.parametrize("statement", ["CREATE TABLE mine (a int)", "CREATE SCHEMA mine", "CREATE ROLE mine"])
def test_the_role_of_every_day_makes_nothing_of_its_own(server: PostgresServer, statement: str) -> None:
    with (
        psycopg2.connect(address(server, "diary_app", APP)) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
    ):
        cursor.execute(statement)


def test_nobody_comes_in_without_the_password(server: PostgresServer) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(address(server, "diary_app", "another"))


def test_the_servers_log_tells_no_password(server: PostgresServer) -> None:
    assert OWNER not in server.log()
    assert APP not in server.log()
