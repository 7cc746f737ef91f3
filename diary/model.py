"""What a diary is made of: frozen values, checked when they are made, without any input or output.

All instants are aware and in UTC. A ``day`` is a calendar date in the writer's own zone.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from diary.clock import known_zone
from diary.errors import InvalidEntryError, InvalidMoodError
from diary.written import check_note, check_storable, clean_tags, unstorable

FIRST_DAY = date(1900, 1, 1)
MAX_NOTE, MAX_LABEL = 100_000, 300
_HEX = re.compile(r"#[0-9a-f]{6}")
_SPOTIFY_ID = re.compile(r"[0-9A-Za-z]{22}")
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Mood:
    """A word for how a day was, placed on Russell's circumplex (J. A. Russell, 1980).

    ``valence`` (unpleasant to pleasant) and ``arousal`` (still to lively) run from −1 to 1.
    ``light`` and ``dark`` are the colours, ``#rrggbb``, on the light and on the dark ground. A ``hidden`` mood is not
    offered for new days; a ``retired`` one was replaced by a later version of itself and lives on only in its days.
    """

    id: str
    name: str
    emoji: str
    light: str
    dark: str
    valence: float
    arousal: float
    hidden: bool = False
    retired: bool = False

    def __post_init__(self) -> None:
        name = self.name.strip()
        object.__setattr__(self, "name", name)
        if not name or len(name) > 30 or "\n" in name or unstorable(name):
            raise InvalidMoodError("A mood needs a name of 1 to 30 characters.")
        if not self.emoji.strip() or len(self.emoji) > 16 or unstorable(self.emoji):
            raise InvalidMoodError("A mood needs an emoji of its own.")
        if not (_HEX.fullmatch(self.light) and _HEX.fullmatch(self.dark)):
            raise InvalidMoodError("A mood's colour is written like #2a5b2f.")
        if not (-1 <= self.valence <= 1 and -1 <= self.arousal <= 1):
            raise InvalidMoodError("Pleasantness and energy lie between −1 and 1.")


HARD = -0.4  # the valence from which down a day is called hard: anxious, sad, angry and hurt, but not tired

# Three rows of energy, four columns of pleasantness: the order in which the palette shows them.
# The colours were found by search for contrast ≥ 3 on both grounds and CIEDE2000 ≥ 10 between
# neighbours for normal, protan, deutan and tritan eyes; tests/test_palette.py computes both anew.
BUILT_IN_MOODS = (
    Mood("angry", "angry", "😠", "#b01e2f", "#fa777b", -0.75, 0.70),
    Mood("anxious", "anxious", "😰", "#a2619c", "#de94d8", -0.40, 0.60),
    Mood("lively", "lively", "😄", "#cb7161", "#dd6c1d", 0.35, 0.75),
    Mood("excited", "excited", "🤩", "#a18a03", "#fdde58", 0.75, 0.60),
    Mood("hurt", "hurt", "💔", "#7b1d47", "#bd5782", -0.80, 0.05),
    Mood("restless", "restless", "🌀", "#6c43ab", "#9478e8", -0.25, 0.10),
    Mood("hopeful", "hopeful", "🌱", "#2a5b2f", "#b7eda8", 0.35, 0.15),
    Mood("happy", "happy", "😊", "#99600b", "#eea663", 0.85, 0.15),
    Mood("sad", "sad", "😢", "#4e77d2", "#89b3fe", -0.70, -0.45),
    Mood("tired", "tired", "😴", "#442b76", "#7362b6", -0.30, -0.75),
    Mood("wistful", "wistful", "🍂", "#2b95b8", "#7cd8fb", 0.20, -0.40),
    Mood("calm", "calm", "😌", "#087a6b", "#47b09e", 0.65, -0.60),
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a diary knows of its writer besides the days; the defaults are what somebody new begins with.

    Their day ends at ``day_cutoff_hour`` (0–6). Of ``moods`` there is every one that a day may have been noted with, in
    their order, retired ones last. Hard days may be left out where the diary looks back by itself.
    """

    day_cutoff_hour: int = 4
    leaves_out_hard_days: bool = False
    moods: tuple[Mood, ...] = BUILT_IN_MOODS

    @property
    def mood_names(self) -> dict[str, str]:
        """The names of ``moods`` by their ids."""
        return {mood.id: mood.name for mood in self.moods}


