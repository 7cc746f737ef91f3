"""What the diary may do in AWS: all it does is allowed by the policy of the documents, and nothing else is."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from diary.errors import NotFoundError, StorageError
from diary.storage.photos import PhotoStore, open_photos
from tests import s3
from tests.storage.photo_contract import ANNA, jpeg, soon
from tests.storage.photos.conftest import LeadTo

BUCKET, OTHER = "the-diary-s", "another-s"


@pytest.fixture(scope="module")
def keys() -> Iterator[tuple[s3.S3Server, str, str]]:
    """A server that asks for rights, and the key of a user whose rights are those of the policy."""
    with s3.S3Server() as server:
        for bucket in (BUCKET, OTHER):
            server.ask().create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.REGION})
            for name in ("photos/mine.webp", "others/theirs.webp"):
                server.ask().put_object(Bucket=bucket, Key=name, Body=b"x")
        iam = server.ask("iam")
        iam.create_user(UserName="diary")
        document = json.dumps(s3.policy(BUCKET, "photos"))
        iam.put_user_policy(UserName="diary", PolicyName="photos", PolicyDocument=document)
        key = iam.create_access_key(UserName="diary")["AccessKey"]
        urlopen(
            Request(
                f"{server.url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST"
            )
        )
        yield server, key["AccessKeyId"], key["SecretAccessKey"]


@pytest.fixture
def store(keys: tuple[s3.S3Server, str, str], lead_to: LeadTo, monkeypatch: pytest.MonkeyPatch) -> PhotoStore:
    server, ident, secret = keys
    lead_to(server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ident)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    return open_photos(f"s3://{BUCKET}/photos", None)


def test_all_that_the_store_does_is_allowed(store: PhotoStore) -> None:
    key = store.put(ANNA, jpeg())
    assert store.get(key)
    assert list(store.keys(soon())) == [key]
    assert not store.is_lost(key)
    assert store.remove(key, soon(), lambda: False)
    with pytest.raises(NotFoundError):
        store.get(key)
    store.check()


@pytest.mark.parametrize("place", [f"s3://{BUCKET}/others", f"s3://{OTHER}/photos", f"s3://{BUCKET}"])
def test_other_places_are_denied_and_told(store: PhotoStore, place: str) -> None:
    """moto knows no conditions, so that of listing, the prefix within the bucket, is not seen to hold here."""
    elsewhere = open_photos(place, None)
    acts = [
        lambda: elsewhere.put(ANNA, jpeg()),
        lambda: elsewhere.delete(f"{'a' * 32}/{'b' * 64}.webp"),
        elsewhere.check,
    ]
    if BUCKET not in place:
        acts += [lambda: elsewhere.get(f"{'a' * 32}/{'b' * 64}.webp"), lambda: list(elsewhere.keys(soon()))]
    for act in acts:
        with pytest.raises(StorageError, match="Please check the rights of the diary's AWS role below DIARY_PHOTOS"):
            act()


def test_nothing_else_is_allowed(store: PhotoStore, keys: tuple[s3.S3Server, str, str]) -> None:
    server, ident, secret = keys
    client, iam = server.ask("s3", ident, secret), server.ask("iam", ident, secret)
    for act in (
        lambda: client.get_object(Bucket=BUCKET, Key="others/theirs.webp"),
        lambda: client.list_objects_v2(Bucket=OTHER, Prefix="photos/"),
        lambda: client.delete_bucket(Bucket=BUCKET),
        lambda: client.put_object_acl(Bucket=BUCKET, Key="photos/mine.webp", ACL="public-read"),
        lambda: client.get_bucket_policy(Bucket=BUCKET),
        client.list_buckets,
        iam.list_users,
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            act()
