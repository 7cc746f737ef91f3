"""What Spotify and MusicBrainz answer when all is well, and when the question is wrong.

Written after Spotify's Web API reference (February 2026 rules of development mode), its oEmbed
reference and the MusicBrainz API pages; the wording of errors as seen in public bug reports.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.songs import SONGS, FakeSong

PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, "
    "it can take a few hours before requests are allowed again."
)
_SPECIAL = re.compile(r'[+\-&|!(){}\[\]^"~*?:/]')


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: str
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def error_body(path: str, status: int) -> str:
    """The body that belongs to an error ``status`` at ``path``."""
    if path.startswith("/api/token"):
        return json.dumps({"error": "invalid_client" if status < 500 else "server_error", "error_description": "…"})
    if path.startswith("/ws/2/"):
        return json.dumps({"error": f"Status {status}", "help": "For usage, please see: https://musicbrainz.org/"})
    if status == 403:
        return PREMIUM
    return json.dumps({"error": {"status": status, "message": f"Status {status}"}})


def _spotify_error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": {"status": status, "message": message}}))


def _matches(song: FakeSong, words: list[str]) -> int:
    label = " ".join((song.title, *song.artists, song.album)).casefold()
    return sum(word.casefold() in label for word in words)


class SpotifyAnswers:
    """Accounts, Web API, oEmbed and short links of the fake Spotify."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.tokens: set[str] = set()
        self.short_links: dict[str, str] = {}
        self.page_for_desktops = True

    def revoke(self) -> None:
        """No token given out so far is good any more."""
        self.tokens.clear()

    def token(self, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method != "POST":
            return Answer(405, "Method Not Allowed", "text/plain")
        if headers.get("Authorization") != self._basic:
            return Answer(400, json.dumps({"error": "invalid_client", "error_description": "Invalid client secret"}))
        if body != b"grant_type=client_credentials":
            return Answer(400, json.dumps({"error": "unsupported_grant_type"}))
        token = "BQ" + secrets.token_urlsafe(60)
        self.tokens.add(token)
        return Answer(200, json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 3600}))

    def search(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Answer:
        if refusal := self._refusal(headers):
            return refusal
        if not query.get("q"):
            return _spotify_error(400, "No search query")
        limit = query.get("limit", "5")
        if not limit.isdigit() or not 1 <= int(limit) <= 10:
            return _spotify_error(400, "Invalid limit")
        if query.get("type") != "track":
            return _spotify_error(400, "Bad search type field")
        words = query["q"].split()
        found = [song for song in SONGS if _matches(song, words) == len(words)]
        page = {
            "href": "https://api.spotify.com/v1/search",
            "items": [spotify_track(song) for song in found[: int(limit)]],
            "limit": int(limit),
            "next": None,
            "offset": 0,
            "previous": None,
            "total": len(found),
        }
        return Answer(200, json.dumps({"tracks": page}))

    def track(self, headers: Mapping[str, str], track_id: str) -> Answer:
        if refusal := self._refusal(headers):
            return refusal
        for song in SONGS:
            if song.spotify_id == track_id:
                return Answer(200, json.dumps(spotify_track(song)))
        return _spotify_error(404, "Resource not found")

    def oembed(self, url: str) -> Answer:
        url = self.short_links.get(url, url)
        kind_id = re.search(r"(track|album)[/:]([0-9A-Za-z]{22})", url)
        for song in SONGS:
            if kind_id and song.spotify_id == kind_id.group(2):
                return Answer(200, json.dumps(oembed_of(song, kind_id.group(1))))
        return Answer(404, "Not Found", "text/plain")

    def short(self, headers: Mapping[str, str], path: str) -> Answer:
        """A short link: a redirect for telephones, a page that names its target for others."""
        target = self.short_links.get(f"https://{headers.get('Host', '').partition(':')[0]}{path}")
        if target is None:
            return Answer(404, "Not Found", "text/plain")
        if "Mobile" in headers.get("User-Agent", "") and not self.page_for_desktops:
            return Answer(307, "", "text/html", {"Location": target})
        meta = f'<meta name="x" content="y"><meta property="og:url" content="{target}?si=1&amp;nd=1"/>'
        return Answer(200, f"<html><head>{meta}<a href='https://open.spotify.com/artist/x'></html>", "text/html")

    def _refusal(self, headers: Mapping[str, str]) -> Answer | None:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if not token:
            return _spotify_error(401, "No token provided")
        if scheme != "Bearer" or token not in self.tokens:
            return _spotify_error(401, "The access token expired")
        return None


class MusicBrainzAnswers:
    """Search and lookup of recordings: one call a second, with a User-Agent that names its sender."""

    def __init__(self) -> None:
        self._due = 0.0

    def search(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Answer:
        if refusal := self._refusal(headers, query):
            return refusal
        words = query.get("query", "")
        if not words or _SPECIAL.search(re.sub(r"\\.", "", words)):
            return Answer(400, json.dumps({"error": "Unable to parse search query"}))
        wanted = re.sub(r"\\(.)", r"\1", words).split()
        ranked = sorted((song for song in SONGS if _matches(song, wanted)), key=lambda s: -_matches(s, wanted))
        limit = int(query.get("limit", "25"))
        recordings = [{**recording(song), "score": 100} for song in ranked[:limit]]
        return Answer(200, json.dumps({"count": len(ranked), "offset": 0, "recordings": recordings}))

    def track(self, headers: Mapping[str, str], mbid: str, query: Mapping[str, str]) -> Answer:
        if refusal := self._refusal(headers, query):
            return refusal
        for song in SONGS:
            if song.mbid == mbid:
                wanted = query.get("inc", "").split()
                known = recording(song)
                if "artist-credits" not in wanted:
                    del known["artist-credit"]
                if "releases" not in wanted:
                    del known["releases"]
                return Answer(200, json.dumps(known))
        return Answer(404, json.dumps({"error": "Not Found"}))

    def _refusal(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Answer | None:
        # The real service looks at the average, so a call that comes half a second early is let pass.
        now = time.monotonic()
        self._due = max(self._due, now) + 1
        early = self._due - now > 1.5
        if not re.search(r"/\S+ \(.+\)", headers.get("User-Agent", "")):
            return Answer(403, json.dumps({"error": "Please send a meaningful User-Agent"}))
        if early:
            return Answer(503, json.dumps({"error": "Your requests are exceeding the allowable rate limit."}))
        if query.get("fmt") != "json":
            return Answer(200, '<?xml version="1.0"?><metadata/>', "application/xml")
        return None


def spotify_track(song: FakeSong) -> dict[str, Any]:
    """A track as the Web API describes it since February 2026."""
    artists = [{"id": "0" * 22, "name": name, "type": "artist", "uri": "spotify:artist:…"} for name in song.artists]
    images = [{"url": song.artwork(width), "width": width, "height": width} for width in (640, 300, 64)]
    return {
        "album": {"id": "1" * 22, "name": song.album, "images": images, "release_date": "2024-02-29", "type": "album"},
        "artists": artists,
        "disc_number": 1,
        "duration_ms": song.duration,
        "explicit": False,
        "external_urls": {"spotify": f"https://open.spotify.com/track/{song.spotify_id}"},
        "id": song.spotify_id,
        "is_local": False,
        "name": song.title,
        "track_number": 1,
        "type": "track",
        "uri": f"spotify:track:{song.spotify_id}",
    }


def oembed_of(song: FakeSong, kind: str = "track") -> dict[str, Any]:
    """An oEmbed answer: title and cover, no artist."""
    frame = f"https://open.spotify.com/embed/{kind}/{song.spotify_id}?utm_source=oembed"
    return {
        "html": f'<iframe style="border-radius: 12px" width="100%" height="152" src="{frame}"></iframe>',
        "iframe_url": frame,
        "width": 456,
        "height": 152 if kind == "track" else 352,
        "version": "1.0",
        "provider_name": "Spotify",
        "provider_url": "https://spotify.com",
        "type": "rich",
        "title": song.title if kind == "track" else song.album,
        "thumbnail_url": song.artwork().replace("i.scdn.co", "image-cdn-ak.spotifycdn.com"),
        "thumbnail_width": 300,
        "thumbnail_height": 300,
    }


def recording(song: FakeSong) -> dict[str, Any]:
    """A recording as the MusicBrainz API describes it."""
    release = {
        "id": song.mbid_of("release"),
        "title": song.album,
        "status": "Official",
        "date": "2024-02-29",
        "release-group": {"id": song.mbid_of("release-group"), "title": song.album, "primary-type": "Album"},
    }
    sampler = {
        "id": song.mbid_of("sampler"),
        "title": "Various Hits",
        "status": "Official",
        "date": "1999",
        "release-group": {"id": song.mbid_of("sampler-group"), "secondary-types": ["Compilation"]},
    }
    credits = [{"name": name, "joinphrase": " & ", "artist": {"name": name}} for name in song.artists]
    return {
        "id": song.mbid,
        "title": song.title,
        "length": song.duration,
        "video": None,
        "artist-credit": credits,
        "releases": [sampler, release],
    }
