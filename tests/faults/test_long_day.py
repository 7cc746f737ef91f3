"""F27: a long day in minutes: ten people act, much goes wrong, and the end is explained by what they did."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from diary.assembly import make_parts, prepare
from diary.settings import load_settings
from tests.browser.server import PROJECT
from tests.fakes.s3_faults import FaultyS3
from tests.faults.distant import USER
from tests.faults.explain import Act, Version, contradictions, counted
from tests.faults.figures import note
from tests.faults.kept import number, past_the_program, versions
from tests.faults.proxy import Proxy
from tests.faults.scale import scaled
from tests.faults.users import content
from tests.postgres import PostgresServer
from tests.s3 import aws_env

DATABASE = "long_day"
ACTS, PAUSE = scaled(300, 5_000), scaled(2, 4) / 10  # seconds that a person waits between two acts, on average
PATIENCE = 600  # seconds


@dataclass
class World:
    """What the people's diaries stand on, and what can be done to it."""

    postgres: PostgresServer
    network: Proxy
    s3: FaultyS3
    env: dict[str, str]

    @property
    def address(self) -> str:
        return self.postgres.url(DATABASE, USER)

    def terminate(self) -> None:
        self.postgres.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{USER}'")

    def spoil_s3(self, fault: str) -> None:
        self.s3.fault = fault

    def heal(self) -> None:
        self.network.set("pass")
        self.s3.fault = None
        self.postgres.start()


@pytest.fixture
def world() -> Iterator[World]:
    with PostgresServer(durable=True) as postgres, Proxy(postgres.port) as network, FaultyS3() as s3:
        postgres.ask(f"CREATE ROLE {USER} LOGIN")
        postgres.ask(f"CREATE DATABASE {DATABASE} OWNER {USER}")
        address = f"postgresql+psycopg2://{USER}@127.0.0.1:{network.port}/{DATABASE}"
        env = aws_env(s3.url) | {"DATABASE_URL": address, "DIARY_PHOTOS": "s3://diary/photos"}
        yield World(postgres, network, s3, env)
        network.set("pass")


def faults(world: World) -> dict[str, Callable[[], None]]:
    """What may go wrong, by name; `World.heal` ends it."""
    network = {
        "200 ms latency": ("delay", 0.1),
        "20 kB/s": ("throttle", 20_000),
        "reset": ("reset", 0),
        "cut": ("cut", 0),
        "refused": ("refuse", 0),
        "hang": ("hang", 0),
        "dropped after 2 000 bytes": ("drop", 2_000),
        "30 % flaky": ("flaky", 0.3),
    }
    return {
        **{name: lambda how=how: world.network.set(*how) for name, how in network.items()},
        "backends terminated": world.terminate,
        "database stopped": world.postgres.stop,
        "database killed": world.postgres.kill,
        **{
            f"S3 {kind}": lambda kind=kind: world.spoil_s3(kind) for kind in ("SlowDown", "AccessDenied", "hang", "cut")
        },
    }


@contextmanager
def trouble(world: World, seed: int, done: threading.Event) -> Iterator[Counter[str]]:
    """Let one thing after the other go wrong and be well again, in the order of a shuffled pack; counts them."""
    chance, counts = random.Random(seed), Counter[str]()

    def make() -> None:
        pack: list[str] = []
        all_faults = faults(world)
        while not done.wait(chance.uniform(0.3, 1.5)):
            pack = pack or chance.sample([*all_faults], len(all_faults))
            name = pack.pop()
            all_faults[name]()
            counts[name] += 1
            done.wait(chance.uniform(0.2, scaled(1, 4)))
            world.heal()

    thread = threading.Thread(target=make)
    thread.start()
    try:
        yield counts
    finally:
        done.set()
        thread.join()
        world.heal()


