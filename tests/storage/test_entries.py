"""Days by owner: walked through, counted, looked back on."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.diary import Diary
from diary.errors import ConflictError, InvalidEntryError
from diary.life import Subject
from diary.model import Entry, EntryDraft, Song
from diary.protocols import Parts
from diary.query import EVERYTHING, Field, Term, Words, negated
from tests.builders import (
    NOON,
    SERENE,
    TODAY,
    a_row_of_days,
    make_diary,
    make_parts,
    make_song,
    make_track,
    spotify_id,
    statements,
)


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    """One database for many examples, each with a person of its own."""
    return make_parts(shared_database)


# -------------------------------------------------------------------- walking through


@settings(max_examples=40)
@given(
    written_days=st.sets(st.integers(0, 60), max_size=40),
    limit=st.integers(1, 7),
    asked=st.sampled_from([EVERYTHING, Field("mood", "calm"), negated(Field("mood", "sad"))]),
)
def test_walking_back_visits_each_day_once_and_walking_forth_is_its_mirror(
    parts: Parts, written_days: set[int], limit: int, asked: Term
) -> None:
    diary = Diary(uuid4().hex, parts)
    diary.add_days([EntryDraft(TODAY - timedelta(back), ("calm", "sad")[back % 2]) for back in written_days])
    expected = sorted(
        (TODAY - timedelta(back) for back in written_days if asked == EVERYTHING or back % 2 == 0), reverse=True
    )
    back = _walk(lambda edge: diary.find(asked, limit, before=edge), lambda page: page[-1].day)
    assert [entry.day for page in back for entry in page] == expected
    forth = _walk(lambda edge: diary.find(asked, limit, after=edge or date.min), lambda page: page[0].day)
    assert [entry.day for page in forth[::-1] for entry in page] == expected
    assert all(len(page) == limit for page in (*back[:-1], *forth[:-1]))


def _walk(
    ask: Callable[[date | None], tuple[Entry, ...]], edge_of: Callable[[tuple[Entry, ...]], date]
) -> list[tuple[Entry, ...]]:
    pages, edge = [], None
    while page := ask(edge):
        assert len(pages) < 100, "the walk does not end"
        pages.append(page)
        edge = edge_of(page)
    return pages


def test_every_day_is_given_once_oldest_first_without_the_deleted_ones(database: str) -> None:
    diary = make_diary(database)
    diary.add_days(a_row_of_days(1200))
    diary.delete(diary.find_day(TODAY))
    days = [entry.day for entry in diary.each()]
    assert days == [TODAY - timedelta(days=back) for back in range(1199, 0, -1)]
    assert diary.count() == 1199


def test_while_days_are_given_others_may_be_written(database: str) -> None:
    diary = make_diary(database)
    diary.add_days(a_row_of_days(600, TODAY - timedelta(days=1)))
    given_days = diary.each()
    next(given_days)
    diary.save(EntryDraft(TODAY, "calm"))
    assert len(list(given_days)) == 599


def test_the_number_of_statements_does_not_grow_with_the_number_of_days(database: str) -> None:
    asked = {
        "find": lambda diary: diary.find(Words("note"), 1000),
        "find by mood": lambda diary: diary.find(Field("mood", "calm"), 1000, before=TODAY),
        "find_day": lambda diary: diary.find_day(TODAY),
        "each": lambda diary: list(diary.each()),
        "count": lambda diary: diary.count(),
        "on_this_day": lambda diary: diary.on_this_day(TODAY),
        "past_songs": lambda diary: diary.past_songs("song", 1000),
        "lives.of": lambda diary: diary.lives.of(Subject("Song 1")),
        "lives.days": lambda diary: diary.lives.days(Subject(artist="Claude Debussy"), 1000),
        "lives.songs": lambda diary: diary.lives.songs("Claude Debussy", 1000),
        "lives.names": lambda diary: diary.lives.names(),
        "mood_days": lambda diary: diary.sums.mood_days(date.min, date.max),
        "noted": lambda diary: diary.sums.noted(date.min, date.max),
        "year_days": lambda diary: diary.sums.year_days(date.min, date.max),
        "first_day": lambda diary: diary.sums.first_day(),
        "months": lambda diary: diary.sums.months(),
        "mood_span": lambda diary: diary.sums.span(),
    }
    for count in (10, 20, 200):
        diary = make_diary(database, str(count))
        diary.add_days(a_row_of_days(count))
        for back in range(0, 10, 2):
            diary.keep_track(make_track(spotify_id(back)))
        for name, ask in asked.items():
            with statements() as seen:
                ask(diary)
            questions = [sql.split()[0] for sql in seen if not sql.startswith(("BEGIN", "SET "))]
            assert questions == ["SELECT"], (name, count)


# -------------------------------------------------------------------- a mood that is gone


def test_a_day_with_a_mood_that_is_gone_is_refused_by_the_mood_and_not_as_a_conflict(database: str) -> None:
    diary, parts = make_diary(database), make_parts(database)
    entry = diary.save(EntryDraft(TODAY, "calm"))
    gone = replace(entry, mood=replace(SERENE, id="gone"), revision=2)
    with pytest.raises(InvalidEntryError, match=r"That mood is gone meanwhile\. Choose another one\."):
        parts.entries.write(diary.owner_id, gone, 1, NOON)
    assert diary.find_day(TODAY) == entry


def test_a_day_that_somebody_else_wrote_first_is_a_conflict(database: str) -> None:
    diary, parts = make_diary(database), make_parts(database)
    entry = diary.save(EntryDraft(TODAY, "calm"))
    with pytest.raises(ConflictError):
        parts.entries.write(diary.owner_id, entry, 0, NOON)


# -------------------------------------------------------------------- several at once


def test_of_those_who_change_or_delete_a_day_at_once_one_does_and_the_others_are_told(database: str) -> None:
    parts, me = make_parts(database), "me"
    Diary(me, parts).save(EntryDraft(TODAY, "calm"))
    for revision in range(1, 20, 2):
        entry = replace(parts.entries.find_day(me, TODAY), revision=revision + 1)
        change = partial(parts.entries.write, me, entry, revision, NOON)
        _one_of([change, partial(parts.entries.delete, me, TODAY, revision, NOON)] * 3)
        _, kept = parts.entries.find_last(me, TODAY)
        assert kept == revision + 1
        put_back = partial(parts.entries.write, me, replace(entry, revision=kept + 1), kept, NOON)
        _one_of([put_back] * 6)
    assert parts.entries.find_last(me, TODAY)[1] == 21
    kept = parts.revisions.of_day(me, TODAY, None)
    assert [former.entry.revision for former in kept if former.entry.revision % 2] == list(range(19, 0, -2))


def test_of_those_who_put_a_day_back_or_write_it_anew_at_once_one_does_and_the_others_are_told(database: str) -> None:
    parts, me = make_parts(database), "me"
    entry, revision = Diary(me, parts).save(EntryDraft(TODAY, "calm")), 1
    for _ in range(10):
        parts.entries.delete(me, TODAY, revision, NOON)
        put_back = partial(parts.entries.write, me, replace(entry, revision=revision + 2), revision + 1, NOON)
        _one_of([put_back, partial(parts.entries.add, me, [entry], [], NOON)] * 3)
        revision += 2
        assert parts.entries.find_day(me, TODAY).revision == revision


def _one_of(acts: Sequence[Callable[[], None]]) -> None:
    """All begin at once; one succeeds, and the others are told of a conflict."""
    gate = Barrier(len(acts))

    def attempt(act: Callable[[], None]) -> bool:
        gate.wait(10)
        try:
            act()
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(len(acts)) as threads:
        assert sum(threads.map(attempt, acts)) == 1


# -------------------------------------------------------------------- looking back


def test_on_this_day_shows_one_two_five_and_ten_years_ago_newest_first(database: str) -> None:
    diary = make_diary(database)
    diary.add_days([EntryDraft(date(year, 11, day), "calm") for year in range(2014, 2027) for day in (21, 22, 23)])
    diary.add_days([EntryDraft(date(2025, 10, 22), "calm")])
    diary.delete(diary.find_day(date(2024, 11, 22)))
    assert [entry.day.year for entry in diary.on_this_day(date(2026, 11, 22))] == [2025, 2021, 2016]
    assert [entry.day.year for entry in diary.on_this_day(date(2025, 11, 22))] == [2023, 2020, 2015]
    assert diary.on_this_day(date(2014, 11, 22)) == ()


def test_29_february_looks_back_on_its_like_and_no_other_day_does(database: str) -> None:
    diary = make_diary(database)
    diary.add_days([EntryDraft(date(year, 2, 28), "calm") for year in range(2016, 2026)])
    diary.add_days([EntryDraft(date(year, 2, 29), "calm") for year in (2016, 2020, 2024)])
    diary.add_days([EntryDraft(date(year, 3, 1), "calm") for year in range(2016, 2026)])
    assert [entry.day for entry in diary.on_this_day(date(2024, 2, 29))] == [date(2020, 2, 29), date(2016, 2, 29)]
    assert {entry.day.day for entry in diary.on_this_day(date(2025, 2, 28))} == {28}
    assert {entry.day.month for entry in diary.on_this_day(date(2025, 3, 1))} == {3}


# -------------------------------------------------------------------- songs of one's past


def test_past_songs_come_most_chosen_first_then_latest_first(database: str) -> None:
    diary = make_diary(database)
    songs = [make_song("Twice"), make_song("Late"), make_song("Early"), make_song("Twice")]
    diary.add_days([EntryDraft(TODAY - timedelta(days=back), song=song) for back, song in enumerate(songs)])
    found = diary.past_songs("")
    assert [(past.song.title, past.days, past.last_day) for past in found] == [
        ("Twice", 2, TODAY),
        ("Late", 1, TODAY - timedelta(days=1)),
        ("Early", 1, TODAY - timedelta(days=2)),
    ]
    assert [past.song.title for past in diary.past_songs("", limit=2)] == ["Twice", "Late"]


def test_past_songs_match_by_title_and_artist_but_not_by_note_or_tag(database: str) -> None:
    diary = make_diary(database)
    diary.save(
        EntryDraft(TODAY, song=Song("Étoile", "Nick Cave", spotify_id=spotify_id(1)), note="rain", tags=("sea",))
    )
    for text in ("etoile", "NICK", "cave étoile", "toi"):
        assert [past.song.title for past in diary.past_songs(text)] == ["Étoile"], text
    for text in ("rain", "sea", "etoile rain", "%", "_"):
        assert diary.past_songs(text) == (), text


def test_past_songs_bring_their_track_and_leave_out_deleted_days(database: str) -> None:
    diary = make_diary(database)
    song = diary.keep_track(make_track())
    diary.save(EntryDraft(TODAY, song=song))
    diary.save(EntryDraft(TODAY - timedelta(days=1), song=song))
    ((past,),) = (diary.past_songs("clair"),)
    assert (past.track, past.days) == (make_track(), 2)
    diary.delete(diary.find_day(TODAY))
    ((past,),) = (diary.past_songs("clair"),)
    assert (past.days, past.last_day) == (1, TODAY - timedelta(days=1))
