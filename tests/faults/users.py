"""Ten people with five diaries, each kept on two devices, who do this and that: a program of its own.

    python -m tests.faults.users ACTS PAUSE SEED

They act through `Diary`, on the places of the settings, whatever happens to these. Each line of the output is an
`Act` as JSON with its ``ident``; one that changes something is told before it is begun, with an unknown outcome, and
again at its end, so that all is known of a program that was killed. A line with ``bug`` is what no person should meet,
one with ``longest`` how many seconds somebody waited for one answer, whenever that is more than before.
"""

import json
import math
import random
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, partial

from diary.assembly import make_parts
from diary.diary import Diary
from diary.errors import ConflictError, NotFoundError, StorageError
from diary.model import BUILT_IN_MOODS, Entry, EntryDraft, Song, Unsaved
from diary.protocols import Parts
from diary.query import EVERYTHING
from diary.settings import load_settings
from diary.storage.photos import photo_key, prepare
from tests.faults.content import picture
from tests.faults.explain import RESTORED, Act, Content, Outcome
from tests.faults.telling import Telling

PEOPLE, DIARIES, DAYS = 10, 5, 12
FIRST = date(2026, 3, 1)
PICTURES = 4


Named = tuple[str | None, str | None, str | None]  # mood, title, artist


def content(named: Named, note: str, tags: tuple[str, ...], photo: str | None) -> str:
    """Everything that a day holds, as one text."""
    return json.dumps([*named, note, [*tags], photo])


def content_of(entry: Entry | None) -> Content:
    if entry is None:
        return None
    mood, song = entry.mood, entry.song
    named = (mood.name if mood else None, song.title if song else None, song.artist if song else None)
    return content(named, entry.note, entry.tags, entry.photo)


@cache
def key_of(owner: str, kind: int) -> str:
    return photo_key(owner, prepare(picture(kind)))


