"""What belongs to a person besides their days: moods, the end of the day, what is not saved yet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from diary.diary import Diary
from diary.errors import DiaryError, InvalidMoodError, NotFoundError, StorageError
from diary.model import BUILT_IN_MOODS, EntryDraft, Mood, Unsaved
from diary.storage.database import writing
from diary.storage.people import MAX_DRAFT
from diary.storage.tables import people
from diary.storage.wall import EVERYONE
from tests.builders import NOON, SERENE, TODAY, Clock, make_diary, make_engine, make_parts, mood, statements

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def diary(database: str) -> Diary:
    return make_diary(database)


def names(moods: tuple[Mood, ...]) -> list[str]:
    return [mood.name for mood in moods]


def at_once(act: Callable[[int], object]) -> tuple[int, list[DiaryError]]:
    """How many of eight threads succeeded, and what the others were told."""

    def attempt(number: int) -> DiaryError | None:
        try:
            act(number)
        except DiaryError as error:
            return error
        return None

    with ThreadPoolExecutor(8) as threads:
        told = [error for error in threads.map(attempt, range(8)) if error]
    return 8 - len(told), told


# -------------------------------------------------------------------- a new person


def test_a_new_person_has_the_built_in_moods_in_their_order_and_a_day_that_ends_at_four(diary: Diary) -> None:
    assert diary.moods() == diary.all_moods() == BUILT_IN_MOODS
    assert diary.person().day_cutoff_hour == 4


def test_coming_back_changes_nothing(diary: Diary, database: str) -> None:
    diary.set_day_cutoff_hour(2)
    diary.add_mood(SERENE)
    again = make_diary(database)
    assert again.person().day_cutoff_hour == 2
    assert names(again.moods()) == [*names(BUILT_IN_MOODS), "serene"]


def test_a_person_who_comes_in_eight_tabs_at_once_is_welcomed_once(database: str) -> None:
    parts = make_parts(database)
    succeeded, _ = at_once(lambda _: Diary("somebody new", parts))
    assert succeeded == 8
    assert Diary("somebody new", parts).moods() == BUILT_IN_MOODS


# -------------------------------------------------------------------- somebody who is unknown all at once


@pytest.fixture
def forgotten(diary: Diary, database: str) -> Diary:
    """A diary that was open while a backup from before its person's time was restored."""
    diary.add_mood(SERENE)
    with writing(make_engine(database), EVERYONE) as connection:
        connection.execute(delete(people))
    return diary


def test_their_page_opens_as_a_new_one(forgotten: Diary) -> None:
    assert forgotten.today("UTC") == TODAY
    assert forgotten.moods() == BUILT_IN_MOODS


def test_what_they_have_on_the_screen_can_be_saved(forgotten: Diary) -> None:
    assert forgotten.save(EntryDraft(TODAY, "calm", note="still here")).note == "still here"
    assert forgotten.person().day_cutoff_hour == 4


@pytest.mark.parametrize(
    "act",
    [
        lambda diary: diary.keep_unsaved(Unsaved(TODAY, note="typed")),
        lambda diary: diary.save(EntryDraft(TODAY, note="no mood")),
        lambda diary: diary.add_days([EntryDraft(TODAY, note="no mood")]),
        lambda diary: diary.add_mood(SERENE),
        lambda diary: diary.set_day_cutoff_hour(2),
        lambda diary: diary.set_leaves_out_hard_days(True),
    ],
    ids=["draft", "save", "import", "mood", "cut-off", "hard days"],
)
def test_nothing_they_do_first_is_refused_or_gets_lost(forgotten: Diary, act: Callable[[Diary], object]) -> None:
    act(forgotten)
    preferences = forgotten.person().day_cutoff_hour, forgotten.person().leaves_out_hard_days, forgotten.moods()
    kept = forgotten.find_unsaved(TODAY), forgotten.find_day(TODAY), *preferences
    assert kept != (None, None, 4, False, BUILT_IN_MOODS)


# -------------------------------------------------------------------- moods


def test_a_mood_is_added_behind_the_others_under_an_id_of_its_own(diary: Diary) -> None:
    added = diary.add_mood(replace(SERENE, id="calm", retired=True))
    assert added == replace(SERENE, id=added.id)
    assert added.id not in {mood.id for mood in BUILT_IN_MOODS}
    assert diary.moods() == (*BUILT_IN_MOODS, added)
    assert diary.save(EntryDraft(TODAY, "serene")).mood == added


