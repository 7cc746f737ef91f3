"""What `doctor` finds, and that it changes nothing."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from diary.__main__ import main
from diary.commands import doctor
from diary.model import EntryDraft
from diary.settings import load_settings
from diary.storage.database import writing
from diary.storage.engine import open_engine
from diary.storage.tables import metadata, waiting_photos
from tests.builders import TODAY
from tests.commands.program import Capture, diary_of
from tests.fakes.cloudfront import FakeCloudFront
from tests.fakes.s3_faults import FaultyS3
from tests.s3 import aws_env
from tests.storage.copies.world import picture


def told_by_doctor(capsys: Capture, part: str, code: int) -> str:
    capsys.readouterr()
    assert main(["doctor"]) == code
    (line,) = (line for line in capsys.readouterr().out.splitlines() if f" {part}: " in line)
    return line


def test_a_well_diary_passes_every_check(tmp_path: Path, capsys: Capture) -> None:
    main(["migrate"])
    capsys.readouterr()
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"ok     {part}" for part in ("settings", "database", "photos", "clock", "music")
    ]
    assert str(tmp_path / "data" / "diary.db") in lines[1]
    assert err == ""


def test_a_missing_database_is_told_and_not_made(tmp_path: Path, capsys: Capture) -> None:
    assert told_by_doctor(capsys, "database", 1) == (
        f"wrong  database: There is no diary at sqlite:///{tmp_path}/data/diary.db. Check DATABASE_URL. "
        "To begin a new one there, run: python -m diary migrate"
    )
    assert not (tmp_path / "data" / "diary.db").exists()


def test_a_database_without_tables_is_told(database: str, capsys: Capture) -> None:
    main(["migrate"])
    engine = open_engine(os.environ.get("DIARY_MIGRATION_URL", database))
    with writing(engine) as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()
    assert told_by_doctor(capsys, "database", 1).startswith("wrong  database: ")
    assert told_by_doctor(capsys, "photos", 1).startswith("ok     photos: ")


def test_a_database_of_another_form_is_told(tmp_path: Path, capsys: Capture) -> None:
    main(["migrate"])
    with closing(sqlite3.connect(tmp_path / "data" / "diary.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
        database.commit()
    assert "form of another version. Run: python -m diary migrate" in told_by_doctor(capsys, "database", 1)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_role_that_the_wall_between_owners_does_not_hold_for_is_told(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["migrate"])
    assert told_by_doctor(capsys, "database", 0).endswith("answers, is up to date and can be written")
    monkeypatch.setenv("DATABASE_URL", os.environ["DIARY_MIGRATION_URL"])
    assert told_by_doctor(capsys, "database", 1) == (
        "wrong  database: Nothing keeps one owner's rows from another: diary owns the tables, or is a member of the "
        "role that does. Let DATABASE_URL name a role that only reads and writes, and DIARY_MIGRATION_URL the one that "
        "owns the tables."
    )


@pytest.mark.parametrize("where", [0, 8192], ids=["at its beginning", "in the middle"])
def test_a_damaged_database_is_told(tmp_path: Path, capsys: Capture, where: int) -> None:
    assert main(["demo", "--days", "60"]) == 0
    with (tmp_path / "data" / "diary.db").open("r+b") as file:
        file.seek(where)
        file.write(b"\xff" * 8192)
    assert told_by_doctor(capsys, "database", 1).startswith("wrong  database: The ")


def test_a_photo_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: Capture) -> None:
    main(["migrate"])
    (tmp_path / "data" / "photos").write_text("a file where the folder should be")
    line = told_by_doctor(capsys, "photos", 1)
    assert line.startswith(f"wrong  photos: {tmp_path}/data/photos cannot be used. ")
    assert "DIARY_PHOTOS" in line


def test_a_photo_folder_is_not_made_and_its_absence_is_told_once_it_holds_photos(
    tmp_path: Path, capsys: Capture
) -> None:
    """An unmounted disk looks so."""
    diary, folder = diary_of(), tmp_path / "data" / "photos"
    assert told_by_doctor(capsys, "photos", 0) == f"ok     photos: {folder} is made with the first photo"
    assert not folder.exists()
    diary.save(EntryDraft(TODAY, "calm", new_photo=picture("teal")))
    folder.rename(tmp_path / "away")
    assert told_by_doctor(capsys, "photos", 1) == (
        f"wrong  photos: {folder} cannot be used. It is not there, and the diary's photos with it. Is its disk away? "
        "Check DIARY_PHOTOS."
    )
    assert not folder.exists()


def test_a_distribution_that_does_not_show_what_the_bucket_holds_is_told(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["migrate"])
    with FaultyS3() as bucket, FakeCloudFront(lambda name: bucket.kept[name][0]) as cdn:
        for name, value in {**aws_env(bucket.url), "DIARY_PHOTOS": "s3://diary/photos", **cdn.env}.items():
            monkeypatch.setenv(name, value)
        assert told_by_doctor(capsys, "photos", 0) == "ok     photos: s3://diary/photos can be written"
        monkeypatch.setenv("DIARY_PHOTOS_CDN_KEY_ID", "K1")
        assert told_by_doctor(capsys, "photos", 1).startswith(
            "wrong  photos: s3://diary/photos cannot be used. The bucket is in order, but "
            f"{cdn.url} does not show what lies there: it refuses the diary's address. "
        )
        assert bucket.kept == {}


def test_a_clock_that_stands_in_the_past_is_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["migrate"])
    monkeypatch.setattr(doctor, "utc_now", lambda: datetime(1970, 1, 2, tzinfo=UTC))
    assert told_by_doctor(capsys, "clock", 1).startswith("wrong  clock: This machine believes it is 1970-01-02.")


def test_spotifys_keys_are_told_of_but_never_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["migrate"])
    assert told_by_doctor(capsys, "music", 0).startswith("ok     music: no Spotify keys")
    monkeypatch.setenv("SPOTIPY_CLIENT_ID", "hunter2id")
    assert told_by_doctor(capsys, "music", 1).startswith("wrong  music: Of SPOTIPY_CLIENT_ID and")
    monkeypatch.setenv("SPOTIPY_CLIENT_SECRET", "hunter2secret")
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert "ok     music: Spotify's keys are set\n" in out
    assert "hunter2" not in out + err


def test_a_wrong_setting_is_the_first_thing_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIARY_LOG", "loud")
    assert told_by_doctor(capsys, "settings", 1).startswith("wrong  settings: DIARY_LOG ")


def test_photos_that_wait_for_their_store_are_told(capsys: Capture) -> None:
    main(["migrate"])
    row = {"key": "x", "large": b"", "small": b"", "kept_at": datetime.now(UTC)}
    with writing(open_engine(load_settings().database_url)) as connection:
        connection.execute(insert(waiting_photos).values(row))
    assert told_by_doctor(capsys, "database", 0).endswith("; photos that wait there for their store: 1")
