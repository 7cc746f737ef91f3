"""An archive of one person's diary: all that is theirs, and nothing of anybody else's."""

import hashlib
import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import insert, update

from diary.diary import Diary
from diary.model import EntryDraft, Unsaved
from diary.protocols import Parts
from diary.storage.copies.backup import back_up
from diary.storage.database import writing
from diary.storage.photos import PhotoStore, open_photos
from diary.storage.tables import drafts, waiting_photos
from diary.storage.wall import EVERYONE
from tests.builders import NOON, SERENE, TODAY, make_engine, make_parts, make_song, make_track, over, spotify_id
from tests.storage.copies.conftest import Place
from tests.storage.copies.test_memory import peak_of
from tests.storage.copies.world import bring_back, picture, quiet

NAMES = {"anna": "https://id.example|anna", "ben": "https://id.example|ben"}
ANNA = NAMES["anna"]


@pytest.fixture(params=["folder", "bucket"])
def photos(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    if request.param == "folder":
        return open_photos(str(tmp_path / "album"), None)
    return open_photos(f"s3://{request.getfixturevalue('bucket')}/album", None)


def write(name: str, number: int, parts: Parts, database: str) -> None:
    """A diary of everything, each part of which says whose it is."""
    owner, sign = NAMES[name], f"canary-{name}"
    diary = Diary(owner, parts)
    diary.add_mood(replace(SERENE, name=sign))
    for back in range(2):
        track = make_track(spotify_id(10 * number + back), f"{sign} {back}")
        day = TODAY - timedelta(days=back)
        draft = EntryDraft(day, sign, diary.keep_track(track), sign, (sign,), new_photo=picture(f"#{number}0{back}0f0"))
        entry = diary.save(draft)
        diary.save(over(entry, note="second", song=make_song(sign), photo=None))
    diary.delete(diary.find_day(TODAY))
    diary.keep_unsaved(Unsaved(TODAY, note=sign, photo=parts.photos.put(owner, picture(f"#{number}0ff00"))))
    large = sign.encode()
    key = f"{parts.photos.folder_of(owner)}/{hashlib.sha256(large).hexdigest()}.webp"
    row = {"key": key, "large": large, "small": large, "kept_at": NOON}
    with writing(make_engine(database), EVERYONE) as connection:
        connection.execute(insert(waiting_photos).values(row))


@pytest.fixture
def parts(database: str, photos: PhotoStore) -> Parts:
    """Two diaries."""
    both = make_parts(database, photos=photos)
    for number, name in enumerate(NAMES):
        write(name, number, both, database)
    return both


def content(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def signs(name: str, parts: Parts) -> tuple[bytes, ...]:
    return tuple(sign.encode() for sign in (f"canary-{name}", NAMES[name], parts.photos.folder_of(NAMES[name])))


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_something_of_every_table_and_no_sign_of_the_other(
    name: str, database: str, photos: PhotoStore, parts: Parts, tmp_path: Path
) -> None:
    (other,) = NAMES.keys() - {name}
    done = back_up(make_engine(database), photos, tmp_path / "x.zip", quiet, NAMES[name])
    assert (done.days, done.photos, done.lost, done.left_out) == (2, 3, (), ())
    found = content(tmp_path / "x.zip")
    tables = json.loads(found["manifest.json"])["tables"]
    assert {table for table in tables if not tables[table]} == {"endings"}
    everything = b"\n".join([*found.values(), *map(str.encode, found)])
    assert all(sign in everything for sign in signs(name, parts))
    assert not any(sign in everything for sign in signs(other, parts))
    assert len([one for one in found if one.startswith(f"photos/{photos.folder_of(NAMES[name])}/")]) == 3


def test_a_draft_that_names_another_persons_photo_does_not_bring_it_along(
    database: str, photos: PhotoStore, parts: Parts, tmp_path: Path
) -> None:
    """No page writes one; whoever does must get nothing by it."""
    bens = parts.photos.put(NAMES["ben"], picture("teal"))
    with writing(make_engine(database), EVERYONE) as connection:
        connection.execute(
            update(drafts).where(drafts.c.owner_id == ANNA).values(fields=json.dumps({"note": "", "photo": bens}))
        )
    done = back_up(make_engine(database), photos, tmp_path / "x.zip", quiet, ANNA)
    assert done.photos == 2
    assert f"photos/{bens}" not in content(tmp_path / "x.zip")


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_restored_into_an_empty_place_it_is_the_same_diary(
    kind: str, database: str, photos: PhotoStore, place: Place, tmp_path: Path
) -> None:
    first, second, new = tmp_path / "1.zip", tmp_path / "2.zip", place(kind)
    there = open_photos(str(tmp_path / "there"), None)
    back_up(make_engine(database), photos, first, quiet, ANNA)
    restored = bring_back(new, there, first)
    assert (restored.days, restored.photos, restored.lost) == (2, 3, ())
    back_up(make_engine(new), there, second, quiet)
    one, other = content(first), content(second)
    said = [json.loads(found.pop("manifest.json")) for found in (one, other)]
    assert [manifest.pop("created_at") for manifest in said]
    assert said[0] == said[1]
    assert one == other
    diary = Diary(ANNA, make_parts(new, photos=there))
    assert [former.entry.note for former in diary.history.deleted()] == ["second"]
    assert diary.find_unsaved(TODAY)[0].note == "canary-anna"


def test_it_is_one_instant_while_people_write_as_fast_as_they_can(database: str, tmp_path: Path) -> None:
    parts = make_parts(database)
    anna, ben = Diary(ANNA, parts), Diary(NAMES["ben"], parts)
    stop, written = threading.Event(), list[int]()

    def write_on() -> None:
        while not stop.is_set():
            for diary in (ben, anna):
                diary.save(EntryDraft(TODAY - timedelta(days=len(written)), note=str(len(written))))
            written.append(1)

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for number in range(4):
            before, file = len(written), tmp_path / f"{number}.zip"
            back_up(make_engine(database), parts.photos, file, quiet, ANNA)
            rows = [json.loads(line) for line in content(file)["tables/entries.jsonl"].splitlines()]
            notes = sorted(int(row["note"]) for row in rows)
            assert notes == list(range(len(notes)))
            assert before <= len(notes) <= len(written) + 1
    finally:
        stop.set()
        writer.join()


def test_memory_does_not_grow_with_the_diary(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'x.db'}"
    diary = Diary(ANNA, make_parts(database))
    for number in range(10):
        diary.keep_unsaved(Unsaved(TODAY - timedelta(days=number), note="😀" * 1_990_000))
    work = f"back_up(open_engine(sys.argv[1]), None, Path(sys.argv[2]), quiet, {ANNA!r})\ntell('written')"
    said, peak = peak_of(work, database, tmp_path / "x.zip")
    assert said == "written"
    assert peak < 350
