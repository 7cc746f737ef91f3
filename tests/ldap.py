"""A directory that PostgreSQL asks whether a password is right: the few bytes of LDAP's simple bind (RFC 4511)."""

import socketserver
import threading
from collections.abc import Callable
from typing import Self

_BIND_ANSWER, _INVALID_CREDENTIALS = 0x61, 49


class Directory:
    """Answers binds by what ``right(user, password)`` says; it keeps the passwords it ``seen``."""

    def __init__(self, right: Callable[[str, str], bool]) -> None:
        self.seen: list[str] = []

        class Handler(socketserver.StreamRequestHandler):
            def handle(this) -> None:  # noqa: N805
                while message := _read_element(this.rfile.read):
                    number, kind, user, password = _parse(message)
                    if kind != 0x60:  # an unbind
                        return
                    self.seen.append(password)
                    code = 0 if right(user, password) else _INVALID_CREDENTIALS
                    answer = bytes([_BIND_ANSWER, 7, 10, 1, code, 4, 0, 4, 0])
                    this.wfile.write(bytes([0x30, len(number) + len(answer)]) + number + answer)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _parse(message: bytes) -> tuple[bytes, int, str, str]:
    """The message's number as it stands there, the kind of request, and for a bind the name and the password."""
    number, request = _split(message)
    kind, content = request[0], _split(request)[0]
    if kind != 0x60:
        return number, kind, "", ""
    _version, rest = _split(_content(content))
    name, password = _split(rest)
    return number, kind, _content(name).decode(), _content(password).decode()


def _length(data: bytes) -> tuple[int, int]:
    """Where an element's content begins and ends (X.690, definite form)."""
    first = data[1]
    if first < 0x80:
        return 2, 2 + first
    begin = 2 + (first & 0x7F)
    return begin, begin + int.from_bytes(data[2:begin], "big")


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The first element, and what follows it."""
    _, end = _length(data)
    return data[:end], data[end:]


def _content(element: bytes) -> bytes:
    begin, end = _length(element)
    return element[begin:end]


def _read_element(read: Callable[[int], bytes]) -> bytes:
    """The content of the next element; nothing at the end."""
    head = read(2)
    if not head:
        return b""
    if head[1] >= 0x80:
        head += read(head[1] & 0x7F)
    begin, end = _length(head)
    return read(end - begin)
