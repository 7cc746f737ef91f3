"""Moving the photos: all that the diary shows, to another store, which may hold what an earlier move has brought."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from diary.errors import NotFoundError, StorageError, TransferError
from diary.storage.copies.backup import Photos, photo_of
from diary.storage.copies.snapshot import photo_keys, snapshot_beside
from diary.storage.copies.writer import Tell

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MovedPhotos:
    """How many ``photos`` are the same in both stores, and how many of them were ``sent`` this time.

    ``sha256`` is taken over the SHA-256 of each photo and its thumbnail, sorted by key. ``lost`` are the keys of
    photos that the source has not got whole; ``is_behind`` says that photos were added meanwhile.
    """

    photos: int
    sha256: str
    sent: int
    lost: tuple[str, ...]
    is_behind: bool


def move_photos(engine: Engine, source: Photos, target: Photos, tell: Tell) -> MovedPhotos:
    """Bring the photos of all owners from ``source`` to ``target``; the source stays as it is.

    Those that wait for their store lie in the database and stay there. What has arrived is not sent again. A
    target that holds another content under one of the names is refused before anything is sent: raises
    TransferError. Raises StorageError when a store cannot be used.
    """
    keys = _keys(engine)
    arrived = _arrived(keys, source, target, tell)
    to_send = [key for key in keys if key not in arrived]
    sent, lost = {}, []
    for number, key in enumerate(to_send, 1):
        found = photo_of(source, key)
        if found is None:
            lost.append(key)
            continue
        target.keep(key, *found)
        if photo_of(target, key) != found:
            raise StorageError(f"The photo {key} did not arrive as it is. Please run this again.")
        sent[key] = _digest(found)
        tell("photos", number, len(to_send))
    log.info("moved photos sent=%d arrived=%d lost=%d", len(sent), len(arrived), len(lost))
    alike = arrived | sent
    sha256 = hashlib.sha256(b"".join(alike[key] for key in sorted(alike))).hexdigest()
    is_behind = not {*_keys(engine)} <= {*keys}
    return MovedPhotos(len(alike), sha256, len(sent), tuple(lost), is_behind)


def _arrived(keys: Sequence[str], source: Photos, target: Photos, tell: Tell) -> dict[str, bytes]:
    """The photos that are in ``target`` already, as they are in ``source``."""
    alike = {}
    for number, key in enumerate(keys, 1):
        tell("looking for photos", number, len(keys))
        try:
            there = target.get(key), target.get(key, small=True)
        except NotFoundError:
            continue
        if there != (photo_of(source, key) or photo_of(target, key)):
            raise TransferError(
                f"The new store holds something else under the name {key}. Nothing was changed. Please move to another."
            )
        alike[key] = _digest(there)
    return alike


def _digest(pair: tuple[bytes, bytes]) -> bytes:
    return b"".join(hashlib.sha256(content).digest() for content in pair)


def _keys(engine: Engine) -> list[str]:
    with snapshot_beside(engine) as connection:
        return photo_keys(connection)
