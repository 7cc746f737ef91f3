"""What the diary's own layer over the database adds to the bare driver, reading and saving."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from statistics import median
from typing import Any
from unittest.mock import patch

import psycopg2
from sqlalchemy import make_url
from sqlalchemy.engine.default import DefaultDialect

from bench import rounds
from bench.aims import Found
from bench.dataset import READER
from bench.rounds import Act, Blocks
from bench.runs import DAYS
from bench.servers import Servers
from diary.assembly import open_diary
from diary.diary import Diary
from diary.query import EVERYTHING, Words
from diary.settings import load_settings

Statement = tuple[str, Any]
UPSERT = (
    "INSERT INTO entries (owner_id, day, revision, note, tags, zone, created_at, updated_at, folded)"
    " SELECT owner_id, day, revision, note, tags, zone, created_at, updated_at, folded FROM entries"
    " WHERE owner_id = 'local' AND day = '{day}'"
    " ON CONFLICT (owner_id, day) DO UPDATE SET note = '{note}', folded = '{note}', revision = entries.revision + 1"
)


def layer(servers: Servers, found: Found) -> None:
    """P12, P17, on both databases."""
    for kind, server in (("SQLite", servers.many), ("PostgreSQL", servers.postgres_many)):
        diary = open_diary(load_settings(server.env), READER)
        url = server.env["DATABASE_URL"]
        for name, read in _readings(diary).items():
            blocks = _read(url, read)
            found.figures[f"P12: {name}, {kind}"] = rounds.ratio(blocks["layer"], blocks["bare"])
            found.reads.append([f"{name}, {kind}", *_milliseconds(blocks)])
        blocks = _save(url, diary)
        found.figures[f"P17: {kind}"] = rounds.ratio(blocks["layer"], blocks["bare"])
        found.reads.append([f"a save, {kind}", *_milliseconds(blocks)])


def _readings(diary: Diary) -> Mapping[str, Callable[[], object]]:
    """What pages ask for."""
    today = diary.today("UTC")
    month, begin = today.replace(day=1), today - timedelta(4000)
    sums = diary.sums
    return {
        "Timeline": lambda: (
            diary.person(),
            diary.find(EVERYTHING, DAYS + 1),
            diary.on_this_day(today),
            sums.mood_days(month, today),
        ),
        "Search": lambda: diary.find(Words("rain"), DAYS + 1),
        "Moods over ten years": lambda: (
            sums.span(),
            sums.noted(begin, today),
        ),
    }


def _read(url: str, read: Callable[[], object]) -> Blocks:
    """``read`` against the same statements by the driver."""
    read()
    with _statements() as asked:
        read()
    with closing(_connect(url)) as connection:

        def bare() -> None:
            cursor = connection.cursor()
            for statement, bound in asked:
                cursor.execute(statement, bound)
                cursor.fetchall()

        return rounds.blocks({"layer": read, "bare": _without_deadline(bare)}, 20, 4)


def _save(url: str, diary: Diary) -> Blocks:
    """Saving another note over a day, against one statement and its commit."""
    numbers = count()
    kept = diary.find(EVERYTHING, 2)
    entry, theirs = kept[0], kept[1].day

    def save() -> None:
        nonlocal entry
        entry = diary.save(replace(entry.draft(), note=f"bench {next(numbers)}"))

    with closing(_connect(url.replace("diary_app@", "postgres@"))) as connection:

        def bare() -> None:
            connection.cursor().execute(UPSERT.format(day=theirs, note=f"bench {next(numbers)}"))

        return rounds.blocks({"layer": save, "bare": _without_deadline(bare)}, 20, 4)


def _milliseconds(blocks: Blocks) -> list[str]:
    return [f"{1000 * median(block.typical for block in blocks[name]):.2f}" for name in ("layer", "bare")]


@contextmanager
def _statements() -> Iterator[list[Statement]]:
    """The queries that are made meanwhile, as the driver was given them.

    A listener would be looked for by all engines from then on, which slows them down.
    """
    seen: list[Statement] = []
    really = DefaultDialect.do_execute

    def note(dialect: DefaultDialect, cursor: Any, statement: str, bound: Any, context: Any = None) -> None:
        seen.append((statement, bound))
        really(dialect, cursor, statement, bound, context)

    with patch.object(DefaultDialect, "do_execute", note):
        yield seen


def _connect(url: str) -> Any:
    """A connection of the bare driver, which commits each statement by itself."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(place.database), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection
    server = psycopg2.connect(host=place.host, port=place.port, user=place.username, dbname=place.database)
    server.autocommit = True
    return server


def _without_deadline(act: Callable[[], None]) -> Act:
    """The diary lets psycopg2 wait through a function of its own, in all of the process; the bare driver has none."""

    def bare() -> None:
        waiting = psycopg2.extensions.get_wait_callback()
        psycopg2.extensions.set_wait_callback(None)
        try:
            act()
        finally:
            psycopg2.extensions.set_wait_callback(waiting)

    return bare
