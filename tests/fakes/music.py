"""Spotify (accounts, Web API, oEmbed) and MusicBrainz on one local port, as their documents describe them.

    with FakeMusic() as fake:
        environ.update(fake.env)          # the settings that lead the diary here
        fake.fault("search", 429, retry_after=7)
        fake.fault("oembed", "hang")
        fake.clear()                      # all is well again
        fake.calls                        # what was asked, in order

Services: ``token``, ``search``, ``track``, ``oembed``, ``mb_search``, ``mb_track``, ``short``.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.fakes.answers import Answer, MusicBrainzAnswers, SpotifyAnswers
from tests.fakes.faults import Fault, Faults, Handler

CLIENT_ID, CLIENT_SECRET = "fake-client-id", "fake-client-secret"


@dataclass(frozen=True)
class Call:
    """One request as it came in; ``port`` is its sender's, ``at`` is in seconds of a monotonic clock."""

    service: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    port: int
    at: float = field(default_factory=time.monotonic)


class FakeMusic(Faults):
    """Both services."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.closing = threading.Event()
        self.spotify = SpotifyAnswers(CLIENT_ID, CLIENT_SECRET)
        self.musicbrainz = MusicBrainzAnswers()
        self._server = self.make_server()
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def make_server(self) -> ThreadingHTTPServer:
        """The listening server, whose handlers know this fake."""
        handler = type("MusicHandler", (Handler,), {"fake": self})
        server = type("MusicServer", (ThreadingHTTPServer,), {"request_queue_size": 128})
        return server(("127.0.0.1", 0), handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def env(self) -> dict[str, str]:
        """The settings that lead the diary here; artwork keeps its real addresses."""
        return {
            "SPOTIFY_API_URL": self.url,
            "SPOTIFY_ACCOUNTS_URL": self.url,
            "SPOTIFY_OEMBED_URL": f"{self.url}/oembed",
            "MUSICBRAINZ_URL": self.url,
            "COVERART_URL": "https://coverartarchive.org",
            "SPOTIPY_CLIENT_ID": CLIENT_ID,
            "SPOTIPY_CLIENT_SECRET": CLIENT_SECRET,
        }

    def asked(self, service: str) -> list[Call]:
        """The calls to one service so far."""
        return [call for call in list(self.calls) if call.service == service]

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[Answer, Fault | None]:
        """What to say to a request, and how to spoil it."""
        method, target, headers = request.command, request.path, request.headers
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        service, reply = self._route(method, parts.path, query, headers, body)
        self.calls.append(Call(service, parts.path, query, dict(headers), request.client_address[1]))
        return reply(), self.take(service)

    def _route(
        self, method: str, path: str, query: dict[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[str, Callable[[], Answer]]:
        folder, _, ident = path.rpartition("/")
        routes: dict[str, tuple[str, Callable[[], Answer]]] = {
            "/api/token": ("token", lambda: self.spotify.token(method, headers, body)),
            "/v1/search": ("search", lambda: self.spotify.search(headers, query)),
            "/v1/tracks/": ("track", lambda: self.spotify.track(headers, ident)),
            "/oembed": ("oembed", lambda: self.spotify.oembed(query.get("url", ""))),
            "/ws/2/recording": ("mb_search", lambda: self.musicbrainz.search(headers, query)),
            "/ws/2/recording/": ("mb_track", lambda: self.musicbrainz.track(headers, ident, query)),
        }
        short: tuple[str, Callable[[], Answer]] = ("short", lambda: self.spotify.short(headers, path))
        return routes.get(path) or routes.get(f"{folder}/") or short
