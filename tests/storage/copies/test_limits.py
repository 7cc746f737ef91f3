"""What the diary never writes is taken from no archive, and is put into none."""

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, true, update

from diary.errors import StorageError
from diary.model import MAX_NOTE, EntryDraft, Unsaved
from diary.storage.copies.backup import back_up
from diary.storage.database import writing
from diary.storage.people import MAX_DRAFT
from diary.storage.photos import PhotoStore
from diary.storage.tables import drafts, entries, revisions, tracks, waiting_photos
from diary.storage.wall import EVERYONE
from tests.builders import NOON, SPOTIFY_ID, TODAY, make_diary, make_engine, make_track, over
from tests.storage.copies.conftest import Refusal
from tests.storage.copies.world import Repacked, bring_back, quiet

UUID = "12345678-1234-1234-1234-123456789012"
STRANGER = f"{'0' * 32}/{'a' * 64}.webp"
WAITING = f"{'0' * 32}/{hashlib.sha256(b'large').hexdigest()}.webp"
TYPED = {"mood": None, "title": "", "artist": "", "note": "typed", "tags": "", "photo": None, "revision": 0}

FORGED: dict[str, tuple[str, dict[str, Any]]] = {
    "a day before 1900": ("entries", {"day": "1899-12-31"}),
    "a zone that is none": ("entries", {"zone": "Mars/Base"}),
    "no zone": ("entries", {"zone": ""}),
    "a zone that is a path": ("entries", {"zone": "../../etc/passwd"}),
    "revision 0": ("entries", {"revision": 0}),
    "a note of 100 001 characters": ("entries", {"note": "x" * 100_001}),
    "a title of 1 000 characters": ("entries", {"song_title": "x" * 1000}),
    "a song without a title": ("entries", {"song_title": " ", "song_artist": "", "spotify_id": None, "mbid": None}),
    "an artist without a title": ("entries", {"song_title": None, "song_artist": "Nick Cave"}),
    "a bad Spotify identifier": ("entries", {"spotify_id": "../../etc"}),
    "a bad MusicBrainz identifier": ("entries", {"mbid": "no UUID"}),
    "31 tags": ("entries", {"tags": [str(number) for number in range(31)]}),
    "a tag twice": ("entries", {"tags": ["rain", "Rain"]}),
    "a tag of 51 characters": ("entries", {"tags": ["x" * 51]}),
    "a photo somewhere else": ("entries", {"photo": "../../etc/passwd"}),
    "somebody else's photo": ("entries", {"photo": STRANGER}),
    "a former version with a bad zone": ("revisions", {"zone": "Mars/Base"}),
    "a former version with somebody else's photo": ("revisions", {"photo": STRANGER}),
    "a valence of 7": ("moods", {"valence": 7}),
    "an arousal of −1.5": ("moods", {"arousal": -1.5}),
    "a colour that is code": ("moods", {"light": "red;} *"}),
    "a mood without a name": ("moods", {"name": " "}),
    "a mood's name with blanks around": ("moods", {"name": " calm "}),
    "a mood without an emoji": ("moods", {"emoji": ""}),
    "a day that ends at 999": ("people", {"day_cutoff_hour": 999}),
    "a day that ends at −1": ("people", {"day_cutoff_hour": -1}),
    "a draft that is garbage": ("drafts", {"fields": "garbage"}),
    "a draft that is a list": ("drafts", {"fields": "[]"}),
    "a draft with a field too many": ("drafts", {"fields": json.dumps({**TYPED, "password": "x"})}),
    "a draft with another day": ("drafts", {"fields": json.dumps({**TYPED, "day": "2020-01-01"})}),
    "a draft whose note is a number": ("drafts", {"fields": json.dumps({**TYPED, "note": 5})}),
    "a draft whose title is null": ("drafts", {"fields": json.dumps({**TYPED, "title": None})}),
    "a draft over revision −1": ("drafts", {"fields": json.dumps({**TYPED, "revision": -1})}),
    "a draft over revision true": ("drafts", {"fields": json.dumps({**TYPED, "revision": True})}),
    "a draft of 100 000 brackets": ("drafts", {"fields": "[" * 100_000}),
    "a track of another source": ("tracks", {"key": f"napster:{SPOTIFY_ID}"}),
    "a track with a bad identifier": ("tracks", {"key": "spotify:x"}),
    "artwork that is code": ("tracks", {"artwork_url": "javascript:alert(1)"}),
    "a track shorter than nothing": ("tracks", {"duration": -1}),
    "an end of what nobody can name": ("endings", {"key": "0"}),
    "a waiting photo of another name": ("waiting_photos", {"key": STRANGER}),
    "a draft over revision 10³⁰": ("drafts", {"fields": json.dumps({**TYPED, "revision": 10**30})}),
    "a day written in the year 1": ("entries", {"created_at": "0001-01-01T00:00:00.000000Z"}),
    "a day changed in the year 9999": ("entries", {"updated_at": "9999-12-31T23:59:59.999999Z"}),
    "a person of the year 1": ("people", {"created_at": "0001-01-01T00:00:00.000000Z"}),
    "a version as new as its day": ("revisions", {"revision": 2}),
    "a version newer than its day": ("revisions", {"revision": 77}),
    "a version of no day": ("revisions", {"day": "2001-01-01"}),
    "two moods of one name": ("moods", {"name": "Anxious"}),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_value_that_the_diary_never_writes_is_refused(
    archive: Path, refusal: Refusal, tmp_path: Path, name: str
) -> None:
    table, values = FORGED[name]
    forged = Repacked(archive)
    rows = forged.lines(table)
    rows[0] |= values
    forged.put_lines(table, rows)
    sentence = refusal(forged.write(tmp_path / "forged.zip"))
    assert sentence.startswith("The backup is damaged. Nothing was changed.")
    assert re.search(f"In “{table}”, row [1-3]: what the diary never writes\\.", sentence)


def test_what_the_diary_does_write_passes(archive: Path, shelf: PhotoStore, tmp_path: Path) -> None:
    same = Repacked(archive)
    rows = same.lines("entries")
    rows[0] |= {"spotify_id": SPOTIFY_ID, "mbid": UUID, "zone": "Pacific/Kiritimati", "note": "x" * 100_000}
    same.put_lines("entries", rows)
    assert bring_back(f"sqlite:///{tmp_path / 'x.db'}", shelf, same.write(tmp_path / "same.zip")).days == len(rows)


# ---------------------------------------------------------------------- a backup that is made can be restored


def test_the_longest_draft_of_any_characters_is_brought_back(database: str, shelf: PhotoStore, tmp_path: Path) -> None:
    diary = make_diary(database)
    for number, character in enumerate(("日", "😀", "\0", '"', "\ud83d")):
        diary.keep_unsaved(Unsaved(TODAY.replace(day=number + 1), note=character * MAX_DRAFT))
    back_up(make_engine(database), shelf, tmp_path / "x.zip", quiet)
    target = f"sqlite:///{tmp_path / 'target.db'}"
    bring_back(target, shelf, tmp_path / "x.zip")
    kept = make_diary(target).find_unsaved(TODAY.replace(day=2))
    assert kept
    assert kept[0].note == "😀" * MAX_DRAFT


@pytest.mark.parametrize("text", ["ﷺ", "\1", "😀"])
def test_the_longest_note_of_any_characters_is_brought_back(shelf: PhotoStore, tmp_path: Path, text: str) -> None:
    """U+FDFA is the character that is longest when it is folded for search: 18 others."""
    note = text * MAX_NOTE
    diary = make_diary(tmp_path)
    diary.save(over(diary.save(EntryDraft(TODAY, note=note, tags=[text * 50])), mood="calm"))
    assert back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", quiet).left_out == ()
    target = f"sqlite:///{tmp_path / 'target.db'}"
    bring_back(target, shelf, tmp_path / "x.zip")
    assert make_diary(target).find_day(TODAY).note == note


# ---------------------------------------------------------------------- what another program spoiled

KEY = f"anna, {TODAY}"
LEFT_OUT: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "a day in a zone that is none": (entries, {"zone": "Mars/Base"}, [f"entries, {KEY}", f"revisions, {KEY}, 1"]),
    "a day changed in the year 1000": (
        entries,
        {"updated_at": datetime(1000, 1, 2, tzinfo=UTC)},
        [f"entries, {KEY}", f"revisions, {KEY}, 1"],
    ),
    "a version that no day has outgrown": (revisions, {"revision": 77}, [f"revisions, {KEY}, 77"]),
    "a draft that is garbage": (drafts, {"fields": "garbage"}, [f"drafts, {KEY}"]),
    "a waiting photo of another content": (waiting_photos, {"large": b"x"}, [f"waiting_photos, {WAITING}"]),
    "a track of another source": (tracks, {"key": "napster:1"}, []),
}


