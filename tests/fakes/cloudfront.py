"""CloudFront in front of a bucket: real HTTP on 127.0.0.1, signatures checked as its developer guide tells.

    with FakeCloudFront(lambda name: content) as cdn:   # what the bucket holds below a name; None: nothing
        environ.update(cdn.env)
    cdn.shown, cdn.refused              # the paths that were asked for, in order

It knows one key, and refuses what is not signed with that for this address and this time, and all that is more or other
than a canned policy has.
"""

import base64
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.fakes.objects import ObjectHandler

KEY_ID = "K2JCJMDEHXQW5F"
_POLICY = '{"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":%s}}}]}'
_BASE64 = str.maketrans("-_~", "+=/")


def pem(key: RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """The private key as text."""
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


class FakeCloudFront:
    """A distribution whose origin is what ``find`` finds."""

    def __init__(self, find: Callable[[str], bytes | None]) -> None:
        self.find = find
        self.key = generate_private_key(65537, 2048)
        self.has_key_group = True  # else it shows everything to everybody
        self.shown: list[str] = []
        self.refused: list[str] = []
        handler = type("CloudFrontHandler", (_Handler,), {"cdn": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.env = {
            "DIARY_PHOTOS_CDN": self.url,
            "DIARY_PHOTOS_CDN_KEY_ID": KEY_ID,
            "DIARY_PHOTOS_CDN_KEY": pem(self.key),
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def lets_in(self, method: str, target: str) -> bool:
        """Whether the address was signed with the key, for reading what it names, and is still good."""
        if not self.has_key_group:
            return True
        path, _, query = target.partition("?")
        given = dict(parse_qsl(query))
        names = [part.partition("=")[0] for part in query.split("&")]
        if method != "GET" or names != ["Expires", "Signature", "Key-Pair-Id"] or given["Key-Pair-Id"] != KEY_ID:
            return False
        policy = _POLICY % (self.url + path, given["Expires"])
        try:
            signature = base64.b64decode(given["Signature"].translate(_BASE64), validate=True)
            self.key.public_key().verify(signature, policy.encode(), PKCS1v15(), SHA1())
        except (InvalidSignature, ValueError):
            return False
        return int(given["Expires"]) > time.time()


class _Handler(ObjectHandler):
    cdn: FakeCloudFront

    def serve(self) -> None:
        self.read_body()
        path = unquote(urlsplit(self.path).path)
        content = self.cdn.find(path.removeprefix("/")) if self.cdn.lets_in(self.command, self.path) else None
        if content is None:  # S3 says the same of what is missing, as the distribution may not list
            self.cdn.refused.append(path)
            self._send(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        else:
            self.cdn.shown.append(path)
            self._send(200, content, "image/webp")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)