@dataclass(frozen=True, slots=True)
class Song:
    """What the diary keeps of a song for ever: title and artist as the person confirmed them.

    A song has a title or at least an identifier (22 characters of Spotify, or a MusicBrainz
    recording's UUID), so that a pasted link is kept even while no source can name it.
    """

    title: str
    artist: str = ""
    spotify_id: str | None = None
    mbid: str | None = None

    def __post_init__(self) -> None:
        for what, text in (("title", self.title), ("artist", self.artist)):
            if len(text) > MAX_LABEL:
                raise InvalidEntryError(
                    "song", f"The song's {what} is longer than {MAX_LABEL} characters. Please shorten it."
                )
            check_storable("song", f"song's {what}", text)
        if self.spotify_id is not None and not _SPOTIFY_ID.fullmatch(self.spotify_id):
            raise InvalidEntryError("song", "A Spotify identifier has 22 letters and digits.")
        if self.mbid is not None and not _MBID.fullmatch(self.mbid):
            raise InvalidEntryError("song", "A MusicBrainz identifier looks like 12345678-1234-1234-1234-123456789012.")
        if not self.title.strip() and self.track_key is None:
            raise InvalidEntryError("song", "A song needs a title.")

    @property
    def track_key(self) -> str | None:
        """The key of the cached `Track` that belongs to this song, if it has an identifier."""
        if self.spotify_id:
            return f"spotify:{self.spotify_id}"
        return f"musicbrainz:{self.mbid}" if self.mbid else None


@dataclass(frozen=True, slots=True)
class Track:
    """What an outside catalogue answered: a cache that may be refreshed or thrown away at any time.

    ``key`` is ``spotify:ID`` or ``musicbrainz:MBID``; ``artwork_url`` is an https address at the
    source's own host; ``duration`` is in milliseconds.
    """

    key: str
    title: str
    artists: tuple[str, ...]
    fetched_at: datetime
    album: str = ""
    artwork_url: str | None = None
    duration: int | None = None

    @property
    def artist(self) -> str:
        return ", ".join(self.artists)

    def song(self) -> Song:
        """The song as first offered to the person, who may change title and artist."""
        source, _, ident = self.key.partition(":")
        title, artist = self.title[:MAX_LABEL], self.artist[:MAX_LABEL]
        return Song(title, artist, spotify_id=ident) if source == "spotify" else Song(title, artist, mbid=ident)


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """What a form or an import holds before it is an entry.

    ``mood`` is the mood's name. ``revision`` is the revision this draft was written over, 0 for a
    day that was empty. ``photo`` is the key of a photo already kept; ``new_photo`` the bytes of one
    to be kept. ``created_at`` is set only by an import, which brings the instant with it.
    """

    day: date
    mood: str | None = None
    song: Song | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    photo: str | None = None
    zone: str = "UTC"
    revision: int = 0
    new_photo: bytes | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.day < FIRST_DAY:
            raise InvalidEntryError("day", "A diary day lies on or after 1 January 1900.")
        if len(self.note) > MAX_NOTE:
            over = len(self.note) - MAX_NOTE
            raise InvalidEntryError(
                "note", f"The note is {over:,} characters longer than the {MAX_NOTE:,} that fit. Please shorten it."
            )
        check_note(self.note)
        object.__setattr__(self, "tags", clean_tags(self.tags))
        object.__setattr__(self, "zone", known_zone(self.zone))

    @property
    def is_empty(self) -> bool:
        """Nothing here that would make an entry."""
        return not (self.mood or self.song or self.note.strip() or self.photo or self.new_photo)


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of one person, as kept. ``track`` is the cached `Track` of its song, if there is one."""

    day: date
    mood: Mood | None
    song: Song | None
    note: str
    tags: tuple[str, ...]
    photo: str | None
    zone: str
    revision: int
    created_at: datetime
    updated_at: datetime
    track: Track | None = None

    @property
    def is_hard(self) -> bool:
        """Whether its mood is one that most would rather not be reminded of."""
        return self.mood is not None and self.mood.valence <= HARD

    def draft(self) -> EntryDraft:
        """The entry as a form shows it, ready to be saved over itself."""
        mood = self.mood.name if self.mood else None
        return EntryDraft(self.day, mood, self.song, self.note, self.tags, self.photo, self.zone, self.revision)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What was typed for a day and not saved yet: the form's fields to the letter, nothing checked.

    ``revision`` is that of the entry the form was opened on, 0 for an empty day; ``chose_photo``: a new one was chosen.
    """

    day: date
    mood: str | None = None
    title: str = ""
    artist: str = ""
    spotify_id: str | None = None
    mbid: str | None = None
    note: str = ""
    tags: str = ""
    photo: str | None = None
    chose_photo: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True)
class PastSong:
    """A song of one's own past: how often it was chosen, when last, and its cached `Track`."""

    song: Song
    track: Track | None
    days: int
    last_day: date
