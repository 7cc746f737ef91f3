"""Photos as private objects in an S3 bucket.

What it needs of AWS: s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix, and s3:ListBucket for that
prefix.
"""

import base64
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from datetime import datetime
from typing import Any, Self, TypeVar

from diary.errors import NotFoundError, StorageError
from diary.storage.photos.connection import Connection
from diary.storage.photos.distribution import Distribution
from diary.storage.photos.line import Line
from diary.storage.photos.refusals import reason_of

log = logging.getLogger(__name__)
SHOWN = 600  # seconds that an address shows its picture
HURRIED, PATIENT = 5.0, 60.0  # seconds for a call that a person waits for, and for one in the background
_KEPT_BY_BROWSERS = "private, max-age=31536000, immutable"  # a name is never used for another content
_T = TypeVar("_T")


class BucketShelf:
    """Objects below ``prefix`` in ``bucket``, found and signed as boto3's own settings say.

    Where there is a ``distribution``, addresses lead there; all else is asked of S3.
    Every method but `origin` may raise StorageError, a sentence on what S3 did, within `HURRIED` seconds; `names` for
    each page of a thousand.
    """

    may_be_away = True

    def __init__(
        self, bucket: str, prefix: str = "", region: str | None = None, distribution: Distribution | None = None
    ) -> None:
        self._prefix = f"{prefix}/" if prefix else ""
        self._seconds, self._readings = HURRIED, 1
        self._bucket = bucket
        self._store = Connection(bucket, region)
        self._distribution = distribution

    def patiently(self) -> Self:
        """The same shelf for work that nobody looks at: a call may take as long as a slow line needs.

        What cannot be read is asked for three times.
        """
        other = copy(self)
        other._seconds, other._readings = PATIENT, 3
        return other

    @property
    def origin(self) -> str:
        """Scheme and host of all addresses, told without a call. Raises StorageError when boto3 cannot be set up."""
        origin = self._store.origin  # asked for in any case, so that wrong settings of boto3 are told at the start
        return self._distribution.origin if self._distribution else origin

    def write(self, files: Mapping[str, bytes]) -> None:
        """Keep ``files``, encrypted at rest; what is there already is written again and becomes young."""

        def put(s3: Any) -> None:
            for name, content in files.items():
                s3.put_object(
                    **self._place(name),
                    Body=content,
                    ContentType="image/webp",
                    CacheControl=_KEPT_BY_BROWSERS,
                    ServerSideEncryption="AES256",
                    ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
                )

        self._ask("kept", put)

    def read(self, name: str) -> bytes:
        """The object ``name``, whole. Raises NotFoundError."""
        for _ in range(1, self._readings):
            with suppress(StorageError):
                return self._read_once(name)
            self._store.line.recover()
        return self._read_once(name)

    def _read_once(self, name: str) -> bytes:
        def get(s3: Any) -> bytes:
            body = s3.get_object(**self._place(name))["Body"]
            return b"".join(self._store.in_time(body.iter_chunks(1024)))

        return self._ask("read", get, name)

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects. One that is not there is no error."""

        def delete(s3: Any) -> None:
            for name in names:
                s3.delete_object(**self._place(name))

        self._ask("removed", delete)

    def drop_folder(self, folder: str) -> None:
        """Nothing to do: a bucket knows no folders."""

    def names(self, start: str = "") -> Iterator[tuple[str, datetime]]:
        """The objects whose names begin with ``start``, in the order of their names, with the instant last written."""
        pages: dict[str, Any] = {"Bucket": self._bucket, "Prefix": self._prefix + start}

        def listed(s3: Any) -> Any:
            return s3.list_objects_v2(**pages)

        while True:
            page = self._ask("listed", listed)
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(self._prefix), found["LastModified"]
            if not page.get("IsTruncated"):
                return
            pages["ContinuationToken"] = page["NextContinuationToken"]

    def address(self, name: str) -> str:
        """An address that shows the object ``name`` for `SHOWN` seconds to whoever has it. Nobody is asked."""
        if self._distribution:
            return self._distribution.address(self._prefix + name, SHOWN)

        def sign(s3: Any) -> str:
            return str(s3.generate_presigned_url("get_object", self._place(name), SHOWN))

        return self._ask("shown", sign, line=self._store.signing)

    def check_address(self, name: str, content: bytes) -> None:
        """Try whether the distribution, where there is one, shows ``content`` as the object ``name``."""
        if self._distribution:
            self._distribution.check(self._prefix + name, content)

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    def _ask(self, done: str, call: Callable[[Any], _T], name: str | None = None, line: Line | None = None) -> _T:
        def attempt() -> _T:
            s3 = self._store.client()
            try:
                return call(s3)
            except Exception as error:
                if name and self._is_missing(s3, error, name):
                    raise NotFoundError("There is no such photo.") from None
                raise

        try:
            return (line or self._store.line).ask(attempt, self._seconds)
        except Exception as error:
            reason = reason_of(error)
            if reason is None:
                raise
            log.warning("photo not %s cause=%s", done, reason.cause)
            raise StorageError(f"The photo could not be {done}: {reason.sentence}.") from None  # it names the photo

    def _is_missing(self, s3: Any, error: Exception, name: str) -> bool:
        """Whether S3 refused because the object is not there.

        To those who may not list a whole bucket it says "access denied" for what is missing. They may list what
        begins with this name, and so learn which of the two is meant.
        """
        reason = reason_of(error)
        if reason is None or reason.cause != "AccessDenied":
            return reason is not None and reason.cause == "NoSuchKey"
        key = self._prefix + name
        try:
            page = s3.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        except Exception as refusal:
            if reason_of(refusal) is None:
                raise
            return False
        return key not in {found["Key"] for found in page.get("Contents", ())}
