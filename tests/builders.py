"""Small helpers for tests: a diary on a fresh database, and stand-ins for what lies outside the machine."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from diary.diary import Diary
from diary.errors import LinkError, NotFoundError
from diary.model import Entry, EntryDraft, Mood, Song, Track
from diary.music.catalog import Catalog as RealCatalog
from diary.protocols import Catalog, Parts, PhotoStore
from diary.query import fold
from diary.refresh import TrackRefresher
from diary.storage.accounts import AccountStore
from diary.storage.endings import EndingStore
from diary.storage.engine import open_engine
from diary.storage.entries import EntryStore
from diary.storage.lives import LifeStore
from diary.storage.marks import MarkStore
from diary.storage.migration import is_current, migrate
from diary.storage.people import PersonStore
from diary.storage.revisions import RevisionStore
from diary.storage.sums import SumStore
from diary.storage.tracks import TrackStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOON.date()
SPOTIFY_ID = "4uLU6hMCjMI75M1A2tKUQC"
SERENE = Mood("", "serene", "🕊️", "#123456", "#abcdef", 0.9, -0.9)
FULL_DAY = EntryDraft(
    TODAY,
    "calm",
    Song("Étoile “A$AP”", "*NSYNC", SPOTIFY_ID, "0fa1ad11-0d2a-4b6c-8f3e-0123456789ab"),
    " note with blanks \n\n\t👩‍👩‍👧 \u202e \x1b ",
    ("Rain", "two words", "日本"),
    zone="Pacific/Kiritimati",
    new_photo=b"a picture",
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class MemoryPhotoStore:
    """Keeps any bytes as they are; a key names its owner as the real ones do."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, owner_id: str, data: bytes) -> str:
        key = f"{self.folder_of(owner_id)}/{hashlib.sha256(data).hexdigest()}.webp"
        self.kept[key] = data
        return key

    def get(self, key: str, small: bool = False) -> bytes:
        if key not in self.kept:
            raise NotFoundError("That photo is not in this diary.")
        return self.kept[key]

    def is_lost(self, key: str) -> bool:
        return key not in self.kept

    def make_young(self, key: str) -> None:
        self.get(key)

    def remove(self, key: str, before: datetime, is_shown: Callable[[], object]) -> bool:
        taken = self.kept.pop(key, None)
        if is_shown() and taken is not None:
            self.kept[key] = taken
            return False
        return True

    def clear(self, folder: str, shown: Callable[[Collection[str]], Collection[str]]) -> None:
        inside = {key for key in self.kept if key.startswith(f"{folder}/")}
        for key in inside.difference(shown(inside)):
            del self.kept[key]

    def address(self, key: str, small: bool = False) -> None:
        return None

    def is_waiting(self, key: str) -> bool:
        return False

    def send_waiting(self) -> int:
        return 0

    def keys(self, before: datetime) -> Iterator[str]:
        yield from list(self.kept)

    def belongs_to(self, owner_id: str, key: str) -> bool:
        return key.startswith(f"{self.folder_of(owner_id)}/")

    @staticmethod
    def folder_of(owner_id: str) -> str:
        return hashlib.sha256(owner_id.encode()).hexdigest()[:32]


class MemoryCatalog:
    """Knows the tracks it is given; ``failure`` is raised by all it is asked, ``asked`` are the keys of refreshes."""

    searches_while_typing = True

    def __init__(self, *tracks: Track) -> None:
        self.tracks = {track.key: track for track in tracks}
        self.failure: Exception | None = None
        self.asked: list[str] = []

    def search(self, text: str) -> tuple[Track, ...]:
        self._fail()
        words = fold(text).split()
        return tuple(t for t in self.tracks.values() if all(word in fold(f"{t.title} {t.artist}") for word in words))

    def track_by_link(self, text: str) -> Track | None:
        self._fail()
        if not text.startswith("https://open.spotify.com/"):
            return None
        key = "spotify:" + text.rpartition("/")[2]
        if key not in self.tracks:
            raise LinkError("That link leads to no track.")
        return self.tracks[key]

    def refresh(self, key: str) -> Track | None:
        self.asked.append(key)
        self._fail()
        return self.tracks.get(key)

    is_stale = RealCatalog.is_stale

    def state(self) -> str:
        return "a list in memory"

    def _fail(self) -> None:
        if self.failure:
            raise self.failure


def make_engine(database: str | Path) -> Engine:
    """The engine of the database at this address, or of the SQLite file in this folder, migrated."""
    engine = open_engine(f"sqlite:///{database / 'diary.db'}" if isinstance(database, Path) else database)
    migrate(engine)
    return engine


def make_parts(
    database: str | Path,
    *,
    clock: Callable[[], datetime] | None = None,
    catalog: Catalog | None = None,
    photos: PhotoStore | None = None,
) -> Parts:
    """What the diaries of several people share: one database, one catalogue, one place for photos."""
    engine, clock, catalog = make_engine(database), clock or Clock(), catalog or MemoryCatalog()
    tracks = TrackStore(engine)
    return Parts(
        entries=EntryStore(engine),
        revisions=RevisionStore(engine),
        marks=MarkStore(engine),
        endings=EndingStore(engine),
        people=PersonStore(engine),
        accounts=AccountStore(engine),
        sums=SumStore(engine),
        lives=LifeStore(engine),
        tracks=tracks,
        photos=photos or MemoryPhotoStore(),
        catalog=catalog,
        refresher=TrackRefresher(catalog, tracks, clock),
        is_ready=partial(is_current, engine),
        clock=clock,
    )


def make_diary(database: str | Path, owner: str = "local", **parts: Any) -> Diary:
    """The diary of ``owner``; a second call with the same ``database`` opens it again.

    ``parts`` are a ``clock``, ``catalog`` or ``photos`` as `make_parts` takes them.
    """
    return Diary(owner, make_parts(database, **parts))


def make_track(ident: str = SPOTIFY_ID, title: str = "Clair de lune", **other: Any) -> Track:
    """A track of Spotify's, fetched just now."""
    return Track(f"spotify:{ident}", title, **{"artists": ("Claude Debussy",), "fetched_at": NOON, **other})


def make_song(title: str = "Clair de lune", artist: str = "Claude Debussy", **other: Any) -> Song:
    """A song without an identifier."""
    return Song(title, artist, **other)


def spotify_id(number: int) -> str:
    """An identifier of the right form, another for every number."""
    return f"{number:022d}"


def a_row_of_days(count: int, last: date = TODAY) -> list[EntryDraft]:
    """``count`` days in a row with mood, song, note and tags, the newest one ``last``."""
    return [
        EntryDraft(
            last - timedelta(days=back),
            ("calm", "sad", "happy")[back % 3],
            make_song(f"Song {back}", spotify_id=spotify_id(back)),
            f"Note {back}",
            ("rain", "home"),
        )
        for back in range(count)
    ]


def over(entry: Entry, **changed: object) -> EntryDraft:
    """The entry with something changed, as a form would save it."""
    return replace(entry.draft(), **changed)


def mood(moods: Sequence[Mood], name: str) -> Mood:
    """The mood of that name."""
    (found,) = (one for one in moods if one.name == name)
    return found


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is run meanwhile, on any engine."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def eventually(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait until ``true()`` holds; it is an error of the test if it never does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)
