"""A diary with rows in the form of the first migration, and the program that brings it to the newest."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, inspect, select
from sqlalchemy.pool import NullPool

from diary.assembly import open_diary, prepare
from diary.settings import load_settings
from diary.storage.engine import open_engine
from diary.storage.migration import MIGRATIONS
from tests.browser.server import PROJECT
from tests.builders import a_row_of_days
from tests.faults.scale import scaled
from tests.postgres import PostgresServer

DAYS = scaled(500, 5000)
TABLES = ("drafts", "entries", "moods", "people", "tracks")


def make_old(url: str) -> None:
    """A diary with rows, in the form of the first migration."""
    settings = load_settings({"DATABASE_URL": url})
    prepare(settings)
    open_diary(settings).add_days(a_row_of_days(DAYS))
    config, engine = Config(), open_engine(url, patient=True)
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()


def content(url: str, schema: str | None = None) -> str:
    """A checksum of all rows that the first form has, as the database itself tells them.

    What search looks into is left out, as each form makes it from the rest in its own way; and what came later.
    """
    engine, found = create_engine(url, poolclass=NullPool), MetaData()
    digest = hashlib.sha256()
    with engine.connect() as connection:
        found.reflect(connection, schema=schema)
        for name in TABLES:
            table = found.tables[f"{schema}.{name}" if schema else name]
            own = [column for column in table.c if not column.name.startswith(("folded", "leaves_out"))]
            rows = sorted(repr(row) for row in connection.execute(select(*own)))
            digest.update("\n".join((name, *rows)).encode())
    return digest.hexdigest()


def shape(url: str) -> frozenset[tuple[str, ...]]:
    """The columns and indexes of all tables, and the form that the database says it has."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        looked = inspect(connection)
        tables = looked.get_table_names()
        columns = {(table, column["name"]) for table in tables for column in looked.get_columns(table)}
        indexes = {(table, str(index["name"]), "index") for table in tables for index in looked.get_indexes(table)}
        said = MigrationContext.configure(connection).get_current_revision()
    return frozenset({*columns, *indexes, (str(said),)})


class SqliteOld:
    """A file that is in the first form again for every round."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._template, self._file = folder / "template.db", folder / "diary.db"
        self.url = f"sqlite:///{self._file}"
        make_old(f"sqlite:///{self._template}")
        with closing(sqlite3.connect(self._template)) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.renew()

    def renew(self) -> None:
        for left in self._file.parent.glob("diary.db*"):
            left.unlink()
        shutil.copy(self._template, self._file)

    def is_open(self) -> bool:
        """Whether a program has it open."""
        return self._file.with_name("diary.db-shm").exists()

    def copy(self) -> str:
        """What the copy that was kept before the migration holds."""
        copy = self._file.with_name("diary.db.0001.bak")
        assert copy.exists()
        return content(f"sqlite:///{copy}")


class PostgresOld:
    """A database that is in the first form again for every round."""

    name = "PostgreSQL"

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.url("old")
        server.ask("CREATE DATABASE old_template")
        make_old(server.url("old_template"))
        server.ask("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'old_template'")
        self.renew()

    def renew(self) -> None:
        self._server.ask("DROP DATABASE IF EXISTS old WITH (FORCE)")
        self._server.ask("CREATE DATABASE old TEMPLATE old_template")

    def is_open(self) -> bool:
        return self._server.ask("SELECT count(*) FROM pg_stat_activity WHERE datname = 'old'") != [(0,)]

    def copy(self) -> str:
        return content(self.url, "before_0001")


Old = SqliteOld | PostgresOld


def begin_migration(old: Old) -> "subprocess.Popen[str]":
    """Start `migrate` as a program of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "diary", "migrate"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": old.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
