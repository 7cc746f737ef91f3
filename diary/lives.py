"""Songs and artists through one person's days."""

from datetime import date

from diary import protocols
from diary.life import Life, Names, Subject
from diary.model import Entry, PastSong


class Lives:
    """Songs and artists in the diary of ``owner_id``. Every method may raise StorageError."""

    def __init__(self, owner_id: str, lives: protocols.Lives) -> None:
        self._owner_id, self._lives = owner_id, lives

    def of(self, subject: Subject) -> Life:
        """All days of ``subject``, summed up; its title and artist are compared without case and accents."""
        return Life(self._lives.months(self._owner_id, subject))

    def days(self, subject: Subject, limit: int, before: date | None = None) -> tuple[Entry, ...]:
        """At most ``limit`` days of ``subject``, newest first, before the day ``before``."""
        return self._lives.days(self._owner_id, subject, limit, before)

    def songs(self, artist: str, limit: int) -> tuple[PastSong, ...]:
        """The songs of ``artist``, most chosen first."""
        return self._lives.songs(self._owner_id, artist, limit)

    def names(self, limit: int = 6) -> Names:
        """At most ``limit`` artists and ``limit`` tags of the newest 365 written days, those of most days first."""
        return self._lives.names(self._owner_id, limit)
