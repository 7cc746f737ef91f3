"""Work on a copy of the diary leaves none behind, wherever it ends."""

import os
import stat
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
        assert folder.name.startswith(".restore-")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_of_its_kind_is_cleared_a_day_later(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".move-old", ".move-young", ".backup-old"))
    for left in (old, young, other):
        left.mkdir()
        (left / "snapshot.db").write_text("a diary")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    with folder_in(tmp_path, "move"):
        assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(TransferError, match=r"Nothing can be written in .*nowhere"),
        folder_in(tmp_path / "nowhere", "x"),
    ):
        pytest.fail("there is no such folder")


def test_the_snapshot_of_a_move_lies_beside_the_diary(tmp_path: Path) -> None:
    make_diary(tmp_path)
    with snapshot_beside(make_engine(tmp_path)):
        (folder,) = tmp_path.glob(".move-*")
        assert [file.name for file in folder.glob("*.db")] == ["snapshot.db"]
    assert list(tmp_path.glob(".move-*")) == []


def test_the_copy_of_a_restore_lies_beside_the_archive(tmp_path: Path, shelf: PhotoStore, archive: Path) -> None:
    (tmp_path / "here").mkdir()
    file = tmp_path / "here" / "x.zip"
    file.write_bytes(archive.read_bytes())
    seen = set()

    class Watching:
        get, delete = shelf.get, shelf.delete

        def keep(self, key: str, large: bytes, small: bytes) -> None:
            seen.update(path.name[:9] for path in file.parent.iterdir() if path != file)
            shelf.keep(key, large, small)

    bring_back(f"sqlite:///{tmp_path / 'x.db'}", Watching(), file)
    assert seen == {".restore-"}
    assert list(file.parent.iterdir()) == [file]