@pytest.mark.parametrize("name", ["calm", "Calm", "CALM", " calm "])
def test_a_name_that_is_in_use_is_refused_whatever_its_case(diary: Diary, name: str) -> None:
    with pytest.raises(InvalidMoodError, match=r"already\. Choose another name\.$"):
        diary.add_mood(replace(SERENE, name=name))
    with pytest.raises(InvalidMoodError, match=r"already\. Choose another name\.$"):
        diary.change_mood(replace(mood(diary.moods(), "sad"), name=name))
    assert diary.all_moods() == BUILT_IN_MOODS


def test_all_that_is_known_of_a_person_comes_with_one_statement(diary: Diary) -> None:
    diary.add_mood(SERENE)
    diary.set_day_cutoff_hour(2)
    diary.set_leaves_out_hard_days(True)
    with statements() as asked:
        person = diary.person()
    assert (person.day_cutoff_hour, person.leaves_out_hard_days) == (2, True)
    assert names(person.moods) == [*names(BUILT_IN_MOODS), SERENE.name]
    assert len(asked) == 1


def test_many_moods_come_in_at_once_in_their_order_and_with_few_statements(diary: Diary) -> None:
    brought = [replace(SERENE, name=f"mood {number}") for number in range(200)]
    with statements() as asked:
        diary.add_days([EntryDraft(TODAY, note="x")], brought)
    assert names(diary.moods()) == names((*BUILT_IN_MOODS, *brought))
    assert len(asked) < 20


@pytest.mark.parametrize("brought", [["calm"], ["serene", "Serene"]])
def test_none_of_many_moods_comes_in_where_a_name_is_in_use(diary: Diary, brought: list[str]) -> None:
    with pytest.raises(InvalidMoodError, match=r"already\. Choose another name\.$"):
        diary.add_days([], [replace(SERENE, name=name) for name in ("quiet", *brought)])
    assert diary.all_moods() == BUILT_IN_MOODS


def test_a_mood_may_change_the_case_of_its_own_name(diary: Diary) -> None:
    assert diary.change_mood(replace(mood(diary.moods(), "calm"), name="Calm")).name == "Calm"
    assert names(diary.moods())[-1] == "Calm"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "serene"},
        {"emoji": "🕊️"},
        {"light": "#123456", "dark": "#abcdef"},
        {"valence": -0.1, "arousal": 0.9},
        {"name": "serene", "hidden": True},
    ],
    ids=" and ".join,
)
def test_days_keep_the_mood_as_it_was_when_they_were_noted(diary: Diary, change: dict[str, object]) -> None:
    was = mood(diary.moods(), "calm")
    before = diary.save(EntryDraft(YESTERDAY, "calm"))
    now = diary.change_mood(replace(was, **change))
    assert now == replace(was, id=now.id, **change)
    assert diary.find_day(YESTERDAY).mood == replace(was, retired=True)
    assert diary.find_day(YESTERDAY).revision == before.revision
    assert diary.moods() == (*BUILT_IN_MOODS[:-1], now)
    assert diary.all_moods() == (*diary.moods(), replace(was, retired=True))
    assert diary.save(EntryDraft(TODAY, now.name)).mood == now


def test_a_day_that_is_changed_keeps_its_mood_until_another_is_chosen(diary: Diary) -> None:
    entry = diary.save(EntryDraft(TODAY, "calm"))
    now = diary.change_mood(replace(mood(diary.moods(), "calm"), light="#123456"))
    entry = diary.save(replace(diary.find_day(TODAY).draft(), note="more"))
    assert (entry.mood.id, entry.mood.light) == ("calm", "#087a6b")
    diary.save(replace(entry.draft(), mood="sad"))
    entry = diary.save(replace(diary.find_day(TODAY).draft(), mood="calm"))
    assert entry.mood == now


def test_a_mood_that_no_day_was_noted_with_is_simply_overwritten(diary: Diary) -> None:
    first = diary.change_mood(replace(mood(diary.moods(), "calm"), name="serene"))
    second = diary.change_mood(replace(first, name="quiet"))
    assert diary.all_moods() == (*BUILT_IN_MOODS[:-1], second)


