"""CloudFront in front of a bucket, showing what lies there by addresses that are signed on this machine.

They have a canned policy, as AWS's developer guide for CloudFront calls it: one object, until one instant. botocore and
cryptography are loaded with the first of them, hence the imports inside functions.
"""
# ruff: noqa: PLC0415

from datetime import timedelta
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import quote

from diary.clock import utc_now
from diary.errors import StorageError
from diary.storage.photos.line import Line

_TRIED = 5  # seconds that a try may take


class Distribution:
    """The distribution at ``origin``, which knows the public half of the RSA key ``key`` (PEM) by ``key_id``."""

    def __init__(self, origin: str, key_id: str, key: str) -> None:
        self.origin = origin
        self._key_id = key_id
        self._key = key

    def address(self, name: str, seconds: int) -> str:
        """An address that shows the object ``name`` for that long to whoever has it. Nobody is asked."""
        until = utc_now() + timedelta(seconds=seconds)
        return str(self._signer.generate_presigned_url(f"{self.origin}/{quote(name)}", until))

    def check(self, name: str, content: bytes) -> None:
        """Try whether ``content`` is shown as the object ``name``, and to nobody whose address is not signed.

        Raises StorageError: what is wrong, what to do.
        """
        status, shown = self._ask(self.address(name, 60))
        if status == 403:
            self._complain(
                "it refuses the diary's address. Please check that DIARY_PHOTOS_CDN_KEY belongs to "
                "DIARY_PHOTOS_CDN_KEY_ID, and that the bucket lets the distribution read"
            )
        if status != 200 or shown != content:
            self._complain(f"its answer ({status}) is another. Please check that this bucket is its origin")
        status, _ = self._ask(f"{self.origin}/{quote(name)}")
        if status != 403:
            raise StorageError(
                f"{self.origin} does not refuse an address that nobody signed ({status}). Please give its behaviour a "
                "trusted key group, which restricts who may look."
            )

    def _ask(self, url: str) -> tuple[int, bytes]:
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        request = AWSRequest("GET", url).prepare()
        session = URLLib3Session(proxies=get_environ_proxies(url), timeout=_TRIED)
        try:
            answer = Line().ask(lambda: session.send(request), _TRIED)
        except (BotoCoreError, TimeoutError):
            self._complain("it is not answering. Please check DIARY_PHOTOS_CDN")
        return answer.status_code, answer.content

    def _complain(self, reason: str) -> NoReturn:
        raise StorageError(f"The bucket is in order, but {self.origin} does not show what lies there: {reason}.")

    @cached_property
    def _signer(self) -> Any:
        from botocore.signers import CloudFrontSigner
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA1
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key: Any = load_pem_private_key(self._key.encode(), None)

        def sign(policy: bytes) -> Any:
            return key.sign(policy, PKCS1v15(), SHA1())  # noqa: S303  (the hash that CloudFront expects)

        return CloudFrontSigner(self._key_id, sign)
