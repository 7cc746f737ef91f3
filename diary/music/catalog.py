"""The one face of all outside sources of music: words or a pasted link in, tracks out."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from diary.clock import utc_now
from diary.errors import LinkError, SourceError
from diary.model import Track
from diary.music.links import find_short_link, find_track_id
from diary.music.musicbrainz import MusicBrainz
from diary.music.oembed import OEmbed
from diary.music.wire import Wire

if TYPE_CHECKING:
    from diary.music.spotify import WebApi

PATIENCE = 4.0
_MAX_WORDS = 200
_MAX_ANSWERS = 500
_ANSWER_LIFE = timedelta(hours=1)
# Spotify's terms allow to cache what it sent for a time, but name no number of days
# (Developer Terms, IV.3.2); what MusicBrainz sends is free (CC0) and may stay.
_SPOTIFY_LIFE = timedelta(days=30)
_NAMELESS_LIFE = timedelta(hours=1)


class Catalog:
    """Finds songs: on Spotify for those who have its keys, else on MusicBrainz; and names pasted links.

    There is one for the process (`make_catalog`), as it holds what all must share: the answers of
    the last hour, and until when a source wants no calls. Each method takes at most ``patience``
    seconds, whatever the sources do, and may be called from any thread.
    """

    def __init__(
        self,
        spotify: "WebApi | None",
        oembed: OEmbed,
        musicbrainz: MusicBrainz,
        patience: float = PATIENCE,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._spotify, self._oembed, self._musicbrainz = spotify, oembed, musicbrainz
        self._patience, self._now = patience, now
        self._answers = _Answers(now)

    @property
    def searches_while_typing(self) -> bool:
        """Whether `search` may follow each pause in typing: MusicBrainz bears one call a second for all."""
        return self._spotify is not None

    def search(self, text: str) -> tuple[Track, ...]:
        """At most ten tracks for the words in ``text``, the best first; none for no words.

        Raises SourceError: the source did not answer usefully.
        """
        words = _words(text)
        if not words:
            return ()
        question = f"search:{words.casefold()}"
        found = self._answers.find(question)
        if found is None:
            found = (self._spotify or self._musicbrainz).search(words, self._patience)
            self._answers.keep(question, found)
        return found

    def track_by_link(self, text: str) -> Track | None:
        """The track a pasted ``text`` links to, None if it holds no link and so is a search.

        Without keys, or when the Web API fails, it is named by oEmbed and has no artists. When no
        source can name it, it has its key and an empty title, so that the link itself is kept.

        Raises LinkError: the link leads to something else than one track.
        """
        end = time.monotonic() + self._patience
        try:
            track_id = find_track_id(text)
        except LinkError:
            short_link = find_short_link(text)
            if short_link is None:
                raise
            track_id = self._oembed.follow(short_link, self._patience / 2)
        return self._named(track_id, end) if track_id else None

    def refresh(self, key: str) -> Track | None:
        """The track with this ``key`` as its source tells it now, None if it is there no more.

        Raises SourceError: the source did not answer usefully.
        """
        source, _, ident = key.partition(":")
        if source == "musicbrainz":
            return self._musicbrainz.track(ident, self._patience)
        return (self._spotify or self._oembed).track(ident, self._patience)

    def is_stale(self, track: Track, now: datetime) -> bool:
        """Whether ``track`` is due for `refresh`: Spotify's after 30 days, one without a name after an hour."""
        if not track.title:
            return now - track.fetched_at > _NAMELESS_LIFE
        return track.key.startswith("spotify:") and now - track.fetched_at > _SPOTIFY_LIFE

    def state(self) -> str:
        """One or two sentences on how songs are found at present, for the settings page."""
        if self._spotify:
            return self._spotify.state()
        return "No Spotify keys are set: songs are searched on MusicBrainz, and pasted Spotify links work."

    def _named(self, track_id: str, end: float) -> Track:
        question = f"spotify:{track_id}"
        if known := self._answers.find(question):
            return known[0]
        for source, share in ((self._spotify, 0.6), (self._oembed, 1.0)):
            if source is None:
                continue
            with suppress(SourceError):
                track = source.track(track_id, share * (end - time.monotonic()))
                if track:
                    self._answers.keep(question, (track,))
                    return track
        return Track(question, "", (), self._now())


class _Answers:
    """The answers of the last hour, the most used ones; failures are not among them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[datetime, tuple[Track, ...]]] = OrderedDict()

    def find(self, question: str) -> tuple[Track, ...] | None:
        with self._lock:
            asked, answer = self._kept.get(question, (None, None))
            if asked is None or self._now() - asked > _ANSWER_LIFE:
                return None
            self._kept.move_to_end(question)
            return answer

    def keep(self, question: str, answer: tuple[Track, ...]) -> None:
        with self._lock:
            self._kept[question] = (self._now(), answer)
            self._kept.move_to_end(question)
            if len(self._kept) > _MAX_ANSWERS:
                self._kept.popitem(last=False)


@cache
def make_catalog(
    client_id: str | None,
    client_secret: str | None,
    *,
    api_url: str,
    accounts_url: str,
    oembed_url: str,
    musicbrainz_url: str,
    coverart_url: str,
    user_agent: str,
    patience: float = PATIENCE,
) -> Catalog:
    """The process's catalog for these settings: asked again with the same ones, it is the same catalog.

    Without both keys there is no Spotify search. ``oembed_url`` is a whole address, the others are
    the roots of their hosts, without a slash at the end; ``user_agent`` names this program and
    where to write to its makers, as MusicBrainz requires.
    """
    web_api = None
    if client_id and client_secret:
        from diary.music.spotify import WebApi  # noqa: PLC0415  (half a second, and most diaries have no keys)

        wire = Wire("Spotify", user_agent, utc_now)
        web_api = WebApi((client_id, client_secret), wire, api_url, accounts_url, utc_now)
    # A wire for each service, since each has its own limits: a wait for one is none for the others.
    oembed = OEmbed(Wire("Spotify", user_agent, utc_now), oembed_url, utc_now)
    musicbrainz = MusicBrainz(Wire("MusicBrainz", user_agent, utc_now), musicbrainz_url, coverart_url, utc_now)
    return Catalog(web_api, oembed, musicbrainz, patience)


def _words(text: str) -> str:
    """What is to be searched: printable, one blank between words, at most 200 characters."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_MAX_WORDS].rstrip()
