"""How a bucket is reached: boto3's client, made when it is first needed, and held to one host.

boto3 is loaded with the first call, hence the imports inside functions.
"""
# ruff: noqa: PLC0415

from collections.abc import Iterable, Iterator
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from diary.errors import StorageError
from diary.storage.photos.line import Line

_SILENCE = 20  # seconds without a sign of the server after which a call ends even though nobody waits for it


class ElsewhereError(Exception):
    """S3 says that the bucket is to be asked at another host: it lies in another region."""


class Connection:
    """The client for ``bucket``; ``region`` is boto3's own setting where it is None.

    ``line`` is for calls to S3, ``signing`` for what needs nothing but credentials.
    """

    def __init__(self, bucket: str, region: str | None) -> None:
        self.line, self.signing = Line(), Line()
        self._bucket = bucket
        self._region = region
        self._client: Any = None
        self._making = Lock()

    @cached_property
    def origin(self) -> str:
        """Scheme and host of the bucket's addresses, told without a call. Raises StorageError."""
        from botocore import UNSIGNED

        plain = self._made(UNSIGNED)
        return _origin(plain.generate_presigned_url("get_object", {"Bucket": self._bucket, "Key": "photo"}))

    def client(self) -> Any:
        """The client; to make it, boto3 may have to ask the machine's metadata service for credentials."""
        from botocore.exceptions import NoCredentialsError

        with self._making:
            if self._client is None:
                if self._session.get_credentials() is None:
                    raise NoCredentialsError
                client = self._made("s3v4")
                client.meta.events.register("before-send.s3", self._let_go)
                self._client = client
            return self._client

    def in_time(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks of an answer as long as somebody waits for it."""
        for chunk in chunks:
            self.line.check()
            yield chunk

    @cached_property
    def _session(self) -> Any:
        import boto3

        return boto3.Session(region_name=self._region)

    @cached_property
    def _style(self) -> str:
        """S3 itself wants the bucket in the host's name: its global host does not serve every region.

        Others that speak S3 often have one name only.
        """
        from botocore import UNSIGNED

        return "virtual" if ".amazonaws.com" in self._made(UNSIGNED, "path").meta.endpoint_url else "path"

    def _made(self, signature: Any, style: str | None = None) -> Any:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            signature_version=signature,
            s3={"addressing_style": style or self._style},
            connect_timeout=_SILENCE,
            read_timeout=_SILENCE,
            retries={"mode": "standard", "total_max_attempts": 2},
        )
        try:
            return self._session.client("s3", config=config)
        except (BotoCoreError, ValueError) as error:
            raise StorageError(
                f"The photo store cannot be set up: boto3 says {type(error).__name__}. "
                "Please check AWS_ENDPOINT_URL_S3, AWS_REGION and the other settings of boto3."
            ) from None

    def _let_go(self, request: Any, **_: object) -> None:
        """Before each attempt: nothing is sent late, and nothing to another host than pages may show pictures from."""
        self.line.check()
        if _origin(request.url) != self.origin:
            raise ElsewhereError


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
