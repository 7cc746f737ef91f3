"""F27: a long day in minutes: ten people act, much goes wrong, and the end is explained by what they did."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from diary.assembly import make_parts, prepare
from diary.settings import load_settings
from tests.browser.server import PROJECT
from tests.faults.explain import Act, Version, contradictions, counted
from tests.faults.figures import note
from tests.faults.kept import number, past_the_program, versions
from tests.faults.scale import FULL, scaled
from tests.faults.users import content
from tests.faults.worlds import World, world_of

ACTS, PAUSE = scaled(300, 8_000), scaled(2, 4) / 10  # seconds that a person waits between two acts, on average
PATIENCE = 900  # seconds
LONGEST = 10  # seconds until somebody has an answer, or is told that there is none
PLACES = ["PostgreSQL, S3"]
if FULL:
    PLACES += ["SQLite, folder"]


class People:
    """The program of the people, from outside; it may be killed, and then another one goes on."""

    def __init__(self, world: World, folder: Path, seed: int) -> None:
        self._world, self._folder, self._seed = world, folder, seed
        self._program: subprocess.Popen[bytes] | None = None

    def live(self) -> None:
        """Let them act until all acts are done."""
        for life in count():
            with (self._folder / "told").open("ab") as out, (self._folder / "log").open("ab") as errors:
                acts = str(ACTS - len(self.acts()))
                command = [sys.executable, "-m", "tests.faults.users", acts, str(PAUSE), str(self._seed + life)]
                env = {"PATH": os.defpath, "HOME": str(self._folder), **self._world.env}
                program = [*self._world.prefix, *command]
                with subprocess.Popen(program, cwd=PROJECT, env=env, stdout=out, stderr=errors) as self._program:
                    try:
                        code = self._program.wait(PATIENCE)
                    finally:
                        self._program.kill()
            if code != -signal.SIGKILL:
                break
        assert code == 0, (self._folder / "log").read_text()[-3_000:]

    def kill(self) -> None:
        if self._program:
            self._program.kill()

    def acts(self) -> list[Act]:
        """What they did, each act as it was told last."""
        told = {line.pop("ident"): line for line in self._lines() if "ident" in line}
        return [Act(**{**line, "place": tuple(line["place"])}) for line in told.values()]

    def told(self, what: str) -> list[Any]:
        return [line[what] for line in self._lines() if what in line]

    def _lines(self) -> Iterator[dict[str, Any]]:
        with (self._folder / "told").open(encoding="utf-8") as file:
            yield from map(json.loads, file)


@pytest.fixture(params=PLACES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_of(request.param, tmp_path / "data") as world:
        yield world


@contextmanager
def trouble(world: World, people: People, seed: int) -> Iterator[Counter[str]]:
    """Let one thing after the other go wrong and be well again, in the order of a shuffled pack; counts them."""
    chance, counts, done = random.Random(seed), Counter[str](), threading.Event()

    def make() -> None:
        pack: list[str] = []
        all_faults = world.faults() | {"program killed": people.kill}
        while not done.wait(chance.uniform(0.3, 1.5)):
            pack = pack or chance.sample([*all_faults], len(all_faults))
            name = pack.pop()
            all_faults[name]()
            counts[name] += 1
            done.wait(chance.uniform(0.2, scaled(1, 6)))
            world.heal()

    with ThreadPoolExecutor(1) as maker:
        making = maker.submit(make)
        try:
            yield counts
        finally:
            done.set()
            wait([making])
            world.heal()
        making.result()


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
    """What the end would be with one save lost, one done twice, and, if there is one, a deleted day risen again."""
    last = {version.place: version for version in sorted(chains, key=lambda version: version.revision)}
    acked = {(act.place, act.revision) for act in acts if act.do == "write" and act.outcome == "ok"}
    sure = [one for one in last.values() if (one.place, one.revision) in acked]
    saved = next(one for one in sure if one.content)
    yield [version for version in chains if version != saved]
    yield [*chains, replace(saved, revision=saved.revision + 1)]
    if deleted := next((one for one in sure if not one.content), None):
        yield [version for version in chains if version != deleted]


def test_after_a_long_day_of_trouble_all_is_as_it_was_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (world.env | {"DATABASE_URL": world.address}).items():
        monkeypatch.setenv(name, value)
    prepare(load_settings())
    begun, people = time.monotonic(), People(world, tmp_path, seed=27)
    (tmp_path / "told").touch()
    with trouble(world, people, seed=27) as counts:
        people.live()
    took, acts = time.monotonic() - begun, people.acts()
    waited = number(world.address, "SELECT count(*) FROM waiting_photos")
    make_parts(load_settings()).photos.send_waiting()
    chains = kept(world)
    wrong = contradictions(acts, chains, typed(world))
    outcomes = counted(act for act in acts if act.do != "read")
    broken = [one.photo for one in versions(world.address) if one.photo and not world.has_photo(one.photo)]
    longest = max(people.told("longest"))
    note(
        "F27 a long day of trouble",
        f"10 people, 5 diaries, {world.name}",
        acts=len(acts),
        acknowledged=outcomes["ok"],
        refused=outcomes["fail"],
        unknown=outcomes["unknown"],
        unknown_but_done=len(chains) - sum(act.do == "write" and act.outcome == "ok" for act in acts),
        versions_kept=len(chains),
        faults=counts.total(),
        contradictions=len(wrong),
        photos_waited=waited,
        broken_images=len({*broken}),
        longest_wait_for_an_answer_s=longest,
        minutes=took / 60,
    )
    assert people.told("bug") == []
    assert wrong == []
    assert all(contradictions(acts, spoiled, typed(world)) for spoiled in spoilings(acts, chains))
    assert broken == []
    assert number(world.address, "SELECT count(*) FROM waiting_photos") == 0
    assert counts.total() >= scaled(5, 50)
    assert min(outcomes["ok"], outcomes["fail"], outcomes["unknown"]) > 0, "all three were tried"
    assert longest <= LONGEST
