"""Photos in a folder: what is on the disk, and what happens when the disk fails."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from diary.errors import NotFoundError, StorageError
from diary.storage.photos import PhotoStore, open_photos, photo_key, prepare
from tests.storage.photos.support import MB, encoded, run

pytest.register_assert_rewrite("tests.storage.photo_contract")
from tests.storage.photo_contract import ANNA, PhotoStoreContract, jpeg  # noqa: E402


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data" / "photos"


class TestFolder(PhotoStoreContract):
    @pytest.fixture
    def store(self, root: Path) -> PhotoStore:
        return open_photos(str(root), None)


def below(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def test_a_photo_is_two_files_and_nothing_is_written_elsewhere(root: Path, tmp_path: Path) -> None:
    key = open_photos(str(root), None).put(ANNA, jpeg())
    names = {f"data/photos/{key}", f"data/photos/{key.removesuffix('.webp')}.small.webp"}
    assert below(tmp_path).keys() == names


def test_nobody_but_the_diary_may_look_into_an_owners_folder(root: Path) -> None:
    key = open_photos(str(root), None).put(ANNA, jpeg())
    assert (root / key).parent.stat().st_mode & 0o077 == 0


def test_a_key_never_leads_out_of_the_folder(root: Path, tmp_path: Path) -> None:
    store = open_photos(str(root), None)
    store.put(ANNA, jpeg())
    (tmp_path / "secret.webp").write_bytes(b"secret")
    for key in ("../../secret.webp", str(tmp_path / "secret.webp"), f"{'0' * 32}/../../../secret.webp"):
        with pytest.raises(NotFoundError):
            store.get(key)
        store.delete(key)
    assert (tmp_path / "secret.webp").read_bytes() == b"secret"


def test_a_photo_that_is_there_is_not_written_again(root: Path) -> None:
    store = open_photos(str(root), None)
    store.put(ANNA, jpeg())
    before = below(root)
    store.put(ANNA, jpeg())
    assert below(root) == before


def test_a_lost_thumbnail_comes_back_with_the_next_save(root: Path) -> None:
    store = open_photos(str(root), None)
    key = store.put(ANNA, jpeg())
    (root / key).with_suffix(".small.webp").unlink()
    with pytest.raises(NotFoundError):
        store.get(key, small=True)
    assert store.put(ANNA, jpeg()) == key
    assert store.get(key, small=True)


def test_the_same_photo_saved_by_many_at_once_is_whole(root: Path) -> None:
    keys: list[str] = []
    people = [
        threading.Thread(target=lambda: keys.append(open_photos(str(root), None).put(ANNA, jpeg()))) for _ in range(8)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert (len(keys), len(set(keys))) == (8, 1)
    assert open_photos(str(root), None).get(keys[0]) == prepare(jpeg()).large
    assert len(below(root)) == 2


def test_a_full_disk_is_told_and_leaves_no_half_file(root: Path, tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands in for the full disk: the first file fits, the second is cut while it is written."""
    data = encoded(Image.effect_noise((1500, 1000), 90).convert("RGB"), "JPEG")
    (tmp_path / "photo").write_bytes(data)
    picture = prepare(data)
    limit = (len(picture.small) + len(picture.large)) // 2
    code = """
        import pathlib, resource, sys
        from diary.errors import StorageError
        from diary.storage.photos import open_photos
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
        try:
            open_photos(sys.argv[1], None).put("anna", pathlib.Path(sys.argv[2]).read_bytes())
        except StorageError as error:
            print(error)
    """
    told = run(code, root, tmp_path / "photo", limit)
    assert told.stdout.strip() == (
        "The photo could not be kept: the disk is full. Please free some space and try again."
    ), told.stderr
    assert below(root) == {}
    assert list(root.glob(".*")) == []
    assert run(code, root, tmp_path / "photo", 10 * MB).stdout == ""
    assert len(below(root)) == 2


