"""Work on a copy of the diary leaves none behind, wherever it ends."""

import os
import stat
import time
from pathlib import Path

import pytest

from diary.errors import TransferError
from diary.storage.copies.aside import folder_in
from diary.storage.copies.snapshot import snapshot_beside
from diary.storage.photos import PhotoStore
from tests.builders import make_diary, make_engine
from tests.storage.copies.world import bring_back


def test_the_folder_is_for_its_owners_eyes_and_gone_at_the_end(tmp_path: Path) -> None:
    with folder_in(tmp_path, "restore") as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith(".music-diary-restore-")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []


def leave(folder: Path, seconds_ago: float = 2 * 86_400) -> Path:
    """A folder with a file in it, both of that age."""
    folder.mkdir()
    (folder / "snapshot.db").write_text("a diary")
    then = time.time() - seconds_ago
    for path in (folder / "snapshot.db", folder):
        os.utime(path, (then, then))
    return folder


def test_what_a_crash_left_of_its_kind_is_cleared_a_day_later(tmp_path: Path) -> None:
    old = leave(tmp_path / ".music-diary-move-abcd_123")
    young = leave(tmp_path / ".music-diary-move-00000000", seconds_ago=3600)
    other = leave(tmp_path / ".music-diary-backup-abcd_123")
    with folder_in(tmp_path, "move"):
        assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_what_is_still_being_written_is_not_cleared(tmp_path: Path) -> None:
    work = leave(tmp_path / ".music-diary-backup-abcd_123")
    (work / "snapshot.db").write_text("more of a diary")
    os.utime(work, (0, 0))
    with folder_in(tmp_path, "backup"):
        assert work.exists()


@pytest.mark.parametrize(
    "name",
    [
        ".backup-2019",
        ".backup-abcd_123",
        ".music-diary-backup-2019",
        ".music-diary-backup-of-mine",
        ".music-diary-backup-ABCD1234",
        "music-diary-backup-abcd_123",
    ],
)
def test_what_is_of_another_name_stays_for_ever(tmp_path: Path, name: str) -> None:
    theirs = leave(tmp_path / name)
    with folder_in(tmp_path, "backup"):
        assert (theirs / "snapshot.db").exists()


def test_a_file_and_a_link_of_that_name_stay(tmp_path: Path) -> None:
    elsewhere = leave(tmp_path / "elsewhere")
    link, file = tmp_path / ".music-diary-backup-abcd_123", tmp_path / ".music-diary-backup-00000000"
    link.symlink_to(elsewhere)
    file.write_text("x")
    for path in (link, file):
        os.utime(path, (0, 0), follow_symlinks=False)
    with folder_in(tmp_path, "backup"):
        assert link.is_symlink()
        assert file.exists()
        assert (elsewhere / "snapshot.db").exists()


def test_somebody_elses_folder_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, me = leave(tmp_path / ".music-diary-backup-abcd_123"), os.getuid()
    monkeypatch.setattr("os.getuid", lambda: me + 1)
    with folder_in(tmp_path, "backup"):
        assert theirs.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(TransferError, match=r"Nothing can be written in .*nowhere"),
        folder_in(tmp_path / "nowhere", "x"),
    ):
        pytest.fail("there is no such folder")


def test_the_snapshot_of_a_move_lies_beside_the_diary(tmp_path: Path) -> None:
    make_diary(tmp_path)
    with snapshot_beside(make_engine(tmp_path)):
        (folder,) = tmp_path.glob(".music-diary-move-*")
        assert [file.name for file in folder.glob("*.db")] == ["snapshot.db"]
    assert list(tmp_path.glob(".music-diary-move-*")) == []


def test_the_copy_of_a_restore_lies_beside_the_archive(tmp_path: Path, shelf: PhotoStore, archive: Path) -> None:
    (tmp_path / "here").mkdir()
    file = tmp_path / "here" / "x.zip"
    file.write_bytes(archive.read_bytes())
    seen = set()

    class Watching:
        get, delete = shelf.get, shelf.delete

        def keep(self, key: str, large: bytes, small: bytes) -> None:
            seen.update(path.name[:21] for path in file.parent.iterdir() if path != file)
            shelf.keep(key, large, small)

    bring_back(f"sqlite:///{tmp_path / 'x.db'}", Watching(), file)
    assert seen == {".music-diary-restore-"}
    assert list(file.parent.iterdir()) == [file]
