"""An archive with anything in it changed is taken or refused with a sentence; nothing else ever happens."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diary.errors import TransferError
from diary.storage.copies.examine import examined
from tests.storage.copies.world import Repacked, quiet

Chance = random.Random
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**31, 10**30, 1.5, 1e308, "", "\0", "x" * 300, "\u2028", "0001-01-01", "9999-12-31"),
    *("9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z", [], [[]], {}, {"a": []}, "[]", "{}", "AA=="),
)


def look(file: Path) -> bool:
    """Whether it is taken."""
    try:
        with examined(file, quiet):
            return True
    except TransferError:
        return False


def flip(raw: bytearray, place: int, chance: Chance) -> None:
    raw[place] = chance.randrange(256)


def cut(raw: bytearray, place: int, chance: Chance) -> None:
    del raw[place : place + chance.randrange(1, 50)]


def put_in(raw: bytearray, place: int, chance: Chance) -> None:
    raw[place:place] = chance.randbytes(chance.randrange(1, 50))


def repeat(raw: bytearray, place: int, chance: Chance) -> None:
    raw[place:place] = raw[place : place + chance.randrange(1, 500)]


def fill(raw: bytearray, place: int, chance: Chance) -> None:
    length = min(chance.choice([2, 4, 8]), len(raw) - place)
    raw[place : place + length] = chance.choice([b"\0", b"\xff"]) * length


@pytest.mark.parametrize("change", [flip, cut, put_in, repeat, fill])
@pytest.mark.parametrize("where", ["anywhere", "in what the directory says"])
def test_changed_bytes(
    archive: Path, tmp_path: Path, change: Callable[[bytearray, int, Chance], None], where: str
) -> None:
    chance, whole = Chance(f"{change.__name__} {where}"), archive.read_bytes()
    begin = 0 if where == "anywhere" else whole.index(b"PK\1\2")
    for _ in range(40):
        raw = bytearray(whole)
        for _ in range(chance.choice([1, 1, 3])):
            change(raw, chance.randrange(begin, len(raw)), chance)
        (tmp_path / "x.zip").write_bytes(raw)
        look(tmp_path / "x.zip")


def test_changed_values_whose_checksums_are_right(archive: Path, tmp_path: Path) -> None:
    chance, taken = Chance(14), 0
    for _ in range(60):
        forged = Repacked(archive)
        table = chance.choice(sorted(forged.manifest["tables"]))
        rows = forged.lines(table)
        row = chance.choice(rows)
        row[chance.choice(sorted(row))] = chance.choice(ODD)
        forged.put_lines(table, rows)
        taken += look(forged.write(tmp_path / "x.zip"))
    assert taken, "some of them do no harm"


def test_changed_lines_whose_checksums_are_right(archive: Path, tmp_path: Path) -> None:
    chance = Chance(15)
    for _ in range(60):
        forged = Repacked(archive)
        name = f"tables/{chance.choice(sorted(forged.manifest['tables']))}.jsonl"
        raw = bytearray(forged.members[name])
        chance.choice([flip, cut, put_in, repeat, fill])(raw, chance.randrange(len(raw)), chance)
        forged.put(name, bytes(raw))
        look(forged.write(tmp_path / "x.zip"))


def test_changed_values_of_the_manifest(archive: Path, tmp_path: Path) -> None:
    chance = Chance(16)
    for _ in range(60):
        forged = Repacked(archive)
        part: Any = forged.manifest
        while isinstance(part, dict) and part:
            inside, key = part, chance.choice(sorted(part))
            part = part[key]
        inside[key] = chance.choice(ODD)
        assert json.dumps(forged.manifest)
        look(forged.write(tmp_path / "x.zip"))
