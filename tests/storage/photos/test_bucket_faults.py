"""S3 failing: within which time the diary gives up, what it says, and what it does not say."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from urllib3 import HTTPResponse

from diary.errors import NotFoundError, StorageError
from diary.storage.photos import PhotoStore, bucket, line, open_photos
from tests import s3
from tests.builders import eventually
from tests.fakes.s3_faults import CANARY, FaultyS3
from tests.storage.photo_contract import ANNA, jpeg, soon
from tests.storage.photos.conftest import LeadTo
from tests.storage.photos.support import run

DEADLINE = 2.0  # seconds in place of five, that the tests end the same day
LIMIT = DEADLINE + 1.5  # the machine may be busy
SILENT = r"the photo store is not answering\. Please try again in a moment\.$"
BUSY = r"the photo store is busy or out of order\. Please try again in a moment\.$"
SPOILED = r"the photo store's answer was cut off or spoiled on its way\. Please try again in a moment\.$"
DENIED = r"the photo store denies access\. Please check the rights of the diary's AWS role below DIARY_PHOTOS\.$"
KEYS = r"the photo store does not accept the diary's AWS credentials\. Please check them\.$"
REGION = r"the bucket lies in another region\. Please set AWS_REGION to that one\.$"
FAULTS = {
    "AccessDenied": DENIED,
    "AuthorizationHeaderMalformed": REGION,
    "ExpiredToken": KEYS,
    "InternalError": BUSY,
    "InvalidAccessKeyId": KEYS,
    "NotImplemented": r"does not encrypt what it keeps .* Please switch that on there, or choose another store\.$",
    "NoSuchBucket": r"the bucket does not exist\. Please check DIARY_PHOTOS\.$",
    "PermanentRedirect": REGION,
    "RequestTimeTooSkewed": r"clock is wrong, so the photo store denies access\. Please set it right\.$",
    "ServiceUnavailable": BUSY,
    "SignatureDoesNotMatch": KEYS,
    "SlowDown": BUSY,
    "TeapotError": r"answers “TeapotError”\. Please check DIARY_PHOTOS and boto3's settings\.$",
    "drop": SILENT,
    "hang": SILENT,
    "late": SILENT,
    "dribble": SILENT,
    "dribble_head": SILENT,
}
Act = Callable[[PhotoStore, str], object]
ACTS: dict[str, Act] = {
    "kept": lambda store, _: store.put(ANNA, jpeg("navy")),
    "read": lambda store, key: store.get(key),
    "removed": lambda store, key: store.delete(key),
    "listed": lambda store, _: list(store.keys(soon())),
}


@pytest.fixture
def key(faulty: FaultyS3) -> str:
    """A photo that is there; kept before anybody is in a hurry, as boto3 is slow to begin on a busy machine."""
    assert faulty.fault is None
    return open_photos("s3://bucket/photos", None).put(ANNA, jpeg())


@pytest.fixture
def store(key: str, monkeypatch: pytest.MonkeyPatch) -> PhotoStore:
    """The store, ready, that has ``key`` and soon gives up."""
    monkeypatch.setattr(bucket, "HURRIED", DEADLINE)
    monkeypatch.setattr(bucket, "PATIENT", DEADLINE)
    monkeypatch.setattr(line, "REST", DEADLINE)
    store = open_photos("s3://bucket/photos", None)

    def is_ready() -> bool:
        with suppress(StorageError):  # boto3 is slow to begin, as above
            return store.address(key) is not None
        return False

    eventually(is_ready, seconds=60)
    return store


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_told_in_a_sentence_within_the_deadline_and_nothing_else_is_told(
    store: PhotoStore, key: str, faulty: FaultyS3, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.fault = fault
    caplog.set_level(logging.DEBUG, "diary")
    for done in ("read",) if FAULTS[fault] == SILENT else ("kept", "read", "removed"):
        began = time.monotonic()
        with pytest.raises(StorageError, match=rf"^The photo could not be {done}: .*{FAULTS[fault]}") as told:
            ACTS[done](store, key)
        assert time.monotonic() - began < LIMIT
        assert told.value.__cause__ is None, "a chain of errors would name the photo in a log"
        said = f"{told.value}\n{caplog.text}"
        assert f"photo not {done} cause=" in caplog.text
        for secret in (CANARY, s3.SECRET, s3.ID, key, key[:32], "X-Amz"):
            assert secret not in said


@pytest.mark.parametrize("done", ["kept", "removed", "listed"])
@pytest.mark.parametrize("fault", ["hang", "dribble_head"])
def test_no_call_takes_longer_than_the_deadline(
    store: PhotoStore, key: str, faulty: FaultyS3, done: str, fault: str
) -> None:
    faulty.fault = fault
    began = time.monotonic()
    with pytest.raises(StorageError, match=SILENT):
        ACTS[done](store, key)
    assert time.monotonic() - began < LIMIT


@pytest.mark.parametrize("fault", ["cut", "spoiled"])
def test_a_picture_that_does_not_come_whole_is_not_shown(
    store: PhotoStore, key: str, faulty: FaultyS3, fault: str
) -> None:
    faulty.fault = fault
    for small in (False, True):
        with pytest.raises(StorageError, match=SPOILED):
            store.get(key, small)


def test_a_page_of_somebody_else_is_no_listing(store: PhotoStore, faulty: FaultyS3) -> None:
    faulty.fault = "html"
    with pytest.raises(StorageError, match=f"{SPOILED}|{BUSY}"):
        list(store.keys(soon()))


def test_a_host_that_does_not_answer_at_all_is_told(lead_to: LeadTo) -> None:
    lead_to("http://127.0.0.1:9")
    store = open_photos("s3://bucket/photos", None)
    with pytest.raises(StorageError, match=SILENT):
        store.put(ANNA, jpeg())


def test_a_bucket_of_another_region_is_not_asked_there(lead_to: LeadTo, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 would follow S3 to the other host, from which no page may show a picture."""
    lead_to("http://127.0.0.1:9")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    store = open_photos("s3://bucket/photos", None)
    asked: list[str] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        asked.append(urlsplit(request.url).netloc)
        headers = {"x-amz-bucket-region": "ap-south-1"}
        return AWSResponse(request.url, 301, headers, HTTPResponse(BytesIO(b""), preload_content=False))

    store._shelf._store.client().meta.events.register_first("before-send.s3", answer)
    with pytest.raises(StorageError, match=REGION):
        store.put(ANNA, jpeg())
    assert asked == ["bucket.s3.eu-central-1.amazonaws.com", "bucket.s3.ap-south-1.amazonaws.com"], (
        "the last is not sent"
    )


