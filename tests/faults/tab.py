"""A tab without a browser in which a day is written: inputs are set and buttons pressed by their keys.

    with Tab(server.url, query="day=2026-11-22") as tab:
        tab.set(mood="calm", note="Rain.", photo=jpeg)
        tab.press("save")
        assert tab.said_saved, tab.errors

A server that goes away raises `Gone` at the next thing that is done.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Self
from urllib.request import Request, urlopen
from uuid import uuid4

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import WebSocketException

from bench.session import PATIENCE, Answer, Session

Gone = (WebSocketException, OSError)  # what a tab raises when its server was killed or does not answer in time
_BORDER = uuid4().hex  # between the parts of an upload
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # as `diary.ui.text.plain` writes signs that Markdown would read
_INPUTS = {"text_input", "text_area", "date_input", "button_group"}
_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


class Tab(Session):
    """A tab that remembers what is on the page and what its inputs hold; it waited at most ``longest`` s for a page."""

    def __init__(self, base: str, page: str = "", query: str = "", cookies: Mapping[str, str] | None = None) -> None:
        super().__init__(base, page, query, cookies)
        self.longest = 0.0
        self._known: dict[str, ForwardMsg] = {}
        self._states: dict[str, WidgetState] = {}
        self._shown: list[tuple[str, Any]] = []

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.run()
        except BaseException:
            self._stack.close()
            raise
        return self

    # ------------------------------------------------------------------ what a person does

    def set(self, part: str = "", **values: Any) -> Answer:
        """Give inputs their values by key and leave them; the page, or a ``part`` of it, runs once for all of them.

        ``mood`` is given by its name or None, ``day`` is a date, ``photo`` the bytes of a file.
        """
        for key, content in values.items():
            self._states[self._widget(key).id] = self._state(key, content)
        return self.run(part)

    def press(self, key: str, part: str = "") -> Answer:
        """Press a button and wait until the page has answered."""
        return self.run(part, WidgetState(id=self._widget(key).id, trigger_value=True))

    def run(self, part: str = "", pressed: WidgetState | None = None) -> Answer:
        """Run the page again, or a ``part`` of it, with a button that was ``pressed`` if there is one."""
        self._pressed = pressed
        try:
            answer = super().run(part)
        finally:
            self._pressed = None
        self.longest = max(self.longest, answer.seconds)
        self._show(answer)
        return answer

    # ------------------------------------------------------------------ what a person sees

    @property
    def said_saved(self) -> bool:
        """Whether the page says "Saved" over a finished day: the acknowledgement."""
        return any('role="status">Saved<' in text for text in self._html())

    @property
    def errors(self) -> list[str]:
        """The sentences of all errors on the page, tracebacks among them."""
        return self._alerts(Alert.ERROR) + self.tracebacks

    @property
    def tracebacks(self) -> list[str]:
        """What Streamlit shows for an error nobody foresaw."""
        return [f"{e.type}: {e.message}" for kind, e in self._shown if kind == "exception"]

    @property
    def text(self) -> str:
        """All that can be read on the page, a line a piece, what inputs hold among it."""
        words = [markdown.body for kind, markdown in self._shown if kind in {"markdown", "text"}]
        typed = [state.string_value for state in self._states.values()]
        drawn = [html.unescape(_TAGS.sub("", one)) for one in self._html()]
        return "\n".join([*drawn, *self._alerts(), *words, *typed])

    @property
    def photo_paths(self) -> list[str]:
        """The addresses of all photos on the page, as its images name them."""
        found = re.findall(r"""<img[^>]*?\ssrc=["']([^"']+)""", "\n".join(self._html()))
        return [html.unescape(address) for address in found if "/photo/" in address or "X-Amz-" in address]

    def has(self, key: str) -> bool:
        """Whether an input or a button with that key is on the page."""
        return any(_key_of(element) == key for _, element in self._shown)

    def value(self, key: str) -> str | None:
        """What an input holds now: its text, a mood's label, a day; None where it holds nothing."""
        state = self._states.get(self._widget(key).id)
        if state is None:
            return None
        chosen = [*state.string_array_value.data]
        return (chosen or [None])[0] if state.WhichOneof("value") == "string_array_value" else state.string_value

    # ------------------------------------------------------------------ the protocol

    def _html(self) -> list[str]:
        return [element.body for kind, element in self._shown if kind == "html"]

    def _alerts(self, which: int | None = None) -> list[str]:
        alerts = [element for kind, element in self._shown if kind == "alert"]
        return [_ESCAPED.sub(r"\1", alert.body) for alert in alerts if which in (None, alert.format)]

    def _widget(self, key: str) -> Any:
        for _, element in self._shown:
            if _key_of(element) == key:
                return element
        raise LookupError(f"no “{key}” on the page; it reads:\n{self.text}")

    def _state(self, key: str, content: Any) -> WidgetState:
        widget = self._widget(key)
        state = WidgetState(id=widget.id)
        if isinstance(content, bytes):
            urls = self._upload(content)
            info = state.file_uploader_state_value.uploaded_file_info.add(
                name="photo.jpg", size=len(content), file_id=urls.file_id
            )
            info.file_urls.CopyFrom(urls)
        elif isinstance(content, date):
            state.string_array_value.data.append(content.isoformat())
        elif key == "mood":
            labels = [f"{option.content_icon} {option.content}" for option in widget.options]
            wanted = content.capitalize() if content else None
            state.string_array_value.data.extend(one for one in labels if one.split(" ", 1)[1] == wanted)
        else:
            state.string_value = content
        return state

    def upload_place(self) -> tuple[str, dict[str, str], FileURLs]:
        """Where the next file is to be brought by PUT, with which headers, and how the server will know it."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid4().hex
        message.file_urls_request.file_names.append("photo.jpg")
        self._socket.send(message.SerializeToString())
        answer = ForwardMsg()
        while answer.WhichOneof("type") != "file_urls_response":
            answer = ForwardMsg.FromString(self._socket.recv(PATIENCE))
        (urls,) = answer.file_urls_response.file_urls
        headers = {
            "Content-Type": f"multipart/form-data; boundary={_BORDER}",
            "Cookie": self.cookies,
            "X-Xsrftoken": self._xsrf,
        }
        return urls.upload_url, headers, urls

    def _upload(self, content: bytes) -> FileURLs:
        """Bring a file to the server, as the uploader does before the page learns of it."""
        path, headers, urls = self.upload_place()
        head = f'--{_BORDER}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{_BORDER}--\r\n".encode()
        with urlopen(Request(self.base + path, body, headers, method="PUT"), timeout=PATIENCE):
            return urls

    def _request(self, part: str = "") -> bytes:
        message = BackMsg.FromString(super()._request(part))
        states = message.rerun_script.widget_states.widgets
        states.extend(self._states.values())
        if self._pressed:
            states.append(self._pressed)
        return message.SerializeToString()

    def _show(self, answer: Answer) -> None:
        """Replace the page by what the last run of the script in ``answer`` sent."""
        self._shown = [(kind, element) for kind, element in self._elements(answer) if element is not None]
        here = {getattr(element, "id", "") for _, element in self._shown}
        self._states = {name: state for name, state in self._states.items() if name in here}
        for kind, element in self._shown:
            if getattr(element, "set_value", False):
                self._states[element.id] = _given(kind, element)
            elif kind in _INPUTS:
                self._states.setdefault(element.id, _first(kind, element))

    def _elements(self, answer: Answer) -> Iterator[tuple[str, Any]]:
        places: dict[tuple[int, ...], Any] = {}
        for sent in answer.messages:
            message = sent
            if sent.WhichOneof("type") == "page_info_changed":
                self.query = sent.page_info_changed.query_string
            if sent.WhichOneof("type") == "ref_hash":
                message = self._known[sent.ref_hash]
            elif sent.metadata.cacheable and sent.hash:
                self._known[sent.hash] = sent
            if message.WhichOneof("type") == "new_session":
                places.clear()
            if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
                places[tuple(sent.metadata.delta_path)] = message.delta.new_element
        for element in places.values():
            kind = element.WhichOneof("type")
            yield kind, getattr(element, kind)


def _key_of(element: Any) -> str:
    """The key a page gave its widget, the last part of the widget's id."""
    return getattr(element, "id", "").partition("-")[2].partition("-")[2]


def _first(kind: str, element: Any) -> WidgetState:
    """The state in which an input begins."""
    state = WidgetState(id=element.id)
    if kind in {"text_input", "text_area"}:
        state.string_value = element.default
    elif kind == "date_input":
        state.string_array_value.data.extend(element.default)
    else:
        chosen = [element.options[place] for place in element.default]
        labels = (f"{option.content_icon} {option.content}".strip() for option in chosen)
        state.string_array_value.data.extend(labels)
    return state


def _given(kind: str, element: Any) -> WidgetState:
    """The state of an input whose value the page has set."""
    state = WidgetState(id=element.id)
    if kind in {"text_input", "text_area"}:
        state.string_value = element.value
    elif kind == "date_input":
        state.string_array_value.data.extend(element.value)
    elif kind == "button_group":
        state.string_array_value.data.extend(element.raw_values)
    return state
