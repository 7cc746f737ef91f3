"""Buckets for tests."""

from collections.abc import Callable, Iterator

import pytest

from tests import s3
from tests.fakes.s3_faults import FaultyS3

LeadTo = Callable[[str], None]


@pytest.fixture
def lead_to(monkeypatch: pytest.MonkeyPatch) -> LeadTo:
    """Leads boto3 to the S3 server at an address."""

    def lead(url: str) -> None:
        for name, value in s3.aws_env(url).items():
            monkeypatch.setenv(name, value)

    return lead


@pytest.fixture
def bucket(lead_to: LeadTo) -> str:
    """The name of an empty bucket of moto's, to which boto3 is led."""
    lead_to(s3.moto().url)
    return s3.moto().new_bucket()


@pytest.fixture
def faulty(lead_to: LeadTo) -> Iterator[FaultyS3]:
    """An S3 that fails on demand, to which boto3 is led."""
    with FaultyS3() as server:
        lead_to(server.url)
        yield server
