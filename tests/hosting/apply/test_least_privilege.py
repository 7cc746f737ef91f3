"""What a host's role may do, tried with its own keys while moto allows what policies allow and nothing else.

What the program calls is recorded from its own work with photos. moto looks at no condition, and cannot tell what is
allowed on one parameter, log or database; there the policy is read instead, in tests/hosting/test_terraform.py.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError
from PIL import Image

from diary.storage.photos import PhotoStore, open_photos
from tests import s3
from tests.hosting.cloud_stack import Stack, a_stack

NAMES = {"ListObjectsV2": "s3:ListBucket"}  # where a call and its right have different ones
Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with a_stack(tmp_path_factory.mktemp("stack"), "small") as stack:
        other = {"LocationConstraint": s3.REGION}
        stack.aws.ask().create_bucket(Bucket="another", CreateBucketConfiguration=other)
        with stack.speaking_in_the_clear() as bucket:
            stack.aws.ask().put_object(Bucket=bucket, Key="elsewhere/1", Body=b"1")
            yield stack


@pytest.fixture(scope="module")
def keys(stack: Stack) -> Iterator[dict[str, str]]:
    """Those of the host, enforced from now on."""
    keys = stack.role("music-diary-host")
    with stack.enforcing():
        yield keys


@pytest.fixture
def client(stack: Stack, keys: dict[str, str]) -> Client:
    def make(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=stack.aws.url,
            region_name=s3.REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    return make


@pytest.fixture
def bucket(stack: Stack) -> str:
    return stack.output("photos")


@pytest.fixture
def photos(stack: Stack, keys: dict[str, str], bucket: str, monkeypatch: pytest.MonkeyPatch) -> PhotoStore:
    """The program's own store, as on a host."""
    for name, value in s3.aws_env(stack.aws.url, keys["AccessKeyId"], keys["SecretAccessKey"]).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
    return open_photos(f"s3://{bucket}/photos", None, s3.REGION)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The rights that calls of boto3's needed since then."""
    rights = set[str]()
    call = botocore.client.BaseClient._make_api_call

    def record(self: Any, name: str, given: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        rights.add(NAMES.get(name, f"{service}:{name}"))
        return call(self, name, given)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", record)
    return rights


def test_all_that_the_program_does_with_photos_is_allowed_and_all_that_is_allowed_is_done(
    photos: PhotoStore, called: set[str], picture: bytes
) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    key = photos.put("somebody", picture)
    assert photos.get(key)
    assert photos.get(key, small=True)
    assert photos.address(key)
    assert not photos.is_lost(key)
    photos.make_young(key)
    assert [*photos.keys(later)] == [key]
    photos.check()
    photos.clear(key.partition("/")[0], lambda shown: {*shown})
    assert photos.remove(key, later, lambda: False)
    photos.delete(photos.put("somebody", picture))
    assert called == {"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"}


@pytest.fixture
def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


DENIED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "another prefix is read": ("s3", "get_object", {"Bucket": "BUCKET", "Key": "elsewhere/1"}),
    "another prefix is written": ("s3", "put_object", {"Bucket": "BUCKET", "Key": "elsewhere/2", "Body": b"1"}),
    "another bucket is listed": ("s3", "list_objects_v2", {"Bucket": "another"}),
    "old versions are listed": ("s3", "list_object_versions", {"Bucket": "BUCKET", "Prefix": "photos/"}),
    "another bucket is read": ("s3", "get_object", {"Bucket": "another", "Key": "photos/1"}),
    "another bucket is written": ("s3", "put_object", {"Bucket": "another", "Key": "photos/1", "Body": b"1"}),
    "the bucket's policy is taken away": ("s3", "delete_bucket_policy", {"Bucket": "BUCKET"}),
    "the bucket is opened": ("s3", "delete_public_access_block", {"Bucket": "BUCKET"}),
    "the bucket is removed": ("s3", "delete_bucket", {"Bucket": "BUCKET"}),
    "people are listed": ("iam", "list_users", {}),
    "its own rights grow": (
        "iam",
        "attach_role_policy",
        {"RoleName": "music-diary-host", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    "hosts are listed": ("ec2", "describe_instances", {}),
    "hosts are started": ("ec2", "run_instances", {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}),
    "the database is removed": ("rds", "delete_db_instance", {"DBInstanceIdentifier": "music-diary"}),
    "the database is described": ("rds", "describe_db_instances", {}),
    "the database's password is changed": (
        "rds",
        "modify_db_instance",
        {"DBInstanceIdentifier": "music-diary", "MasterUserPassword": "0123456789"},
    ),
    "the image is changed": ("ssm", "put_parameter", {"Name": "/music-diary/image", "Value": "x", "Overwrite": True}),
    "parameters of others are read": ("ssm", "get_parameter", {"Name": "/other/secret"}),
    "the log is removed": ("logs", "delete_log_group", {"logGroupName": "/music-diary/app"}),
    "the log is read": ("logs", "filter_log_events", {"logGroupName": "/music-diary/app"}),
    "accounts are listed": ("cognito-idp", "list_users", {"UserPoolId": "POOL"}),
}


@pytest.mark.parametrize("what", DENIED)
def test_it_is_denied_that(what: str, client: Client, bucket: str, stack: Stack) -> None:
    service, call, given = DENIED[what]
    named = {"BUCKET": bucket, "POOL": stack.output("user_pool")}
    given = {name: named.get(value, value) if isinstance(value, str) else value for name, value in given.items()}
    with pytest.raises(ClientError) as refused:
        getattr(client(service), call)(**given)
    answer = refused.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert answer["Error"]["Code"] in {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
