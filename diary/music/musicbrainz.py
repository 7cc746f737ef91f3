"""MusicBrainz, the free encyclopedia of music, and the Cover Art Archive beside it.

Needs no keys, allows one call a second, and its core data is in the public domain (CC0).
https://musicbrainz.org/doc/MusicBrainz_API and https://musicbrainz.org/doc/Cover_Art_Archive/API
"""

import re
import threading
import time
from collections.abc import Callable
from datetime import datetime

from diary.model import Track
from diary.music.transport import Refused
from diary.music.wire import Wire, milliseconds_at, part, parts, text_at

_MAX_RESULTS = 10
# The same song is listed once for each concert and sampler it is on, so more are asked for than shown.
_ASKED = 30
# A little over the second, as calls do not arrive as evenly as they leave.
_INTERVAL = 1.1
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')
_OPERATORS = re.compile(r"\b(AND|OR|NOT|TO)\b")


class MusicBrainz:
    """Recordings by words and by identifier.

    ``url`` is the root of the service, ``coverart_url`` that of the archive as the browser reaches it.
    """

    def __init__(self, wire: Wire, url: str, coverart_url: str, now: Callable[[], datetime]) -> None:
        self._wire, self._url, self._coverart_url, self._now = wire, url, coverart_url, now
        self._lock = threading.Lock()
        self._next_call = 0.0

    def search(self, words: str, seconds: float) -> tuple[Track, ...]:
        """At most ten recordings, the best first, each song of an artist once, within ``seconds``.

        Raises SourceError: no useful answer, or too many others are asking.
        """
        params = {"query": lucene(words), "fmt": "json", "limit": str(_ASKED)}
        answer = self._ask("recording", params, seconds)
        if not isinstance(part(answer, "recordings"), list):
            raise self._wire.failure("sent an answer that makes no sense")
        found: dict[tuple[str, str], Track] = {}
        for item in parts(answer, "recordings"):
            if track := self._track(item, text_at(item, "id")):
                found.setdefault((track.title.casefold(), track.artist.casefold()), track)
        return tuple(found.values())[:_MAX_RESULTS]

    def track(self, mbid: str, seconds: float) -> Track | None:
        """The recording, None if MusicBrainz has none with this identifier.

        Raises SourceError: no useful answer, or too many others are asking.
        """
        params = {"inc": "artist-credits releases release-groups", "fmt": "json"}
        answer = self._ask(f"recording/{mbid}", params, seconds)
        if answer is None:
            return None
        if track := self._track(answer, mbid):
            return track
        raise self._wire.failure("sent an answer that makes no sense")

    def _ask(self, path: str, params: dict[str, str], seconds: float) -> object:
        """The answer, None where there is nothing at ``path``."""
        end = time.monotonic() + seconds
        if told := self._wire.told_to_wait():
            raise told
        time.sleep(self._turn(seconds / 2))
        try:
            return self._wire.get_json(f"{self._url}/ws/2/{path}", params, end - time.monotonic())
        except Refused as refused:
            if refused.status == 404:
                return None
            raise self._wire.failure(f"refuses the question ({refused.status})") from None

    def _turn(self, longest: float) -> float:
        """Seconds to wait for one's turn, at most ``longest``."""
        with self._lock:
            now = time.monotonic()
            wait = max(self._next_call - now, 0)
            if wait > longest:
                raise self._wire.failure("answers one question a second, and others are asking")
            self._next_call = now + wait + _INTERVAL
            return wait

    def _track(self, item: object, mbid: str) -> Track | None:
        title = text_at(item, "title")
        if not _MBID.fullmatch(mbid) or not title.strip():
            return None
        credits = (text_at(credit, "name") for credit in parts(item, "artist-credit"))
        release = min(parts(item, "releases"), key=_oddity, default=None)
        return Track(
            f"musicbrainz:{mbid}",
            title,
            tuple(name for name in credits if name),
            self._now(),
            album=text_at(release, "title"),
            artwork_url=self._cover(release),
            duration=milliseconds_at(item, "length"),
        )

    def _cover(self, release: object) -> str | None:
        """The address of the front cover, which may turn out to have no picture behind it.

        Asked of the release group, as the archive then serves the cover chosen for it or that of
        its earliest release with one: never fewer hits than asking for a single release.
        """
        for kind, mbid in (
            ("release-group", text_at(release, "release-group", "id")),
            ("release", text_at(release, "id")),
        ):
            if _MBID.fullmatch(mbid):
                return f"{self._coverart_url}/{kind}/{mbid}/front-500"
        return None


def lucene(words: str) -> str:
    """``words`` as a query that looks for just these words, whatever signs are in them.

    https://lucene.apache.org/core/9_0_0/queryparser/org/apache/lucene/queryparser/classic/package-summary.html
    """
    return _OPERATORS.sub(lambda word: word.group().lower(), _SPECIAL.sub(r"\\\1", words))


def _oddity(release: object) -> tuple[bool, bool, str]:
    """Orders releases: official ones before bootlegs, an artist's own before samplers, the earliest first."""
    unofficial = text_at(release, "status") != "Official"
    return unofficial, bool(parts(release, "release-group", "secondary-types")), text_at(release, "date") or "9999"
