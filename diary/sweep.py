"""The house work of a diary, for all owners at once: forgetting what is no longer kept, sending what waits."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, islice
from threading import Event, Thread

from diary.errors import DiaryError, StorageError
from diary.history import KEPT
from diary.log import end_request
from diary.protocols import Parts

log = logging.getLogger(__name__)
YOUNG = timedelta(days=1)  # a photo may be there this long before its day is
PAUSE, DAY = 20, 86_400  # seconds


@dataclass(frozen=True)
class Swept:
    """What one sweep did: days out of the trash, former versions and photos forgotten, photos sent to the store."""

    days: int
    versions: int
    photos: int
    sent: int


def sweep(parts: Parts, *, even_most: bool = False) -> Swept:
    """`forget`, then send the photos that wait, and remove those older than a day that nothing shows.

    Where more photos would be removed than kept, the database is probably not the one they belong to: nothing is
    removed then, unless ``even_most`` are meant. Raises StorageError, also when a store is out of reach; the next
    sweep finishes what this one left.
    """
    forgotten = forget(parts)
    sent = parts.photos.send_waiting()
    orphans, used = _orphans(parts)
    if len(orphans) > used and not even_most:
        raise StorageError(
            f"{len(orphans)} photos belong to no day of this database, and only {used} do. They were left alone: is it "
            "the right database? If so, run: python -m diary sweep --even-most"
        )
    _remove(parts, orphans)
    return Swept(forgotten.days, forgotten.versions, forgotten.photos + len(orphans), sent)


def forget(parts: Parts) -> Swept:
    """Forget deleted days and former versions older than 30 days, with the photos that only they showed."""
    gone = parts.revisions.forget(parts.clock() - KEPT)
    photos = gone.photos - parts.revisions.photos_in_use(gone.photos)
    _remove(parts, photos)
    log.info("forgot days=%d versions=%d photos=%d", gone.days, gone.versions, len(photos))
    return Swept(gone.days, gone.versions, len(photos), 0)


def _orphans(parts: Parts) -> tuple[set[str], int]:
    """The keys of old photos that nothing shows, and how many old ones are shown."""
    orphans, used = set(), 0
    old = parts.photos.keys(parts.clock() - YOUNG)
    while keys := set(islice(old, 500)):
        shown = parts.revisions.photos_in_use(keys)
        orphans |= keys - shown
        used += len(shown)
    return orphans, used


def _remove(parts: Parts, photos: Collection[str]) -> None:
    """Remove them, unless somebody is just saving a day with one of them again."""
    for key in photos:
        parts.photos.delete(key, before=parts.clock() - YOUNG)


class Caretaker:
    """Beside the pages: sends waiting photos soon after their store is back, and forgets once a day."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stopped = Event()

    def start(self) -> None:
        """Begin, in a thread that ends with the program."""
        Thread(target=self._run, name="caretaker", daemon=True).start()

    def stop(self) -> None:
        """End at the next pause."""
        self._stopped.set()

    def _run(self) -> None:
        for turn in count():
            if self._stopped.wait(PAUSE):
                return
            self._work(is_daily=turn % (DAY // PAUSE) == 0)

    def _work(self, is_daily: bool) -> None:
        try:
            if sent := self._parts.photos.send_waiting():
                log.info("sent waiting photos count=%d", sent)
            if is_daily:
                forget(self._parts)
        except DiaryError as error:
            log.warning("house work waits: %s", error)
        except Exception:
            log.exception("house work failed")
        finally:
            end_request()