def spoiled(database: str, table: Any, **values: Any) -> Engine:
    """The diary of Anna, a row of it spoiled."""
    diary = make_diary(database, "anna")
    diary.keep_track(make_track())
    diary.save(over(diary.save(EntryDraft(TODAY, "calm", note="good")), note="better"))
    diary.save(EntryDraft(TODAY.replace(day=1), note="whole"))
    diary.keep_unsaved(Unsaved(TODAY, note="typed"))
    engine = make_engine(database)
    with writing(engine, EVERYONE) as connection:
        connection.execute(insert(waiting_photos).values(key=WAITING, large=b"large", small=b"", kept_at=NOON))
        connection.execute(update(table).where(_first(table)).values(values))
    return engine


def _first(table: Any) -> Any:
    return table.c.day == TODAY if "day" in table.c else true()


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_row_that_no_restore_would_take_is_left_out_and_named(
    database: str, shelf: PhotoStore, tmp_path: Path, name: str
) -> None:
    table, values, named = LEFT_OUT[name]
    done = back_up(spoiled(database, table, **values), shelf, tmp_path / "x.zip", quiet)
    assert list(done.left_out) == named
    target = f"sqlite:///{tmp_path / 'target.db'}"
    assert bring_back(target, shelf, tmp_path / "x.zip").days == done.days
    assert make_diary(target, "anna").find_day(TODAY.replace(day=1)).note == "whole"