def test_a_deleted_day_can_come_back_with_its_mood(diary: Diary) -> None:
    entry = diary.save(EntryDraft(TODAY, "calm"))
    diary.delete(entry)
    diary.change_mood(replace(mood(diary.moods(), "calm"), name="serene"))
    diary.history.undo(TODAY, entry, 2)
    assert diary.find_day(TODAY).mood.name == "calm"


def test_the_name_of_a_mood_that_was_replaced_is_free_again(diary: Diary) -> None:
    diary.save(EntryDraft(TODAY, "calm"))
    diary.change_mood(replace(mood(diary.moods(), "calm"), name="serene"))
    again = diary.add_mood(replace(SERENE, name="calm"))
    assert diary.save(EntryDraft(YESTERDAY, "calm")).mood == again
    assert diary.find_day(TODAY).mood.id == "calm"


def test_moods_are_offered_in_the_order_that_was_chosen_without_the_hidden_ones(diary: Diary) -> None:
    entry = diary.save(EntryDraft(TODAY, "angry"))
    order = [mood.id for mood in BUILT_IN_MOODS[::-1]]
    diary.arrange_moods(order, hidden=["angry", "sad"])
    assert [mood.id for mood in diary.moods()] == order
    assert {mood.name for mood in diary.moods() if mood.hidden} == {"angry", "sad"}
    assert diary.find_day(TODAY).draft() == entry.draft()
    diary.arrange_moods(order, hidden=[])
    assert not any(mood.hidden for mood in diary.moods())
    assert names((diary.add_mood(SERENE), diary.moods()[-1])) == ["serene", "serene"]


def test_a_mood_that_is_gone_or_was_replaced_elsewhere_is_not_found_and_nothing_changes(diary: Diary) -> None:
    diary.save(EntryDraft(TODAY, "calm"))
    stale = mood(diary.moods(), "calm")
    diary.change_mood(replace(stale, name="serene"))
    before = diary.all_moods()
    for gone in (stale, replace(stale, id="unheard of")):
        with pytest.raises(NotFoundError, match="not in this diary"):
            diary.change_mood(replace(gone, name="quiet"))
    diary.arrange_moods([stale.id, "unheard of"], hidden=[stale.id])
    assert diary.all_moods() == before


@pytest.mark.parametrize("used", [True, False])
def test_of_eight_tabs_that_change_a_mood_at_once_one_succeeds_and_the_others_are_told(
    diary: Diary, used: bool
) -> None:
    if used:
        diary.save(EntryDraft(TODAY, "calm"))
    calm = mood(diary.moods(), "calm")
    succeeded, told = at_once(lambda number: diary.change_mood(replace(calm, name=f"calm {number}")))
    assert succeeded == 1
    assert {type(error) for error in told} == {NotFoundError}
    assert len(diary.moods()) == 12


def test_of_eight_tabs_that_add_the_same_mood_at_once_one_succeeds_and_the_others_are_told(diary: Diary) -> None:
    succeeded, told = at_once(lambda _: diary.add_mood(SERENE))
    assert succeeded == 1
    assert {type(error) for error in told} == {InvalidMoodError}
    assert names(diary.moods()).count("serene") == 1


def test_eight_tabs_that_arrange_the_moods_at_once_all_succeed(diary: Diary) -> None:
    ids = [mood.id for mood in BUILT_IN_MOODS]
    orders = [ids[number:] + ids[:number] for number in range(8)]
    for _ in range(3):
        succeeded, told = at_once(lambda number: diary.arrange_moods(orders[number], hidden=[]))
        assert (succeeded, told) == (8, [])
        assert [mood.id for mood in diary.moods()] in orders


def test_a_mood_that_is_replaced_while_days_are_noted_with_it_stays_with_them(diary: Diary) -> None:
    for back in range(0, 80, 8):
        calm = mood(diary.moods(), "calm")

        def act(number: int, back: int = back, calm: Mood = calm) -> None:
            if number == 3:
                diary.change_mood(replace(calm, light=f"#{back:06x}"))
            else:
                diary.save(EntryDraft(TODAY - timedelta(days=back + number), "calm"))

        succeeded, _ = at_once(act)
        written = [entry for entry in diary.each() if back <= (TODAY - entry.day).days < back + 8]
        assert len(written) == succeeded - 1
        assert {entry.mood.name for entry in written} <= {"calm"}


