"""Photos in S3: what lies in the bucket and how, who may see it, and what the diary needs of AWS."""

import re
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from diary.errors import NotFoundError, StorageError
from diary.storage.photos import PhotoStore, open_photos
from tests import s3
from tests.fakes.s3_faults import FaultyS3
from tests.storage.photos.conftest import LeadTo
from tests.storage.photos.support import run

pytest.register_assert_rewrite("tests.storage.photo_contract")
from tests.storage.photo_contract import ANNA, BEN, NO_KEYS, PhotoStoreContract, jpeg, soon  # noqa: E402


class TestBucket(PhotoStoreContract):
    @pytest.fixture
    def store(self, bucket: str) -> PhotoStore:
        return open_photos(f"s3://{bucket}/photos", None)


class TestWholeBucket(PhotoStoreContract):
    """Without a prefix."""

    @pytest.fixture
    def store(self, bucket: str) -> PhotoStore:
        return open_photos(f"s3://{bucket}", None)


class TestBucketThatChecksSignatures(PhotoStoreContract):
    @pytest.fixture
    def store(self, lead_to: LeadTo) -> PhotoStore:
        lead_to(s3.rclone().url)
        return open_photos(f"s3://{s3.rclone().new_bucket()}/photos", None)


@pytest.fixture
def store(bucket: str) -> PhotoStore:
    return open_photos(f"s3://{bucket}/photos", None)


@pytest.fixture
def signed_place(lead_to: LeadTo) -> str:
    lead_to(s3.rclone().url)
    return f"s3://{s3.rclone().new_bucket()}/photos"


@pytest.fixture
def signed(signed_place: str) -> PhotoStore:
    return open_photos(signed_place, None)


def shown(address: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    with urlopen(Request(address, headers=headers)) as answer:
        return answer.read(), dict(answer.headers)


def test_a_photo_is_two_private_encrypted_objects_that_browsers_keep(store: PhotoStore, bucket: str) -> None:
    key = store.put(ANNA, jpeg())
    client = s3.moto().ask()
    names = {found["Key"] for found in client.list_objects_v2(Bucket=bucket)["Contents"]}
    assert names == {f"photos/{key}", f"photos/{key.removesuffix('.webp')}.small.webp"}
    for name in names:
        told = client.head_object(Bucket=bucket, Key=name)
        assert told["ContentType"] == "image/webp"
        assert told["ServerSideEncryption"] == "AES256"
        assert told["CacheControl"] == "private, max-age=31536000, immutable"
        grants = client.get_object_acl(Bucket=bucket, Key=name)["Grants"]
        assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]
        with pytest.raises(HTTPError, match="403"):
            urlopen(f"{s3.moto().url}/{bucket}/{name}")


@pytest.mark.parametrize("small", [False, True])
def test_an_address_shows_the_photo_to_whoever_has_it(signed: PhotoStore, small: bool) -> None:
    key = signed.put(ANNA, jpeg())
    address = signed.address(key, small)
    assert shown(address)[0] == signed.get(key, small)
    assert urlsplit(address).netloc in signed.origin
    assert 300 <= int(parse_qs(urlsplit(address).query)["X-Amz-Expires"][0]) <= 900


def test_an_address_is_good_for_one_photo_and_for_reading_alone(signed: PhotoStore) -> None:
    annas, bens = signed.put(ANNA, jpeg()), signed.put(BEN, jpeg())
    address = signed.address(annas)
    for wrong in (
        address.replace(annas, bens),
        address.replace(".webp", ".small.webp"),
        address.replace("X-Amz-Expires=600", "X-Amz-Expires=601"),
        address.partition("?")[0],
    ):
        with pytest.raises(HTTPError) as refused:
            urlopen(wrong)
        assert refused.value.code in {400, 403}
    with pytest.raises(HTTPError):
        urlopen(Request(address, method="DELETE"))
    assert signed.get(annas)


def test_an_address_is_good_for_a_short_while_only(signed: PhotoStore, signed_place: str) -> None:
    """What the store signed twelve minutes ago, by a clock that stood there then."""
    key = signed.put(ANNA, jpeg())
    code = """
        import datetime, sys
        from unittest import mock
        import botocore.auth, botocore.compat
        from diary.storage.photos import open_photos
        then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=12)
        with mock.patch("botocore.auth.get_current_datetime", lambda *_, **__: then.replace(tzinfo=None)):
            print(open_photos(sys.argv[1], None).address(sys.argv[2]))
    """
    told = run(code, signed_place, key)
    assert "X-Amz-Date" in told.stdout, told.stderr
    with pytest.raises(HTTPError) as refused:
        urlopen(told.stdout.strip())
    assert refused.value.code in {400, 403}
    assert shown(signed.address(key))[0]


