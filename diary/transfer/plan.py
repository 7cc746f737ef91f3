"""An import in two steps: a plan that tells what would happen, and carrying it out as a whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from diary.errors import InvalidEntryError, NotFoundError, TransferError
from diary.model import Entry, EntryDraft, Mood

SHOWN = 20  # refusals that are told one by one


class Target(Protocol):
    """What an import needs of the `Diary` it goes into."""

    def each(self) -> Iterable[Entry]: ...
    def moods(self) -> Sequence[Mood]: ...
    def all_moods(self) -> Sequence[Mood]: ...
    def check(self, draft: EntryDraft) -> None: ...
    def photo(self, key: str, small: bool = False) -> bytes: ...
    def add_days(self, drafts: Sequence[EntryDraft], moods: Sequence[Mood] = ()) -> int: ...


@dataclass(frozen=True, slots=True)
class DiaryFile:
    """What a file holds: days and moods, each with where it stands in the file.

    A sentence in the place of one says why it cannot be taken. ``unknown`` are names in the file that this version
    does not know.
    """

    days: tuple[tuple[str, EntryDraft | str], ...]
    moods: tuple[tuple[str, Mood | str], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that cannot be taken: where it stands in the file, and why, a sentence."""

    where: str
    why: str


@dataclass(slots=True)
class ImportPlan:
    """What an import would do: ``days`` and ``moods`` come in, and a single refusal stops the whole.

    ``written`` days have an entry already, which stays as it is; ``left_out`` days hold nothing but a
    photo that is not here; ``without_photo`` are new days that come in without theirs. ``other_moods``
    are names of moods that differ from the person's own, which stay as they are.
    """

    days: list[EntryDraft] = field(default_factory=list)
    moods: list[Mood] = field(default_factory=list)
    written: list[date] = field(default_factory=list)
    left_out: list[date] = field(default_factory=list)
    without_photo: list[date] = field(default_factory=list)
    other_moods: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: tuple[str, ...] = ()

    def commit(self, diary: Target) -> int:
        """Bring in all days and moods, or nothing, and tell how many days.

        Raises TransferError when something was refused, ConflictError when a day was written since.
        """
        if self.refusals:
            raise TransferError("Nothing was brought in, because some of the file cannot be taken.")
        return diary.add_days(self.days, self.moods)

    def as_values(self) -> dict[str, Any]:
        """The plan for a program to read."""
        return {
            "new": len(self.days),
            "already_written": len(self.written),
            "left_out": len(self.left_out),
            "refused": [{"where": refusal.where, "why": refusal.why} for refusal in self.refusals],
            "moods": [mood.name for mood in self.moods],
            "notes": self.notes(),
        }

    def as_lines(self, is_done: bool) -> list[str]:
        """The plan for a person to read, before it is carried out or, if it ``is_done``, after."""
        lines = [f"{days_of(len(self.days))} {'brought in' if is_done else 'would be new'}."]
        if self.moods:
            lines.append(f"Moods that come along: {', '.join(mood.name for mood in self.moods)}.")
        if self.written:
            lines.append(f"{days_of(len(self.written))} written here already; what is written stays as it is.")
        lines += self.notes()
        lines += [f"{refusal.where}: {refusal.why}" for refusal in self.refusals[:SHOWN]]
        if len(self.refusals) > SHOWN:
            lines.append(f"… and {len(self.refusals) - SHOWN:,} more that cannot be taken.")
        return lines

    def notes(self) -> list[str]:
        """What is worth knowing besides the numbers, a sentence each."""
        told = (
            ("Without their photo, which is not in this diary", self.without_photo),
            ("Left out, because all they hold is a photo that is not in this diary", self.left_out),
            ("These moods are others in the file than here; yours stay as they are", self.other_moods),
            ("Passed over, because this version does not know it", self.unknown),
        )
        return [f"{what}: {_some(names)}." for what, names in told if names]


def days_of(count: int) -> str:
    """``count`` days, in words."""
    return "1 day" if count == 1 else f"{count:,} days"


def plan_import(diary: Target, file: DiaryFile) -> ImportPlan:
    """What bringing ``file`` into ``diary`` would do. Nothing is changed.

    A day that is written stays as it is. A mood is known by its name, whatever its case; one that is
    unknown is brought along when the file tells what it is.
    """
    planner = _Planner(diary, file)
    for where, mood in file.moods:
        planner.take_mood(where, mood)
    for where, day in file.days:
        planner.take_day(where, day)
    return planner.plan


class _Planner:
    def __init__(self, diary: Target, file: DiaryFile) -> None:
        self.plan = ImportPlan(unknown=file.unknown)
        self._diary = diary
        self._written = {entry.day for entry in diary.each()}
        self._places: dict[date, str] = {}
        self._own = {mood.name.casefold(): mood for mood in diary.moods()}
        self._retired = {mood.name.casefold() for mood in diary.all_moods()} - self._own.keys()
        self._in_file: dict[str, Mood] = {}

    def take_mood(self, where: str, mood: Mood | str) -> None:
        """Bring an unknown mood along; one that the person has replaced comes back only for a day that has it."""
        if isinstance(mood, str):
            self._refuse(where, mood)
            return
        key = mood.name.casefold()
        if key in self._in_file:
            self._refuse(where, f"The mood “{mood.name}” is in the file twice.")
            return
        self._in_file[key] = mood
        if key in self._own:
            if _looks(mood) != _looks(self._own[key]):
                self.plan.other_moods.append(mood.name)
        elif key not in self._retired:
            self._bring(mood)

    def take_day(self, where: str, draft: EntryDraft | str) -> None:
        """Sort one day of the file into the plan."""
        if isinstance(draft, str):
            self._refuse(where, draft)
            return
        first = self._places.setdefault(draft.day, where)
        if first != where:
            self._refuse(where, f"{draft.day} is in the file twice, first at {first}.")
        elif draft.day in self._written:
            self.plan.written.append(draft.day)
        else:
            try:
                self._take_new(draft)
            except InvalidEntryError as error:
                self._refuse(where, str(error))

    def _refuse(self, where: str, why: str) -> None:
        self.plan.refusals.append(Refusal(where, why))

    def _take_new(self, draft: EntryDraft) -> None:
        draft = replace(draft, mood=self._mood_name(draft.mood))
        if draft.photo and not self._has_photo(draft.photo):
            draft = replace(draft, photo=None)
            if draft.is_empty:
                self.plan.left_out.append(draft.day)
                return
            self.plan.without_photo.append(draft.day)
        self._diary.check(draft)
        self.plan.days.append(draft)

    def _mood_name(self, name: str | None) -> str | None:
        if name is None:
            return None
        key = name.strip().casefold()
        if key not in self._own:
            if key not in self._in_file:
                raise InvalidEntryError("mood", f"There is no mood named “{name[:40]}” here. Please add it first.")
            self._bring(self._in_file[key])
        return self._own[key].name

    def _bring(self, mood: Mood) -> None:
        self.plan.moods.append(mood)
        self._own[mood.name.casefold()] = mood

    def _has_photo(self, key: str) -> bool:
        try:
            self._diary.photo(key, small=True)
        except NotFoundError:
            return False
        return True


def _looks(mood: Mood) -> tuple[object, ...]:
    return mood.emoji, mood.light, mood.dark, mood.valence, mood.arousal


def _some(names: Sequence[object]) -> str:
    shown = ", ".join(str(name)[:40] for name in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
