"""HTTP whose answers are bounded in size and whose calls can be cut off from outside.

The time limits of `requests` hold for each single read, so a source that sends a byte now and then
is never too slow for them. Here a call is an `Errand` in a thread of its own, and whoever waits for
it can end it: its socket is shut down, and the thread gets an error at once.
"""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar
from io import BytesIO
from typing import Any, Generic, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

_T = TypeVar("_T")
_MAX_BODY = 2_000_000


class Refused(requests.RequestException):
    """The source answered with an error status, 400 or more.

    ``wait`` is its Retry-After header, ``text`` the beginning of what it said.
    """

    def __init__(self, status: int, url: str, wait: str | None, text: str) -> None:
        super().__init__(f"status {status}")
        self.status, self.url, self.wait, self.text = status, url, wait, text


class Errand(Generic[_T]):
    """One call in a thread of its own; ``future`` holds its outcome, ``done`` is called at its end."""

    def __init__(self, work: Callable[[], _T], done: Callable[[], None]) -> None:
        self.future: Future[_T] = Future()
        self._work, self._done = work, done
        self._socket: socket.socket | None = None
        self._over = False
        threading.Thread(target=self._run, name="errand", daemon=True).start()

    def cut(self) -> None:
        """End the call: the thread that waits for the source gets an error instead."""
        self._over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def hold(self, connection: socket.socket | None) -> None:
        """Name the connection in use, or None when it is done with."""
        self._socket = connection
        if self._over:
            self.cut()

    def _run(self) -> None:
        _current.set(self)
        try:
            self.future.set_result(self._work())
        except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits)
            self.future.set_exception(error)
        finally:
            self._done()


_current: ContextVar[Errand[Any] | None] = ContextVar("errand", default=None)


def _hold(connection: socket.socket | None) -> None:
    if errand := _current.get():
        errand.hold(connection)


class _Http(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
        _hold(self.sock)
        return super().getresponse()


class _Https(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
        _hold(self.sock)
        return super().getresponse()


class Session(requests.Session):
    """Follows no redirects: a source that we trust would choose for us whom to ask next."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


class Adapter(HTTPAdapter):
    """Reads whole answers up to two megabytes, and raises `Refused` for those with an error status.

    The status is raised here because spotipy loses it, and Retry-After with it, as soon as the body
    of an error is not the JSON that it expects.
    """

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool of connections, each of which tells the running errand about itself."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _Https if isinstance(pool, HTTPSConnectionPool) else _Http
        return pool

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """The answer, read to its end.

        Raises Refused: its status is 400 or more.
        Raises requests.RequestException: no answer, or not a whole one.
        """
        response = super().send(request, True, *args, **kwargs)
        try:
            body = response.raw.read(_MAX_BODY + 1, decode_content=True)
        except ReadTimeoutError as error:
            raise requests.ReadTimeout(error, request=request) from error
        except HTTPError as error:
            raise requests.ConnectionError(error, request=request) from error
        finally:
            _hold(None)
        if len(body) > _MAX_BODY:
            response.close()
            raise requests.exceptions.InvalidJSONError("too long", request=request)
        response.raw = BytesIO(body)
        if response.status_code >= 400:
            text = body[:2000].decode("utf-8", "replace")
            raise Refused(response.status_code, response.url, response.headers.get("Retry-After"), text)
        return response
