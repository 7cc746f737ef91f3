"""The one place where the parts of a diary meet."""

from diary.diary import Diary
from diary.music.catalog import make_catalog
from diary.protocols import Parts
from diary.refresh import TrackRefresher
from diary.settings import Settings
from diary.storage import checkup
from diary.storage.database import is_current, migrate, open_engine
from diary.storage.entries import EntryStore
from diary.storage.people import PersonStore
from diary.storage.photos import FolderPhotoStore
from diary.storage.sums import SumStore
from diary.storage.tracks import TrackStore

USER_AGENT = "MusicDiary/0.1 (self-hosted personal diary)"


def make_parts(settings: Settings) -> Parts:
    """The places of ``settings``, opened; they may be shared by all diaries of a process."""
    engine = open_engine(settings.database_url)
    catalog = make_catalog(
        settings.spotify_id,
        settings.spotify_secret,
        api_url=settings.spotify_api_url,
        accounts_url=settings.spotify_accounts_url,
        oembed_url=settings.spotify_oembed_url,
        musicbrainz_url=settings.musicbrainz_url,
        coverart_url=settings.coverart_url,
        user_agent=USER_AGENT,
    )
    tracks = TrackStore(engine)
    return Parts(
        entries=EntryStore(engine),
        people=PersonStore(engine),
        sums=SumStore(engine),
        tracks=tracks,
        photos=FolderPhotoStore(settings.photos),
        catalog=catalog,
        refresher=TrackRefresher(catalog, tracks),
    )


def open_diary(settings: Settings, owner_id: str = "local") -> Diary:
    """The diary of one person, by the places of ``settings``. Raises StorageError."""
    return Diary(owner_id, make_parts(settings))


def prepare(settings: Settings) -> None:
    """Bring the database to the newest form. Raises StorageError."""
    engine = open_engine(settings.database_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def is_ready(settings: Settings) -> bool:
    """Whether the database answers and has the newest form. Raises StorageError."""
    engine = open_engine(settings.database_url)
    try:
        return is_current(engine)
    finally:
        engine.dispose()


def check_database(settings: Settings) -> None:
    """Examine the database without changing it. Raises StorageError: what is wrong, and what to do."""
    engine = open_engine(settings.database_url)
    try:
        checkup.check(engine)
    finally:
        engine.dispose()