@dataclass
class Person:
    """One of the people, at one device; ``seen`` is what its screen still shows, perhaps no longer true."""

    number: int
    parts: Parts
    chance: random.Random
    telling: Telling
    count: int = 0
    seen: dict[date, Entry | None] = field(default_factory=dict)
    changed: tuple[date, Entry | None, int] | None = None  # the last change that was acknowledged here

    @property
    def owner(self) -> str:
        return f"owner-{self.number % DIARIES}"

    @property
    def _name(self) -> str:
        """What nobody has written before, once ``count`` has gone up."""
        return f"{self.telling.name}.{self.count}"

    def live(self, acts: int, pause: float) -> None:
        """Do so many things, with pauses between them."""
        diary = self._retried(lambda: Diary(self.owner, self.parts), 100)
        kinds = {self.save: 42, self.delete: 9, self.undo: 8, self.take_back: 8, self.put_back: 8, self.look: 10,
                 self.page: 4, self.keep: 8, self.photo: 3}  # fmt: skip
        for _ in range(acts):
            time.sleep(self.chance.uniform(0, 2 * pause))
            act = self.chance.choices([*kinds], [*kinds.values()])[0]
            try:
                act(diary, FIRST + timedelta(self.chance.randrange(DAYS)))
            except StorageError:
                continue  # a question without an answer changes nothing
            except Exception:  # noqa: BLE001 - whatever it is, the test shows it
                self.telling.bug(traceback.format_exc())

    # ------------------------------------------------------------------ what they do

    def save(self, diary: Diary, day: date) -> None:
        """Write a day over what the screen shows, which may be what it showed a while ago."""
        entry = self.seen[day] if day in self.seen and self.chance.random() < 0.3 else self._read(diary, day)
        draft, wanted = self._draft(day, entry)
        saved: list[Entry] = []
        outcome = self._write(day, wanted, lambda: saved.append(diary.save(draft)), lambda: saved[0].revision)
        if outcome == "ok":
            self.changed, self.seen[day] = (day, entry, saved[0].revision), saved[0]

    def delete(self, diary: Diary, day: date) -> None:
        entry = self.seen.get(day) or self._read(diary, day)
        if entry:
            self._write(day, None, lambda: diary.delete(entry), lambda: entry.revision + 1)
            self.seen.pop(day, None)

    def undo(self, diary: Diary, _: date) -> None:
        if self.changed:
            day, before, revision = self.changed
            self.changed = None
            wanted = content_of(before)
            self._write(day, wanted, lambda: diary.history.undo(day, before, revision), lambda: revision + 1)

    def take_back(self, diary: Diary, day: date) -> None:
        entry = self.seen.get(day) or self._read(diary, day)
        versions = self.telling.answer(lambda: diary.history.versions(day))
        if entry and versions:
            former, over = self.chance.choice(versions).entry, entry.revision
            act = partial(diary.history.take_back, day, former.revision, over)
            self._write(day, content_of(former), act, lambda: over + 1)
            self.seen.pop(day, None)

    def put_back(self, diary: Diary, _: date) -> None:
        if deleted := self.telling.answer(diary.history.deleted):
            day = self.chance.choice(deleted).entry.day
            self._write(day, RESTORED, lambda: diary.history.put_back(day), lambda: None)

    def look(self, diary: Diary, day: date) -> None:
        self._read(diary, day)

    def page(self, diary: Diary, _: date) -> None:
        begun = time.monotonic()
        found = self.telling.answer(lambda: diary.find(EVERYTHING, limit=DAYS))
        shown = {entry.day: entry for entry in found}
        for number in range(DAYS):
            self._tell_read(FIRST + timedelta(number), shown.get(FIRST + timedelta(number)), begun)

    def keep(self, diary: Diary, day: date) -> None:
        """Type something without saving it, or throw away what was typed."""
        self.count += 1
        note = f"typed {self._name}" if self.chance.random() < 0.8 else None
        act = Act("keep", (self.owner, str(day)), note, "unknown", time.monotonic(), math.inf)
        ident = self.telling.act(act)
        with suppress(StorageError):
            keep = partial(diary.keep_unsaved, Unsaved(day, note=note)) if note else partial(diary.drop_unsaved, day)
            self.telling.answer(keep)
            self.telling.act(replace(act, outcome="ok", ended=time.monotonic()), ident)

    def photo(self, diary: Diary, day: date) -> None:
        """Look at the photo of a day, if there is one: it must be there."""
        entry = self._read(diary, day)
        key = entry.photo if entry else None
        if key and self.telling.answer(lambda: diary.photo(key))[8:12] != b"WEBP":
            self.telling.bug(f"the photo of {day} is broken")

    # ------------------------------------------------------------------ how it is told

    def _draft(self, day: date, entry: Entry | None) -> tuple[EntryDraft, str]:
        """A day as nobody wrote it before, and its content."""
        self.count += 1
        mood = self.chance.choice(BUILT_IN_MOODS).name
        song = Song(f"Song {self._name}", "Somebody") if self.chance.random() < 0.5 else None
        note, tags = f"note {self._name}", (f"tag{self.count}",)
        kind = self.chance.randrange(PICTURES) if self.chance.random() < 0.2 else None
        kept = entry.photo if entry else None
        draft = EntryDraft(
            day,
            mood=mood,
            song=song,
            note=note,
            tags=tags,
            photo=kept,
            revision=entry.revision if entry else 0,
            new_photo=None if kind is None else picture(kind),
        )
        shown = kept if kind is None else key_of(self.owner, kind)
        named = (mood, song.title if song else None, song.artist if song else None)
        return draft, content(named, note, tags, shown)

    def _write(
        self, day: date, wanted: Content, do: Callable[[], object], revision: Callable[[], int | None]
    ) -> Outcome:
        """Do it, up to three times if nobody says whether it was done, as a person presses again."""
        act = Act("write", (self.owner, str(day)), wanted, "unknown", time.monotonic(), math.inf)
        ident, outcome, reached = self.telling.act(act), "unknown", None
        for again in range(3):
            try:
                self.telling.answer(do)
                outcome, reached = "ok", revision()
                break
            except (ConflictError, NotFoundError):
                outcome = "unknown" if again else "fail"  # the first try may have been what it met
                break
            except StorageError:
                if self.chance.random() < 0.3:
                    break
        self.telling.act(replace(act, outcome=outcome, ended=time.monotonic(), revision=reached), ident)
        return outcome

    def _read(self, diary: Diary, day: date) -> Entry | None:
        begun = time.monotonic()
        entry = self.seen[day] = self.telling.answer(lambda: diary.find_day(day))
        self._tell_read(day, entry, begun)
        return entry

    def _tell_read(self, day: date, entry: Entry | None, begun: float) -> None:
        revision = entry.revision if entry else None
        self.telling.act(
            Act("read", (self.owner, str(day)), content_of(entry), "ok", begun, time.monotonic(), revision)
        )

    def _retried(self, make: Callable[[], Diary], times: int) -> Diary:
        for _ in range(times):
            try:
                return make()
            except StorageError:
                time.sleep(0.2)
        return make()


def main(acts: int, pause: float, seed: int) -> None:
    """Let all live at once, and tell what they did on standard output."""
    lock, parts = threading.Lock(), make_parts(load_settings())

    def tell(line: dict[str, object]) -> None:
        with lock:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()

    chances = (random.Random(seed * 100 + number) for number in range(PEOPLE))
    people = [Person(n, parts, chance, Telling(f"{seed}.{n}", tell)) for n, chance in enumerate(chances)]
    threads = [threading.Thread(target=person.live, args=(acts // PEOPLE, pause)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
