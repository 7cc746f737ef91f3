"""The one place where the parts of a diary meet."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from diary.diary import Diary
from diary.errors import StorageError, TransferError
from diary.music.catalog import make_catalog
from diary.protocols import Parts
from diary.refresh import TrackRefresher
from diary.settings import Settings
from diary.storage import checkup
from diary.storage.accounts import AccountStore
from diary.storage.copies import backup
from diary.storage.copies import claim as claiming
from diary.storage.copies import move_photos as moving
from diary.storage.copies import restore as restoring
from diary.storage.copies.backup import BackedUp
from diary.storage.copies.claim import Claimed
from diary.storage.copies.examine import examined
from diary.storage.copies.move_photos import MovedPhotos
from diary.storage.copies.move_rows import Moved, move_rows
from diary.storage.copies.restore import Restored
from diary.storage.copies.snapshot import photo_keys, waiting_in
from diary.storage.copies.writer import Tell
from diary.storage.database import reading
from diary.storage.endings import EndingStore
from diary.storage.engine import engine_for, open_engine, read_url, role_to_serve, without_password
from diary.storage.entries import EntryStore
from diary.storage.lives import LifeStore
from diary.storage.marks import MarkStore
from diary.storage.migration import can_serve, is_current, is_prepared, migrate
from diary.storage.people import PersonStore
from diary.storage.photos import Distribution, PhotoStore, open_photos
from diary.storage.revisions import RevisionStore
from diary.storage.sums import SumStore
from diary.storage.tracks import TrackStore
from diary.storage.wall import EVERYONE

USER_AGENT = "MusicDiary/0.1 (self-hosted personal diary)"


def make_parts(settings: Settings, *, patient: bool = False) -> Parts:
    """The places of ``settings``, opened; they may be shared by all diaries of a process.

    ``patient``: for work without a person before it, see `open_engine`.
    """
    engine = open_engine(
        settings.database_url,
        pool=settings.database_pool,
        iam=settings.database_iam,
        region=settings.region,
        patient=patient,
    )
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
        marks=MarkStore(engine),
        endings=EndingStore(engine),
        people=PersonStore(engine),
        accounts=AccountStore(engine),
        sums=SumStore(engine),
        lives=LifeStore(engine),
        tracks=tracks,
        photos=open_photos(settings.photos, engine, settings.region, _distribution(settings)),
        catalog=catalog,
        refresher=TrackRefresher(catalog, tracks),
        is_ready=partial(can_serve, engine),
    )


def open_diary(settings: Settings, owner_id: str = "local") -> Diary:
    """The diary of one person, by the places of ``settings``. Raises StorageError."""
    return Diary(owner_id, make_parts(settings))


def is_known(settings: Settings, owner_id: str) -> bool:
    """Whether somebody of that name keeps a diary here. Raises StorageError."""
    with engine_for(*_operator(settings)) as engine:
        return PersonStore(engine).knows(owner_id)


def photo_origin(settings: Settings) -> str | None:
    """Scheme and host that photos are shown from, None where that is the diary itself. Raises StorageError."""
    return open_photos(settings.photos, None, settings.region, _distribution(settings)).origin


def prepare(settings: Settings, *, begin: bool = True, serving: bool = False) -> None:
    """Bring the database to the newest form, and let the diary's role use it; without ``begin`` only one that is there.

    ``serving``: one of a newer program is left as it is where this one can serve from it, see `migration`.
    On PostgreSQL nobody waits, for a lock or for long, where nothing is to be done. Raises StorageError, an AwayError
    where it may do later; SettingsError.
    """
    role = role_to_serve(settings.database_url, settings.migration_url or settings.database_url)
    is_server = not settings.database_url.startswith("sqlite:")
    if is_server and _is_prepared(settings, serving):
        return
    with engine_for(*_operator(settings)) as engine:
        migrate(engine, role, begin=begin, serving=serving)
    if is_server and not _is_prepared(settings, serving):
        raise StorageError(
            "The diary's tables are not where the user in DATABASE_URL looks for them. Give both roles the same "
            "search_path."
        )


def _is_prepared(settings: Settings, serving: bool) -> bool:
    with engine_for(*_program(settings)) as engine:
        return is_prepared(engine, serving=serving)


def check_database(settings: Settings) -> None:
    """Examine the database without changing it. Raises StorageError: what is wrong, and what to do."""
    with engine_for(*_program(settings)) as engine:
        checkup.check(engine)


def hole_in_wall(settings: Settings) -> str | None:
    """A sentence where the diary's role sees the rows of all owners: see `checkup.hole_in_wall`."""
    with engine_for(*_program(settings)) as engine:
        return checkup.hole_in_wall(engine)


