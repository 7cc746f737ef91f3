"""The one place where the parts of a diary meet."""

from pathlib import Path

from diary.diary import Diary
from diary.errors import StorageError, TransferError
from diary.music.catalog import make_catalog
from diary.protocols import Parts
from diary.refresh import TrackRefresher
from diary.settings import Settings
from diary.storage import checkup
from diary.storage.copies import backup
from diary.storage.copies import move_photos as moving
from diary.storage.copies import restore as restoring
from diary.storage.copies.backup import BackedUp, Tell
from diary.storage.copies.move_photos import MovedPhotos
from diary.storage.copies.move_rows import Moved, move_rows
from diary.storage.copies.restore import Restored
from diary.storage.copies.snapshot import patient_engine, waiting_in
from diary.storage.engine import open_engine, role_to_serve
from diary.storage.entries import EntryStore
from diary.storage.migration import is_current, migrate
from diary.storage.people import PersonStore
from diary.storage.photos import open_photos
from diary.storage.revisions import RevisionStore
from diary.storage.sums import SumStore
from diary.storage.tracks import TrackStore

USER_AGENT = "MusicDiary/0.1 (self-hosted personal diary)"


def make_parts(settings: Settings) -> Parts:
    """The places of ``settings``, opened; they may be shared by all diaries of a process."""
    engine = open_engine(settings.database_url, pool=settings.database_pool, iam=settings.database_iam)
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
        revisions=RevisionStore(engine),
        people=PersonStore(engine),
        sums=SumStore(engine),
        tracks=tracks,
        photos=open_photos(settings.photos, engine, settings.region),
        catalog=catalog,
        refresher=TrackRefresher(catalog, tracks),
    )


def open_diary(settings: Settings, owner_id: str = "local") -> Diary:
    """The diary of one person, by the places of ``settings``. Raises StorageError."""
    return Diary(owner_id, make_parts(settings))


def photo_origin(settings: Settings) -> str | None:
    """Scheme and host that photos are shown from, None where that is the diary itself. Raises StorageError."""
    return open_photos(settings.photos, None, settings.region).origin


def prepare(settings: Settings) -> None:
    """Bring the database to the newest form, and let the diary's role use it. Raises StorageError, SettingsError."""
    url = settings.migration_url or settings.database_url
    role = role_to_serve(settings.database_url, url)
    engine = open_engine(url, iam=settings.database_iam, patient=True)
    try:
        migrate(engine, role)
    finally:
        engine.dispose()


def is_ready(settings: Settings) -> bool:
    """Whether the database answers and has the newest form. Raises StorageError."""
    engine = open_engine(settings.database_url, iam=settings.database_iam)
    try:
        return is_current(engine)
    finally:
        engine.dispose()


def check_database(settings: Settings) -> None:
    """Examine the database without changing it. Raises StorageError: what is wrong, and what to do."""
    engine = open_engine(settings.database_url, iam=settings.database_iam)
    try:
        checkup.check(engine)
    finally:
        engine.dispose()


def check_photos(settings: Settings) -> None:
    """Try whether photos can be kept, read and removed. Raises StorageError: what is wrong, and what to do."""
    open_photos(settings.photos, None, settings.region).check()


def count_waiting(settings: Settings) -> int:
    """How many photos wait in the database until their store takes them. Raises StorageError."""
    with patient_engine(*_operator(settings)) as engine:
        return waiting_in(engine)


def back_up(settings: Settings, file: Path, tell: Tell) -> BackedUp:
    """Everything that is kept, written into the archive ``file``: see `backup.back_up`."""
    with patient_engine(*_operator(settings)) as engine:
        return backup.back_up(engine, open_photos(settings.photos, None, settings.region), file, tell)


def restore(settings: Settings, file: Path, *, replace: bool, tell: Tell) -> Restored:
    """What the archive ``file`` holds, brought back: see `restoring.restore`."""
    with patient_engine(*_operator(settings)) as engine:
        photos = open_photos(settings.photos, None, settings.region)
        return restoring.restore(engine, photos, file, replace=replace, tell=tell)


def move_database(settings: Settings, there: Settings, tell: Tell) -> Moved:
    """All rows copied to the database of ``there``, whose tables are brought to the newest form: see `move_rows`."""
    if there.database_url == settings.database_url:
        raise TransferError("The diary is there already.")
    there = there.model_copy(update={"database_iam": settings.database_iam})
    try:
        prepare(there)
    except StorageError as error:
        raise StorageError(f"About the new place: {error}") from error
    with patient_engine(*_operator(settings)) as source, patient_engine(*_operator(there)) as target:
        return move_rows(source, target, tell)


def move_photos(settings: Settings, there: Settings, tell: Tell) -> MovedPhotos:
    """All photos copied to the place of ``there``: see `move_photos`."""
    if there.photos == settings.photos:
        raise TransferError("The photos are there already.")
    source, target = (open_photos(place, None, settings.region) for place in (settings.photos, there.photos))
    with patient_engine(*_operator(settings)) as engine:
        return moving.move_photos(engine, source, target, tell)


def _operator(settings: Settings) -> tuple[str, bool]:
    """The database by the role that sees all of it, and whether that role needs a token."""
    return settings.migration_url or settings.database_url, settings.database_iam