# -------------------------------------------------------------------- hard days


def test_hard_days_are_shown_until_the_person_leaves_them_out(diary: Diary, database: str) -> None:
    assert not diary.person().leaves_out_hard_days
    diary.set_leaves_out_hard_days(True)
    assert make_diary(database).person().leaves_out_hard_days
    diary.set_leaves_out_hard_days(False)
    assert not make_diary(database).person().leaves_out_hard_days


# -------------------------------------------------------------------- the end of the day


def test_the_day_ends_when_the_person_says(database: str) -> None:
    clock = Clock(datetime(2026, 11, 23, 2, 30, tzinfo=UTC))
    diary = make_diary(database, clock=clock)
    assert diary.today("UTC") == date(2026, 11, 22)
    diary.set_day_cutoff_hour(2)
    assert diary.today("UTC") == date(2026, 11, 23)
    assert diary.today("America/New_York") == date(2026, 11, 22)
    diary.set_day_cutoff_hour(6)
    clock.move(hours=3.5)
    assert diary.today("UTC") == date(2026, 11, 23)


@pytest.mark.parametrize("hour", [-1, 7, 24])
def test_a_day_ends_between_midnight_and_six(diary: Diary, hour: int) -> None:
    with pytest.raises(DiaryError, match="between midnight and six"):
        diary.set_day_cutoff_hour(hour)
    assert diary.person().day_cutoff_hour == 4


# -------------------------------------------------------------------- what is not saved yet

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.tuples(*[ANY_TEXT] * 5), photo=st.none() | ANY_TEXT, revision=st.integers(0, 2**31 - 1))
def test_what_was_typed_is_kept_to_the_letter(
    diary: Diary, texts: tuple[str, ...], photo: str | None, revision: int
) -> None:
    mood_name, title, artist, note, tags = texts
    typed = Unsaved(TODAY, mood_name, title, artist, "half a link", None, note, tags, photo, revision)
    diary.keep_unsaved(typed)
    assert diary.find_unsaved(TODAY) == (typed, NOON)


def test_even_what_no_entry_can_hold_is_kept_while_it_is_typed(diary: Diary) -> None:
    typed = Unsaved(TODAY, note="NUL \0 and half an emoji \ud83d" + "x" * 200_000)
    diary.keep_unsaved(typed)
    assert diary.find_unsaved(TODAY) == (typed, NOON)


def test_what_is_too_long_to_be_kept_unsaved_is_told_and_what_was_kept_stays(diary: Diary) -> None:
    diary.keep_unsaved(Unsaved(TODAY, note="x" * MAX_DRAFT))
    with pytest.raises(StorageError, match=r"More than 2,000,000 characters are not kept before they are saved"):
        diary.keep_unsaved(Unsaved(TODAY, title="y", note="x" * MAX_DRAFT))
    assert diary.find_unsaved(TODAY) == (Unsaved(TODAY, note="x" * MAX_DRAFT), NOON)


def test_each_day_has_its_own_unsaved_text_and_the_latest_counts(database: str) -> None:
    clock = Clock()
    diary = make_diary(database, clock=clock)
    diary.keep_unsaved(Unsaved(YESTERDAY, note="yesterday"))
    diary.keep_unsaved(Unsaved(TODAY, note="first"))
    clock.move(minutes=5)
    diary.keep_unsaved(Unsaved(TODAY, note="second"))
    assert diary.find_unsaved(TODAY) == (Unsaved(TODAY, note="second"), NOON + timedelta(minutes=5))
    assert diary.find_unsaved(YESTERDAY) == (Unsaved(YESTERDAY, note="yesterday"), NOON)
    diary.drop_unsaved(TODAY)
    diary.drop_unsaved(TODAY)
    assert diary.find_unsaved(TODAY) is None
    assert diary.find_unsaved(YESTERDAY)


def test_eight_tabs_that_keep_what_is_typed_at_once_all_succeed(diary: Diary) -> None:
    succeeded, _ = at_once(lambda number: diary.keep_unsaved(Unsaved(TODAY, note=str(number))))
    assert succeeded == 8
    assert diary.find_unsaved(TODAY)[0].note in "01234567"
