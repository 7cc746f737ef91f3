"""Two people's diaries with everything a database can hold, and archives that say what they should not."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image
from sqlalchemy import insert

from diary.diary import Diary
from diary.model import EntryDraft, Song, Unsaved
from diary.storage.copies.examine import examined
from diary.storage.copies.restore import Restored, restore
from diary.storage.copies.snapshot import Digest, digests
from diary.storage.database import reading, writing
from diary.storage.photos import PhotoStore, open_photos
from diary.storage.tables import endings, waiting_photos
from diary.storage.wall import EVERYONE
from diary.transfer.csv_file import csv_lines
from diary.transfer.json_file import json_lines
from tests.builders import FULL_DAY, NOON, SERENE, TODAY, Clock, make_engine, make_parts, make_track, over

ANNA, BEN = "https://id.example|anna", "Ünal Ben"  # in which order they stand depends on the collation
LATER = NOON + timedelta(days=10_000)
OWNERS = (ANNA, BEN, "https://id.example|Carla", "_dora")


def quiet(what: str, done: int, total: int) -> None:
    """Tells nobody, but insists on numbers that make sense."""
    assert 0 < done <= total, what


def picture(color: str) -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "PNG")
    return out.getvalue()


def open_shelf(folder: Path) -> PhotoStore:
    """Photos in a folder."""
    return open_photos(str(folder), None)


def fill(database: str, photos: PhotoStore) -> list[str]:
    """Write two diaries with trash, former versions, drafts, moods, tracks and photos; gives the photos' keys."""
    clock = Clock()
    clock.move(microseconds=7)
    parts = make_parts(database, clock=clock, photos=photos)
    for number, owner in enumerate(OWNERS):
        diary = Diary(owner, parts)
        diary.add_mood(replace(SERENE, valence=1 / 3, arousal=-0.1))
        entry = diary.save(replace(FULL_DAY, mood="serene", new_photo=picture(f"#00{number}000")))
        clock.move(minutes=1)
        diary.save(over(entry, note="changed\u2028 and \\u00e9 \"quoted\" 'x'", photo=None))
        for back in range(1, 30):
            day = TODAY - timedelta(days=back)
            shot = picture(f"#0000{back:02}") if back % 10 == 0 else None
            diary.save(EntryDraft(day, "calm", Song(f"Song {back}"), f"Note {back}", new_photo=shot))
        if gone := diary.find_day(TODAY - timedelta(days=10)):
            diary.delete(gone)
        only_in_a_draft = photos.put(owner, picture("#ff00ff"))
        diary.keep_unsaved(Unsaved(TODAY - timedelta(days=1), note="typed \ud83d", photo=only_in_a_draft))
    parts.tracks.keep(make_track(duration=123_456, artwork_url="https://i.scdn.co/image/1"))
    large = bytes(range(256))
    key = f"{'0' * 32}/{hashlib.sha256(large).hexdigest()}.webp"
    row = {"key": key, "large": large, "small": b"", "kept_at": clock.now}
    with writing(make_engine(database), EVERYONE) as connection:
        connection.execute(insert(waiting_photos).values(row))
        for number, for_good in enumerate((False, True)):
            row = {"key": str(number) * 64, "at": clock.now, "for_good": for_good}
            connection.execute(insert(endings).values(row))
    return sorted(key for key in photos.keys(LATER))


def everything(database: str) -> dict[str, Digest]:
    """The digest of each table."""
    engine = make_engine(database)
    with reading(engine, EVERYONE, still=True) as connection:
        found = digests(connection)
    engine.dispose()
    return found


def exports(database: str) -> dict[str, tuple[str, str]]:
    """What `export` writes for each owner, as JSON and as CSV."""
    parts = make_parts(database)
    diaries = {owner: Diary(owner, parts) for owner in OWNERS}
    return {
        owner: ("".join(json_lines(diary.each(), diary.moods())), "".join(csv_lines(diary.each())))
        for owner, diary in diaries.items()
    }


def bring_back(database: str, photos: PhotoStore, file: Path, *, replace: bool = False) -> Restored:
    with examined(file, quiet) as found:
        engine = make_engine(database)
        try:
            return restore(found, engine, photos, replace=replace, tell=quiet)
        finally:
            engine.dispose()


# ---------------------------------------------------------------------- archives, changed


class Repacked:
    """The members of an archive, to be changed and written again; the manifest follows unless it is changed itself."""

    def __init__(self, file: Path) -> None:
        with ZipFile(file) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
        self.manifest: dict[str, Any] = json.loads(self.members.pop("manifest.json"))
        self.odd: dict[str, dict[str, Any]] = {}

    def lines(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table."""
        return [json.loads(line) for line in self.members[f"tables/{table}.jsonl"].splitlines()]

    def put_lines(self, table: str, rows: list[Any]) -> None:
        """Put rows in the place of a table's own, as an archive writes them."""
        dump = (json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows)
        self.put(f"tables/{table}.jsonl", "".join(f"{line}\n" for line in dump).encode())
        self.manifest["tables"][table] = len(rows)

    def put(self, name: str, content: bytes) -> None:
        """Put a member there, and tell of it in the manifest."""
        self.members[name] = content
        self.manifest["members"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def put_photo(self, key: str, large: bytes, small: bytes = b"x") -> None:
        """Put a photo there, and tell of it in the manifest."""
        self.members[f"photos/{key}"] = large + small + len(large).to_bytes(8)
        self.tell_photos()

    def tell_photos(self) -> None:
        """Let the manifest tell of the photos that are there."""
        found = sorted(name for name in self.members if name.startswith("photos/"))
        sums = (hashlib.sha256(self.members[name]).digest() for name in found)
        self.manifest["photos"] = {"number": len(found), "sha256": hashlib.sha256(b"".join(sums)).hexdigest()}

    def write(self, file: Path) -> Path:
        """Write it all to ``file``."""
        with ZipFile(file, "w") as archive:
            for name, content in {**self.members, "manifest.json": json.dumps(self.manifest).encode()}.items():
                info = ZipInfo(name)
                info.compress_type = ZIP_DEFLATED if name.startswith("tables/") else ZIP_STORED
                for attribute, value in self.odd.get(name, {}).items():
                    setattr(info, attribute, value)
                archive.writestr(info, content)
        return file


def digests_in(file: Path) -> dict[str, Digest]:
    said = Repacked(file).manifest
    members = {name: said["members"][f"tables/{name}.jsonl"]["sha256"] for name in said["tables"]}
    return {name: Digest(rows, members[name]) for name, rows in said["tables"].items()}
