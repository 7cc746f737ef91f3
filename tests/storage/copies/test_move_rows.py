"""A diary moves to another database, in as many runs as it takes, and nothing that is newer is overwritten."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from diary.diary import Diary
from diary.errors import StorageError, TransferError
from diary.model import EntryDraft, Unsaved
from diary.storage import database as module
from diary.storage.copies.move_rows import Moved, move_rows
from diary.storage.copies.snapshot import TABLES
from diary.storage.database import writing
from diary.storage.photos import PhotoStore
from diary.storage.tables import endings, revisions, tracks, waiting_photos
from diary.storage.wall import EVERYONE
from tests.builders import NOON, SERENE, TODAY, Clock, a_row_of_days, make_diary, make_engine, over
from tests.conftest import KINDS
from tests.storage.copies.conftest import Place
from tests.storage.copies.world import everything, exports, fill, quiet

BOTH_WAYS = [(one, other) for one in KINDS for other in KINDS]
REFUSED = r"that is not of this diary, is newer, or was thrown away here since: .* Nothing was changed\."


def move(source: str, target: str, tell: Callable[[str, int, int], None] = quiet) -> Moved:
    one, other = make_engine(source), make_engine(target)
    try:
        return move_rows(one, other, tell)
    finally:
        one.dispose()
        other.dispose()


@pytest.fixture
def pair(place: Place) -> tuple[str, str]:
    """A diary of ten days in SQLite, and its copy in PostgreSQL."""
    source, target = place("sqlite"), place("postgresql")
    make_diary(source).add_days(a_row_of_days(10))
    move(source, target)
    return source, target


def later(**by: float) -> Clock:
    clock = Clock()
    clock.move(**by)
    return clock


# ---------------------------------------------------------------------- all of it


@pytest.mark.parametrize(("one", "other"), BOTH_WAYS)
def test_every_row_arrives_and_the_source_stays_as_it_is(place: Place, shelf: PhotoStore, one: str, other: str) -> None:
    source, target = place(one), place(other)
    fill(source, shelf)
    before = everything(source)
    done = move(source, target)
    assert done == Moved(before, sum(table.rows for table in before.values()), is_behind=False)
    assert all(table.rows for table in done.tables.values())
    assert everything(source) == everything(target) == before
    assert exports(target) == exports(source)


def test_run_again_it_sends_nothing(pair: tuple[str, str]) -> None:
    assert move(*pair).sent == 0


def _move_and_stop(source: str, target: str, reached: Path) -> None:
    """Goes to sleep for ever in the middle of the days."""

    def hang(what: str, done: int, _total: int) -> None:
        if what == "entries" and done >= 200:
            reached.touch()
            time.sleep(600)

    move(source, target, hang)


@pytest.mark.parametrize(("one", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_killed_in_the_middle_it_goes_on_where_it_was(place: Place, tmp_path: Path, one: str, other: str) -> None:
    source, target, reached = place(one), place(other), tmp_path / "reached"
    make_diary(source).add_days(a_row_of_days(500))
    make_engine(target).dispose()
    process = multiprocessing.get_context("spawn").Process(target=_move_and_stop, args=(source, target, reached))
    process.start()
    while not reached.exists():
        assert process.is_alive()
        time.sleep(0.01)
    process.kill()
    process.join()
    assert everything(target)["entries"].rows == 200
    assert move(source, target).sent == 300
    assert everything(target) == everything(source)


# ---------------------------------------------------------------------- what was written meanwhile


def test_what_is_written_during_the_move_is_told_and_comes_with_the_next_run(place: Place) -> None:
    source, target = place("sqlite"), place("postgresql")
    diary = make_diary(source)
    diary.add_days(a_row_of_days(10))
    late = EntryDraft(TODAY - timedelta(days=100), note="late")

    def write(what: str, _done: int, _total: int) -> None:
        if what == "entries" and not diary.find_day(late.day):
            diary.save(late)

    assert move(source, target, write).is_behind
    assert everything(target)["entries"].rows == 10
    again = move(source, target)
    assert (again.sent, again.is_behind) == (1, False)
    assert everything(target) == everything(source)


def add(diary: Diary) -> None:
    diary.add_days([EntryDraft(TODAY - timedelta(days=50), note="new")])


def change(diary: Diary) -> None:
    entry = diary.save(over(diary.find_day(TODAY), note="changed"))
    diary.save(over(entry, note="changed again"))


def throw_away(diary: Diary) -> None:
    diary.delete(diary.find_day(TODAY))


def add_a_mood(diary: Diary) -> None:
    diary.add_mood(SERENE)


def arrange(diary: Diary) -> None:
    diary.arrange_moods([mood.id for mood in reversed(diary.moods())], hidden=["sad"])
    diary.set_day_cutoff_hour(2)


def type_only(diary: Diary) -> None:
    diary.keep_unsaved(Unsaved(TODAY, note="typed"))


OUTGROWN = [add, change, throw_away, add_a_mood, arrange, type_only]


@pytest.mark.parametrize("act", OUTGROWN)
def test_what_changed_in_the_source_since_then_comes_with_the_next_run(
    pair: tuple[str, str], act: Callable[[Diary], None]
) -> None:
    source, target = pair
    act(make_diary(source, clock=later(hours=1)))
    assert everything(source) != everything(target)
    assert move(source, target).sent > 0
    assert everything(target) == everything(source)


@pytest.mark.parametrize("times", [1, 2])
def test_a_mood_that_no_day_has_may_be_changed_between_two_moves(pair: tuple[str, str], times: int) -> None:
    source, target = pair
    for number in range(times):
        diary = make_diary(source)
        sad = next(mood for mood in diary.moods() if mood.name == "sad")
        diary.change_mood(replace(sad, light=f"#12345{number}"))
        diary.arrange_moods([mood.id for mood in reversed(diary.moods())], hidden=[])
        move(source, target)
        assert everything(target) == everything(source)


def test_so_may_one_whose_last_day_was_forgotten_meanwhile(place: Place) -> None:
    source, target = place("sqlite"), place("postgresql")
    diary = make_diary(source)
    diary.save(over(diary.save(EntryDraft(TODAY, "sad")), mood="calm"))
    move(source, target)
    with writing(make_engine(source), EVERYONE) as connection:
        connection.execute(delete(revisions))
    diary.change_mood(replace(next(mood for mood in diary.moods() if mood.name == "sad"), light="#123456"))
    move(source, target)
    assert everything(target) == everything(source)


def test_a_draft_that_became_a_day_is_gone_from_the_target_too(place: Place) -> None:
    source, target, clock = place("sqlite"), place("postgresql"), Clock()
    diary = make_diary(source, clock=clock)
    type_only(diary)
    move(source, target)
    clock.move(minutes=1)
    diary.save(EntryDraft(TODAY, note="typed and saved"))
    diary.drop_unsaved(TODAY)
    move(source, target)
    assert everything(target) == everything(source)


def test_what_the_source_may_forget_at_any_time_does_not_stand_in_the_way(place: Place, shelf: PhotoStore) -> None:
    source, target = place("sqlite"), place("postgresql")
    fill(source, shelf)
    move(source, target)
    with writing(make_engine(source), EVERYONE) as connection:
        for table in (revisions, tracks, waiting_photos):
            assert connection.execute(delete(table)).rowcount
    move(source, target)
    assert everything(target) == everything(source)


def test_who_was_shut_out_stays_so_wherever_it_was_said(pair: tuple[str, str]) -> None:
    source, target = pair
    with writing(make_engine(source)) as connection:
        connection.execute(insert(endings).values(key="a" * 64, at=NOON, for_good=True))
    move(source, target)
    with writing(make_engine(target)) as connection:
        connection.execute(insert(endings).values(key="b" * 64, at=NOON, for_good=True))
    with pytest.raises(TransferError, match=REFUSED):
        move(source, target)
    with writing(make_engine(target)) as connection:
        connection.execute(update(endings).where(endings.c.key == "b" * 64).values(for_good=False))  # one log-in
    move(source, target)
    assert everything(target) == everything(source)
    assert everything(target)["endings"].rows == 1


# ---------------------------------------------------------------------- what is not overwritten


@pytest.mark.parametrize("act", [add, change, throw_away, add_a_mood, type_only])
def test_a_target_where_somebody_has_written_is_refused_and_stays_as_it_is(
    pair: tuple[str, str], act: Callable[[Diary], None]
) -> None:
    source, target = pair
    act(make_diary(target, clock=later(hours=1)))
    before = everything(target)
    with pytest.raises(TransferError, match=REFUSED):
        move(source, target)
    assert everything(target) == before


@pytest.mark.parametrize("act", [change, throw_away, type_only])
def test_so_it_is_if_the_source_has_gone_on_as_well(pair: tuple[str, str], act: Callable[[Diary], None]) -> None:
    """Two states of one day that both come from a third: neither may replace the other."""
    source, target = pair
    for database, hours in ((source, 1), (target, 2)):
        diary = make_diary(database, clock=later(hours=hours))
        diary.save(over(diary.find_day(TODAY), note=f"after {hours} hours"))
        act(diary)
    add(make_diary(source, clock=later(hours=3)))
    before = everything(target)
    with pytest.raises(TransferError, match=REFUSED):
        move(source, target)
    assert everything(target) == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_diary_of_somebody_else_is_not_added_to(place: Place, kind: str) -> None:
    source, target = place("sqlite"), place(kind)
    make_diary(source, "anna").add_days(a_row_of_days(3))
    make_diary(target, "ben").add_days(a_row_of_days(3))
    before = everything(target)
    with pytest.raises(
        TransferError, match="The new database holds something " + REFUSED.replace(".*", r"people, ben\.")
    ):
        move(source, target)
    assert everything(target) == before


def test_a_newer_day_is_not_replaced_by_an_older_one(pair: tuple[str, str]) -> None:
    """The wrong way round: back from a place where people went on writing."""
    source, target = pair
    change(make_diary(target, clock=later(hours=1)))
    with pytest.raises(TransferError, match=REFUSED):
        move(source, target)
    assert move(target, source).sent == 3  # the day, and what it was twice before
    assert everything(source) == everything(target)


def test_a_draft_that_was_thrown_away_since_it_was_moved_is_named(pair: tuple[str, str]) -> None:
    source, target = pair
    type_only(make_diary(source, "anna"))
    move(source, target)
    make_diary(source, "anna").drop_unsaved(TODAY)
    with pytest.raises(TransferError, match=rf"was thrown away here since: drafts, anna, {TODAY}\."):
        move(source, target)


def test_a_row_that_was_altered_on_the_way_is_noticed(pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = pair
    for table in TABLES:
        if "note" in table.c and table.name == "entries":
            with writing(make_engine(target), EVERYONE) as connection:
                connection.execute(update(table).values(folded="something else"))
    before = everything(target)
    with pytest.raises(TransferError, match=REFUSED):
        move(source, target)
    assert everything(target) == before


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE entries SET folded = 'a' || char(0) WHERE day = ?", "entries, local, {day}"),
        ("UPDATE entries SET zone = 'Mars/Base' WHERE day = ?", "entries, local, {day}"),
        ("UPDATE moods SET position = 3000000000 WHERE id = 'calm' AND ? > ''", "moods, local, calm"),
    ],
    ids=["NUL", "zone", "number"],
)
def test_a_row_that_the_target_cannot_take_is_named_before_anything_is_sent(place: Place, sql: str, named: str) -> None:
    source, target = place("sqlite"), place("postgresql")
    make_diary(source).add_days(a_row_of_days(3))
    with writing(make_engine(source), EVERYONE) as connection:
        connection.exec_driver_sql(sql, (str(TODAY),))
    before = everything(target)
    with pytest.raises(TransferError, match=rf"cannot be moved: {named.format(day=TODAY)}\. Nothing was changed"):
        move(source, target)
    assert everything(target) == before


def test_rows_that_nobody_can_read_are_told_before_anything_is_sent(place: Place) -> None:
    source, target = place("sqlite"), place("postgresql")
    make_diary(source).add_days(a_row_of_days(3))
    with writing(make_engine(source), EVERYONE) as connection:
        connection.exec_driver_sql("UPDATE entries SET created_at = 'yesterday'")
    before = everything(target)
    with pytest.raises(StorageError, match="In “entries” lies a row that cannot be read"):
        move(source, target)
    assert everything(target) == before


def test_a_long_table_takes_as_long_as_it_takes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL ends a transaction in which nothing was asked for ten minutes, here for a second."""
    monkeypatch.setattr(module, "_STILL", module._STILL.replace("10min", "1s"))
    source, target = place("sqlite"), place("postgresql")
    make_diary(source).add_days(a_row_of_days(100))

    def slowly(what: str, _done: int, _total: int) -> None:
        time.sleep(0.2 if what == "entries" else 0)

    assert move(source, target, slowly).sent > 100