@pytest.mark.parametrize("moves", [0, 1])
def test_a_crash_between_writing_and_moving_leaves_no_broken_picture(root: Path, tmp_path: Path, moves: int) -> None:
    (tmp_path / "photo").write_bytes(jpeg())
    code = """
        import os, pathlib, signal, sys
        from diary.storage.photos import open_photos
        left, move = int(sys.argv[3]), os.replace

        def replace(*paths):
            global left
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            move(*paths)

        os.replace = replace
        open_photos(sys.argv[1], None).put(sys.argv[4], pathlib.Path(sys.argv[2]).read_bytes())
    """
    assert run(code, root, tmp_path / "photo", moves, ANNA).returncode == -signal.SIGKILL
    assert len(below(root)) == 2, "both were written when the process was killed"
    store, picture = open_photos(str(root), None), prepare(jpeg())
    with pytest.raises(NotFoundError):
        store.get(photo_key(ANNA, picture))
    key = store.put(ANNA, jpeg())
    assert (store.get(key), store.get(key, small=True)) == (picture.large, picture.small)


def test_what_a_crash_left_aside_is_cleared_an_hour_later(root: Path) -> None:
    store = open_photos(str(root), None)
    store.put(ANNA, jpeg())
    for name, age in ((".aside-crash", 4000), (".aside-busy", 10)):
        (root / name).mkdir()
        (root / name / "half.webp").write_bytes(b"half")
        written = (root / name).stat().st_mtime - age
        os.utime(root / name, (written, written))
    store.put(ANNA, jpeg("navy"))
    assert [path.name for path in root.glob(".aside-*")] == [".aside-busy"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = open_photos(str(tmp_path / "file" / "photos"), None)
    with pytest.raises(StorageError, match=r"^The photo could not be kept: .* Please check DIARY_PHOTOS"):
        store.put(ANNA, jpeg())
    with pytest.raises(NotFoundError):
        store.get(photo_key(ANNA, prepare(jpeg())))


def test_a_photo_that_cannot_be_read_or_removed_is_told(root: Path) -> None:
    key = photo_key(ANNA, prepare(jpeg()))
    (root / key).mkdir(parents=True)
    with pytest.raises(StorageError, match=r"^The photo could not be read: "):
        open_photos(str(root), None).get(key)
    with pytest.raises(StorageError, match=r"^The photo could not be removed: "):
        open_photos(str(root), None).delete(key)


def test_what_is_no_photo_is_no_key_and_is_left_alone(root: Path) -> None:
    store = open_photos(str(root), None)
    key = store.put(ANNA, jpeg())
    for name in ("README.txt", f"{key[:32]}/notes.txt", f"{key}.bak", f"Another/{key[33:]}"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"mine")
    assert list(store.keys(datetime.now(UTC) + timedelta(seconds=2))) == [key]


def test_a_thumbnail_without_its_photo_is_old_too_one_day(root: Path) -> None:
    store = open_photos(str(root), None)
    key = store.put(ANNA, jpeg())
    (root / key).unlink()
    assert list(store.keys(datetime.now(UTC) + timedelta(seconds=2))) == [key]


def test_a_photo_half_of_which_is_young_is_not_old(root: Path) -> None:
    store = open_photos(str(root), None)
    key = store.put(ANNA, jpeg())
    os.utime(root / key, (1, 1))
    assert list(store.keys(datetime.now(UTC) - timedelta(hours=1))) == []


def test_a_folder_without_photos_has_no_keys(root: Path) -> None:
    assert list(open_photos(str(root), None).keys(datetime.now(UTC))) == []


def test_a_folder_has_no_addresses(root: Path) -> None:
    store = open_photos(str(root), None)
    assert store.address(store.put(ANNA, jpeg())) is None
    assert store.origin is None


def test_a_folder_that_cannot_be_written_fails_its_check(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"^The photo could not be kept: .* Please check DIARY_PHOTOS"):
        open_photos(str(tmp_path / "file"), None).check()
