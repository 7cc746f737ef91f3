"""A page that the browser's cookies would leave empty is not sent."""

import socket
from collections.abc import Iterator

import pytest

from diary.ui.page import MAX_COOKIES, TOO_MANY_COOKIES
from tests.browser.server import DiaryServer

SOCKET = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: streamlit",
)
TO_COME = 500  # bytes of cookies that a browser may get after the page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path_factory.mktemp("diary")) as server:
        yield server


def answer(server: DiaryServer, path: str, cookies: int, *more: str, patience: float = 30) -> str:
    """What is answered to a browser that sends so many bytes of cookies; raises TimeoutError for nothing at all."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", f"Cookie: x={'x' * (cookies - 2)}"]
    lines += more or ["Connection: close"]
    with socket.create_connection(("127.0.0.1", server.port), patience) as line:
        line.sendall("\r\n".join((*lines, "", "")).encode())
        heard = line.recv(10_000)
        while more_heard := b"" if heard.startswith(b"HTTP/1.1 101 ") else line.recv(10_000):
            heard += more_heard
        return heard.decode()


def test_up_to_the_limit_the_page_is_sent_and_its_socket_opens_with_the_cookies_to_come(server: DiaryServer) -> None:
    assert answer(server, "/", MAX_COOKIES).startswith("HTTP/1.1 200 ")
    assert answer(server, "/_stcore/stream", MAX_COOKIES + TO_COME, *SOCKET).startswith("HTTP/1.1 101 ")


def test_a_socket_with_more_is_not_answered_at_all(server: DiaryServer) -> None:
    with pytest.raises(TimeoutError):
        answer(server, "/_stcore/stream", 8192, *SOCKET, patience=1)


@pytest.mark.parametrize("path", ["/", "/timeline?q=rain"])
def test_above_it_a_sentence_says_what_to_do(server: DiaryServer, path: str) -> None:
    said = answer(server, path, MAX_COOKIES + 1)
    assert said.startswith("HTTP/1.1 431 ")
    assert said.endswith(f"{TOO_MANY_COOKIES}\n")
    assert "\r\ncache-control: no-store\r\n" in said


@pytest.mark.parametrize("path", ["/healthz", "/_stcore/health", "/app/static/diary.css"])
def test_what_needs_no_socket_is_sent_all_the_same(server: DiaryServer, path: str) -> None:
    assert answer(server, path, 9000).startswith("HTTP/1.1 200 ")