def test_wrong_credentials_are_told_and_not_shown(signed_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another secret")
    with pytest.raises(StorageError, match=r"does not accept the diary's AWS credentials") as told:
        open_photos(signed_place, None).put(ANNA, jpeg())
    assert "secret" not in str(told.value)


def test_missing_credentials_are_told(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    for act in (store.check, lambda: store.address(f"{'a' * 32}/{'b' * 64}.webp")):
        with pytest.raises(StorageError, match=r"the diary has no AWS credentials\. Please set AWS_ACCESS_KEY_ID"):
            act()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.ID)
    store.check()


def test_a_bucket_that_is_not_there_is_told(store: PhotoStore, bucket: str) -> None:
    nowhere = open_photos(f"s3://not-{bucket}/photos", None)
    for act in (lambda: nowhere.put(ANNA, jpeg()), lambda: nowhere.get(f"{'a' * 32}/{'b' * 64}.webp"), nowhere.check):
        with pytest.raises(StorageError, match=r"the bucket does not exist\. Please check DIARY_PHOTOS\.$"):
            act()


def test_an_address_of_s3_that_is_none_is_told(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "not an address")
    with pytest.raises(StorageError, match=r"^The photo store cannot be set up: .* Please check AWS_ENDPOINT_URL_S3"):
        _ = open_photos("s3://bucket/photos", None).origin


@pytest.mark.parametrize(
    ("bucket_name", "region", "origin"),
    [
        ("my-diary", "us-east-1", "https://my-diary.s3.amazonaws.com"),
        ("my-diary", "eu-central-1", "https://my-diary.s3.eu-central-1.amazonaws.com"),
        ("my.diary", "eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
    ],
)
def test_at_aws_addresses_lead_to_the_bucket_s_own_host_in_its_region(
    lead_to: LeadTo, monkeypatch: pytest.MonkeyPatch, bucket_name: str, region: str, origin: str
) -> None:
    lead_to("http://127.0.0.1:9")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    store = open_photos(f"s3://{bucket_name}/photos", None, region)
    assert store.origin == origin
    address = store.address(f"{'a' * 32}/{'b' * 64}.webp")
    assert address.startswith(f"{origin}/")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in address


@pytest.mark.parametrize("shape", NO_KEYS)
def test_what_is_no_key_never_reaches_the_bucket(faulty: FaultyS3, shape: str) -> None:
    store = open_photos("s3://bucket/photos", None)
    wrong = shape.format(owner="a" * 32, name="b" * 64, OWNER="A" * 32)
    for small in (False, True):
        with pytest.raises(NotFoundError):
            store.get(wrong, small)
        with pytest.raises(NotFoundError):
            store.address(wrong, small)
    store.delete(wrong)
    assert not store.remove(wrong, soon(), lambda: False)
    assert faulty.calls == []


def test_what_lies_beside_the_prefix_is_nobody_s_photo(store: PhotoStore, bucket: str) -> None:
    key = store.put(ANNA, jpeg())
    for name in (key, f"photos2/{key}", f"photos/other/{key}", "photos/README.txt", f"photos/{key}.bak"):
        s3.moto().ask().put_object(Bucket=bucket, Key=name, Body=b"mine")
    assert list(store.keys(soon())) == [key]


def test_more_photos_than_one_page_of_a_listing_are_all_listed(store: PhotoStore, bucket: str) -> None:
    keys = [f"{'a' * 32}/{number:064x}.webp" for number in range(2 * s3.PAGE)]
    for key in keys:
        for name in (key, key.replace(".webp", ".small.webp")):
            s3.moto().ask().put_object(Bucket=bucket, Key=f"photos/{name}", Body=b"x")
    assert list(store.keys(soon())) == keys


def test_boto3_is_not_loaded_before_it_is_needed() -> None:
    code = """
        import sys
        from diary.storage.photos import open_photos
        open_photos("s3://bucket/photos", None)
        print({"boto3", "botocore"} & set(sys.modules))
    """
    assert run(code).stdout.strip() == "set()"


def test_a_time_is_told_in_utc(store: PhotoStore) -> None:
    store.put(ANNA, jpeg())
    for _, written in store._shelf.names():
        assert abs(written - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_address_holds_no_secret(store: PhotoStore) -> None:
    address = store.address(store.put(ANNA, jpeg()))
    assert s3.SECRET not in address
    assert not re.search("anna", address, re.IGNORECASE)
