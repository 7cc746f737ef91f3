"""One browser tab without a browser: speaks Streamlit's WebSocket protocol (BackMsg, ForwardMsg) to a running diary.

GET /_stcore/health gives the XSRF cookie; the socket /_stcore/stream takes the subprotocols ``streamlit, <xsrf>``;
``rerun_script`` asks for a page, and the answer ends with ``script_finished``.
"""

import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.request import urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 60  # seconds


@dataclass
class Answer:
    """What one run of the script sent: ``seconds`` until it was finished, ``size`` in bytes."""

    messages: list[ForwardMsg] = field(default_factory=list)
    seconds: float = 0.0
    size: int = 0

    @property
    def texts(self) -> list[str]:
        """All HTML, data of components and errors, in the order of the page."""
        found = []
        for message in self.messages:
            element = message.delta.new_element
            kind = element.WhichOneof("type")
            if kind == "html":
                found.append(element.html.body)
            elif kind == "bidi_component":
                found.append(element.bidi_component.json)
            elif kind in {"alert", "exception", "markdown"}:
                found.append(str(getattr(element, kind)))
        return found

    @property
    def part(self) -> str:
        """The first part of the page that shows something and can run by itself, by its identifier, or nothing."""
        shown = (message.delta for message in self.messages if message.delta.WhichOneof("type") == "new_element")
        return next((delta.fragment_id for delta in shown if delta.fragment_id), "")

    @property
    def page_not_found(self) -> bool:
        return any(message.WhichOneof("type") == "page_not_found" for message in self.messages)


class Session:
    """A tab at ``base``, e.g. http://127.0.0.1:8501, showing ``page``, the path without its slash.

    ``cookies`` are those the browser has already, such as one of a log-in. What it heard ``last`` is kept, and how many
    seconds ``connecting`` took.
    """

    def __init__(self, base: str, page: str = "", query: str = "", cookies: Mapping[str, str] | None = None) -> None:
        self.base, self.page, self.query = base, page, query
        self._cookies = dict(cookies or {})
        self._hash = self._xsrf = ""
        self.last = Answer()
        self.connecting = 0.0
        self._cached: set[str] = set()

    def __enter__(self) -> Self:
        with urlopen(f"{self.base}/_stcore/health", timeout=PATIENCE) as answer:
            cookies = answer.headers.get_all("Set-Cookie") or []
        self._cookies |= dict(cookie.split(";")[0].split("=", 1) for cookie in cookies)
        self._xsrf = xsrf = self._cookies.get("_streamlit_xsrf", "")
        self._stack = ExitStack()
        begun = time.perf_counter()
        self._socket = self._stack.enter_context(
            connect(
                f"{self.base.replace('http', 'ws', 1)}/_stcore/stream",
                subprotocols=["streamlit", xsrf] if xsrf else ["streamlit"],
                additional_headers={"Cookie": self.cookies},
                origin=self.base,
                max_size=None,
                compression=None,
            )
        )
        self.connecting = time.perf_counter() - begun
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def cookies(self) -> str:
        """All that the browser has, as it sends them."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def run(self, part: str = "") -> Answer:
        """Ask for the page, or for it again, or for a ``part`` of it, and read until the script has finished."""
        begun = time.perf_counter()
        answer = self.last = Answer()
        with suppress(ConnectionClosed):  # what was said before the end is heard all the same
            self._socket.send(self._request(part))
        while True:
            raw = self._socket.recv(PATIENCE)
            message = ForwardMsg.FromString(raw)
            answer.size += len(raw)
            answer.messages.append(message)
            if message.metadata.cacheable and message.hash:
                self._cached.add(message.hash)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self._hash = message.new_session.page_script_hash
            if kind == "navigation":
                self._hash = message.navigation.page_script_hash or self._hash
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                answer.seconds = time.perf_counter() - begun
                return answer

    def _request(self, part: str = "") -> bytes:
        message = BackMsg()
        script = message.rerun_script
        script.fragment_id = part
        script.query_string, script.page_name, script.page_script_hash = self.query, self.page, self._hash
        script.cached_message_hashes.extend(self._cached)
        context = script.context_info
        context.timezone, context.timezone_offset, context.locale = "Europe/Berlin", -60, "en-GB"
        context.url, context.color_scheme = f"{self.base}/{self.page}", "light"
        return message.SerializeToString()