def check_photos(settings: Settings) -> bool:
    """Try whether photos can be kept, read, shown and removed; False for a folder that the first photo will make.

    Raises StorageError: what is wrong, and what to do.
    """
    if not settings.photos.startswith("s3://") and not Path(settings.photos).exists():
        if _shows_photos(settings):
            raise StorageError("It is not there, and the diary's photos with it. Is its disk away? Check DIARY_PHOTOS.")
        return False
    open_photos(settings.photos, None, settings.region, _distribution(settings)).check()
    return True


def _shows_photos(settings: Settings) -> bool:
    """Whether any day shows a photo; a database that cannot be asked is told of by `check_database`."""
    with suppress(StorageError), engine_for(*_operator(settings)) as engine:
        if is_current(engine):
            with reading(engine, EVERYONE) as connection:
                return bool(photo_keys(connection))
    return False


def count_waiting(settings: Settings) -> int:
    """How many photos wait in the database until their store takes them. Raises StorageError."""
    with engine_for(*_operator(settings)) as engine:
        return waiting_in(engine)


def back_up(settings: Settings, file: Path, tell: Tell) -> BackedUp:
    """Everything that is kept, written into the archive ``file``: see `backup.back_up`."""
    with engine_for(*_operator(settings)) as engine:
        return backup.back_up(engine, _photos_at(settings.photos, settings), file, tell)


def claim(settings: Settings, owner_id: str, to: str, tell: Tell) -> Claimed:
    """The diary of one owner, made another's; its old photos are left for `finish_ends`: see `claiming.claim`."""
    with engine_for(*_operator(settings)) as engine:
        return claiming.claim(engine, _photos_at(settings.photos, settings), owner_id, to, tell)


def download(settings: Settings, owner_id: str, file: Path, tell: Tell) -> BackedUp:
    """The diary of one person, written into the archive ``file``: see `backup.back_up`."""
    with engine_for(*_program(settings), True) as engine:
        return backup.back_up(engine, _photos_at(settings.photos, settings), file, tell, owner_id)


def restore(settings: Settings, file: Path, *, replace: bool, tell: Tell) -> Restored:
    """What the archive ``file`` holds, brought back: see `restoring.restore`.

    A database is made, or brought to the newest form, only for a file that was found to be right.
    """
    with examined(file, tell) as found:
        prepare(settings)
        with engine_for(*_operator(settings)) as engine:
            return restoring.restore(found, engine, _photos_at(settings.photos, settings), replace=replace, tell=tell)


def move_database(settings: Settings, there: Settings, tell: Tell) -> Moved:
    """All rows copied to the database of ``there``, whose tables are brought to the newest form: see `move_rows`."""
    if there.database_url == settings.database_url:
        raise TransferError("The diary is there already.")
    there = there.model_copy(update={"database_iam": settings.database_iam, "region": settings.region})
    try:
        prepare(there)
    except StorageError as error:
        raise StorageError(f"About the new place: {error}") from error
    with engine_for(*_operator(settings)) as source, engine_for(*_operator(there)) as target:
        return move_rows(source, target, tell)


def move_photos(settings: Settings, there: Settings, tell: Tell) -> MovedPhotos:
    """All photos copied to the place of ``there``: see `move_photos`."""
    if there.photos == settings.photos:
        raise TransferError("The photos are there already.")
    source, target = (_photos_at(place, settings) for place in (settings.photos, there.photos))
    with engine_for(*_operator(settings)) as engine:
        return moving.move_photos(engine, source, target, tell)


def _photos_at(place: str, settings: Settings) -> PhotoStore:
    """The photos to be copied, without those that wait: they lie in the database."""
    return open_photos(place, None, settings.region).patiently()


def _distribution(settings: Settings) -> Distribution | None:
    """Who shows photos in the place of their bucket."""
    origin, key_id, key = settings.photos_cdn, settings.photos_cdn_key_id, settings.photos_cdn_key
    return Distribution(origin, key_id, key) if origin and key_id and key else None


def address_to_write_down(settings: Settings) -> str:
    """The database's address, with a hint in the place of its password. Raises StorageError."""
    place = read_url(settings.database_url)
    return without_password(place) + (" (with its password)" if place.password else "")


def _program(settings: Settings) -> tuple[str, bool, str | None]:
    """The database as `engine_for` takes it, by the role of every day, with somebody waiting for the answer."""
    return settings.database_url, settings.database_iam, settings.region


def _operator(settings: Settings) -> tuple[str, bool, str | None, bool, str]:
    """The database as `engine_for` takes it, by the role that sees all of it, for work that takes its time."""
    how = (settings.database_iam, settings.region, True)
    if settings.migration_url:
        return settings.migration_url, *how, "DIARY_MIGRATION_URL"
    return settings.database_url, *how, "DATABASE_URL"
