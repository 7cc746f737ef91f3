"""Photos kept aside while S3 fails: the save succeeds, the photo is shown, and it is sent when S3 is back."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from diary.errors import NotFoundError, PhotoError, StorageError
from diary.storage.photos import PhotoStore, bucket, line, open_photos, photo_key, prepare
from diary.storage.photos.waiting import WaitingPhotos
from tests.builders import Clock, make_engine
from tests.fakes.s3_faults import FaultyS3
from tests.storage.photo_contract import ANNA, BEN, jpeg, soon


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PATIENT", 5.0)
    monkeypatch.setattr(line, "REST", 0.2)


@pytest.fixture
def engine(database: str) -> Engine:
    return make_engine(database)


@pytest.fixture
def store(engine: Engine, faulty: FaultyS3) -> PhotoStore:
    return open_photos("s3://bucket/photos", engine)


@pytest.mark.parametrize("fault", ["drop", "AccessDenied", "InternalError", "SlowDown", "NoSuchBucket"])
def test_a_photo_s3_does_not_take_is_kept_aside_and_shown(store: PhotoStore, faulty: FaultyS3, fault: str) -> None:
    faulty.fault = fault
    key = store.put(ANNA, jpeg())
    picture = prepare(jpeg())
    assert store.is_waiting(key)
    assert (store.get(key), store.get(key, small=True)) == (picture.large, picture.small)
    assert store.address(key) is None, "the bucket has nothing to show"
    assert store.belongs_to(ANNA, key)
    assert faulty.kept == {}


def test_what_waits_is_sent_when_s3_is_back(store: PhotoStore, faulty: FaultyS3) -> None:
    faulty.fault = "InternalError"
    annas, bens = store.put(ANNA, jpeg()), store.put(BEN, jpeg())
    assert store.send_waiting() == 0
    assert store.is_waiting(annas)
    faulty.fault = None
    assert store.send_waiting() == 2
    picture = prepare(jpeg())
    for key in (annas, bens):
        assert not store.is_waiting(key)
        assert store.address(key).startswith(faulty.url)
        assert (store.get(key), store.get(key, small=True)) == (picture.large, picture.small)
    assert store.send_waiting() == 0


def test_the_oldest_is_sent_first_and_three_failures_in_a_row_end_it(
    engine: Engine, store: PhotoStore, faulty: FaultyS3
) -> None:
    clock = Clock()
    waiting = WaitingPhotos(engine, clock)
    keys = [f"{'a' * 32}/{letter * 64}.webp" for letter in "bcade"]
    for key in keys:
        waiting.put(key, prepare(jpeg()))
        clock.move(minutes=1)
    assert waiting.oldest_first() == tuple(keys)
    faulty.fault = "InternalError"
    faulty.calls.clear()
    assert store.send_waiting() == 0
    tried = {f"/bucket/photos/{key.replace('.webp', '.small.webp')}" for key in keys[:3]}
    assert {path for _, path in faulty.calls} == tried
    faulty.fault = None
    assert store.send_waiting() == 5
    sent = [path for method, path in faulty.calls if method == "PUT" and ".small" not in path]
    assert sent == [f"/bucket/photos/{key}" for key in [*keys[3:], *keys[:3]]], "those that failed before come last"


def test_photos_that_always_fail_hold_up_no_others(engine: Engine, store: PhotoStore, faulty: FaultyS3) -> None:
    clock = Clock()
    waiting = WaitingPhotos(engine, clock)
    keys = [f"{'a' * 32}/{letter * 64}.webp" for letter in "abcdef"]
    for key in keys:
        waiting.put(key, prepare(jpeg()))
        clock.move(minutes=1)
    faulty.refused = {f"photos/{key}" for key in keys[:4]}
    assert store.send_waiting() + store.send_waiting() == 2
    assert waiting.oldest_first() == tuple(keys[:4])
    assert store.send_waiting() == 0
    faulty.refused = set()
    assert store.send_waiting() + store.send_waiting() == 4


@pytest.mark.parametrize("fault", ["cut", "spoiled", "html"])
def test_a_photo_waits_until_s3_gives_it_back_as_it_was_sent(
    store: PhotoStore, faulty: FaultyS3, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty.fault = "InternalError"
    key = store.put(ANNA, jpeg())
    faulty.fault = None
    monkeypatch.setattr(faulty, "fault_of_reads", fault)
    assert store.send_waiting() == 0
    assert store.is_waiting(key)
    assert len(faulty.kept) == 2, "it was written"
    monkeypatch.setattr(faulty, "fault_of_reads", None)
    assert store.send_waiting() == 1


def test_two_who_send_at_once_send_all_and_lose_none(store: PhotoStore, engine: Engine, faulty: FaultyS3) -> None:
    faulty.fault = "InternalError"
    keys = [store.put(ANNA, jpeg(color)) for color in ("red", "green", "blue", "navy", "orange")]
    faulty.fault = None
    sent: list[int] = []
    stores = [open_photos("s3://bucket/photos", engine) for _ in range(2)]
    people = [threading.Thread(target=lambda one=one: sent.append(one.send_waiting())) for one in stores]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sum(sent) == 5
    assert not any(store.is_waiting(key) for key in keys)
    assert all(store.get(key) and store.get(key, small=True) for key in keys)


def test_the_same_photo_twice_waits_once(store: PhotoStore, faulty: FaultyS3) -> None:
    faulty.fault = "InternalError"
    assert store.put(ANNA, jpeg()) == store.put(ANNA, jpeg())
    faulty.fault = None
    assert store.send_waiting() == 1


def test_a_photo_that_was_deleted_waits_no_longer(store: PhotoStore, faulty: FaultyS3) -> None:
    faulty.fault = "InternalError"
    key = store.put(ANNA, jpeg())
    faulty.fault = None
    store.delete(key)
    assert not store.is_waiting(key)
    assert store.send_waiting() == 0
    with pytest.raises(NotFoundError):
        store.get(key)


def test_what_waits_is_removed_like_the_others_when_it_is_old_and_nothing_shows_it(
    store: PhotoStore, faulty: FaultyS3
) -> None:
    faulty.fault = "InternalError"
    key = store.put(ANNA, jpeg())
    faulty.fault = None
    assert not store.is_lost(key)
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    assert list(store.keys(a_day_ago)) == []
    assert not store.remove(key, a_day_ago, lambda: False)
    assert list(store.keys(soon())) == [key]
    assert not store.remove(key, soon(), lambda: True)
    assert store.get(key)
    assert store.remove(key, soon(), lambda: False)
    assert store.is_lost(key)


def test_a_photo_that_s3_does_not_take_back_is_kept_aside(store: PhotoStore, faulty: FaultyS3) -> None:
    key = store.put(ANNA, jpeg())
    content = store.get(key)

    def is_shown() -> bool:
        faulty.fault = "InternalError"
        return True

    assert not store.remove(key, soon(), is_shown)
    assert store.is_waiting(key)
    assert store.get(key) == content


def test_a_photo_that_s3_does_not_remove_is_not_written_anew_unless_it_is_shown(
    store: PhotoStore, faulty: FaultyS3
) -> None:
    """It would be young again, and never be forgotten."""
    key = store.put(ANNA, jpeg())
    written = {name: at for name, (_, at) in faulty.kept.items()}
    really = store._patient.remove

    def remove(names: list[str]) -> None:
        faulty.fault = "AccessDenied"
        try:
            really(names)
        finally:
            faulty.fault = None

    store._patient.remove = remove
    with pytest.raises(StorageError):
        store.remove(key, soon(), lambda: False)
    assert {name: at for name, (_, at) in faulty.kept.items()} == written
    with pytest.raises(StorageError):
        store.remove(key, soon(), lambda: True)
    assert {name: at for name, (_, at) in faulty.kept.items()} != written
    assert not store.is_waiting(key)


def test_a_silent_store_has_lost_nothing(store: PhotoStore, faulty: FaultyS3) -> None:
    key = store.put(ANNA, jpeg())
    faulty.fault = "InternalError"
    assert not store.is_lost(key)


def test_what_is_no_picture_is_refused_and_not_kept_aside(store: PhotoStore, engine: Engine, faulty: FaultyS3) -> None:
    faulty.fault = "InternalError"
    with pytest.raises(PhotoError):
        store.put(ANNA, b"Dear diary")
    assert WaitingPhotos(engine).oldest_first() == ()


def test_what_is_restored_or_moved_is_not_kept_aside(store: PhotoStore, engine: Engine, faulty: FaultyS3) -> None:
    key = store.put(ANNA, jpeg())
    picture = prepare(jpeg())
    faulty.fault = "InternalError"
    with pytest.raises(StorageError):
        store.keep(key, picture.large, picture.small)
    assert WaitingPhotos(engine).oldest_first() == ()


def test_when_the_database_fails_too_it_is_told(tmp_path: Path, faulty: FaultyS3) -> None:
    engine = make_engine(tmp_path)
    engine.dispose()
    for file in tmp_path.glob("diary.db*"):
        file.unlink()
    (tmp_path / "diary.db").mkdir()
    faulty.fault = "InternalError"
    with pytest.raises(StorageError, match="The diary's file cannot be opened"):
        open_photos("s3://bucket/photos", engine).put(ANNA, jpeg())


def test_what_came_waiting_to_a_folder_is_shown_and_sent(tmp_path: Path, engine: Engine) -> None:
    """With a move, or a backup of a diary whose photos were in S3."""
    picture = prepare(jpeg())
    key = photo_key(ANNA, picture)
    WaitingPhotos(engine).put(key, picture)
    store = open_photos(str(tmp_path / "photos"), engine)
    assert (store.get(key), store.get(key, small=True)) == (picture.large, picture.small)
    assert not store.is_lost(key)
    assert store.send_waiting() == 1
    assert WaitingPhotos(engine).oldest_first() == ()
    assert open_photos(str(tmp_path / "photos"), None).get(key) == picture.large


def test_a_full_folder_is_told_and_nothing_is_kept_aside(tmp_path: Path, engine: Engine) -> None:
    """Who has one disk gains nothing from a second copy on it."""
    (tmp_path / "file").write_bytes(b"")
    store = open_photos(str(tmp_path / "file" / "photos"), engine)
    with pytest.raises(StorageError, match="Please check DIARY_PHOTOS"):
        store.put(ANNA, jpeg())
    assert store.send_waiting() == 0
    assert WaitingPhotos(engine).oldest_first() == ()
