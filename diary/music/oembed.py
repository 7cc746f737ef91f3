"""Spotify's oEmbed, for those who have no keys: it names pasted links.

https://developer.spotify.com/documentation/embeds/reference/oembed
"""

import html
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from urllib.parse import urljoin

from diary.errors import LinkError, SourceError
from diary.model import Track
from diary.music.links import SHORT_LINK, find_short_link, find_track_id
from diary.music.transport import Refused
from diary.music.wire import Wire, part, text_at

_MAX_HOPS = 5
_ARTWORK = re.compile(r"https://(?:i\.scdn\.co|(?:[a-z0-9-]+\.)+spotifycdn\.com)/[A-Za-z0-9/_.~%?=&+-]{1,400}")


class OEmbed:
    """Needs no keys, and knows the title and cover of a track, but no artist."""

    def __init__(self, wire: Wire, url: str, now: Callable[[], datetime]) -> None:
        self._wire, self._url, self._now = wire, url, now

    def track(self, track_id: str, seconds: float) -> Track | None:
        """The track, None if Spotify has none with this identifier.

        Raises SourceError: no useful answer.
        """
        try:
            link = f"https://open.spotify.com/track/{track_id}"
            answer = self._wire.get_json(self._url, {"url": link}, seconds)
        except Refused as refused:
            if refused.status in (400, 404):
                return None
            raise self._wire.failure(f"refuses to name the link ({refused.status})") from None
        title = text_at(answer, "title")
        if not title.strip():
            raise self._wire.failure("sent an answer that makes no sense")
        return Track(
            f"spotify:{track_id}", title, (), self._now(), artwork_url=artwork_address(part(answer, "thumbnail_url"))
        )

    def follow(self, short_link: str, seconds: float) -> str:
        """The identifier of the track that one of Spotify's short links leads to.

        Raises LinkError: it leads to something else, or nobody could tell where.
        """
        for ask in (self._ask_about, self._walk):
            with suppress(SourceError, Refused):
                if track_id := find_track_id(ask(short_link, seconds / 2)):
                    return track_id
        raise LinkError(SHORT_LINK)

    def _ask_about(self, short_link: str, seconds: float) -> str:
        answer = self._wire.get_json(self._url, {"url": short_link}, seconds)
        frame = re.search(r'\bsrc="(https://open\.spotify\.com/embed/[^"]+)"', text_at(answer, "html"))
        return text_at(answer, "iframe_url") or (frame.group(1) if frame else "")

    def _walk(self, short_link: str, seconds: float) -> str:
        # The short links redirect only what looks like a telephone; others get a page that names
        # its target in og:url. Nothing but a checked short link is ever fetched.
        agent = f"Mozilla/5.0 (Linux; Android 14; Mobile) {self._wire.session.headers['User-Agent']!s}"

        def work() -> str:
            link: str | None = short_link
            target = ""
            for _ in range(_MAX_HOPS):
                if link is None:
                    break
                response = self._wire.session.get(link, timeout=seconds, headers={"User-Agent": agent})
                if not response.is_redirect:
                    return _page_address(response.text)
                target = urljoin(link, response.headers["Location"])
                link = find_short_link(target)
            return target

        return self._wire.call(work, seconds)


def artwork_address(address: object) -> str | None:
    """The ``address``, if it is that of a picture at Spotify's own hosts, else None."""
    return address if isinstance(address, str) and _ARTWORK.fullmatch(address) else None


def _page_address(page: str) -> str:
    tag = re.search(r"<meta\b[^>]*\bog:url\b[^>]*>", page)
    content = re.search(r"""\bcontent=["']([^"']+)""", tag.group()) if tag else None
    return html.unescape(content.group(1)) if content else ""
