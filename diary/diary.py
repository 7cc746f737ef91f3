"""`Diary`: all that one person can do with their diary."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from diary import account, clock
from diary.errors import ConflictError, DiaryError, InvalidEntryError, NotFoundError
from diary.history import History
from diary.lives import Lives
from diary.model import Entry, EntryDraft, Mood, PastSong, Person, Song, Track, Unsaved
from diary.protocols import Parts
from diary.query import Term
from diary.sums import Sums

log = logging.getLogger(__name__)
EARTH_AHEAD = timedelta(hours=14)  # the zone furthest ahead of UTC, Pacific/Kiritimati


class Diary:
    """The diary of ``owner_id``; everything it gives or changes is that person's own.

    Every method may raise StorageError when the database or the photo store is out of reach.
    """

    def __init__(self, owner_id: str, parts: Parts) -> None:
        self.owner_id, self._parts = owner_id, parts
        self._entries, self._people, self.catalog = parts.entries, parts.people, parts.catalog
        self.history, self.sums = History(owner_id, parts), Sums(owner_id, parts.sums)
        self.lives = Lives(owner_id, parts.lives)
        self._people.welcome(owner_id, parts.clock())

    def end(self) -> bool:
        """Remove all of it for good, and tell whether that is done; False: the photos go when their store answers.

        What is still open on it changes nothing any more, see EndedError; to be opened anew is to begin anew.
        """
        return account.end(self.owner_id, self._parts)

    # ------------------------------------------------------------------ days

    def today(self, zone: str, person: Person | None = None) -> date:
        """The person's day now, in the IANA ``zone`` they are in; ``person`` spares the look at when it ends."""
        return clock.today(self._parts.clock(), zone, (person or self.person()).day_cutoff_hour)

    def find_day(self, day: date) -> Entry | None:
        """The entry of ``day``, if that day is written."""
        return self._entries.find_day(self.owner_id, day)

    def find(
        self, wanted: Term, limit: int = 20, *, before: date | None = None, after: date | None = None
    ) -> tuple[Entry, ...]:
        """At most ``limit`` entries, newest first, before the day ``before`` or next after the day ``after``."""
        return self._entries.find(self.owner_id, wanted, limit, before=before, after=after)

    def on_this_day(self, day: date) -> tuple[Entry, ...]:
        """The same day one, two, five and ten years ago, newest first; of a leap day, four, eight and twelve."""
        return self._entries.on_days(self.owner_id, clock.years_before(day))

    def each(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        return self._entries.each(self.owner_id)

    def count(self) -> int:
        """How many days are written."""
        return self._entries.count(self.owner_id)

    def save(self, draft: EntryDraft) -> Entry:
        """Keep ``draft`` as the day's entry, over the revision it was written on.

        Saving the same again changes nothing. Raises InvalidEntryError, PhotoError, or ConflictError when
        the day meanwhile holds another version or was deleted.
        """
        self.check(draft)
        current, over = self._entries.find_last(self.owner_id, draft.day)
        own = current.mood.name if current and current.mood else None
        moods = () if draft.mood in {None, own} else self.moods()  # most saves change what was written
        track = current.track if current and current.song == draft.song else self.find_track(draft.song)
        entry = replace(self._compose(draft, current, moods), revision=over + 1, track=track)
        if current and _same(entry, current):
            return current
        if draft.revision != (current.revision if current else 0):
            self._people.recognise(self.owner_id)
            raise ConflictError(draft.day)
        self._entries.write(self.owner_id, entry, over, self._parts.clock())
        self._look_after_photo(draft, entry)
        log.info("kept day revision=%(revision)d", {"revision": entry.revision})
        return entry

    def add_days(self, drafts: Sequence[EntryDraft], moods: Sequence[Mood] = ()) -> int:
        """Add many new days at once, and the ``moods`` they bring along, all or none, and tell how many days.

        Raises ConflictError if a day is taken, InvalidMoodError if a mood's name is, NotFoundError if a photo is gone.
        """
        brought = [replace(mood, id=uuid4().hex, retired=False) for mood in moods]
        for draft in drafts:
            self.check(draft)
            if draft.photo:
                self._parts.photos.make_young(draft.photo)
        known = (*self.moods(), *brought)
        new = [self._compose(draft, None, known) for draft in drafts]
        self._entries.add(self.owner_id, new, brought, self._parts.clock())
        for draft, entry in zip(drafts, new, strict=True):
            self._look_after_photo(draft, entry)
        log.info("added days count=%d", len(drafts))
        return len(drafts)

    def delete(self, entry: Entry) -> None:
        """Take ``entry`` out of the diary. Raises ConflictError when it was changed meanwhile."""
        self._entries.delete(self.owner_id, entry.day, entry.revision, self._parts.clock())
        log.info("deleted day revision=%d", entry.revision)

    def check(self, draft: EntryDraft) -> None:
        """Raise InvalidEntryError or NotFoundError, as saving would, when ``draft`` cannot be a day of this diary."""
        if draft.is_empty:
            raise InvalidEntryError("day", "Choose a mood or a song, or write a line: an empty day is not kept.")
        if draft.day > (self._parts.clock() + EARTH_AHEAD).date():
            raise InvalidEntryError("day", "That day has not begun yet.")
        if draft.photo and not self._parts.photos.belongs_to(self.owner_id, draft.photo):
            raise NotFoundError("That photo is not in this diary.")

    def _compose(self, draft: EntryDraft, current: Entry | None, moods: Iterable[Mood]) -> Entry:
        """The entry that ``draft`` becomes, with one of ``moods`` or the one it has; a new photo is kept first."""
        own = (current.mood,) if current and current.mood else ()
        by_name = {mood.name: mood for mood in (*moods, *own)}
        if draft.mood and draft.mood not in by_name:
            raise InvalidEntryError("mood", f"There is no mood named “{draft.mood}”. Choose one of yours.")
        now = self._parts.clock()
        photo = account.keep_photo(self.owner_id, draft.new_photo, self._parts) if draft.new_photo else draft.photo
        return Entry(
            day=draft.day,
            mood=by_name[draft.mood] if draft.mood else None,
            song=draft.song,
            note=draft.note,
            tags=draft.tags,
            photo=photo,
            zone=draft.zone,
            revision=1,
            created_at=current.created_at if current else draft.created_at or now,
            updated_at=draft.updated_at or now,
        )

    def _look_after_photo(self, draft: EntryDraft, kept: Entry) -> None:
        """Put a new photo again that a sweep removed meanwhile: until its day was kept, nothing showed it."""
        if draft.new_photo and kept.photo and self._parts.photos.is_lost(kept.photo):
            account.keep_photo(self.owner_id, draft.new_photo, self._parts)

    # ------------------------------------------------------------------ what is not saved yet

    def keep_unsaved(self, unsaved: Unsaved) -> None:
        """Keep what was typed for a day, so that it outlives the page."""
        self._people.keep_draft(self.owner_id, unsaved, self._parts.clock())

    def find_unsaved(self, day: date) -> tuple[Unsaved, datetime] | None:
        """What was typed for ``day`` and never saved, and when (UTC)."""
        return self._people.find_draft(self.owner_id, day)

    def drop_unsaved(self, day: date) -> None:
        """Forget what was typed for ``day``."""
        self._people.drop_draft(self.owner_id, day)

    # ------------------------------------------------------------------ the person: moods, the end of the day

    def person(self) -> Person:
        """What is known of the person besides their days."""
        return self._people.find(self.owner_id)

    def moods(self) -> tuple[Mood, ...]:
        """The moods offered and hidden, in the person's order; retired ones stay with their days only."""
        return tuple(mood for mood in self.all_moods() if not mood.retired)

    def all_moods(self) -> tuple[Mood, ...]:
        """Every mood a day may have been noted with, retired ones last."""
        return self.person().moods

    def add_mood(self, mood: Mood) -> Mood:
        """Add ``mood`` under a new id. Raises InvalidMoodError when its name is in use."""
        added = replace(mood, id=uuid4().hex, retired=False)
        self._people.add_mood(self.owner_id, added)
        return added

    def change_mood(self, mood: Mood) -> Mood:
        """Let ``mood`` look and stand differently from now on; the days noted before keep it as it was.

        Raises NotFoundError when it is gone, InvalidMoodError when its new name is in use.
        """
        changed = replace(mood, id=uuid4().hex, retired=False)
        self._people.replace_mood(self.owner_id, mood.id, changed)
        return changed

    def arrange_moods(self, order: Sequence[str], hidden: Iterable[str]) -> None:
        """Offer the moods in this ``order`` of ids, without the ``hidden`` ones."""
        self._people.arrange_moods(self.owner_id, order, frozenset(hidden))

    def set_day_cutoff_hour(self, hour: int) -> None:
        """Let the day end at ``hour`` (0–6) from now on."""
        if not 0 <= hour <= 6:
            raise DiaryError("The day can end between midnight and six in the morning.")
        self._people.set_day_cutoff_hour(self.owner_id, hour)

    def set_leaves_out_hard_days(self, left_out: bool) -> None:
        """Leave hard days out where the diary looks back by itself, or show them again."""
        self._people.set_leaves_out_hard_days(self.owner_id, left_out)

    # ------------------------------------------------------------------ songs

    def past_songs(self, text: str, limit: int = 4) -> tuple[PastSong, ...]:
        """Songs of one's own days that match ``text``, most chosen first."""
        return self._entries.past_songs(self.owner_id, text, limit)

    def keep_track(self, track: Track) -> Song:
        """Remember what a catalogue said about a track that was chosen; gives the song to start from."""
        self._parts.tracks.keep(track)
        return track.song()

    def find_track(self, song: Song | None) -> Track | None:
        """The cached track of ``song``, if there is one."""
        return self._parts.tracks.find(song.track_key) if song and song.track_key else None

    def forget_tracks(self) -> None:
        """Throw away everything outside catalogues ever said; titles and artists of one's days stay."""
        self._parts.tracks.drop_all()

    def freshen(self, shown: Iterable[Entry]) -> None:
        """Ask again, behind the scenes, for tracks of ``shown`` that are missing or out of date."""
        for entry in shown:
            if entry.song:
                self._parts.refresher.want(entry.song, entry.track)

    def photo(self, key: str, small: bool = False) -> bytes:
        """The picture ``key`` as WebP. Raises NotFoundError when it is missing or somebody else's."""
        if not self._parts.photos.belongs_to(self.owner_id, key):
            raise NotFoundError("That photo is not in this diary.")
        return self._parts.photos.get(key, small)

    def is_photo_waiting(self, key: str) -> bool:
        """Whether the photo ``key`` is kept aside until the photo store answers again."""
        return self._parts.photos.belongs_to(self.owner_id, key) and self._parts.photos.is_waiting(key)


def _same(new: Entry, kept: Entry) -> bool:
    """Whether a save would change nothing the person sees."""
    bare = replace(new, revision=0, created_at=kept.created_at, updated_at=kept.updated_at, zone="", track=None)
    return bare == replace(kept, revision=0, zone="", track=None)
