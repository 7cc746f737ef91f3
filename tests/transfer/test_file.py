"""Reading and writing files: whole or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary.errors import TransferError
from diary.transfer import file as module
from diary.transfer.file import read_file, write_file


def test_a_file_is_written_in_utf_8_to_the_letter_and_for_its_owner_only(tmp_path: Path) -> None:
    write_file(tmp_path / "diary.csv", ["é\r\n", "two\n"])
    assert (tmp_path / "diary.csv").read_bytes() == "é\r\ntwo\n".encode()
    assert (tmp_path / "diary.csv").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["diary.csv"]


def test_a_file_that_is_there_is_replaced_only_when_the_new_one_is_complete(tmp_path: Path) -> None:
    (tmp_path / "diary.json").write_text("before")

    def pieces() -> Iterator[str]:
        yield "half of it"
        assert (tmp_path / "diary.json").read_text() == "before"
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        write_file(tmp_path / "diary.json", pieces())
    assert (tmp_path / "diary.json").read_text() == "before"
    assert os.listdir(tmp_path) == ["diary.json"]
    write_file(tmp_path / "diary.json", ["after"])
    assert (tmp_path / "diary.json").read_text() == "after"


def test_a_link_keeps_pointing_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_file(tmp_path / "link.json", ["x"])
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "x"


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(TransferError, match=r"folder\.json cannot be written: Is a directory\."):
        write_file(tmp_path / "folder.json", ["x"])
    with pytest.raises(TransferError, match=r"x\.json cannot be written: No such file or directory\."):
        write_file(tmp_path / "nowhere" / "x.json", ["x"])
    assert os.listdir(tmp_path) == ["folder.json"]


def test_what_a_kill_left_beside_the_file_goes_with_the_next_one_a_day_later(tmp_path: Path) -> None:
    old, young, other, linked = (
        tmp_path / f".diary-export-{name}" for name in ("old_0000", "young000", "notes", "linked00")
    )
    for folder in (old, young, other, tmp_path / "kept"):
        folder.mkdir()
        (folder / "diary.json").write_text("plain notes")
    linked.symlink_to(tmp_path / "kept")
    (tmp_path / ".diary-export-file0000").write_text("a file")
    for left in (old, other, linked, tmp_path / ".diary-export-file0000", tmp_path / "kept"):
        os.utime(left, (0, 0), follow_symlinks=False)
    write_file(tmp_path / "diary.json", ["x"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [young.name, other.name, linked.name, ".diary-export-file0000", "diary.json", "kept"]
    )
    assert (tmp_path / "kept" / "diary.json").exists()


def test_what_another_user_left_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / ".diary-export-old_0000"
    old.mkdir()
    os.utime(old, (0, 0))
    monkeypatch.setattr(os, "geteuid", lambda: old.stat().st_uid + 1)
    write_file(tmp_path / "diary.json", ["x"])
    assert old.exists()


def test_what_lies_aside_has_the_name_by_which_it_is_cleared(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        (aside,) = tmp_path.iterdir()
        assert module.ASIDE.fullmatch(aside.name)
        yield "x"

    write_file(tmp_path / "diary.json", pieces())


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match=r"x\.json cannot be read: No such file or directory\."):
        read_file(tmp_path / "x.json")
    with pytest.raises(TransferError, match=r"cannot be read: Is a directory\."):
        read_file(tmp_path)


def test_no_more_is_read_than_is_needed_to_see_that_it_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    (tmp_path / "big").write_bytes(b"x" * 1000)
    assert len(read_file(tmp_path / "big")) == 11
