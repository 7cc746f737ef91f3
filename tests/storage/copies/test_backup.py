"""A backup holds everything, as it is at one instant, and is there whole or not at all."""

import errno
import hashlib
import json
import multiprocessing
import os
import stat
import threading
import time
from datetime import timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from sqlalchemy import select

from diary.diary import Diary
from diary.errors import StorageError, TransferError
from diary.model import EntryDraft
from diary.storage.copies.backup import back_up
from diary.storage.copies.snapshot import TABLES
from diary.storage.database import reading
from diary.storage.photos import PhotoStore
from diary.storage.revisions import RevisionStore
from diary.storage.wall import EVERYONE
from tests.builders import TODAY, make_diary, make_engine, make_parts
from tests.storage.copies.world import LATER, OWNERS, fill, open_shelf, picture, quiet


def members(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def lines(content: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in content.splitlines()]


def test_it_holds_every_row_of_every_table_and_every_photo(database: str, shelf: PhotoStore, tmp_path: Path) -> None:
    keys = fill(database, shelf)
    engine = make_engine(database)
    done = back_up(engine, shelf, tmp_path / "x.zip", quiet)
    found = members(tmp_path / "x.zip")
    with reading(engine, EVERYONE) as connection:
        for table in TABLES:
            rows = connection.execute(select(table)).all()
            assert rows, f"the test knows nothing of {table.name}"
            assert len(lines(found[f"tables/{table.name}.jsonl"])) == len(rows)
    assert (done.photos, done.lost) == (len(keys), ())
    for key in keys:
        large = shelf.get(key)
        assert found[f"photos/{key}"] == large + shelf.get(key, small=True) + len(large).to_bytes(8)


def test_its_manifest_tells_format_schema_instant_rows_sizes_and_checksums(archive: Path) -> None:
    found = members(archive)
    said = json.loads(found.pop("manifest.json"))
    assert (said["format"], said["version"], said["schema"]) == ("music-diary-backup", 1, "0005")
    assert said["created_at"].endswith("Z")
    assert said["tables"]["entries"] == len(OWNERS) * 30
    assert said["members"] == {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in found.items()
        if name.startswith("tables/")
    }
    photos = [hashlib.sha256(found[name]).digest() for name in sorted(found) if name.startswith("photos/")]
    assert said["photos"] == {"number": len(photos), "sha256": hashlib.sha256(b"".join(photos)).hexdigest()}
    with ZipFile(archive) as raw:
        packed = {info.filename.split("/")[0]: info.compress_type for info in raw.infolist()}
    assert packed == {"tables": ZIP_DEFLATED, "photos": ZIP_STORED, "manifest.json": ZIP_STORED}


def test_rows_are_lines_sorted_by_key_with_exact_instants_and_numbers(archive: Path) -> None:
    found = members(archive)
    days = lines(found["tables/entries.jsonl"])
    assert [(day["owner_id"], day["day"]) for day in days] == sorted((day["owner_id"], day["day"]) for day in days)
    assert {len(str(day["created_at"])) for day in days} == {len("2026-11-22T12:00:00.000007Z")}
    assert days[-1]["created_at"] == "2026-11-22T12:01:00.000007Z"
    assert b'"arousal":-0.1,' in found["tables/moods.jsonl"]
    assert b'"valence":0.3333333333333333}' in found["tables/moods.jsonl"]


def test_it_is_for_the_eyes_of_its_owner_and_leaves_nothing_else_behind(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert {path.name for path in archive.parent.iterdir()} <= {"diary.zip", "photos", "diary.db"} | {
        "diary.db-wal",
        "diary.db-shm",
    }


def test_a_file_of_its_name_is_not_replaced(shelf: PhotoStore, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("older")
    with pytest.raises(TransferError, match=r"x\.zip is there already\. A backup never replaces a file"):
        back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", quiet)
    (tmp_path / "y.zip").symlink_to(tmp_path / "nowhere")
    with pytest.raises(TransferError, match="is there already"):
        back_up(make_engine(tmp_path), shelf, tmp_path / "y.zip", quiet)
    assert (tmp_path / "x.zip").read_text() == "older"


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_came_meanwhile_is_not_replaced(
    shelf: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")  # as on a disk with FAT

    def come(what: str, _done: int, _total: int) -> None:
        (tmp_path / "x.zip").write_text("newer")

    make_diary(tmp_path).save(EntryDraft(TODAY, note="mine"))
    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(TransferError, match="is there already"):
        back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", come)
    assert (tmp_path / "x.zip").read_text() == "newer"
    back_up(make_engine(tmp_path), shelf, tmp_path / "y.zip", quiet)
    assert "manifest.json" in members(tmp_path / "y.zip")


def test_a_photo_that_is_forgotten_during_the_backup_is_not_told_as_lost(tmp_path: Path, shelf: PhotoStore) -> None:
    diary = Diary("me", make_parts(tmp_path, photos=shelf))
    diary.delete(diary.save(EntryDraft(TODAY, new_photo=picture("teal"))))
    diary.save(EntryDraft(TODAY - timedelta(days=1), new_photo=picture("red")))

    def forget(what: str, _done: int, _total: int) -> None:
        if what == "tracks" or (what == "revisions" and _done == _total):
            gone = RevisionStore(make_engine(tmp_path)).forget(LATER)
            for key in gone.photos:
                shelf.delete(key)

    done = back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", forget)
    assert (done.photos, done.lost) == (1, ())


def test_a_folder_that_is_not_there_is_told(shelf: PhotoStore, tmp_path: Path) -> None:
    with pytest.raises(TransferError, match=r"Nothing can be written in .*nowhere, .*: No such file or directory\."):
        back_up(make_engine(tmp_path), shelf, tmp_path / "nowhere" / "x.zip", quiet)


def test_a_photo_that_is_lost_or_damaged_is_named_and_the_rest_is_backed_up(tmp_path: Path, shelf: PhotoStore) -> None:
    keys = fill(f"sqlite:///{tmp_path / 'diary.db'}", shelf)
    (tmp_path / "photos" / keys[0]).unlink()
    (tmp_path / "photos" / keys[1]).write_bytes(b"no picture")
    (tmp_path / "photos" / keys[2].replace(".webp", ".small.webp")).unlink()
    done = back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", quiet)
    assert (done.photos, done.lost) == (len(keys) - 2, tuple(keys[:2]))
    found = members(tmp_path / "x.zip")
    assert f"photos/{keys[0]}" not in found
    assert found[f"photos/{keys[2]}"][:-8] == 2 * shelf.get(keys[2])  # in the place of its thumbnail


class AwayShelf:
    def get(self, key: str, small: bool = False) -> bytes:
        raise StorageError("The bucket is away.")

    keep = None


def test_a_store_out_of_reach_is_told_and_leaves_nothing_behind(tmp_path: Path, shelf: PhotoStore) -> None:
    fill(f"sqlite:///{tmp_path / 'diary.db'}", shelf)
    (tmp_path / "out").mkdir()
    with pytest.raises(StorageError, match="The bucket is away"):
        back_up(make_engine(tmp_path), AwayShelf(), tmp_path / "out" / "x.zip", quiet)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(tmp_path: Path, shelf: PhotoStore) -> None:
    make_diary(tmp_path).add_days([EntryDraft(TODAY - timedelta(days=n), note="x" * 900) for n in range(200)])
    engine = make_engine(tmp_path)
    with reading(engine) as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    with (tmp_path / "diary.db").open("r+b") as file:
        file.seek(30 * 4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(StorageError, match="damaged"):
        back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", quiet)
    assert not (tmp_path / "x.zip").exists()


def test_it_is_one_instant_while_somebody_writes_as_fast_as_they_can(
    database: str, shelf: PhotoStore, tmp_path: Path
) -> None:
    diary, stop, written = make_diary(database), threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            day = TODAY - timedelta(days=len(written))
            diary.save(EntryDraft(day, note=str(len(written))))
            written.append(day)

    writer = threading.Thread(target=write)
    writer.start()
    engine = make_engine(database)
    try:
        for number in range(5):
            before = len(written)
            back_up(engine, shelf, tmp_path / f"{number}.zip", quiet)
            after = len(written)
            notes = sorted(
                int(str(row["note"])) for row in lines(members(tmp_path / f"{number}.zip")["tables/entries.jsonl"])
            )
            assert notes == list(range(len(notes)))
            assert before <= len(notes) <= after + 1
            time.sleep(0.05)
    finally:
        stop.set()
        writer.join()
    assert len(written) > 5


def _back_up_slowly(database: str, photos: Path, file: Path) -> None:
    """Stops for ever at the first photo."""
    shelf = open_shelf(photos)

    def hang(what: str, _done: int, _total: int) -> None:
        if what == "photos":
            Path(f"{file}.reached").touch()
            time.sleep(600)

    back_up(make_engine(database), shelf, file, hang)


def test_one_that_is_killed_leaves_nothing_under_the_name_and_the_next_one_works(
    tmp_path: Path, shelf: PhotoStore
) -> None:
    database, out = f"sqlite:///{tmp_path / 'diary.db'}", tmp_path / "out"
    fill(database, shelf)
    out.mkdir()
    backup = multiprocessing.get_context("spawn").Process(
        target=_back_up_slowly, args=(database, tmp_path / "photos", out / "x.zip")
    )
    backup.start()
    while not (out / "x.zip.reached").exists():
        assert backup.is_alive()
        time.sleep(0.01)
    backup.kill()
    backup.join()
    assert not (out / "x.zip").exists()
    (left,) = out.glob(".music-diary-backup-*")
    back_up(make_engine(tmp_path), shelf, out / "x.zip", quiet)
    assert left.exists(), "another backup may be at work there"
    for path in (*left.iterdir(), left):
        os.utime(path, (0, 0))
    back_up(make_engine(tmp_path), shelf, out / "y.zip", quiet)
    assert sorted(path.name for path in out.iterdir()) == ["x.zip", "x.zip.reached", "y.zip"]
