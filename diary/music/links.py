"""Reading what somebody pasted: a link to one Spotify track, to something else, or no link at all.

Pure text, no network. Forms of the links: Spotify's own share menu, its URIs and its embeds
(https://developer.spotify.com/documentation/web-api/concepts/spotify-uris-ids).
"""

import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from diary.errors import LinkError

_SITES = {
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "music.apple.com": "Apple Music",
    "itunes.apple.com": "Apple Music",
    "deezer.com": "Deezer",
    "deezer.page.link": "Deezer",
    "tidal.com": "Tidal",
    "soundcloud.com": "SoundCloud",
    "bandcamp.com": "Bandcamp",
}
_KINDS = {
    "album": "an album",
    "artist": "an artist",
    "playlist": "a playlist",
    "show": "a podcast",
    "episode": "a podcast episode",
    "audiobook": "an audiobook",
    "chapter": "a chapter of an audiobook",
    "user": "a person's profile",
    "prerelease": "a record that is not out yet",
    "concert": "a concert",
    "collection": "a library",
    "search": "a search",
    "genre": "a genre",
}
_TRACK_HOSTS = {"open.spotify.com", "play.spotify.com", "embed.spotify.com"}
_SHORT_HOSTS = {"spotify.link", "spotify.app.link"}

_BARE_ID = re.compile(r"[0-9A-Za-z]{22}")
_ID_RUN = re.compile(r"[0-9A-Za-z]*")
_CODE = re.compile(r"[0-9A-Za-z_-]+")
_URI = re.compile(rf"spotify:(?://)?(?=(?:track|local|{'|'.join(_KINDS)})\b)", re.IGNORECASE)
_BARE_HOSTS = "|".join(re.escape(host) for host in (*_SITES, "spotify.com", *_SHORT_HOSTS, "spoti.fi"))
# With a scheme any address counts as a link; without one only a known host, followed by a path,
# does: a song may well be called "yellow.com".
_LINK = re.compile(
    rf"(?:https?://(?=[^\s<>\"'])|(?<![0-9A-Za-z]){_URI.pattern}"
    rf"|(?<![0-9A-Za-z_.@/-])(?:[0-9a-z-]{{1,63}}\.){{0,3}}(?:{_BARE_HOSTS})(?::[0-9]+)?/)"
    r"(?:(?!https?://)[^\s<>\"'])*",
    re.IGNORECASE,
)

_WAY_OUT = "In Spotify open the track, choose Share, then Copy link, and paste that; or type title and artist."
SHORT_LINK = (
    "This short link could not be followed. Open it in a browser and paste the address of the page you reach; "
    "or type title and artist."
)


def find_track_id(text: str) -> str | None:
    """The 22-character identifier of the one Spotify track that ``text`` links to, None if it holds no link.

    The link may stand among other words, in quotes or angle brackets. A bare identifier counts only
    when it is the whole text and has a digit, a capital and a small letter, as a typed title hardly has.

    Raises LinkError: there are links, but none to one track; the sentence names what they are.
    """
    bare = text.strip(" \t\r\n\"'<>()[]`“”‘’„«»")
    if _BARE_ID.fullmatch(bare) and all(re.search(c, bare) for c in ("[0-9]", "[A-Z]", "[a-z]")):
        return bare
    found: set[str] = set()
    refusal: LinkError | None = None
    for link in _LINK.findall(text):
        try:
            found.add(_track_id(link))
        except LinkError as error:
            refusal = refusal or error
    if len(found) > 1:
        raise LinkError("Here are links to several tracks; a day has one song. Please paste one of them.")
    if found:
        return found.pop()
    if refusal:
        raise refusal
    return None


def find_short_link(text: str) -> str | None:
    """The first of Spotify's short links in ``text``, rebuilt from checked parts, as an https address.

    Short are ``spotify.link/CODE``, ``spotify.app.link/CODE`` and ``open.spotify.com/s/CODE``:
    where they lead only Spotify can tell.
    """
    for link in _LINK.findall(text):
        parts = _split(link)
        short = _short_path(parts) if parts else None
        if parts and short:
            return f"https://{_host(parts)}/{short}"
    return None


def _track_id(link: str) -> str:
    if uri := _URI.match(link):
        return _id_at(re.split(r"[:/]", unquote(link[uri.end() :])))
    parts = _split(link)
    host = _host(parts) if parts else ""
    if parts and host in _TRACK_HOSTS and not _short_path(parts):
        return _id_in_query(parts) or _id_at([part for part in unquote(parts.path).split("/") if part])
    if host in _SHORT_HOSTS or host == "spoti.fi" or (parts and _short_path(parts)):
        raise LinkError(SHORT_LINK)
    if host == "spotify.com" or host.endswith(".spotify.com"):
        raise LinkError(f"This link leads to a page of Spotify, not to one track. {_WAY_OUT}")
    raise LinkError(
        f"This link leads to {_site(host)}; the diary understands links to tracks on Spotify. "
        "Search for the song by its name, or type title and artist."
    )


def _id_at(parts: list[str]) -> str:
    """The identifier in the path of an address or the parts of a URI."""
    while parts and (parts[0].lower().startswith("intl-") or parts[0].lower() == "embed"):
        parts = parts[1:]
    kind = parts[0].lower() if parts else ""
    if kind == "track":
        run = _ID_RUN.match(parts[1] if len(parts) > 1 else "")
        track_id = run.group() if run else ""
        if len(track_id) == 22:
            return track_id
        raise LinkError(
            f"This Spotify link is not whole: a track's identifier has 22 letters and digits, here are "
            f"{len(track_id)}. Please copy the link again, or type title and artist."
        )
    if kind == "local":
        raise LinkError("This is a file on somebody's own computer, which has no link. Please type title and artist.")
    if kind == "user" and "playlist" in parts:
        kind = "playlist"
    raise LinkError(f"This link leads to {_KINDS.get(kind, 'a page of Spotify')}, not to one track. {_WAY_OUT}")


def _id_in_query(parts: SplitResult) -> str | None:
    """The identifier in ``?uri=spotify:track:…`` (embeds) or ``?highlight=…`` (a track within its album)."""
    query = parse_qs(parts.query)
    for value in query.get("uri", []) + query.get("highlight", []):
        if uri := _URI.match(value):
            return _id_at(re.split(r"[:/]", value[uri.end() :]))
    return None


def _short_path(parts: SplitResult) -> str | None:
    """The path of a short link, None if it is none."""
    path = parts.path.lstrip("/")
    if _host(parts) == "open.spotify.com" and path.startswith("s/"):
        code = _CODE.match(path[2:])
        return f"s/{code.group()}" if code else None
    code = _CODE.match(path) if _host(parts) in _SHORT_HOSTS else None
    return code.group() if code else None


def _split(link: str) -> SplitResult | None:
    address = link if re.match("https?://", link, re.IGNORECASE) else f"https://{link}"
    try:
        parts = urlsplit(address)
        return parts if parts.hostname else None
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def _site(host: str) -> str:
    for known, name in _SITES.items():
        if host == known or host.endswith(f".{known}"):
            return name
    return host if re.fullmatch(r"[a-z0-9.-]{3,60}", host) else "another site"