def test_what_is_not_there_is_told_apart_from_what_may_not_be_read(
    store: PhotoStore, key: str, faulty: FaultyS3
) -> None:
    """To those who may not list a whole bucket, S3 denies access to what is missing."""
    faulty.fault = "hidden"
    with pytest.raises(NotFoundError, match=r"^There is no such photo\.$"):
        store.get(f"{key[:32]}/{'0' * 64}.webp")
    assert store.get(key)
    faulty.fault = "blind"
    with pytest.raises(StorageError, match=DENIED):
        store.get(f"{key[:32]}/{'0' * 64}.webp")
    faulty.fault = "AccessDenied"
    with pytest.raises(StorageError, match=DENIED):
        store.get(key)


def test_after_a_call_ran_into_the_deadline_the_next_ones_fail_at_once(
    store: PhotoStore, key: str, faulty: FaultyS3
) -> None:
    faulty.fault = "hang"
    with pytest.raises(StorageError, match=SILENT):
        store.get(key)
    asked, began = len(faulty.calls), time.monotonic()
    for _ in range(50):
        with pytest.raises(StorageError, match=SILENT):
            store.get(key)
    assert time.monotonic() - began < 1
    assert len(faulty.calls) == asked
    faulty.fault = None
    time.sleep(DEADLINE)
    assert store.get(key)


def test_many_calls_at_once_leave_few_threads_behind_and_all_end_in_time(
    store: PhotoStore, key: str, faulty: FaultyS3
) -> None:
    faulty.fault = "hang"
    told: list[float] = []

    def look() -> None:
        began = time.monotonic()
        with pytest.raises(StorageError, match=SILENT):
            store.get(key)
        told.append(time.monotonic() - began)

    people = [threading.Thread(target=look) for _ in range(30)]
    for person in people:
        person.start()
    time.sleep(DEADLINE / 2)
    assert sum(thread.name == "photos" for thread in threading.enumerate()) <= 8
    for person in people:
        person.join()
    assert len(told) == 30
    assert max(told) < LIMIT


def test_addresses_are_given_while_s3_hangs(store: PhotoStore, key: str, faulty: FaultyS3) -> None:
    faulty.fault = "hang"
    with pytest.raises(StorageError):
        store.get(key)
    asked, began = len(faulty.calls), time.monotonic()
    assert all(store.address(key, small).startswith(faulty.url) for small in [False, True] * 25)
    assert time.monotonic() - began < 2
    assert len(faulty.calls) == asked


def test_nothing_is_sent_for_those_who_have_gone(store: PhotoStore, key: str, faulty: FaultyS3) -> None:
    """Else what a person gave up, and did again in another way, would be done later all the same."""
    faulty.fault = "late"
    with pytest.raises(StorageError, match=SILENT):
        store.delete(key)
    faulty.calls.clear()
    faulty.closing.set()  # the first answer comes at once now, and the second file's turn would be next
    time.sleep(0.5)
    assert faulty.calls == []


def test_a_busy_s3_is_asked_twice(store: PhotoStore, key: str, faulty: FaultyS3) -> None:
    faulty.calls.clear()
    faulty.fault_once = "SlowDown"
    assert store.get(key)
    assert [method for method, _ in faulty.calls] == ["GET", "GET"]


def test_copies_take_their_time_and_ask_again_for_what_cannot_be_read(
    store: PhotoStore, key: str, faulty: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = store.get(key)
    monkeypatch.setattr(bucket, "PATIENT", 60.0)
    monkeypatch.setattr(line, "PAUSE", 0.1)
    monkeypatch.setattr(line, "REST", 0.2)
    patient = store.patiently()
    faulty.fault = "late"
    threading.Timer(DEADLINE + 0.5, faulty.closing.set).start()
    began = time.monotonic()
    assert patient.get(key) == content
    assert time.monotonic() - began > DEADLINE
    for fault in ("InternalError", "cut", "drop"):
        faulty.calls.clear()
        faulty.fault = fault
        with pytest.raises(StorageError):
            patient.get(key)
        assert len(faulty.calls) >= 3
        threading.Timer(0.15, lambda: setattr(faulty, "fault", None)).start()
        assert patient.get(key) == content


def test_a_program_can_end_while_a_call_hangs(faulty: FaultyS3) -> None:
    faulty.fault = "hang"
    code = """
        from diary.errors import StorageError
        from diary.storage.photos import open_photos
        try:
            open_photos("s3://bucket/photos", None).get("a" * 32 + "/" + "b" * 64 + ".webp")
        except StorageError as error:
            print(error)
    """
    began = time.monotonic()
    told = run(code)
    assert "is not answering" in told.stdout, told.stderr
    assert 5 < time.monotonic() - began < 15, "the deadline, and what a start of Python and boto3 takes"
