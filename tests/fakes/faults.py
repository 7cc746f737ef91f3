"""How a local server spoils its answers."""

import socket
import struct
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fakes.answers import Answer, error_body

HTML = "<!doctype html><title>Sign in to the hotel's network</title><p>Please accept our terms."


@dataclass
class Fault:
    """A status or a kind of misbehaviour, for so many ``times``, or until it is cleared."""

    kind: str | int
    times: int | None = None
    retry_after: str | None = None
    body: str | None = None


class Faults:
    """What is wrong with which service of a fake; a fault stays until `clear`, or for its first ``times`` calls."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def fault(
        self,
        service: str,
        kind: str | int,
        *,
        times: int | None = None,
        retry_after: str | int | None = None,
        body: str | None = None,
    ) -> None:
        """Let ``service`` fail: a status to answer with, or one of the kinds in `Handler`, or ``json``.

        ``body`` replaces the body of a status; with ``json`` it is a whole answer with status 200: a lie.
        """
        with self._lock:
            self._faults[service] = Fault(kind, times, None if retry_after is None else str(retry_after), body)

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._faults.clear()

    def take(self, service: str) -> Fault | None:
        """The fault of this call of ``service``, which counts."""
        with self._lock:
            fault = self._faults.get(service)
            if fault is None or fault.times == 0:
                return None
            if fault.times is not None:
                fault.times -= 1
            return fault


class Handler(BaseHTTPRequestHandler):
    """Asks its ``fake`` what to say, and says it, or misbehaves:

    ``hang`` (no answer), ``dribble`` (body a byte at a time), ``dribble_head`` (likewise the headers),
    ``drop`` (closes), ``reset`` (TCP reset), ``cut`` (half the body), ``html``, ``empty``, ``broken``
    (half a JSON), ``huge`` (the answer and 5 MB of blanks), ``deep`` (100 000 brackets), ``redirect``
    (to another host), ``cookie``, ``json`` (status 200 with the body given).
    """

    fake: Any
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error: tests read `FakeMusic.calls`."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer, fault = self.fake.answer(self, body)
        try:
            if fault is None:
                self._send(answer)
            elif isinstance(fault.kind, int):
                text = fault.body if fault.body is not None else error_body(self.path, fault.kind)
                self._send(Answer(fault.kind, text, "text/plain", self._wait(fault)))
            else:
                getattr(self, f"_{fault.kind}")(answer, fault)
        except OSError:
            self.close_connection = True

    def _wait(self, fault: Fault) -> dict[str, str]:
        return {} if fault.retry_after is None else {"Retry-After": fault.retry_after}

    def _send(self, answer: Answer, length: int | None = None) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _json(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, fault.body or "", "application/json"))

    def _html(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, HTML, "text/html"))

    def _empty(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, ""))

    def _broken(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, answer.body[: len(answer.body) // 2]))

    def _huge(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, answer.body + " " * 5_000_000))

    def _deep(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, "[" * 100_000 + "]" * 100_000))

    def _redirect(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(302, "", "text/html", {"Location": fault.body or "http://127.0.0.1:9/elsewhere"}))

    def _cookie(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, "{}", "application/json", {"Set-Cookie": "seen=1; Path=/"}))

    def _cut(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, answer.body[: len(answer.body) // 2]), length=len(answer.body.encode()))
        self.close_connection = True

    def _drop(self, answer: Answer, fault: Fault) -> None:
        self.close_connection = True

    def _reset(self, answer: Answer, fault: Fault) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _hang(self, answer: Answer, fault: Fault) -> None:
        self.fake.closing.wait(60)
        self.close_connection = True

    def _dribble(self, answer: Answer, fault: Fault) -> None:
        self._send(Answer(200, ""), length=1_000_000)
        self._bytes(" " * 1_000_000)

    def _dribble_head(self, answer: Answer, fault: Fault) -> None:
        self._bytes("HTTP/1.1 200 OK\r\nX-Slow: " + "x" * 60_000)

    def _bytes(self, text: str) -> None:
        for char in text:
            if self.fake.closing.is_set():
                break
            self.wfile.write(char.encode())
            time.sleep(0.05)
        self.close_connection = True
