"""Spotify's Web API, for those who have keys, by way of spotipy.

Only what a new app of 2026 may call and read is used: search, one track, and of a track no more
than id, name, artists, album and duration (Web API changelog, February 2026).
"""

import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import spotipy
from spotipy.cache_handler import CacheHandler
from spotipy.oauth2 import SpotifyClientCredentials

from diary.errors import SourceError
from diary.model import Track
from diary.music.oembed import artwork_address
from diary.music.transport import Refused
from diary.music.wire import Wire, milliseconds_at, part, parts, text_at

_MAX_RESULTS = 10
_SOCKET_SECONDS = 4
_COVER_WIDTH = 300
_ID = re.compile(r"[0-9A-Za-z]{22}")
_WAY_OUT = "You can paste links or type the song by hand."


class WebApi:
    """Spotify's Web API with an app's own keys (client credentials: no log-in, nothing personal).

    ``api_url`` and ``accounts_url`` are the roots of the two hosts, without a slash at the end.
    """

    def __init__(
        self, keys: tuple[str, str], wire: Wire, api_url: str, accounts_url: str, now: Callable[[], datetime]
    ) -> None:
        self._wire, self._now = wire, now
        self._trouble = ""
        self._tokens = _Tokens()
        # Left to itself spotipy sleeps as long as a 429 says, waits for a token without end, and
        # writes the token into the working directory; at DEBUG it logs token and secret.
        for name in ("spotipy.client", "spotipy.oauth2"):
            logging.getLogger(name).addFilter(_from_warning)
        auth = SpotifyClientCredentials(
            *keys, requests_session=wire.session, requests_timeout=_SOCKET_SECONDS, cache_handler=self._tokens
        )
        auth.OAUTH_TOKEN_URL = f"{accounts_url}/api/token"
        self._spotify = spotipy.Spotify(
            auth_manager=auth, requests_session=wire.session, requests_timeout=_SOCKET_SECONDS
        )
        self._spotify.prefix = f"{api_url}/v1/"

    def search(self, words: str, seconds: float) -> tuple[Track, ...]:
        """At most ten tracks, the best first, within ``seconds``.

        Raises SourceError: no useful answer.
        """
        try:
            answer = self._ask(lambda: self._spotify.search(words, limit=_MAX_RESULTS, type="track"), seconds)
        except Refused as refused:
            raise self._refusal(refused) from None
        if not isinstance(part(answer, "tracks", "items"), list):
            raise self._wire.failure("sent an answer that makes no sense")
        found = (self._track(item, text_at(item, "id")) for item in parts(answer, "tracks", "items"))
        return tuple(track for track in found if track)[:_MAX_RESULTS]

    def track(self, track_id: str, seconds: float) -> Track | None:
        """The track, None if Spotify has none with this identifier.

        Raises SourceError: no useful answer.
        """
        try:
            answer = self._ask(lambda: self._spotify.track(track_id), seconds)
        except Refused as refused:
            if refused.status == 404 or (refused.status == 400 and not _at_token(refused)):
                return None
            raise self._refusal(refused) from None
        if track := self._track(answer, track_id):
            return track
        raise self._wire.failure("sent an answer that makes no sense")

    def state(self) -> str:
        """How things stand, for the settings page."""
        if waiting := self._wire.told_to_wait():
            return str(waiting)
        return self._trouble or "Spotify search uses your keys."

    def _ask(self, question: Callable[[], Any], seconds: float) -> object:
        def work() -> object:
            try:
                return self._with_fresh_token(question)
            except (AttributeError, KeyError, TypeError):  # spotipy met a token answer of unknown shape
                raise ValueError("token") from None

        answer = self._wire.call(work, seconds)
        self._trouble = ""
        return answer

    def _with_fresh_token(self, question: Callable[[], Any]) -> object:
        """The answer; where the token is not accepted any more, it is asked again with a new one."""
        try:
            return question()
        except Refused as refused:
            if refused.status != 401 or _at_token(refused):
                raise
            self._tokens.save_token_to_cache(None)
            return question()

    def _refusal(self, refused: Refused) -> SourceError:
        if _at_token(refused) or refused.status == 401:
            self._trouble = (
                "Spotify does not accept this diary's keys; please check SPOTIPY_CLIENT_ID and "
                f"SPOTIPY_CLIENT_SECRET. {_WAY_OUT}"
            )
        elif refused.status == 403 and "premium" in refused.text.lower():
            self._trouble = (
                "Spotify answers only apps whose owner has Premium, and after paying it can take some hours. "
                f"{_WAY_OUT}"
            )
        elif refused.status == 403:
            self._trouble = f"Spotify does not let this app search. {_WAY_OUT}"
        else:
            return self._wire.failure(f"did not understand the question ({refused.status})")
        return SourceError(self._trouble)

    def _track(self, item: object, track_id: str) -> Track | None:
        title = text_at(item, "name")
        if not _ID.fullmatch(track_id) or not title.strip():
            return None
        artists = (text_at(artist, "name") for artist in parts(item, "artists"))
        return Track(
            f"spotify:{track_id}",
            title,
            tuple(name for name in artists if name),
            self._now(),
            album=text_at(item, "album", "name"),
            artwork_url=_cover(parts(item, "album", "images")),
            duration=milliseconds_at(item, "duration_ms"),
        )


class _Tokens(CacheHandler):  # type: ignore[misc]  # spotipy has no types
    """Keeps the access token in memory, if it is one."""

    def __init__(self) -> None:
        self._token: dict[str, Any] | None = None

    def get_cached_token(self) -> dict[str, Any] | None:
        return self._token

    def save_token_to_cache(self, token_info: dict[str, Any] | None) -> None:
        if token_info and not re.fullmatch(r"[!-~]+", text_at(token_info, "access_token")):
            raise ValueError("no token")
        self._token = token_info


def _from_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _at_token(refused: Refused) -> bool:
    return refused.url.endswith("/api/token")


def _cover(images: list[object]) -> str | None:
    """The smallest cover that is wide enough for a card, else the widest."""
    widths = {url: part(image, "width") for image in images if (url := artwork_address(part(image, "url")))}
    known = {url: width if type(width) is int else 0 for url, width in widths.items()}
    wide = [url for url in known if known[url] >= _COVER_WIDTH]
    return min(wide, key=known.__getitem__) if wide else max(known, key=known.__getitem__, default=None)
