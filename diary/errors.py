"""Everything that can go wrong and that a reader can do something about.

``str(error)`` is one sentence (or two short ones) for the person: what is wrong and what to do.
Bugs are not in this tree; they stay loud in the log.

    DiaryError
    ├── InvalidEntryError    something in a day cannot be kept as it is
    ├── InvalidMoodError     a mood of one's own cannot be kept as it is
    ├── NotFoundError        no such day, mood or photo, or it is somebody else's
    │   └── EndedError       the whole diary was ended while a page of it was open
    ├── ConflictError        the day was changed elsewhere since it was opened
    ├── PhotoError           a file that is no usable picture
    ├── LinkError            a pasted link that leads to no track
    ├── SourceError          Spotify or MusicBrainz did not answer usefully
    ├── StorageError         the database or the photo store is out of reach
    │   └── AwayError        the database is, and may be back by itself
    ├── TransferError        a file that cannot be brought in
    └── SettingsError        a setting with a wrong value
"""

from datetime import date, datetime


class DiaryError(Exception):
    """The base of all; its text is meant for the reader."""


class InvalidEntryError(DiaryError):
    """``field`` names the part of the entry: day, mood, song, note, tags or photo."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class InvalidMoodError(DiaryError):
    """A mood's name, emoji, colour or place on the plane cannot be used."""


class NotFoundError(DiaryError):
    """What was asked for does not exist in this diary."""


class EndedError(NotFoundError):
    """The diary was ended; a page of it that is still open changes nothing any more."""

    def __init__(self) -> None:
        super().__init__("This diary is not here any more. Load the page again to begin a new one.")


class ConflictError(DiaryError):
    """``day`` holds another version than the one that was to be replaced."""

    def __init__(self, day: date) -> None:
        super().__init__("This day was changed in another tab or on another device meanwhile.")
        self.day = day


class PhotoError(DiaryError):
    """The file is not a picture that can be kept."""


class LinkError(DiaryError):
    """The pasted link is no link to one track."""


class SourceError(DiaryError):
    """A music source failed. ``retry_at`` (UTC) is when it may be asked again, if it said so."""

    def __init__(self, sentence: str, retry_at: datetime | None = None) -> None:
        super().__init__(sentence)
        self.retry_at = retry_at


class StorageError(DiaryError):
    """The database or the photo store could not do its work just now."""


class AwayError(StorageError):
    """The database does not answer or is in use just now: it may do the same later, without anything being changed."""


class TransferError(DiaryError):
    """The file cannot be read as a diary."""


class SettingsError(DiaryError):
    """A setting is wrong; the sentence names the variable."""
