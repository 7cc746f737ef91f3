"""Photos in S3 that CloudFront shows: who gets one by an address, for how long, and what goes to S3 as ever."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import PrivateFormat

from diary.clock import utc_now
from diary.errors import StorageError
from diary.storage.photos import Distribution, PhotoStore, distribution, open_photos
from tests import s3
from tests.builders import make_engine
from tests.fakes.cloudfront import KEY_ID, FakeCloudFront, pem
from tests.fakes.s3_faults import FaultyS3
from tests.storage.photos.conftest import LeadTo
from tests.storage.photos.support import run

pytest.register_assert_rewrite("tests.storage.photo_contract")
from tests.storage.photo_contract import ANNA, BEN, PhotoStoreContract, jpeg, soon  # noqa: E402

ANY = f"{'a' * 32}/{'b' * 64}.webp"


@pytest.fixture
def place(lead_to: LeadTo) -> str:
    """The name of an empty bucket of a server that checks signatures."""
    lead_to(s3.rclone().url)
    return s3.rclone().new_bucket()


@pytest.fixture
def cdn(place: str) -> Iterator[FakeCloudFront]:
    def find(name: str) -> bytes | None:
        try:
            return s3.rclone().ask().get_object(Bucket=place, Key=name)["Body"].read()
        except ClientError:
            return None

    with FakeCloudFront(find) as server:
        yield server


@pytest.fixture
def store(place: str, cdn: FakeCloudFront) -> PhotoStore:
    return open_photos(f"s3://{place}/photos", None, None, known_to(cdn))


def known_to(cdn: FakeCloudFront) -> Distribution:
    return Distribution(cdn.url, KEY_ID, pem(cdn.key))


def shown(address: str) -> bytes:
    with urlopen(address) as answer:
        return answer.read()


def refuses(address: str, method: str = "GET") -> bool:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(address, method=method))
    return refused.value.code == 403


class TestBucketBehindCloudFront(PhotoStoreContract):
    @pytest.fixture
    def store(self, place: str, cdn: FakeCloudFront) -> PhotoStore:
        return open_photos(f"s3://{place}/photos", None, None, known_to(cdn))


@pytest.mark.parametrize("small", [False, True])
def test_an_address_shows_the_photo_to_whoever_has_it_for_ten_minutes(
    store: PhotoStore, cdn: FakeCloudFront, small: bool
) -> None:
    key = store.put(ANNA, jpeg())
    address = store.address(key, small)
    assert shown(address) == store.get(key, small)
    assert address.startswith(f"{cdn.url}/photos/{key[:32]}/")
    assert store.origin == cdn.url
    query = parse_qs(urlsplit(address).query)
    assert [*query] == ["Expires", "Signature", "Key-Pair-Id"]
    assert 590 <= int(query["Expires"][0]) - time.time() <= 600
    assert s3.SECRET not in address


def test_an_address_is_good_for_one_photo_of_one_person_and_for_reading_alone(
    store: PhotoStore, cdn: FakeCloudFront
) -> None:
    annas, bens = store.put(ANNA, jpeg()), store.put(BEN, jpeg())
    address = store.address(annas)
    until = parse_qs(urlsplit(address).query)["Expires"][0]
    for wrong in (
        address.replace(annas, bens),
        address.replace(".webp", ".small.webp"),
        address.replace(until, str(int(until) + 1)),
        address.replace(KEY_ID, "K1"),
        address + "&more=1",
        address.partition("?")[0],
    ):
        assert refuses(wrong)
    assert all(refuses(address, method) for method in ("PUT", "DELETE"))
    assert cdn.shown == []
    assert shown(address) == store.get(annas)


def test_an_address_is_good_for_a_short_while_only(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key = store.put(ANNA, jpeg())
    for minutes, is_over in ((9, False), (11, True)):
        then = utc_now() - timedelta(minutes=minutes)
        monkeypatch.setattr(distribution, "utc_now", lambda then=then: then)
        assert refuses(store.address(key)) if is_over else shown(store.address(key))


def test_a_name_of_odd_characters_is_shown(place: str, cdn: FakeCloudFront) -> None:
    """All that a prefix may have. A star in an address that is signed would stand for anything."""
    store = open_photos(f"s3://{place}/odd!_.-*'()/two", None, None, known_to(cdn))
    key = store.put(ANNA, jpeg())
    address = store.address(key)
    assert shown(address) == store.get(key)
    assert re.fullmatch(r"/[A-Za-z0-9%/._-]+", urlsplit(address).path)


def test_a_key_in_the_older_form_signs_as_well(place: str, cdn: FakeCloudFront) -> None:
    key = pem(cdn.key, PrivateFormat.TraditionalOpenSSL)
    assert key.startswith("-----BEGIN RSA PRIVATE KEY-----")
    store = open_photos(f"s3://{place}/photos", None, None, Distribution(cdn.url, KEY_ID, key))
    assert shown(store.address(store.put(ANNA, jpeg())))


def test_all_but_showing_goes_to_s3_as_ever(faulty: FaultyS3) -> None:
    with FakeCloudFront(lambda _: None) as cdn:
        store = open_photos("s3://bucket/photos", None, None, known_to(cdn))
        key = store.put(ANNA, jpeg())
        assert store.get(key)
        assert list(store.keys(soon())) == [key]
        store.delete(key)
        assert (cdn.shown, cdn.refused) == ([], [])
    assert {method for method, _ in faulty.calls} == {"PUT", "GET", "DELETE"}
    assert faulty.kept == {}


def test_an_address_is_signed_without_asking_anybody(faulty: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    nobody = Distribution("https://d1.cloudfront.net", KEY_ID, pem(generate_private_key(65537, 2048)))
    store = open_photos("s3://bucket/photos", None, None, nobody)
    assert (store.address(ANY) or "").startswith(f"https://d1.cloudfront.net/photos/{ANY}?Expires=")
    assert faulty.calls == []


def test_a_photo_that_waits_has_no_address(faulty: FaultyS3, tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = make_engine(tmp_path_factory.mktemp("waiting"))
    nobody = Distribution("https://d1.cloudfront.net", KEY_ID, pem(generate_private_key(65537, 2048)))
    store = open_photos("s3://bucket/photos", engine, None, nobody)
    faulty.fault = "SlowDown"
    key = store.put(ANNA, jpeg())
    assert store.address(key) is None
    faulty.fault = None
    assert store.send_waiting() == 1
    assert store.address(key)


def test_what_signs_is_not_loaded_before_it_is_needed() -> None:
    code = """
        import sys
        from diary.storage.photos import Distribution, open_photos
        open_photos("s3://bucket/photos", None, None, Distribution("https://d1.cloudfront.net", "K1", "a key"))
        print({"boto3", "botocore", "cryptography"} & set(sys.modules))
    """
    assert run(code).stdout.strip() == "set()"


# -------------------------------------------------------------------- the check


def told_by_check(place: str, cdn: Distribution) -> str:
    with pytest.raises(StorageError) as told:
        open_photos(f"s3://{place}/photos", None, None, cdn).check()
    assert "Contents" not in s3.rclone().ask().list_objects_v2(Bucket=place), "nothing is left of the check"
    said, begun = str(told.value), f"The bucket is in order, but {cdn.origin} does not show what lies there: "
    assert said.startswith(begun)
    return said.removeprefix(begun)


def test_the_check_looks_at_what_is_shown(store: PhotoStore, cdn: FakeCloudFront) -> None:
    store.check()
    (path,) = cdn.shown
    assert re.fullmatch(r"/photos/check-[0-9a-f]{16}\.webp", path)
    assert cdn.refused == [path], "without a signature"


def test_a_distribution_that_shows_photos_to_everybody_is_told(store: PhotoStore, cdn: FakeCloudFront) -> None:
    cdn.has_key_group = False
    with pytest.raises(StorageError, match="does not refuse an address that nobody signed"):
        store.check()


@pytest.mark.parametrize("wrong", ["key", "id", "rights"])
def test_a_refusal_of_cloudfront_is_told(place: str, cdn: FakeCloudFront, wrong: str) -> None:
    key = pem(generate_private_key(65537, 2048) if wrong == "key" else cdn.key)
    if wrong == "rights":
        cdn.find = lambda _: None
    assert told_by_check(place, Distribution(cdn.url, "K1" if wrong == "id" else KEY_ID, key)) == (
        "it refuses the diary's address. Please check that DIARY_PHOTOS_CDN_KEY belongs to DIARY_PHOTOS_CDN_KEY_ID, "
        "and that the bucket lets the distribution read."
    )


def test_a_distribution_of_another_bucket_is_told(place: str, cdn: FakeCloudFront) -> None:
    cdn.find = lambda _: b"another"
    assert told_by_check(place, known_to(cdn)) == (
        "its answer (200) is another. Please check that this bucket is its origin."
    )


def test_a_distribution_that_is_away_is_told(place: str, cdn: FakeCloudFront) -> None:
    cdn.__exit__()
    assert told_by_check(place, known_to(cdn)) == "it is not answering. Please check DIARY_PHOTOS_CDN."


def test_a_distribution_that_answers_without_end_is_told_in_time(place: str, faulty: FaultyS3, lead_to: LeadTo) -> None:
    """Served here by an S3 that fails on demand."""
    lead_to(s3.rclone().url)
    faulty.fault = "dribble"
    begun = time.monotonic()
    endless = Distribution(faulty.url, KEY_ID, pem(generate_private_key(65537, 2048)))
    assert told_by_check(place, endless) == "it is not answering. Please check DIARY_PHOTOS_CDN."
    assert time.monotonic() - begun < 8
