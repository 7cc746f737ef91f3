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

        Raises ConflictError when the day was changed again meanwhile.
        """
        if before:
            self._write(before, over=revision)
        else:
            self._entries.delete(self._owner_id, day, revision, self._clock())
        log.info("undone day")

    def versions(self, day: date) -> tuple[Former, ...]:
        """What ``day`` was before each of its changes, newest first."""
        return self._revisions.of_day(self._owner_id, day)

    def take_back(self, day: date, revision: int) -> None:
        """Make ``day`` what it was at ``revision``; what it is now becomes a former version itself.

        Raises NotFoundError when that version is no longer kept, ConflictError when somebody changes the day
        at the same moment.
        """
        former = next((one.entry for one in self.versions(day) if one.entry.revision == revision), None)
        if former is None:
            raise NotFoundError(GONE)
        self._write(former, over=self._entries.last_revision(self._owner_id, day))
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
        self._write(deleted, over=deleted.revision)
        log.info("put back a deleted day")

    def _write(self, entry: Entry, over: int) -> None:
        self._entries.write(self._owner_id, replace(entry, revision=over + 1), over, self._clock())
