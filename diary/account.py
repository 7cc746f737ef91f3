"""Ending a diary for good: first its rows, all at once, then its photos."""

import logging

from diary.errors import EndedError, StorageError
from diary.protocols import Parts

log = logging.getLogger(__name__)


def end(owner_id: str, parts: Parts) -> bool:
    """Remove all that is kept of a person, and tell whether that is done.

    False: the rows are gone, but the photo store does not answer; the house work goes on until the photos are gone
    too. Raises StorageError, and has then removed nothing.
    """
    folder = parts.accounts.end(owner_id, parts.clock())
    log.info("ended a diary")
    try:
        _finish(folder, parts)
    except StorageError as error:
        log.warning("an ended diary is not all removed yet: %s", error)
        return False
    return True


def finish_ends(parts: Parts) -> None:
    """Go on with what `end` could not finish. Raises StorageError when it still cannot be."""
    for folder in parts.accounts.unfinished():
        _finish(folder, parts)
        log.info("removed the rest of an ended diary")


def keep_photo(owner_id: str, picture: bytes, parts: Parts) -> str:
    """Keep a photo and give its key. Raises PhotoError; EndedError, where its diary was ended before it was kept."""
    key = parts.photos.put(owner_id, picture)
    try:
        parts.people.recognise(owner_id)
    except EndedError:
        parts.photos.clear(parts.photos.folder_of(owner_id), parts.revisions.photos_in_use)
        raise
    return key


def _finish(folder: str, parts: Parts) -> None:
    parts.photos.clear(folder, parts.revisions.photos_in_use)
    parts.accounts.finish(folder)
