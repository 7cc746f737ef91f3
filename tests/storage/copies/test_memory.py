"""An archive of as many photos as one may hold is opened in bounded memory, and a larger one is not looked into."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from diary.errors import TransferError
from diary.storage.copies.archive import opened
from diary.storage.copies.manifest import MAX_PHOTOS
from tests.storage.copies.world import Repacked

_MEMBER = struct.Struct("<4s4B4HL2L5H2L")  # APPNOTE.TXT 4.3.12 of PKWARE
_LIMIT = 300  # MB
_OPEN = """
import re, sys
from pathlib import Path
from diary.storage.copies import restore
with restore.opened(Path(sys.argv[1])) as archive:
    peak = re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]
    print(len(archive.photo_keys()), int(peak) // 1024)
"""


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
    run = subprocess.run([sys.executable, "-c", _OPEN, file], capture_output=True, text=True, check=True)
    photos, peak = map(int, run.stdout.split())
    assert photos == MAX_PHOTOS == 200_000
    assert peak < _LIMIT


@pytest.mark.parametrize("times", [1.001, 5])
def test_more_are_refused_before_they_take_any(archive: Path, tmp_path: Path, times: float) -> None:
    file = full_archive(archive, tmp_path / "more.zip", int(MAX_PHOTOS * times))
    with pytest.raises(TransferError, match="no backup of a music diary"), opened(file):
        pytest.fail("it was opened")
