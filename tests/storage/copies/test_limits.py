"""What the diary never writes is taken from no archive, and is put into none."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from diary.errors import StorageError
from diary.model import Unsaved
from diary.storage.copies import backup
from diary.storage.copies.backup import back_up
from diary.storage.database import writing
from diary.storage.people import MAX_DRAFT
from diary.storage.photos import PhotoStore
from diary.storage.tables import drafts, entries
from tests.builders import SPOTIFY_ID, TODAY, a_row_of_days, make_diary, make_engine
from tests.storage.copies.conftest import Refusal
from tests.storage.copies.world import Repacked, bring_back, quiet

UUID = "12345678-1234-1234-1234-123456789012"
STRANGER = f"{'0' * 32}/{'a' * 64}.webp"
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
    "a waiting photo of another name": ("waiting_photos", {"key": STRANGER}),
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
    assert f"In “{table}”, row 1: what the diary never writes." in sentence


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


def test_a_row_too_long_to_be_brought_back_is_named_and_no_backup_appears(
    database: str, shelf: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_diary(database, "anna").keep_unsaved(Unsaved(TODAY, note="x" * 10_000))
    monkeypatch.setattr(backup, "MAX_LINE", 10_000)
    with pytest.raises(StorageError, match=f"“drafts” holds a row that could not be brought back, anna, {TODAY}:"):
        back_up(make_engine(database), shelf, tmp_path / "x.zip", quiet)
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(
    ("table", "values"), [(drafts, {"fields": "garbage"}), (entries, {"zone": "Mars/Base"})], ids=["draft", "zone"]
)
def test_a_row_that_no_restore_would_take_is_named_and_no_backup_appears(
    database: str, shelf: PhotoStore, tmp_path: Path, table: Any, values: dict[str, str]
) -> None:
    diary = make_diary(database, "anna")
    diary.add_days(a_row_of_days(1))
    diary.keep_unsaved(Unsaved(TODAY, note="typed"))
    engine = make_engine(database)
    with writing(engine) as connection:
        connection.execute(update(table).values(values))
    with pytest.raises(StorageError, match=f"“{table.name}” holds a row .*, anna, {TODAY}:"):
        back_up(engine, shelf, tmp_path / "x.zip", quiet)
    assert not (tmp_path / "x.zip").exists()
