"""F20: hostile files are brought in as a whole or refused in a sentence, in bounded memory."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from diary.diary import Diary
from diary.errors import TransferError
from diary.protocols import Parts
from diary.transfer.csv_file import read_csv
from diary.transfer.json_file import read_json
from diary.transfer.plan import plan_import
from diary.transfer.record import MAX_BYTES
from tests.builders import make_parts
from tests.corpus.imports import CASES
from tests.faults.figures import note
from tests.faults.memory import cost, only_on_linux
from tests.faults.scale import FULL

FAULT = "F20 hostile imports"
READERS = {"json": read_json, "csv": read_csv}


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    return make_parts(shared_database)


def brought_in(diary: Diary, form: str, data: bytes) -> int | str:
    """How many days came in, or why none did."""
    try:
        plan = plan_import(diary, READERS[form](data))
        if plan.refusals:
            return plan.refusals[0].why
        return plan.commit(diary)
    except TransferError as error:
        return str(error)


def test_a_hostile_file_comes_in_as_a_whole_or_not_at_all(parts: Parts, shared_database: str) -> None:
    wrong, halves, doubles, taken = [], 0, 0, 0
    for form, name, data, expected in CASES:
        diary = Diary(uuid4().hex, parts)
        moods = diary.all_moods()
        said = brought_in(diary, form, data)
        if isinstance(said, str):
            sentence = said[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZ“0123456789" and said.endswith(".") and len(said) < 200
            wrong += [] if isinstance(expected, str) and expected in said and sentence else [(form, name, said)]
            halves += diary.count() != 0 or diary.all_moods() != moods
        else:
            wrong += [] if said == expected == diary.count() else [(form, name, said)]
            doubles += brought_in(diary, form, data) != 0
            taken += 1
    where = "PostgreSQL" if shared_database.startswith("postgresql") else "SQLite"
    counted = {"taken": taken, "refused": len(CASES) - taken, "wrong": len(wrong), "half_imports": halves}
    note(FAULT, where, files=len(CASES), **counted, doubled_by_a_second_import=doubles)
    assert (wrong, halves, doubles) == ([], 0, 0)


# -------------------------------------------------------------------- what it costs

HEAD = b'{"format": "music-diary", "version": 1, "entries": ['


def long_notes(size: int) -> bytes:
    """As many days as there are since 1900, each with an emoji, for which Python takes four bytes a character."""
    days = (date(1900, 1, 1) + timedelta(number) for number in range(46_000))
    note = "😀".encode() + b"x" * (size // 46_000 - 50)
    return HEAD + b",".join(b'{"day": "%s", "note": "%s"}' % (str(day).encode(), note) for day in days) + b"]}"


# Each is about as large as a file may be.
LARGE: dict[str, tuple[Callable[[int], bytes], str]] = {
    "an entry of lists.json": (lambda n: HEAD + b'{"tags": [' + b"[]," * (n // 3) + b"0]}]}", "longer than an entry"),
    "a row of lines.csv": (lambda n: b"day,note\n" + b'"a\n",' * (n // 5), "longer than a day"),
    "a million entries.json": (lambda n: HEAD + b"[]," * (n // 3) + b"0]}", "more than 100,000"),
    "a row of cells.csv": (lambda n: b"day,note\n" + b"," * n, "longer than a day"),
    "fifty entries of lists.json": (
        lambda n: HEAD + b",".join([b'{"tags": [' + b"[]," * (n // 160) + b"0]}"] * 50) + b"]}",
        "is no day",
    ),
    "unknown names.json": (lambda n: b"{" + b",".join(b'"%d":0' % k for k in range(n // 12)) + b"}", "is missing"),
    "a text without an end.json": (lambda n: HEAD + b'{"note": "' + b"x" * n, "longer than an entry"),
    "blanks.json": (lambda n: b" " * n, "no JSON"),
    "20 000 columns.csv": (
        lambda n: b"day," + b",".join(b"c%d" % k for k in range(20_000)) + (b"\n" + b"," * 20_000) * (n // 20_100),
        "is no day",
    ),
    "a day in every row.csv": (lambda n: b"day,note\n" + b"2026-11-22,x\n" * (n // 13), "more than 100,000"),
    "46 000 long notes.json": (long_notes, "46000"),
}
PREPARE = """
    import tempfile
    from tests.builders import make_diary
    from tests.faults.test_imports import brought_in
    diary, file = make_diary(pathlib.Path(tempfile.mkdtemp(dir=sys.argv[2]))), pathlib.Path(sys.argv[1])
"""


@only_on_linux
@pytest.mark.parametrize("name", list(LARGE)[: None if FULL else 2])
def test_the_largest_hostile_file_takes_little_memory(name: str, tmp_path: Path) -> None:
    make, expected = LARGE[name]
    file = tmp_path / name
    file.write_bytes(make(MAX_BYTES - 100_000))
    spent = cost(PREPARE, "said = str(brought_in(diary, file.suffix[1:], file.read_bytes()))", file, tmp_path)
    size = file.stat().st_size / 1e6
    note(FAULT, f"{name}, {size:.0f} MB", peak_mb=round(spent.mb), seconds=spent.seconds)
    assert 30e6 < file.stat().st_size <= MAX_BYTES
    assert expected in spent.said
    assert spent.mb <= 400
