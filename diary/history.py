"""What one person's days were before, and the days they deleted: to be seen and taken back."""

import logging
from dataclasses import replace
from datetime import date, timedelta

from diary.errors import NotFoundError
from diary.model import Entry
from diary.protocols import Former, Parts

log = logging.getLogger(__name__)
KEPT = timedelta(days=30)  # how long it can be taken back
GONE = f"That is no longer kept. What was changed or deleted is kept for {KEPT.days} days."


class History:
    """The past of one diary, that of ``owner_id``. Every method may raise StorageError."""

    def __init__(self, owner_id: str, parts: Parts) -> None:
        self._owner_id = owner_id
        self._entries, self._revisions, self._clock = parts.entries, parts.revisions, parts.clock

    def undo(self, day: date, before: Entry | None, revision: int) -> None:
        """Make ``day`` what it was ``before`` the change that left it at ``revision``: that entry, or empty.

        Raises ConflictError when the day was changed again meanwhile, NotFoundError when what it was is forgotten.
        """
        if before:
            self._write(before, revision)
        else:
            self._entries.delete(self._owner_id, day, revision, self._clock())
        log.info("undone day")

    def versions(self, day: date, limit: int | None = None) -> tuple[Former, ...]:
        """What ``day`` was before each of its changes, or before the last ``limit`` of them, newest first."""
        return self._revisions.of_day(self._owner_id, day, limit)

    def take_back(self, day: date, revision: int, over: int) -> None:
        """Make ``day`` what it was at ``revision``; what it is now, at revision ``over``, becomes a former version.

        Raises NotFoundError when that version is no longer kept, ConflictError when the day was changed meanwhile.
        """
        former = self._revisions.find(self._owner_id, day, revision)
        if former is None:
            raise NotFoundError(GONE)
        self._write(former, over)
        log.info("took back version revision=%d", revision)

    def deleted(self, limit: int = 50) -> tuple[Former, ...]:
        """The days in the trash, those deleted last first."""
        return self._revisions.deleted(self._owner_id, limit)

    def put_back(self, day: date) -> None:
        """Put a deleted ``day`` back into the diary.

        Raises NotFoundError when it is not in the trash, ConflictError when somebody writes it at the same moment.
        """
        deleted = self._revisions.find_deleted(self._owner_id, day)
        if deleted is None:
            raise NotFoundError(GONE)
        self._write(deleted, deleted.revision)
        log.info("put back a deleted day")

    def _write(self, entry: Entry, over: int) -> None:
        """Write what the day was; what is forgotten at the same moment takes its photo along, and is not written."""
        former = None if entry.revision == over else entry.revision
        self._entries.write(self._owner_id, replace(entry, revision=over + 1), over, self._clock(), former=former)
