"""The house work of a diary, for all owners at once: forgetting what is no longer kept, sending what waits."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from threading import Event, Thread

from diary.account import finish_ends
from diary.errors import DiaryError
from diary.history import KEPT
from diary.log import end_request
from diary.protocols import RESTORED, Parts

log = logging.getLogger(__name__)
YOUNG, DAY, TRUSTED = timedelta(days=1), timedelta(days=1), timedelta(days=3)
PAUSE = 20  # seconds
FORGOT = "forgot"  # the mark of the last day's work


@dataclass(frozen=True)
class Swept:
    """What one sweep did: days out of the trash, former versions and photos forgotten, photos sent to the store.

    ``left`` are photos that nothing shows, but too many to be removed unasked.
    """

    days: int
    versions: int
    photos: int
    sent: int
    left: int = 0


def sweep(parts: Parts, *, even_most: bool = False) -> Swept:
    """`forget` and `finish_ends`, then send the photos that wait, and remove those of 30 days ago that nothing shows.

    Younger ones may belong to days that a restored database does not know yet; and for 30 days after a restore older
    ones, too, may belong to what was there before. Where more photos would be removed than kept, the database is
    probably not the one they belong to: they are left then, unless ``even_most`` are meant. Raises StorageError, also
    when a store is out of reach; the next sweep finishes what this one left.
    """
    forgotten = forget(parts)
    sent = parts.photos.send_waiting()
    finish_ends(parts)
    restored = parts.marks.find(RESTORED)
    if restored and parts.clock() - restored < KEPT:
        return replace(forgotten, sent=sent)
    old = set(parts.photos.keys(parts.clock() - KEPT))
    shown = parts.revisions.photos_in_use(old)
    if len(old - shown) > len(shown) and not even_most:
        log.warning("left photos that nothing shows count=%d", len(old - shown))
        return replace(forgotten, sent=sent, left=len(old - shown))
    removed = _remove(parts, old - shown, KEPT)
    log.info("swept photos=%d sent=%d", removed, sent)
    return replace(forgotten, photos=forgotten.photos + removed, sent=sent)


def forget(parts: Parts) -> Swept:
    """Forget deleted days and former versions older than 30 days, with the photos that only they showed.

    So are log-ins that were ended then: none lasts any longer by itself.
    """
    parts.endings.forget(parts.clock() - KEPT)
    gone = parts.revisions.forget(parts.clock() - KEPT)
    photos = _remove(parts, gone.photos - parts.revisions.photos_in_use(gone.photos), YOUNG)
    log.info("forgot days=%d versions=%d photos=%d", gone.days, gone.versions, photos)
    return Swept(gone.days, gone.versions, photos, 0)


def _remove(parts: Parts, photos: Collection[str], age: timedelta) -> int:
    """Remove those of that age, unless somebody is just saving a day with one of them again; tells how many."""
    before, ask = parts.clock() - age, parts.revisions.photos_in_use
    return sum(parts.photos.remove(key, before, partial(ask, [key])) for key in photos)


def is_turn(parts: Parts) -> bool:
    """Whether it is this program's turn to sweep: once a day, however many share the database or are started anew.

    Where the last time is not known, more than three days ago or still to come, a clock may have jumped: nothing is
    forgotten then before another day has gone by.
    """
    now, last = parts.clock(), parts.marks.find(FORGOT)
    if last and timedelta(0) <= now - last < DAY:
        return False
    return parts.marks.advance(FORGOT, last, now) and last is not None and DAY <= now - last <= TRUSTED


class Caretaker:
    """Beside the pages: sends waiting photos soon after their store is back, and sweeps once a day."""

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
        while not self._stopped.wait(PAUSE):
            self._work()

    def _work(self) -> None:
        try:
            if sent := self._parts.photos.send_waiting():
                log.info("sent waiting photos count=%d", sent)
            finish_ends(self._parts)
            if is_turn(self._parts):
                sweep(self._parts)
        except DiaryError as error:
            log.warning("house work waits: %s", error)
        except Exception:
            log.exception("house work failed")
        finally:
            end_request()
