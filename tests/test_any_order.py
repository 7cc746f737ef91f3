"""Whatever several tabs do to a few days, in whatever order: the diary agrees with a model in plain Python."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from diary.diary import Diary
from diary.errors import ConflictError, NotFoundError
from diary.model import Entry, EntryDraft
from diary.protocols import Parts
from tests.builders import TODAY, Clock, make_parts

FEW = tuple(TODAY - timedelta(days=back) for back in range(3))
DAYS = st.sampled_from(FEW)
NOTES = st.sampled_from(["one", "two", "three"])


class Tab(NamedTuple):
    """A day as it was when a tab opened it, and how often it had been changed by then."""

    day: date
    entry: Entry | None
    changes: int


class Change(NamedTuple):
    """A change that can be taken back: what was before, and the revision and number of changes it left."""

    day: date
    before: Entry | None
    revision: int
    changes: int


class Tabs(RuleBasedStateMachine):
    tabs, done = Bundle("tabs"), Bundle("done")

    def __init__(self, parts: Parts, clock: Clock) -> None:
        super().__init__()
        self.diary, self.clock = Diary(uuid4().hex, parts), clock
        self.notes: dict[date, str] = {}
        self.changes: dict[date, int] = {}
        self.former: dict[date, list[tuple[int, str]]] = {day: [] for day in FEW}

    def change(self, day: date, note: str | None) -> int:
        if day in self.notes:
            self.former[day].insert(0, (self.changes[day], self.notes[day]))
        if note is None:
            del self.notes[day]
        else:
            self.notes[day] = note
        self.changes[day] = self.changes.get(day, 0) + 1
        return self.changes[day]

    @rule(target=tabs, day=DAYS)
    def open(self, day: date) -> Tab:
        return Tab(day, self.diary.find_day(day), self.changes.get(day, 0))

    @rule(target=done, tab=tabs, note=NOTES)
    def save(self, tab: Tab, note: str) -> object:
        self.clock.move(minutes=1)
        draft = replace(tab.entry.draft(), note=note) if tab.entry else EntryDraft(tab.day, note=note)
        before = self.diary.find_day(tab.day)
        if self.notes.get(tab.day) == note:
            assert self.diary.save(draft) == before
            return multiple()
        both_empty = tab.entry is None and tab.day not in self.notes
        if tab.changes != self.changes.get(tab.day, 0) and not both_empty:
            with pytest.raises(ConflictError):
                self.diary.save(draft)
            return multiple()
        entry = self.diary.save(draft)
        assert entry.created_at == (before.created_at if before else self.clock.now)
        return Change(tab.day, before, entry.revision, self.change(tab.day, note))

    @rule(target=done, tab=consumes(tabs))
    def delete(self, tab: Tab) -> object:
        if tab.entry is None:
            return multiple()
        if tab.changes != self.changes[tab.day] or tab.day not in self.notes:
            with pytest.raises(ConflictError):
                self.diary.delete(tab.entry)
            return multiple()
        self.diary.delete(tab.entry)
        return Change(tab.day, tab.entry, tab.entry.revision + 1, self.change(tab.day, None))

    @rule(change=done)
    def undo(self, change: Change) -> None:
        if change.changes != self.changes[change.day]:
            with pytest.raises(ConflictError):
                self.diary.history.undo(*change[:3])
            return
        self.diary.history.undo(*change[:3])
        self.change(change.day, change.before.note if change.before else None)
        restored = self.diary.find_day(change.day)
        if change.before:
            assert restored == replace(change.before, revision=restored.revision)
            assert restored.revision > change.revision

    @rule(day=DAYS, pick=st.integers(min_value=0))
    def take_back(self, day: date, pick: int) -> None:
        if former := self.former[day]:
            revision, note = former[pick % len(former)]
            self.diary.history.take_back(day, revision, self.changes[day])
            self.change(day, note)

    @rule(day=DAYS)
    def put_back(self, day: date) -> None:
        if day in self.changes and day not in self.notes:
            self.diary.history.put_back(day)
            self.change(day, self.former[day][0][1])
        else:
            with pytest.raises(NotFoundError):
                self.diary.history.put_back(day)

    @invariant()
    def whatever_a_day_was_can_be_seen(self) -> None:
        for day, former in self.former.items():
            shown = [(one.entry.revision, one.entry.note) for one in self.diary.history.versions(day)]
            assert shown == former

    @invariant()
    def the_diary_holds_what_the_model_holds(self) -> None:
        assert {entry.day: entry.note for entry in self.diary.each()} == self.notes


def test_the_diary_agrees_with_a_model(database: str) -> None:
    clock = Clock()
    parts = make_parts(database, clock=clock)
    run_state_machine_as_test(
        lambda: Tabs(parts, clock), settings=settings(max_examples=40, stateful_step_count=30, deadline=None)
    )
