"""What S3's refusals mean (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diary.storage.photos.connection import ElsewhereError

_AGAIN = "Please try again in a moment"
_SILENT = f"the photo store is not answering. {_AGAIN}"
_BUSY = f"the photo store is busy or out of order. {_AGAIN}"
_REGION = "the bucket lies in another region. Please set AWS_REGION to that one"
_KEYS = "the photo store does not accept the diary's AWS credentials. Please check them"
_NO_KEYS = "the diary has no AWS credentials. Please set AWS_ACCESS_KEY_ID or give it a role"
_RIGHTS = "the photo store denies access. Please check the rights of the diary's AWS role below DIARY_PHOTOS"
_NO_ENCRYPTION = (
    "the photo store does not encrypt what it keeps (server-side encryption, AES256), which the diary asks of it. "
    "Please switch that on there, or choose another store"
)
_CUT = f"the photo store's answer was cut off or spoiled on its way. {_AGAIN}"
_MEANINGS = {
    "NotImplemented": _NO_ENCRYPTION,  # of all that is asked for, what some stores lack
    "NoSuchBucket": "the bucket does not exist. Please check DIARY_PHOTOS",
    "RequestTimeTooSkewed": "this machine's clock is wrong, so the photo store denies access. Please set it right",
    "RequestTimeout": _SILENT,
    "PermanentRedirect": _REGION,
    "TemporaryRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    **dict.fromkeys(("ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"), _KEYS),
    **dict.fromkeys(("InternalError", "ServiceUnavailable", "SlowDown"), _BUSY),
}


@dataclass(frozen=True)
class Reason:
    """Why a call failed: a word for the log, and the end of a sentence for the reader. Neither holds a secret."""

    cause: str
    sentence: str


def reason_of(error: Exception) -> Reason | None:
    """What ``error`` means, None where it is a mistake of the program."""
    from botocore import exceptions as boto  # noqa: PLC0415  (loaded with the first call, not before)
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    if isinstance(error, boto.ClientError):
        return _refusal(error.response)
    name = type(error).__name__
    kinds: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
        ((ElsewhereError,), _REGION),
        (
            (boto.IncompleteReadError, boto.ResponseStreamingError, boto.FlexibleChecksumError, ResponseParserError),
            _CUT,
        ),
        ((TimeoutError, boto.HTTPClientError, boto.ConnectionError), _SILENT),
        ((boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError), _NO_KEYS),
        ((boto.BotoCoreError,), f"boto3 says {name}. Please check its settings"),
    )
    return next((Reason(name, sentence) for kind, sentence in kinds if isinstance(error, kind)), None)


def _refusal(response: Mapping[str, Any]) -> Reason:
    code = re.sub(r"[^A-Za-z0-9]", "", str(response.get("Error", {}).get("Code")))[:40]  # as the server likes
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if meaning := _MEANINGS.get(code):
        return Reason(code, meaning)
    if status == 403:
        return Reason(code, _RIGHTS)
    if 300 <= status < 400:
        return Reason(code, _REGION)
    if status >= 500:
        return Reason(code, _BUSY)
    return Reason(code, f"the photo store answers “{code}”. Please check DIARY_PHOTOS and boto3's settings")
