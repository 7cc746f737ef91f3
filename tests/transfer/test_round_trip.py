"""What is taken out comes back to the letter, whatever was written."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.diary import Diary
from diary.model import BUILT_IN_MOODS, MAX_LABEL, Entry, EntryDraft, Song
from diary.transfer.csv_file import csv_lines, read_csv
from diary.transfer.json_file import json_lines, read_json
from diary.transfer.plan import DiaryFile, plan_import
from tests.builders import NOON, SERENE, TODAY, make_diary, spotify_id

MBID = "0fa1ad11-0d2a-4b6c-8f3e-0123456789ab"

storable = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)
beginning = st.sampled_from(
    ["", "=1+1", "+", "-2", "@SUM", "'", "''", "'=", "''=x", "\t", "\r", "\n", " =", "＝", "'\r\n="]
)
middle = st.sampled_from(
    ['"', '""', ",", ";=1", "\r", "\n", "\r\n", "\\", "👩‍👩‍👧‍👦", "שלום\u202e", "\u2028", "\ufeff", "\x1b[2J", "é"]
)
hostile = st.builds(lambda *parts: "".join(parts), beginning, storable, middle, storable)
label = hostile.map(lambda text: text[:MAX_LABEL])
songs = st.builds(
    Song,
    title=label.filter(str.strip),
    artist=label,
    spotify_id=st.none() | st.integers(0, 10**22 - 1).map(spotify_id),
    mbid=st.none() | st.just(MBID),
)
named_only_by_link = st.just(Song("", spotify_id=spotify_id(7)))
instants = st.datetimes(datetime(1970, 1, 1), datetime(2026, 11, 22), timezones=st.just(UTC))  # noqa: DTZ001
drafts = st.builds(
    EntryDraft,
    day=st.dates(date(1900, 1, 1), TODAY),
    mood=st.none() | st.sampled_from([mood.name for mood in BUILT_IN_MOODS]),
    song=st.none() | songs | named_only_by_link,
    note=st.just("") | hostile,
    tags=st.lists(hostile.map(lambda text: text[:50]), max_size=4).map(tuple),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Argentina/ComodRivadavia"]),
    created_at=instants,
    updated_at=instants,
)
diaries = st.lists(drafts.filter(lambda draft: not draft.is_empty), max_size=5, unique_by=lambda draft: draft.day)

Read = Callable[[bytes], DiaryFile]


def as_json(diary: Diary) -> bytes:
    return "".join(json_lines(diary.each(), diary.moods())).encode()


def as_csv(diary: Diary) -> bytes:
    return "".join(csv_lines(diary.each())).encode()


def content(entries: Iterable[Entry]) -> list[tuple[object, ...]]:
    """All that an entry holds, but for its number of changes and what outside catalogues told."""
    return [
        (e.day, e.mood and e.mood.name, e.song, e.note, e.tags, e.photo, e.zone, e.created_at, e.updated_at)
        for e in entries
    ]


@pytest.fixture(scope="module")
def new_diary(shared_database: str) -> Callable[[], Diary]:
    """Makes an empty diary of somebody else at every call, all in one database."""
    parts, number = make_diary(shared_database)._parts, count()
    return lambda: Diary(f"owner {next(number)}", parts)


@pytest.mark.parametrize(("write", "read"), [(as_json, read_json), (as_csv, read_csv)], ids=["JSON", "CSV"])
@given(days=diaries)
def test_an_export_brought_into_an_empty_diary_gives_the_same_entries(
    new_diary: Callable[[], Diary], write: Callable[[Diary], bytes], read: Read, days: list[EntryDraft]
) -> None:
    one, other = new_diary(), new_diary()
    one.add_days(days)
    plan = plan_import(other, read(write(one)))
    assert plan.refusals == []
    assert plan.commit(other) == len(days)
    assert content(other.each()) == content(one.each())
    assert write(other) == write(one)


@pytest.mark.parametrize("tag", ["# #rain", "##", "# , #", "#\u00a0#x"])
def test_cleaning_a_tag_twice_is_cleaning_it_once_so_that_it_comes_back(tag: str) -> None:
    tags = EntryDraft(TODAY, "calm", tags=(tag,)).tags
    assert EntryDraft(TODAY, "calm", tags=tags).tags == tags


@pytest.mark.parametrize(("write", "read"), [(as_json, read_json), (as_csv, read_csv)], ids=["JSON", "CSV"])
def test_a_second_import_of_the_same_file_changes_nothing(
    database: str, write: Callable[[Diary], bytes], read: Read
) -> None:
    ada, bob = make_diary(database, "ada"), make_diary(database, "bob")
    ada.add_days([EntryDraft(TODAY, "calm", note="once"), EntryDraft(TODAY - timedelta(1), "sad")])
    file = write(ada)
    plan_import(bob, read(file)).commit(bob)
    before, moods = content(bob.each()), bob.all_moods()
    again = plan_import(bob, read(file))
    assert (again.commit(bob), len(again.written), again.moods) == (0, 2, [])
    assert (content(bob.each()), bob.all_moods()) == (before, moods)


def test_ones_own_export_brought_into_ones_own_diary_changes_nothing_even_after_a_mood_was_replaced(
    database: str,
) -> None:
    diary = make_diary(database)
    mine = diary.add_mood(SERENE)
    diary.add_days([EntryDraft(TODAY, "serene")])
    diary.change_mood(replace(mine, name="tranquil"))
    moods = diary.all_moods()
    plan = plan_import(diary, read_json(as_json(diary)))
    assert (plan.commit(diary), plan.refusals, diary.all_moods()) == (0, [], moods)


def test_moods_of_ones_own_come_back_from_json_with_their_looks_and_their_place(database: str) -> None:
    ada, bob = make_diary(database, "ada"), make_diary(database, "bob")
    ada.add_mood(SERENE)
    ada.add_days([EntryDraft(TODAY, "serene")])
    plan_import(bob, read_json(as_json(ada))).commit(bob)
    entry = bob.find_day(TODAY)
    assert entry is not None
    assert entry.mood is not None
    assert replace(entry.mood, id="") == SERENE
    assert [mood.name for mood in bob.moods()] == [mood.name for mood in ada.moods()]


def test_a_mood_that_was_replaced_comes_back_hidden_with_its_days(database: str) -> None:
    ada, bob = make_diary(database, "ada"), make_diary(database, "bob")
    mine = ada.add_mood(SERENE)
    ada.add_days([EntryDraft(TODAY, "serene")])
    ada.change_mood(replace(mine, name="tranquil"))
    plan_import(bob, read_json(as_json(ada))).commit(bob)
    entry = bob.find_day(TODAY)
    assert entry is not None
    assert entry.mood is not None
    assert (entry.mood.name, entry.mood.hidden, entry.mood.valence) == ("serene", True, SERENE.valence)


def test_an_export_holds_the_days_of_its_owner_only(database: str) -> None:
    ada, bob = make_diary(database, "ada"), make_diary(database, "bob")
    ada.add_days([EntryDraft(TODAY, note="Ada's secret")])
    bob.add_days([EntryDraft(TODAY, note="Bob's secret")])
    for write in (as_json, as_csv):
        assert b"Ada's secret" in write(ada)
        assert b"Bob's secret" not in write(ada)


def test_deleted_days_are_not_exported_and_may_come_back(database: str) -> None:
    diary = make_diary(database)
    diary.save(EntryDraft(TODAY, note="Dear diary", created_at=NOON, updated_at=NOON))
    file, entry = as_json(diary), diary.find_day(TODAY)
    assert entry is not None
    diary.delete(entry)
    assert b"Dear diary" not in as_json(diary)
    plan_import(diary, read_json(file)).commit(diary)
    assert as_json(diary) == file
