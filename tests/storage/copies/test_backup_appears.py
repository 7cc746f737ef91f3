"""A backup appears under its name as a whole, also where there are no hard links."""

import errno
import os
from pathlib import Path

import pytest

from diary.storage.copies.backup import back_up
from diary.storage.photos import PhotoStore
from tests.builders import make_diary, make_engine
from tests.storage.copies.world import quiet


def test_stopped_at_the_last_moment_it_leaves_no_empty_file(
    shelf: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")  # as on a disk with FAT

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    make_diary(tmp_path)
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", quiet)
    assert not list(tmp_path.glob("*.zip"))
