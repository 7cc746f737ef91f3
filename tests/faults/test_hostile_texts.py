"""F15, F17 in the stores: every text of the corpus in every field is kept to the letter or refused in a sentence.

What must happen is written down here once for both databases, so that they cannot differ.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.diary import Diary
from diary.errors import DiaryError, InvalidEntryError, InvalidMoodError, NotFoundError, StorageError
from diary.model import EntryDraft, Song, Unsaved
from diary.protocols import Parts
from diary.storage.people import MAX_DRAFT
from diary.transfer.csv_file import csv_lines, read_csv
from diary.transfer.json_file import json_lines, read_json
from diary.transfer.plan import plan_import
from tests.builders import SERENE, TODAY, make_parts, make_track
from tests.corpus.naughty import NO_TEXT, PILED, TEXTS, TWINS, VAST
from tests.faults.figures import note
from tests.faults.scale import scaled

FAULT = "F15 hostile text in every field"
ALL = (*TEXTS, *VAST.values(), *NO_TEXT, *PILED, "x" * 100_001, "x" * 1_000_000)
SOME = ALL[:: scaled(16, 1)]  # where each text costs a transaction of its own
FIRST = date(1950, 1, 1)


def put_in(field: str, text: str) -> EntryDraft:
    """A day of which one part is ``text``."""
    day = EntryDraft(TODAY, "calm")
    if field == "note":
        return replace(day, note=text)
    if field == "tags":
        return replace(day, tags=(text,))
    return replace(day, song=Song(text) if field == "title" else Song("x", text))


def is_fit(field: str, text: str) -> bool:
    """The outcomes, drawn up before the program was asked."""
    limit = {"note": 100_000, "title": 300, "artist": 300, "tags": 50, "mood": 30, "emoji": 16}[field]
    bare = " ".join(text.replace(",", " ").split()).lstrip("# ") if field == "tags" else text
    bare = text.strip() if field == "mood" else bare
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text) or len(bare) > limit:
        return False
    if field == "note" and text in PILED:
        return False
    if field in {"title", "mood", "emoji"} and not text.strip():
        return False
    return not (field == "mood" and "\n" in bare)


def refused(act: Callable[[], object]) -> bool:
    """Whether it is refused, which must be in a sentence."""
    try:
        act()
    except DiaryError as error:
        said = str(error)
        assert said[0].isupper(), said
        assert said.endswith("."), said
        assert len(said) < 200, said
        return True
    return False


@pytest.fixture(scope="module")
def kind(shared_database: str) -> str:
    return "PostgreSQL" if shared_database.startswith("postgresql") else "SQLite"


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    """One database for all tests, each with a person of its own."""
    return make_parts(shared_database)


@pytest.fixture
def diary(parts: Parts) -> Diary:
    return Diary(uuid4().hex, parts)


@pytest.mark.parametrize("field", ["note", "title", "artist", "tags"])
def test_a_text_is_a_part_of_a_day_to_the_letter_or_it_is_refused(diary: Diary, kind: str, field: str) -> None:
    drafts, wrong = {}, []
    for number, text in enumerate(ALL):
        if refused(lambda text=text: put_in(field, text)) == is_fit(field, text):
            wrong.append(text)
        elif is_fit(field, text):
            drafts[FIRST + timedelta(number)] = replace(put_in(field, text), day=FIRST + timedelta(number))
    diary.add_days(list(drafts.values()))
    changed = [
        entry
        for entry in diary.each()
        if (entry.note, entry.song, entry.tags)
        != (drafts[entry.day].note, drafts[entry.day].song, drafts[entry.day].tags)
    ]
    kept = diary.count()
    note(FAULT, f"{kind}, {field}", tried=len(ALL), kept=kept, refused=len(ALL) - len(drafts), changed=len(changed))
    assert (wrong, changed) == ([], [])
    assert kept == len(drafts) > 400


def test_a_text_is_the_name_or_the_emoji_of_a_mood_or_it_is_refused(diary: Diary, kind: str) -> None:
    for field in ("name", "emoji"):
        taken, wrong = {mood.name.casefold() for mood in diary.moods()}, []
        kept: list[str] = []
        for number, text in enumerate(SOME):
            fits = is_fit("mood" if field == "name" else field, text)
            if field == "name":
                fits = fits and text.strip().casefold() not in taken
                taken |= {text.strip().casefold()} if fits else set()
            name = text if field == "name" else f"mood {number}"
            parts_of = {"name": name, field: text}
            if refused(lambda parts_of=parts_of: diary.add_mood(replace(SERENE, **parts_of))) == fits:
                wrong.append(text)
            kept += [text.strip() if field == "name" else text] if fits else []
        shown = [getattr(mood, field) for mood in diary.moods()][-len(kept) :]
        changed = sum(one != other for one, other in zip(shown, kept, strict=True))
        note(
            FAULT,
            f"{kind}, mood's {field}",
            tried=len(SOME),
            kept=len(kept),
            refused=len(SOME) - len(kept),
            changed=changed,
        )
        assert (wrong, shown) == ([], kept)


def test_what_is_typed_and_not_saved_is_kept_whatever_it_is(diary: Diary, kind: str) -> None:
    lost, refused = [], 0
    for text in SOME:
        unsaved = Unsaved(TODAY, text, text, text, None, None, text, text)
        if 5 * len(text) > MAX_DRAFT:
            with pytest.raises(
                StorageError, match=r"^More than 2,000,000 characters are not kept before they are saved"
            ):
                diary.keep_unsaved(unsaved)
            refused += 1
            continue
        diary.keep_unsaved(unsaved)
        found = diary.find_unsaved(TODAY)
        lost += [] if found and found[0] == unsaved else [text]
    kept = len(SOME) - len(lost) - refused
    note(FAULT, f"{kind}, not saved yet", tried=len(SOME), kept=kept, refused=refused, changed=len(lost))
    assert lost == []


def test_texts_that_look_alike_stay_two(diary: Diary) -> None:
    for number, (one, other) in enumerate(TWINS):
        day = FIRST + timedelta(2 * number)
        diary.add_days([EntryDraft(day, note=one), EntryDraft(day + timedelta(1), note=other)])
    notes = [entry.note for entry in diary.each()]
    assert notes == [text for pair in TWINS for text in pair]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_every_text_comes_back_from_an_export(parts: Parts, kind: str, form: str) -> None:
    """F19: the cells of a CSV are guarded, and reading takes the guard away again."""
    ada, bob = Diary(uuid4().hex, parts), Diary(uuid4().hex, parts)
    fit = [*TEXTS[:: scaled(4, 1)], *VAST.values()]
    ada.add_days(
        [
            EntryDraft(
                FIRST + timedelta(number),
                song=Song(text) if is_fit("title", text) else None,
                note=text,
                tags=(text,) if is_fit("tags", text) else (),
                mood="calm",
            )
            for number, text in enumerate(fit)
        ]
    )
    written = "".join(json_lines(ada.each(), ada.all_moods()) if form == "json" else csv_lines(ada.each()))
    plan = plan_import(bob, (read_json if form == "json" else read_csv)(written.encode()))
    assert plan.refusals == []
    plan.commit(bob)
    same = [one == replace(other, mood=one.mood) for one, other in zip(ada.each(), bob.each(), strict=True)]
    note("F19 export and import", f"{kind}, {form.upper()}", texts=len(same), changed=same.count(False))
    assert same.count(True) == len(fit)


def test_a_text_in_the_place_of_a_key_or_a_mood_or_an_owner_leads_nowhere(parts: Parts, diary: Diary) -> None:
    diary.save(EntryDraft(TODAY, "calm", note="mine"))
    for text in SOME:
        with pytest.raises(NotFoundError):
            diary.photo(text)
        with pytest.raises((NotFoundError, InvalidEntryError)):
            diary.save(EntryDraft(TODAY - timedelta(1), text, photo=text, zone=text))
        assert not diary.is_photo_waiting(text)
        if is_fit("note", text) and len(text) < 256:
            assert [*Diary(text, parts).each()] == []


def test_a_track_of_a_hostile_catalogue_is_kept_as_it_was_told(diary: Diary) -> None:
    for text in filter(partial(is_fit, "note"), SOME):
        track = make_track(title=text, artists=(text, text), album=text)
        diary.keep_track(track)
        assert diary.find_track(make_track().song()) == track


@settings(max_examples=scaled(25, 1000))
@given(text=st.text(st.characters(), max_size=400), other=st.text(st.characters(), max_size=40))
def test_any_text_at_all_is_kept_or_refused(parts: Parts, text: str, other: str) -> None:
    diary = Diary(uuid4().hex, parts)
    try:
        draft = EntryDraft(TODAY, "calm", Song(text[:300], other), text, (other,))
    except InvalidEntryError:
        fit = [is_fit("title", text[:300]), is_fit("artist", other), is_fit("note", text), is_fit("tags", other)]
        assert not all(fit)
    else:
        kept = diary.save(draft)
        assert (kept.song, kept.note, kept.tags) == (draft.song, text, draft.tags)
    try:
        added = diary.add_mood(replace(SERENE, name=other[:30]))
        assert added in diary.moods()
    except InvalidMoodError:
        taken = other[:30].strip().casefold() in {mood.name for mood in diary.moods()}
        assert taken or not is_fit("mood", other[:30])
