"""Two people, one database: what is one's does not exist for the other, whatever is asked."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from diary.diary import Diary
from diary.errors import ConflictError, InvalidEntryError, NotFoundError
from diary.history import History
from diary.life import Subject
from diary.lives import Lives
from diary.model import BUILT_IN_MOODS, Entry, EntryDraft, Person, Unsaved
from diary.query import EVERYTHING, Field, Words
from diary.storage.database import reading
from diary.storage.wall import rows_of
from diary.sums import Sums
from tests.builders import SERENE, TODAY, a_row_of_days, make_engine, make_parts, make_track, over

EVER = (date.min, date.max)
LAST_YEAR = TODAY.replace(year=TODAY.year - 1)
DELETED = LAST_YEAR - timedelta(days=4)


@dataclass
class House:
    """Alice, who wrote much, and Bob, who lives in the same database and wrote nothing yet."""

    alice: Diary
    bob: Diary
    entry: Entry
    database: str

    def rows_of(self, owner: str) -> dict[str, list[tuple[object, ...]]]:
        """All that the database holds of one person."""
        with reading(make_engine(self.database), rows_of(owner)) as connection:
            return {
                table: [
                    tuple(row)
                    for row in connection.execute(
                        text(f"SELECT * FROM {table} WHERE owner_id = :owner ORDER BY 1, 2"), {"owner": owner}
                    )
                ]
                for table in ("people", "moods", "entries", "revisions", "drafts")
            }


@pytest.fixture
def house(database: str) -> House:
    parts = make_parts(database)
    alice, bob = Diary("alice", parts), Diary("bob", parts)
    alice.add_mood(SERENE)
    alice.add_days(a_row_of_days(5, LAST_YEAR))
    song = alice.keep_track(make_track())
    first = alice.save(EntryDraft(TODAY, "serene", song, "alice's first words", new_photo=b"alice"))
    entry = alice.save(over(first, note="alice's note", tags=("alice",)))
    alice.delete(alice.find_day(DELETED))
    alice.keep_unsaved(Unsaved(TODAY, note="alice"))
    alice.set_day_cutoff_hour(1)
    alice.set_leaves_out_hard_days(True)
    return House(alice, bob, entry, database)


def refused(error: type[Exception], act: Callable[[], object]) -> bool:
    with pytest.raises(error):
        act()
    return True


def found(house: House, ask: Callable[[Diary], object]) -> object:
    """What Bob gets; Alice must get something, or the question says nothing."""
    assert ask(house.alice)
    return ask(house.bob)


ASKED: dict[str, Callable[[House], object]] = {
    "find_day": lambda h: found(h, lambda d: d.find_day(TODAY)) is None,
    "find": lambda h: found(h, lambda d: d.find(EVERYTHING)) == found(h, lambda d: d.find(Words("ALICE"))) == (),
    "on_this_day": lambda h: found(h, lambda d: d.on_this_day(TODAY)) == (),
    "each": lambda h: found(h, lambda d: list(d.each())) == [],
    "count": lambda h: found(h, lambda d: d.count()) == 0,
    "past_songs": lambda h: found(h, lambda d: d.past_songs("")) == (),
    "find_unsaved": lambda h: found(h, lambda d: d.find_unsaved(TODAY)) is None,
    "moods": lambda h: found(h, lambda d: d.moods()) == BUILT_IN_MOODS,
    "all_moods": lambda h: found(h, lambda d: d.all_moods()) == BUILT_IN_MOODS,
    "person": lambda h: found(h, lambda d: d.person()) == Person(),
    "sums.mood_days": lambda h: found(h, lambda d: d.sums.mood_days(*EVER)) == (),
    "sums.noted": lambda h: found(h, lambda d: d.sums.noted(*EVER)) == {},
    "sums.year_days": lambda h: found(h, lambda d: d.sums.year_days(*EVER)) == (),
    "sums.first_day": lambda h: found(h, lambda d: d.sums.first_day()) is None,
    "sums.months": lambda h: found(h, lambda d: d.sums.months()) == (),
    "sums.span": lambda h: found(h, lambda d: d.sums.span()) is None,
    "lives.of": lambda h: found(h, lambda d: d.lives.of(Subject("Clair de lune")).months) == (),
    "lives.days": lambda h: found(h, lambda d: d.lives.days(Subject(artist="Claude Debussy"), 9)) == (),
    "lives.songs": lambda h: found(h, lambda d: d.lives.songs("Claude Debussy", 9)) == (),
    "lives.names": lambda h: found(h, lambda d: d.lives.names().tags) == (),
    "photo": lambda h: (
        h.alice.photo(h.entry.photo)
        and refused(NotFoundError, lambda: h.bob.photo(h.entry.photo))
        and refused(NotFoundError, lambda: h.bob.photo(h.entry.photo, small=True))
    ),
    "is_photo_waiting": lambda h: not h.bob.is_photo_waiting(h.entry.photo),
    "history.versions": lambda h: found(h, lambda d: d.history.versions(TODAY)) == (),
    "history.deleted": lambda h: found(h, lambda d: d.history.deleted()) == (),
    "today": lambda h: h.bob.today("UTC") == h.alice.today("UTC") == TODAY,
    # The cache of tracks holds public facts, the same for everybody, and tells nothing of who asked for them.
    "find_track": lambda h: h.bob.find_track(h.entry.song) == h.alice.find_track(h.entry.song) == make_track(),
}
DONE: dict[str, Callable[[House], object]] = {
    "end": lambda h: h.bob.end(),
    "save": lambda h: [
        refused(InvalidEntryError, lambda: h.bob.save(EntryDraft(TODAY, "serene"))),
        refused(NotFoundError, lambda: h.bob.save(EntryDraft(TODAY, "calm", photo=h.entry.photo))),
        refused(ConflictError, lambda: h.bob.save(EntryDraft(TODAY, "calm", revision=h.entry.revision))),
        h.bob.save(EntryDraft(TODAY, "calm", new_photo=b"alice")).photo != h.entry.photo,
    ],
    "add_days": lambda h: h.bob.add_days([EntryDraft(TODAY, "serene")], [SERENE]) == 1,
    "check": lambda h: refused(NotFoundError, lambda: h.bob.check(EntryDraft(TODAY, photo=h.entry.photo))),
    "delete": lambda h: refused(ConflictError, lambda: h.bob.delete(h.entry)),
    "history.undo": lambda h: [
        refused(ConflictError, lambda: h.bob.history.undo(TODAY, None, h.entry.revision)),
        refused(ConflictError, lambda: h.bob.history.undo(TODAY, h.entry, h.entry.revision)),
        refused(InvalidEntryError, lambda: h.bob.history.undo(TODAY, h.entry, 0)),  # with a mood that bob has not
    ],
    "history.take_back": lambda h: refused(NotFoundError, lambda: h.bob.history.take_back(TODAY, 1, 2)),
    "history.put_back": lambda h: refused(NotFoundError, lambda: h.bob.history.put_back(DELETED)),
    "keep_unsaved": lambda h: h.bob.keep_unsaved(Unsaved(TODAY, note="bob")),
    "drop_unsaved": lambda h: h.bob.drop_unsaved(TODAY),
    "add_mood": lambda h: h.bob.add_mood(SERENE).name == "serene",
    "change_mood": lambda h: [
        refused(NotFoundError, lambda: h.bob.change_mood(replace(h.entry.mood, name="bob's"))),
        h.bob.change_mood(replace(BUILT_IN_MOODS[0], name="bob's")),
    ],
    "arrange_moods": lambda h: h.bob.arrange_moods([h.entry.mood.id, "calm"], hidden=[h.entry.mood.id, "calm"]),
    "set_leaves_out_hard_days": lambda h: h.bob.set_leaves_out_hard_days(True),
    "set_day_cutoff_hour": lambda h: h.bob.set_day_cutoff_hour(6),
    "keep_track": lambda h: h.bob.keep_track(make_track(title="Bob's ear")).title == "Bob's ear",
    "forget_tracks": lambda h: h.bob.forget_tracks(),
    "freshen": lambda h: h.bob.freshen([h.entry]),
}


@pytest.mark.parametrize("method", ASKED)
def test_what_one_person_asks_tells_nothing_of_the_other(house: House, method: str) -> None:
    assert ASKED[method](house)


@pytest.mark.parametrize("method", DONE)
def test_what_one_person_does_changes_nothing_of_the_other(house: House, method: str) -> None:
    before = house.rows_of("alice")
    assert all(before.values())
    result = DONE[method](house)
    assert all(result) if isinstance(result, list) else result in {None, True}
    assert house.rows_of("alice") == before
    assert house.alice.photo(house.entry.photo) == b"alice"


def public_methods(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


def test_every_public_method_of_a_diary_is_in_these_lists() -> None:
    facets = {"history": History, "lives": Lives, "sums": Sums}
    methods = public_methods(Diary) | {f"{name}.{one}" for name, kind in facets.items() for one in public_methods(kind)}
    assert methods == ASKED.keys() | DONE.keys()
    assert not ASKED.keys() & DONE.keys()


def test_whether_a_mood_of_ones_own_is_used_does_not_depend_on_others(house: House) -> None:
    calm = next(mood for mood in house.bob.moods() if mood.name == "calm")
    assert house.alice.find(Field("mood", "calm"))
    house.bob.change_mood(replace(calm, name="quiet"))
    assert house.bob.all_moods() == house.bob.moods()


def test_not_yours_and_not_there_are_told_alike(house: House) -> None:
    """Nobody learns from an answer that somebody else has something."""
    missing = replace(house.entry.mood, id="unheard of")
    pairs = [
        (lambda: house.bob.photo(house.entry.photo), lambda: house.bob.photo("unheard/of.webp")),
        (lambda: house.bob.change_mood(house.entry.mood), lambda: house.bob.change_mood(missing)),
        (lambda: house.bob.delete(house.entry), lambda: house.bob.delete(replace(house.entry, day=date(2001, 1, 1)))),
    ]
    for not_yours, not_there in pairs:
        told = []
        for act in (not_yours, not_there):
            with pytest.raises((NotFoundError, ConflictError)) as caught:
                act()
            told.append((type(caught.value), str(caught.value)))
        assert told[0] == told[1]


@pytest.mark.parametrize("owner", ["", "ALICE", "alice ", "alic_", "%", "alice' OR '1'='1", "älice", "a" * 255])
def test_a_name_that_only_looks_alike_is_another_person(house: House, owner: str) -> None:
    stranger = Diary(owner, make_parts(house.database))
    assert stranger.count() == 0
    stranger.save(EntryDraft(TODAY, "calm"))
    assert house.alice.find_day(TODAY) == house.entry
    assert stranger.count() == 1


def test_two_people_save_the_same_days_at_the_same_revisions_and_keep_their_own(house: House) -> None:
    for back in range(3):
        day = TODAY - timedelta(days=back + 1)
        for person in (house.alice, house.bob):
            person.save(EntryDraft(day, "calm", note=person.owner_id))
    for person in (house.alice, house.bob):
        assert {person.find_day(TODAY - timedelta(days=back + 1)).note for back in range(3)} == {person.owner_id}
