"""Whatever an archive or a diary holds, bounded memory is enough to look at it."""

import struct
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from diary.errors import TransferError
from diary.model import Unsaved
from diary.storage.copies.archive import opened
from diary.storage.copies.manifest import MAX_PHOTOS
from tests.builders import TODAY, make_diary
from tests.storage.copies.world import Repacked

_MEMBER = struct.Struct("<4s4B4HL2L5H2L")  # APPNOTE.TXT 4.3.12 of PKWARE
_LIMIT = 300  # MB
_BEGIN = """
import re, sys
from pathlib import Path
from diary.errors import TransferError
from diary.storage.copies.archive import opened
from diary.storage.copies.backup import back_up
from diary.storage.copies.examine import examined
from diary.storage.engine import open_engine

def tell(said):
    peak = re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]
    print(said, int(peak) // 1024)

def quiet(*_): pass

"""
_OPEN = """
with opened(Path(sys.argv[1])) as archive:
    tell(len(archive.photo_keys()))
"""
_EXAMINE = """
try:
    with examined(Path(sys.argv[1]), quiet):
        tell("taken")
except TransferError:
    tell("refused")
"""
_BACK_UP = """
back_up(open_engine(sys.argv[1]), None, Path(sys.argv[2]), quiet)
tell("written")
"""


def peak_of(work: str, *arguments: str | Path) -> tuple[str, int]:
    """What the work told, and the most memory that it took, in MB."""
    run = subprocess.run([sys.executable, "-c", _BEGIN + work, *arguments], capture_output=True, text=True, check=True)
    said, peak = run.stdout.split()
    return said, int(peak)


def full_archive(archive: Path, file: Path, photos: int) -> Path:
    """An archive whose directory names that many photos, all empty."""
    few = Repacked(archive)
    few.members = {name: content for name, content in few.members.items() if name.startswith("tables/")}
    few.manifest["photos"] = {"number": photos, "sha256": "0" * 64}
    raw = few.write(file).read_bytes()
    size, start = struct.unpack_from("<LL", raw, len(raw) - 10)
    names = (f"photos/{0:032x}/{number:064x}.webp".encode() for number in range(photos))
    numbers = (20, 3, 20, 0, 0, 0, 0, 0x5A21, 0, 0, 0, 109, 0, 0, 0, 0, 0o600 << 16, 0)
    head = _MEMBER.pack(b"PK\1\2", *numbers)
    directory = raw[start : start + size] + b"".join(head + name for name in names)
    file.write_bytes(raw[:start] + directory + struct.pack("<4s4HLLH", b"PK\5\6", 0, 0, 0, 0, len(directory), start, 0))
    return file


def test_200_000_photos_fit_into_300_mb(archive: Path, tmp_path: Path) -> None:
    file = full_archive(archive, tmp_path / "full.zip", MAX_PHOTOS)
    photos, peak = peak_of(_OPEN, file)
    assert int(photos) == MAX_PHOTOS == 200_000
    assert peak < _LIMIT


@pytest.mark.parametrize("times", [1.001, 5])
def test_more_are_refused_before_they_take_any(archive: Path, tmp_path: Path, times: float) -> None:
    file = full_archive(archive, tmp_path / "more.zip", int(MAX_PHOTOS * times))
    with pytest.raises(TransferError, match="no backup of a music diary"), opened(file):
        pytest.fail("it was opened")


# ---------------------------------------------------------------------- few bytes that unfold to many

MB = 2**20


def repeated(table: str, rows: int, **values: object) -> Callable[[Repacked], object]:
    """The last row of the table, again and again, a day later each time."""

    def change(archive: Repacked) -> None:
        found = archive.lines(table)
        last = {**found[-1], **values}
        days = (TODAY + timedelta(days=number + 1) for number in range(rows))
        archive.put_lines(table, [*found, *({**last, "day": day.isoformat()} for day in days)])

    return change


def raw(table: str, content: bytes) -> Callable[[Repacked], object]:
    return lambda archive: archive.put(f"tables/{table}.jsonl", content)


UNFOLDING = {
    "long notes": repeated("entries", 10, note="x" * 30 * MB),
    "words for the search as long as may be": repeated("entries", 60, folded="x" * (4 * MB - 2000) + "😀"),
    "tags without end": repeated("entries", 10, tags=["x"] * 500_000),
    "long drafts with an emoji": repeated("drafts", 10, fields="x" * 31 * MB + "😀"),
    "long drafts": repeated("drafts", 10, fields="x" * 31 * MB),
    "drafts full of lists": repeated("drafts", 2, fields="[" + "[]," * 10 * MB + "[]]"),
    "drafts of many fields": repeated("drafts", 2, fields="{" + '"a":1,' * 5 * MB + '"b":1}'),
    "a line full of lists": raw("drafts", b"[" + b"[]," * 10 * MB + b"[]]\n"),
    "a line full of texts": raw("drafts", b"[" + b'"ab",' * 6 * MB + b'""]\n'),
    "a text that never ends": raw("drafts", b'{"' + b'\\"' * 15 * MB + b"\n"),
    "a line that never ends": raw("people", b"x" * 100 * MB),
}


@pytest.mark.parametrize("name", UNFOLDING)
def test_an_archive_of_a_few_hundred_kb_does_not_unfold_in_memory(archive: Path, tmp_path: Path, name: str) -> None:
    forged = Repacked(archive)
    UNFOLDING[name](forged)
    file = forged.write(tmp_path / "forged.zip")
    assert file.stat().st_size < MB
    said, peak = peak_of(_EXAMINE, file)
    assert said == ("taken" if name.startswith("words") else "refused")
    assert peak < _LIMIT + 50


def test_the_longest_drafts_are_backed_up_and_looked_at_again_one_by_one(tmp_path: Path) -> None:
    database, file = f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "x.zip"
    diary = make_diary(database)
    for number in range(10):
        diary.keep_unsaved(Unsaved(TODAY - timedelta(days=number), note="😀" * 1_990_000))
    written, looked_at = peak_of(_BACK_UP, database, file), peak_of(_EXAMINE, file)
    assert (written[0], looked_at[0]) == ("written", "taken")
    assert max(written[1], looked_at[1]) < _LIMIT + 50
