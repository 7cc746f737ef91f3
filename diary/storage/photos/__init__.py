"""Photos, named by content and kept on a shelf: a folder, or a bucket of S3."""

from pathlib import Path

from sqlalchemy import Engine

from diary.storage.photos.bucket import BucketShelf
from diary.storage.photos.distribution import Distribution
from diary.storage.photos.folder import FolderShelf
from diary.storage.photos.keys import photo_key
from diary.storage.photos.pictures import Picture, prepare
from diary.storage.photos.shelf import Shelf
from diary.storage.photos.store import PhotoStore
from diary.storage.photos.waiting import WaitingPhotos

__all__ = ["Distribution", "PhotoStore", "Picture", "Shelf", "open_photos", "photo_key", "prepare"]


def open_photos(
    place: str, engine: Engine | None, region: str | None = None, distribution: Distribution | None = None
) -> PhotoStore:
    """The photos in a folder, or in a bucket ``s3://bucket/prefix`` of an AWS ``region``, shown by ``distribution``.

    ``engine`` is the database whose table ``waiting_photos`` keeps aside what the bucket cannot take; without it
    the failure is told. What waits there is sent to a folder, too: it may have come with a move or a backup.
    """
    waiting = WaitingPhotos(engine) if engine else None
    if not place.startswith("s3://"):
        return PhotoStore(FolderShelf(Path(place)), waiting)
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    return PhotoStore(BucketShelf(bucket, prefix, region, distribution), waiting)