def live(world: World, folder: Path, seed: int) -> tuple[list[Act], list[str], Counter[str]]:
    """What the people did, what no person should meet, and how often what went wrong."""
    command = [sys.executable, "-m", "tests.faults.users", str(ACTS), str(PAUSE), str(seed)]
    told, log, done = folder / "told", folder / "log", threading.Event()
    with told.open("wb") as out, log.open("wb") as errors:
        env = {"PATH": os.defpath, "HOME": str(folder), **world.env}
        people = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=out, stderr=errors)
        try:
            with trouble(world, seed, done) as counts:
                assert people.wait(PATIENCE) == 0, log.read_text()[-3_000:]
        finally:
            people.kill()
            people.wait()
    lines = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    acts = [Act(**{**line, "place": tuple(line["place"])}) for line in lines if "bug" not in line]
    return acts, [line["bug"] for line in lines if "bug" in line], counts


def kept(world: World) -> list[Version]:
    """Every version of every day, as the tables hold it."""
    return [
        Version(
            (one.owner, one.day),
            one.revision,
            None if one.is_deleted else content((one.mood, one.title, one.artist), one.note, one.tags, one.photo),
        )
        for one in versions(world.address)
    ]


def typed(world: World) -> dict[tuple[str, str], str]:
    with past_the_program(world.address) as connection:
        rows = connection.exec_driver_sql("SELECT owner_id, day, fields FROM drafts").all()
    return {(owner, str(day)): json.loads(fields)["note"] for owner, day, fields in rows}


def spoilings(acts: list[Act], chains: list[Version]) -> Iterator[list[Version]]:
    """What the end would be with one save lost, one done twice, and one deleted day risen again."""
    last = {version.place: version for version in sorted(chains, key=lambda version: version.revision)}
    acked = {(act.place, act.revision) for act in acts if act.do == "write" and act.outcome == "ok"}
    saved = next(one for one in last.values() if one.content and (one.place, one.revision) in acked)
    deleted = next(one for one in last.values() if not one.content and (one.place, one.revision) in acked)
    yield [version for version in chains if version != saved]
    yield [*chains, replace(saved, revision=saved.revision + 1)]
    yield [version for version in chains if version != deleted]


def test_after_a_long_day_of_trouble_all_is_as_it_was_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (world.env | {"DATABASE_URL": world.address}).items():
        monkeypatch.setenv(name, value)
    prepare(load_settings())
    begun = time.monotonic()
    acts, bugs, counts = live(world, tmp_path, seed=27)
    took = time.monotonic() - begun
    waited = number(world.address, "SELECT count(*) FROM waiting_photos")
    make_parts(load_settings()).photos.send_waiting()
    chains = kept(world)
    wrong = contradictions(acts, chains, typed(world))
    outcomes = counted(act for act in acts if act.do != "read")
    shown = {one.photo for one in versions(world.address) if one.photo}
    broken = [key for key in shown if f"photos/{key}" not in world.s3.kept]
    longest = max(act.ended - act.begun for act in acts)
    note(
        "F27 a long day of trouble",
        "10 people, 5 diaries, PostgreSQL, S3",
        acts=len(acts),
        acknowledged=outcomes["ok"],
        refused=outcomes["fail"],
        unknown=outcomes["unknown"],
        unknown_but_done=len(chains) - sum(act.do == "write" and act.outcome == "ok" for act in acts),
        versions_kept=len(chains),
        faults=counts.total(),
        contradictions=len(wrong),
        photos_waited=waited,
        broken_images=len(broken),
        longest_act_s=longest,
        minutes=took / 60,
    )
    assert bugs == []
    assert wrong == []
    assert all(contradictions(acts, spoiled, typed(world)) for spoiled in spoilings(acts, chains))
    assert broken == []
    assert number(world.address, "SELECT count(*) FROM waiting_photos") == 0
    assert counts.total() >= scaled(5, 50)
    assert min(outcomes["ok"], outcomes["fail"], outcomes["unknown"]) > 0, "all three were tried"