SQLITE_ONLY = {
    "a NUL in the words for the search": ("entries", "folded = 'a' || char(0)", 1),
    "a note that is no text": ("entries", "note = x'00ff'", 1),
    "a name longer than its column": ("entries", "zone = 'Mars" + "x" * 100 + "'", 1),
    "a NUL in an album": ("tracks", "album = 'a' || char(0)", 0),
}


@pytest.mark.parametrize("name", SQLITE_ONLY)
def test_so_is_what_only_sqlite_takes(shelf: PhotoStore, tmp_path: Path, name: str) -> None:
    table, values, days = SQLITE_ONLY[name]
    database = f"sqlite:///{tmp_path / 'x.db'}"
    engine = spoiled(database, tracks, album="")
    with writing(engine, EVERYONE) as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {values}" + (f" WHERE day = '{TODAY}'" if days else ""))
    done = back_up(engine, shelf, tmp_path / "x.zip", quiet)
    assert [row for row in done.left_out if not row.startswith("revisions")] == [f"{table}, {KEY}"] * days
    assert bring_back(f"sqlite:///{tmp_path / 'target.db'}", shelf, tmp_path / "x.zip").days == 2 - days


STOPPING = {
    "a mood's place": ("UPDATE moods SET position = 3000000000 WHERE id = 'calm'", "moods, anna, calm"),
    "moods of one name": ("UPDATE moods SET name = 'calm' WHERE id = 'angry'", "moods, anna, calm"),
    "an hour that is none": ("UPDATE people SET day_cutoff_hour = 99", "people, anna"),
    "a mood that is gone": ("DELETE FROM moods WHERE id = 'calm'", f"nothing in “moods”, anna, {TODAY}"),
    "a person who is gone": ("DELETE FROM people", "“[a-z]+” holds a row that belongs to nothing in “people”, anna"),
    "an instant that is none": ("UPDATE entries SET created_at = 'yesterday'", "In “entries” lies a row that cannot"),
    "tags that are no JSON": ("UPDATE entries SET tags = '['", "In “entries” lies a row that cannot be read"),
    "a note in no encoding": ("UPDATE entries SET note = CAST(x'ff' AS TEXT)", "In “entries” lies a row that cannot"),
}


@pytest.mark.parametrize("name", STOPPING)
def test_what_others_depend_on_or_nobody_can_read_stops_the_backup(
    shelf: PhotoStore, tmp_path: Path, name: str
) -> None:
    sql, sentence = STOPPING[name]
    spoiled(f"sqlite:///{tmp_path / 'diary.db'}", tracks, album="").dispose()
    with closing(sqlite3.connect(tmp_path / "diary.db")) as raw:
        raw.execute(sql)
        raw.commit()
    with pytest.raises(StorageError, match=sentence):
        back_up(make_engine(tmp_path), shelf, tmp_path / "x.zip", quiet)
    assert not (tmp_path / "x.zip").exists()
