"""An import: what comes in, what stays, what is refused and why, and that it is all or nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from diary.diary import Diary
from diary.errors import ConflictError, TransferError
from diary.model import EntryDraft
from diary.storage.photos import open_photos
from diary.transfer.plan import DiaryFile, plan_import
from diary.transfer.record import draft_of, mood_of, taken
from tests.builders import SERENE, TODAY, a_row_of_days, make_diary

YESTERDAY = TODAY - timedelta(days=1)
CALM_DAY = {"day": str(TODAY), "mood": "calm"}
SERENE_MOOD = {
    "name": "serene",
    "emoji": "🕊️",
    "light": "#123456",
    "dark": "#abcdef",
    "valence": 0.9,
    "arousal": -0.9,
}


def file_of(*days: object, moods: tuple[object, ...] = ()) -> DiaryFile:
    return DiaryFile(
        days=tuple((f"entry {number}", taken(draft_of, day)) for number, day in enumerate(days, 1)),
        moods=tuple((f"mood {number}", taken(mood_of, mood)) for number, mood in enumerate(moods, 1)),
    )


@pytest.fixture
def diary(database: str) -> Diary:
    return make_diary(database)


def refusals(diary: Diary, *days: object, moods: tuple[object, ...] = ()) -> list[tuple[str, str]]:
    plan = plan_import(diary, file_of(*days, moods=moods))
    assert all(refusal.why.endswith(".") for refusal in plan.refusals)
    return [(refusal.where, refusal.why) for refusal in plan.refusals]


def test_planning_writes_nothing(diary: Diary) -> None:
    moods = diary.all_moods()
    plan = plan_import(diary, file_of(CALM_DAY, {"day": str(YESTERDAY), "mood": "serene"}, moods=(SERENE_MOOD,)))
    assert [draft.day for draft in plan.days] == [TODAY, YESTERDAY]
    assert (diary.count(), diary.all_moods()) == (0, moods)


def test_a_written_day_stays_as_it_is_and_the_others_come_in(diary: Diary) -> None:
    mine = diary.save(EntryDraft(TODAY, "sad", note="Mine"))
    plan = plan_import(diary, file_of(CALM_DAY, {"day": str(YESTERDAY), "note": "Theirs"}))
    assert plan.written == [TODAY]
    assert plan.commit(diary) == 1
    assert diary.find_day(TODAY) == mine
    assert [entry.note for entry in diary.each()] == ["Theirs", "Mine"]


def test_one_day_that_cannot_be_taken_keeps_the_whole_file_out(diary: Diary) -> None:
    plan = plan_import(diary, file_of(CALM_DAY, {"day": "2026-11-31", "mood": "calm"}))
    with pytest.raises(TransferError, match="Nothing was brought in"):
        plan.commit(diary)
    assert diary.count() == 0


def test_a_day_that_was_written_since_the_plan_keeps_the_whole_file_out_moods_too(diary: Diary) -> None:
    day = {"day": str(YESTERDAY), "mood": "serene"}
    plan = plan_import(diary, file_of(CALM_DAY, day, moods=(SERENE_MOOD,)))
    diary.save(EntryDraft(TODAY, note="Mine"))
    with pytest.raises(ConflictError):
        plan.commit(diary)
    assert [entry.note for entry in diary.each()] == ["Mine"]
    assert "serene" not in {mood.name for mood in diary.all_moods()}


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("calm", "An entry must be an object"),
        (None, "An entry must be an object"),
        ([1, 2], "An entry must be an object"),
        ({}, "“” is no day"),
        ({"day": 20261122, "mood": "calm"}, "“day” must be text"),
        ({"day": "22.11.2026", "mood": "calm"}, "“22.11.2026” is no day. A day is written like 2026-11-22"),
        ({"day": "2026-02-30", "mood": "calm"}, "“2026-02-30” is no day"),
        ({"day": "20261122", "mood": "calm"}, "is no day"),
        ({"day": "２０２６-１１-２２", "mood": "calm"}, "is no day"),
        ({"day": "1899-12-31", "mood": "calm"}, "on or after 1 January 1900"),
        ({"day": "2026-11-24", "mood": "calm"}, "has not begun yet"),
        ({"day": "9999-12-31", "mood": "calm"}, "has not begun yet"),
        ({"day": "2026-11-22"}, "an empty day is not kept"),
        ({"day": "2026-11-22", "tags": ["rain"], "note": " \n"}, "an empty day is not kept"),
        ({**CALM_DAY, "mood": "smug"}, "no mood named “smug”"),
        ({**CALM_DAY, "mood": 3}, "“mood” must be text"),
        ({**CALM_DAY, "song": "Ropes"}, "A song must be an object"),
        ({**CALM_DAY, "song": {"title": 7}}, "“title” must be text"),
        ({**CALM_DAY, "song": {"artist": "Odd Harbour"}}, "A song needs a title"),
        ({**CALM_DAY, "song": {"title": "x" * 301}}, "longer than 300 characters"),
        ({**CALM_DAY, "song": {"title": "x", "spotify_id": "short"}}, "22 letters and digits"),
        ({**CALM_DAY, "song": {"title": "x", "mbid": "nope"}}, "MusicBrainz identifier"),
        ({**CALM_DAY, "note": ["x"]}, "“note” must be text"),
        ({**CALM_DAY, "note": "x" * 100_001}, "1 characters longer than the 100,000"),
        ({**CALM_DAY, "note": "half an emoji \ud83d"}, "a character that is no text"),
        ({**CALM_DAY, "note": "\0"}, "a character that is no text"),
        ({**CALM_DAY, "tags": "rain"}, "“tags” must be a list of texts"),
        ({**CALM_DAY, "tags": [1]}, "“tags” must be a list of texts"),
        ({**CALM_DAY, "tags": ["x" * 51]}, "longer than 50 characters"),
        ({**CALM_DAY, "tags": [str(number) for number in range(31)]}, "room for 30 tags"),
        ({**CALM_DAY, "zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone"),
        ({**CALM_DAY, "zone": "../../etc/passwd"}, "is no time zone"),
        ({**CALM_DAY, "created_at": "yesterday"}, "“created_at” is no instant between 1900 and 9998: “yesterday”"),
        ({**CALM_DAY, "created_at": "2026-11-22T18:30:00"}, "“created_at” is no instant"),
        ({**CALM_DAY, "updated_at": "0001-01-01T00:00:00+14:00"}, "“updated_at” is no instant"),
        ({**CALM_DAY, "created_at": "1899-12-31T23:59:59Z"}, "“created_at” is no instant between 1900 and 9998"),
        ({**CALM_DAY, "created_at": "9999-12-31T23:59:59Z"}, "“created_at” is no instant between 1900 and 9998"),
        ({**CALM_DAY, "updated_at": "9998-12-31T23:59:59-01:00"}, "“updated_at” is no instant between"),
        ({**CALM_DAY, "updated_at": 1795372200}, "“updated_at” must be text"),
        ({**CALM_DAY, "photo": 1}, "“photo” must be text"),
    ],
)
def test_what_cannot_be_a_day_is_refused_with_its_place_and_one_sentence(diary: Diary, day: object, why: str) -> None:
    ((where, told),) = refusals(diary, {"day": str(YESTERDAY), "mood": "sad"}, day)
    assert where == "entry 2"
    assert why in told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": ""}, "name of 1 to 30 characters"),
        ({"name": None}, "name of 1 to 30 characters"),
        ({"name": 5}, "“name” must be text"),
        ({"emoji": ""}, "an emoji of its own"),
        ({"light": "red"}, "written like #2a5b2f"),
        ({"valence": 1.5}, "between −1 and 1"),
        ({"valence": 10**400}, "between −1 and 1"),
        ({"valence": True}, "“valence” must be a number"),
        ({"arousal": "much"}, "“arousal” must be a number"),
        ({"arousal": None}, "“arousal” must be a number"),
        ({"hidden": "no"}, "“hidden” must be true or false"),
    ],
)
def test_what_cannot_be_a_mood_is_refused_too(diary: Diary, change: dict[str, Any], why: str) -> None:
    ((where, told),) = refusals(diary, moods=({**SERENE_MOOD, **change},))
    assert where == "mood 1"
    assert why in told


@pytest.mark.parametrize("written", ["1900-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z"])
def test_the_first_and_the_last_instant_come_in(diary: Diary, written: str) -> None:
    day = {**CALM_DAY, "created_at": written, "updated_at": written}
    plan_import(diary, file_of(day)).commit(diary)
    assert [entry.created_at for entry in diary.each()] == [datetime.fromisoformat(written)]


def test_a_day_or_a_mood_that_is_in_the_file_twice_is_refused_with_both_places(diary: Diary) -> None:
    assert refusals(diary, CALM_DAY, {"day": str(TODAY), "mood": "sad"}) == [
        ("entry 2", "2026-11-22 is in the file twice, first at entry 1.")
    ]
    assert refusals(diary, moods=(SERENE_MOOD, {**SERENE_MOOD, "name": "Serene "})) == [
        ("mood 2", "The mood “Serene” is in the file twice.")
    ]


def test_every_reason_is_told_and_the_first_twenty_one_by_one(diary: Diary) -> None:
    plan = plan_import(diary, file_of(*({"day": f"day {number}"} for number in range(25))))
    assert len(plan.as_values()["refused"]) == 25
    lines = plan.as_lines(is_done=False)
    assert len([line for line in lines if line.startswith("entry ")]) == 20
    assert lines[-1] == "… and 5 more that cannot be taken."


def test_moods_are_known_by_name_whatever_the_case(diary: Diary) -> None:
    plan = plan_import(diary, file_of({**CALM_DAY, "mood": " CALM "}))
    assert plan.refusals == []
    assert [draft.mood for draft in plan.days] == ["calm"]


def test_unknown_moods_come_along_with_the_file(diary: Diary) -> None:
    plan = plan_import(diary, file_of({**CALM_DAY, "mood": "Serene"}, moods=(SERENE_MOOD,)))
    plan.commit(diary)
    assert [mood.name for mood in diary.moods()][-1] == "serene"
    entry = diary.find_day(TODAY)
    assert entry is not None
    assert entry.mood == diary.moods()[-1]


def test_a_mood_of_the_same_name_stays_as_it_is_here_and_that_is_told(diary: Diary) -> None:
    mine = diary.moods()
    plan = plan_import(diary, file_of(CALM_DAY, moods=({**SERENE_MOOD, "name": "calm"},)))
    plan.commit(diary)
    assert diary.moods() == mine
    assert any("calm" in note and "yours stay" in note for note in plan.notes())


def test_a_mood_of_ones_own_is_not_anothers(database: str) -> None:
    ada, bob = make_diary(database, "ada"), make_diary(database, "bob")
    ada.add_mood(SERENE)
    assert len(refusals(bob, {**CALM_DAY, "mood": "serene"})) == 1
    assert refusals(ada, {**CALM_DAY, "mood": "serene"}) == []


# ---------------------------------------------------------------------- photos


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def with_photos(database: str, tmp_path: Path) -> Callable[[str], Diary]:
    return lambda owner: make_diary(database, owner, photos=open_photos(str(tmp_path / "photos"), None))


def test_a_photo_that_is_here_stays_with_its_day(with_photos: Callable[[str], Diary]) -> None:
    ada = with_photos("ada")
    entry = ada.save(EntryDraft(TODAY, new_photo=picture()))
    ada.delete(entry)
    plan = plan_import(ada, file_of({"day": str(TODAY), "photo": entry.photo}))
    assert (plan.commit(ada), plan.notes()) == (1, [])
    found = ada.find_day(TODAY)
    assert found is not None
    assert found.photo == entry.photo


@pytest.mark.parametrize("key", ["another's", "f" * 32 + "/" + "0" * 64 + ".webp", "../../etc/passwd", "photo.webp"])
def test_a_photo_that_is_not_here_is_left_out_and_that_is_told(with_photos: Callable[[str], Diary], key: str) -> None:
    ada, bob = with_photos("ada"), with_photos("bob")
    if key == "another's":
        key = str(ada.save(EntryDraft(TODAY, new_photo=picture())).photo)
    only_photo = {"day": str(YESTERDAY), "photo": key}
    plan = plan_import(bob, file_of({**CALM_DAY, "photo": key}, only_photo))
    assert (plan.commit(bob), plan.left_out, plan.without_photo) == (1, [YESTERDAY], [TODAY])
    assert [(entry.day, entry.photo) for entry in bob.each()] == [(TODAY, None)]
    assert plan.notes() == [
        "Without their photo, which is not in this diary: 2026-11-22.",
        "Left out, because all they hold is a photo that is not in this diary: 2026-11-21.",
    ]


# ---------------------------------------------------------------------- what is told


def test_the_plan_tells_its_numbers_to_people_and_to_programs(diary: Diary) -> None:
    diary.add_days(a_row_of_days(2))
    days = [{"day": str(TODAY - timedelta(days=back)), "note": "x"} for back in range(10)]
    plan = plan_import(diary, file_of(*days, moods=(SERENE_MOOD,)))
    assert plan.as_values() == {
        "new": 8,
        "already_written": 2,
        "left_out": 0,
        "refused": [],
        "moods": ["serene"],
        "notes": [],
    }
    assert plan.as_lines(is_done=True) == [
        "8 days brought in.",
        "Moods that come along: serene.",
        "2 days written here already; what is written stays as it is.",
    ]
    assert plan.as_lines(is_done=False)[0] == "8 days would be new."


def test_long_lists_in_notes_are_cut(diary: Diary) -> None:
    plan = plan_import(diary, DiaryFile((), unknown=tuple("abcdefgh")))
    assert plan.notes() == ["Passed over, because this version does not know it: a, b, c, d, e and 3 more."]
