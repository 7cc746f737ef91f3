"""A file that is damaged, cut off, forged or foreign is refused in a sentence before anything is touched."""

import io
import json
import stat
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from diary.storage.copies.manifest import max_line
from tests.storage.copies.conftest import Refusal
from tests.storage.copies.world import Repacked

Change = Callable[[Repacked], object]
KEY = f"{'a' * 32}/{'b' * 64}.webp"


def places(file: Path) -> dict[str, tuple[int, int]]:
    """Where the content of each member begins and ends in the file."""
    raw = file.read_bytes()
    found = {}
    with ZipFile(file) as archive:
        for info in archive.infolist():
            name, extra = struct.unpack("<HH", raw[info.header_offset + 26 : info.header_offset + 30])
            begin = info.header_offset + 30 + name + extra
            found[info.filename] = begin, begin + info.compress_size
    return found


# ---------------------------------------------------------------------- damaged


def test_one_that_was_cut_off_anywhere_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    raw = archive.read_bytes()
    cuts = {0, 1, 3, 4, len(raw) - 1, len(raw) - 22, len(raw) // 2}
    for begin, end in places(archive).values():
        cuts |= {begin - 1, begin, (begin + end) // 2, end}
    for cut in sorted(cuts):
        (tmp_path / "cut.zip").write_bytes(raw[:cut])
        assert refusal(tmp_path / "cut.zip") == "The file is no backup of a music diary, or not all of it.", cut
    assert len(cuts) > 60


def test_one_whose_middle_is_missing_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    raw = archive.read_bytes()
    for begin, end in places(archive).values():
        if end > begin:
            middle = (begin + end) // 2
            (tmp_path / "gap.zip").write_bytes(raw[:middle] + raw[middle + 1 :])
            assert refusal(tmp_path / "gap.zip").startswith(("The file is no backup", "The backup is damaged."))


def test_a_single_wrong_byte_in_any_member_is_noticed(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    raw = archive.read_bytes()
    tried = 0
    for name, (begin, end) in places(archive).items():
        last = set() if name.startswith("tables/") else {end - 1}  # the last bits of what is packed mean nothing
        for place in {begin, (3 * begin + end) // 4, (begin + end) // 2, *last}:
            (tmp_path / "flip.zip").write_bytes(raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :])
            assert refusal(tmp_path / "flip.zip").startswith("The backup is damaged. Nothing was changed."), (
                name,
                place,
            )
            tried += 1
    assert tried > 80


@pytest.mark.parametrize("content", [b"", b"PK", b"{}", b"SQLite format 3\0" * 100, b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refusal(refusal: Refusal, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert refusal(tmp_path / "x.zip") == "The file is no backup of a music diary, or not all of it."


def test_a_file_that_cannot_be_read_is_told(refusal: Refusal, tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere.zip").endswith("nowhere.zip cannot be read: No such file or directory.")
    assert refusal(tmp_path).endswith("cannot be read: Is a directory.")


# ---------------------------------------------------------------------- forged: the ZIP file


def add(name: str, content: bytes = b"x", **odd: Any) -> Change:
    def change(archive: Repacked) -> None:
        archive.put(name, content)
        archive.odd[name] = odd

    return change


def smuggle(name: str) -> Change:
    return lambda archive: archive.members.update({name: b"x"})


def odd(name: str, **attributes: Any) -> Change:
    return lambda archive: archive.odd.update({name: attributes})


def drop(name: str) -> Change:
    return lambda archive: archive.members.pop(name)


def nested(archive: Repacked) -> None:
    out = io.BytesIO()
    with ZipFile(out, "w") as inner:
        inner.writestr("manifest.json", json.dumps(archive.manifest))
    archive.members = {"diary.zip": out.getvalue()}
    archive.manifest = {}


FORGED = {
    "a path upwards": add("../../evil.webp"),
    "a path upwards behind photos": add("photos/../../evil.webp"),
    "an absolute path": add("/etc/cron.d/evil"),
    "a path of Windows": add("C:\\evil.webp"),
    "a path upwards, not in the manifest": smuggle("../evil"),
    "a member without a name": add(""),
    "a member without a name, not in the manifest": smuggle(""),
    "an unknown member": add("README.md"),
    "an unknown member, not in the manifest": smuggle("README.md"),
    "20 000 unknown members": lambda archive: archive.members.update({f"photos/{n}": b"" for n in range(20_000)}),
    "a name that is no text": add("photos/\ufffd"),
    "a symbolic link": odd("tables/people.jsonl", external_attr=(stat.S_IFLNK | 0o777) << 16),
    "a device": odd("tables/people.jsonl", external_attr=(stat.S_IFCHR | 0o600) << 16),
    "a folder": add("tables/", b""),
    "another way of packing": odd("tables/people.jsonl", compress_type=ZIP_BZIP2),
    "a packed photo": lambda archive: (
        archive.put_photo(KEY, b"0" * 9999),
        archive.odd.update({f"photos/{KEY}": {"compress_type": ZIP_DEFLATED}}),
    ),
    "a table that is missing": drop("tables/drafts.jsonl"),
    "a photo shorter than its own size": lambda archive: (
        archive.members.update({f"photos/{KEY}": b"x"}),
        archive.tell_photos(),
    ),
    "a photo that is missing": lambda archive: archive.members.pop(
        next(name for name in archive.members if name.startswith("photos/"))
    ),
    "a photo of another name than its content": lambda archive: archive.put_photo(KEY, b"x"),
    "an archive in the archive": nested,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_archive_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path, name: str) -> None:
    forged = Repacked(archive)
    FORGED[name](forged)
    assert refusal(forged.write(tmp_path / "forged.zip")).startswith(
        ("The backup is damaged.", "The file is no backup")
    )


@pytest.mark.parametrize("name", ["tables/people.jsonl", "manifest.json"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path, name: str) -> None:
    file = Repacked(archive).write(tmp_path / "twice.zip")
    with ZipFile(file, "a") as raw:
        raw.writestr(name, raw.read(name))
    assert refusal(file) == "The file is no backup of a music diary, or not all of it."


def test_members_that_share_their_bytes_are_refusal(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    """https://www.bamsoftware.com/hacks/zipbomb/"""
    forged = Repacked(archive)
    big = b"0" * 1_000_000
    for number in range(50):
        forged.put_photo(f"{number:032x}/{'b' * 64}.webp", big if number == 0 else b"x")
    file = forged.write(tmp_path / "overlap.zip")
    with ZipFile(file, "a") as raw:
        first = raw.getinfo(f"photos/{0:032x}/{'b' * 64}.webp")
        for info in raw.infolist():
            if info.filename.endswith(f"{'b' * 64}.webp"):
                info.header_offset, info.CRC = first.header_offset, first.CRC
                info.file_size, info.compress_size = first.file_size, first.compress_size
        raw._didModify = True
    assert refusal(file).startswith("The backup is damaged.")


def test_a_locked_member_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    raw = bytearray(archive.read_bytes())
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 8] |= 1  # encrypted, says the first member
    (tmp_path / "locked.zip").write_bytes(raw)
    assert refusal(tmp_path / "locked.zip").startswith("The backup is damaged.")


# ---------------------------------------------------------------------- bombs


def bomb(file: Path, archive: Path, size: int, claimed: int) -> Path:
    """One line of ``size`` blanks, packed to a thousandth, of which the manifest says ``claimed`` bytes."""
    forged = Repacked(archive)
    del forged.members["tables/tracks.jsonl"]
    forged.manifest["members"]["tables/tracks.jsonl"] = {"bytes": claimed, "sha256": "0" * 64}
    forged.write(file)
    with ZipFile(file, "a", ZIP_DEFLATED) as raw, raw.open("tables/tracks.jsonl", "w", force_zip64=True) as member:
        for _ in range(size // 2**20):
            member.write(b" " * 2**20)
    return file


@pytest.mark.parametrize("is_honest", [True, False])
def test_a_bomb_is_refused_in_bounded_time_and_memory(
    archive: Path, refusal: Refusal, tmp_path: Path, is_honest: bool
) -> None:
    """A thousand megabytes in one; ten thousand in ten differ only in what is never read."""
    size = 1000 * 2**20
    file = bomb(tmp_path / "bomb.zip", archive, size, size if is_honest else 1000)
    assert file.stat().st_size < 3 * 2**20
    tracemalloc.start()
    assert refusal(file).startswith("The backup is damaged.")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * max_line("tracks")


def test_a_bomb_whose_directory_lies_about_its_size_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    size = 100 * 2**20
    file = bomb(tmp_path / "bomb.zip", archive, size, 1000)
    raw = bytearray(file.read_bytes())
    name = raw.rindex(b"tables/tracks.jsonl")
    raw[name - 46 + 24 : name - 46 + 28] = struct.pack("<L", 1000)
    file.write_bytes(raw)
    assert refusal(file).startswith("The backup is damaged.")


def test_one_that_needs_more_room_than_there_is_is_refusal(
    archive: Path, refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    assert " MB of free space in " in refusal(archive)
