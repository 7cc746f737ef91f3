"""Believable diaries of many owners, written through the diary's own storage."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from diary.assembly import make_parts, prepare
from diary.clock import utc_now, years_before
from diary.diary import Diary
from diary.model import EntryDraft, Mood, Song, Track
from diary.settings import Settings, load_settings
from diary.transfer.demo import demo_days

READER = "local"  # whose pages are looked at
TEN_YEARS = 3650  # days
LIVES = 3  # invented ones; the owners lead them by turns
FORGOTTEN = 1.3  # days that pass for each that is written, at most


@dataclass(frozen=True)
class Size:
    """How many days are kept, and by how many owners; the reader has ten years of them, or what there is."""

    rows: int
    owners: int

    @property
    def shares(self) -> tuple[int, ...]:
        """The days of each owner, the reader's first."""
        if self.owners == 1:
            return (self.rows,)
        reader = min(TEN_YEARS, self.rows // 2)
        each, over = divmod(self.rows - reader, self.owners - 1)
        return (reader, *(each + (number < over) for number in range(self.owners - 1)))


def fill(env: Mapping[str, str], size: Size) -> None:
    """Write ``size`` into the empty database that the settings in ``env`` name, bringing it to the newest form first.

    Every song has a Spotify identifier and a cached track with a cover. Raises StorageError.
    """
    settings = load_settings(env)
    prepare(settings)
    shares = size.shares
    write(settings, dict(zip((READER, *(f"owner {number}" for number in range(1, size.owners))), shares, strict=True)))


def write(settings: Settings, owners: Mapping[str, int]) -> None:
    """The newest days, so many of each of ``owners``, the last of them yesterday."""
    parts = make_parts(settings, patient=True)
    last = utc_now().date() - timedelta(1)
    lives: list[Sequence[EntryDraft]] = []
    for number, (owner, days) in enumerate(owners.items()):
        diary = Diary(owner, parts)
        if number < LIVES:
            lives.append(_life(last, max(owners.values()), diary.moods(), seed=number))
            for track in {track.key: track for track in map(_track, lives[number]) if track}.values():
                parts.tracks.keep(track)
        diary.add_days(lives[number % LIVES][-days:])


def _life(last: date, days: int, moods: Sequence[Mood], seed: int) -> Sequence[EntryDraft]:
    """Invented days. Today's in earlier years are written and not hard, so that on every day the same is measured."""
    first = last - timedelta(round(days * FORGOTTEN) + 30)
    written = {draft.day: draft for draft in demo_days(first, last, moods, seed)}
    for day in years_before(last + timedelta(1)):
        if day >= first:
            written[day] = replace(written.get(day, EntryDraft(day)), mood="calm")
    days_in_order = (written[day] for day in sorted(written))
    return [replace(draft, song=_recorded(draft.song)) if draft.song else draft for draft in days_in_order]


def _recorded(song: Song) -> Song:
    """The song as if it had been chosen at Spotify."""
    return replace(song, spotify_id=_digest(song)[:22])


def _track(draft: EntryDraft) -> Track | None:
    song = draft.song
    if not song or not song.track_key:
        return None
    cover = f"https://i.scdn.co/image/{_digest(song)[:40]}"
    return Track(song.track_key, song.title, (song.artist,), utc_now(), artwork_url=cover, duration=200_000)


def _digest(song: Song) -> str:
    return hashlib.sha256(f"{song.title}\n{song.artist}".encode()).hexdigest()
