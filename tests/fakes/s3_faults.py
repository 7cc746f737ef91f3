"""An S3 that fails on demand: real HTTP on 127.0.0.1, S3's own error documents.

    with FaultyS3() as s3:
        environ.update(aws_env(s3.url))
        s3.fault = "SlowDown"             # an error code of S3's, or a kind of misbehaviour
        s3.fault = None                   # all is well again
        s3.fault_once = "SlowDown"        # the same, for the next answer alone
    s3.fault_of_reads = "cut"         # the same, but for what is read alone
        s3.refused = {"prefix/name"}      # what is never written, whatever else is
    s3.calls                          # what was asked, in order: ("PUT", "/bucket/prefix/name")

Kinds: ``hang`` (no answer), ``late`` (ten seconds), ``dribble`` and ``dribble_head`` (a byte at a time), ``cut``
(half the body), ``spoiled`` (the body's length, another content), ``drop`` (closes), ``html`` (a page of somebody
else's), ``hidden`` (access denied for what is not there, as to those who may not list), ``blind`` (the same, and
listing is denied).
"""

import base64
import hashlib
import threading
import time
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.fakes.objects import ObjectHandler

STATUS = {
    "AccessDenied": 403,
    "AuthorizationHeaderMalformed": 400,
    "ExpiredToken": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "NotImplemented": 501,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "PermanentRedirect": 301,
    "RequestTimeTooSkewed": 403,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "TeapotError": 418,
}
CANARY = "CANARY-that-no-log-may-hold"


class FaultyS3:
    """Keeps objects in memory, whatever the bucket; ``fault`` spoils every answer until it is None again."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, datetime]] = {}
        self.calls: list[tuple[str, str]] = []
        self.fault: str | None = None
        self.fault_once: str | None = None
        self.fault_of_reads: str | None = None
        self.refused: set[str] = set()
        self.closing = threading.Event()
        handler = type("S3Handler", (_Handler,), {"s3": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(ObjectHandler):
    s3: FaultyS3

    def serve(self) -> None:
        body = self.read_body()
        place = urlsplit(self.path)
        self.s3.calls.append((self.command, place.path))
        try:
            fault = self.s3.fault or self.s3.fault_once or (self.s3.fault_of_reads if self.command == "GET" else None)
            self.s3.fault_once = None
            if fault in STATUS:
                self._refuse(fault)
            elif fault in ("hidden", "blind"):
                self._answer(body, missing="AccessDenied", lists=fault == "hidden")
            elif fault:
                getattr(self, f"_{fault}")(body)
            else:
                self._answer(body)
        except OSError:
            self.close_connection = True

    def _answer(self, body: bytes, missing: str = "NoSuchKey", lists: bool = True) -> None:
        place = urlsplit(self.path)
        path, query = unquote(place.path), parse_qs(place.query)
        name = path.split("/", 2)[2] if path.count("/") > 1 else ""
        if "list-type" in query:
            self._list(query.get("prefix", [""])[0]) if lists else self._refuse("AccessDenied")
        elif self.command == "PUT" and name in self.s3.refused:
            self._refuse("AccessDenied")
        elif self.command == "PUT":
            self.s3.kept[name] = (body, datetime.now(UTC))
            self._send(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')
        elif self.command == "DELETE":
            self.s3.kept.pop(name, None)
            self._send(204, b"")
        elif name in self.s3.kept:
            content = self.s3.kept[name][0]
            self._send(200, content, x_amz_checksum_sha256=_checksum(content))
        else:
            self._refuse(missing)

    def _list(self, prefix: str) -> None:
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{written:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<Size>{len(content)}</Size></Contents>"
            for name, (content, written) in sorted(self.s3.kept.items())
            if name.startswith(prefix)
        )
        page = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._send(200, page.encode(), Content_Type="application/xml")

    def _refuse(self, code: str) -> None:
        more = "<Region>ap-south-1</Region>" if code == "AuthorizationHeaderMalformed" else ""
        text = f"<Error><Code>{code}</Code><Message>{CANARY} {escape(self.path)}</Message>{more}</Error>"
        self._send(STATUS[code], text.encode(), Content_Type="application/xml")

    def _send(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _hang(self, body: bytes) -> None:
        self.s3.closing.wait(60)
        self.close_connection = True

    def _late(self, body: bytes) -> None:
        self.s3.closing.wait(10)
        self._answer(body)

    def _dribble(self, body: bytes) -> None:
        self._send(200, b"", length=1_000_000)
        self._byte_by_byte(b" " * 1_000_000)

    def _dribble_head(self, body: bytes) -> None:
        self._byte_by_byte(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60_000)

    def _byte_by_byte(self, text: bytes) -> None:
        for place in range(len(text)):
            if self.s3.closing.is_set():
                break
            self.wfile.write(text[place : place + 1])
            time.sleep(0.05)
        self.close_connection = True

    def _cut(self, body: bytes) -> None:
        content = self._content()
        self._send(200, content[: len(content) // 2], length=len(content))
        self.close_connection = True

    def _spoiled(self, body: bytes) -> None:
        content = self._content()
        self._send(200, bytes(len(content)), x_amz_checksum_sha256=_checksum(content))

    def _drop(self, body: bytes) -> None:
        self.close_connection = True

    def _html(self, body: bytes) -> None:
        self._send(200, b"<!doctype html><title>Sign in to the hotel's network", Content_Type="text/html")

    def _content(self) -> bytes:
        name: Any = unquote(urlsplit(self.path).path).split("/", 2)[2]
        return self.s3.kept.get(name, (b"a body of some length", None))[0]


def _checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
