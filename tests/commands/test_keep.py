"""Commands on everything that is kept: backup, restore, move, sweep."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from diary.__main__ import main
from diary.model import EntryDraft
from diary.settings import load_settings
from diary.storage.database import writing
from diary.storage.tables import entries
from diary.storage.wall import rows_of
from tests.builders import TODAY, a_row_of_days, make_engine
from tests.commands.program import Capture, diary_of, run, usage_refused
from tests.postgres import PostgresServer
from tests.storage.copies.world import picture

SECRET = "hunter2"
DAY = TODAY - timedelta(days=400)


@pytest.fixture
def diaries(database: str) -> None:
    """Two people's days, one with a photo."""
    diary_of("anna").add_days(a_row_of_days(20, DAY))
    diary_of("ben").save(EntryDraft(DAY, "calm", new_photo=picture("teal")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "out.zip"


def exported(folder: Path, owner: str = "anna") -> bytes:
    out = folder / f"{owner}.json"
    assert main(["export", str(out), "--owner", owner]) == 0
    return out.read_bytes()


# ---------------------------------------------------------------------- backup and restore


@pytest.mark.usefixtures("diaries")
def test_what_was_backed_up_is_there_again_after_a_restore_into_another_place(
    tmp_path: Path, file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported(tmp_path)
    capsys.readouterr()
    assert main(["backup", str(file)]) == 0
    assert capsys.readouterr() == (f"21 days and 1 photo of all owners are in {file}.\n", "")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'diary.db'}")
    monkeypatch.delenv("DIARY_MIGRATION_URL", raising=False)
    monkeypatch.setenv("DIARY_PHOTOS", str(tmp_path / "new" / "photos"))
    assert main(["restore", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("21 days and 1 photo of all owners are back as they were at 20")
    assert err == ""
    assert exported(tmp_path) == before
    ben = diary_of("ben")
    assert ben.photo(str(ben.find_day(DAY).photo))
    capsys.readouterr()
    assert main(["restore", str(file)]) == 0
    assert "are here already, exactly as they were at 20" in capsys.readouterr().out


@pytest.mark.usefixtures("diaries")
def test_a_restore_over_a_diary_has_to_be_asked_for_and_can_be_undone(
    tmp_path: Path, file: Path, capsys: Capture
) -> None:
    main(["backup", str(file)])
    diary_of("anna").save(EntryDraft(DAY + timedelta(days=1), note="later"))
    later = exported(tmp_path)
    assert main(["restore", str(file)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", str(file), "--replace"]) == 0
    assert diary_of("anna").count() == 20
    (kept,) = tmp_path.glob("out-before-*.zip")
    assert f"What was here before is in {kept}.\n" in capsys.readouterr().out
    assert main(["restore", str(kept), "--replace"]) == 0
    assert exported(tmp_path) == later


@pytest.mark.usefixtures("diaries")
def test_a_lost_photo_is_told_by_name_and_by_the_exit_code_and_the_backup_is_made(
    tmp_path: Path, file: Path, capsys: Capture
) -> None:
    key = str(diary_of("ben").find_day(DAY).photo)
    photo = tmp_path / "data" / "photos" / key
    photo.unlink()
    told = (
        f"This photo is lost, or not whole any more: {key}\n"
        f"1 photo could not be copied: lost, or not whole, in {tmp_path}/data/photos.\n"
    )
    assert main(["backup", str(file)]) == 1
    assert capsys.readouterr() == (f"21 days and 0 photos of all owners are in {file}.\n", told)
    assert main(["restore", str(file)]) == 0
    assert main(["move", "--to", str(tmp_path / "new")]) == 1
    out, err = capsys.readouterr()
    assert "photos                     0  " in out
    assert "All others are the same in both places; 0 were sent this time." in out
    assert out.endswith(f"To use the new place, set DIARY_PHOTOS to it: {tmp_path}/new\n")
    assert err.endswith(told)


@pytest.mark.usefixtures("diaries")
def test_a_spoiled_row_is_told_by_name_and_by_the_exit_code_and_the_rest_comes_back(
    tmp_path: Path, file: Path, capsys: Capture
) -> None:
    main(["backup", str(tmp_path / "good.zip")])
    engine = make_engine(load_settings().database_url)
    with writing(engine, rows_of("ben")) as connection:
        connection.execute(update(entries).where(entries.c.owner_id == "ben").values(zone="Mars/Base"))
    engine.dispose()
    capsys.readouterr()
    assert main(["backup", str(file)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("20 days and ")
    assert err == (
        f"This row could not be brought back, so it is not in the backup: entries, ben, {DAY}\n"
        "1 row could not be copied: not as the diary writes it. Please mend or remove it.\n"
    )
    assert main(["restore", str(tmp_path / "good.zip"), "--replace"]) == 0
    out, err = capsys.readouterr()
    assert "What was here before is in " in out
    assert err == f"This was here before, but spoiled or lost, and is not in it: entries, ben, {DAY}\n"
    assert diary_of("ben").find_day(DAY)


@pytest.mark.parametrize(
    "arguments",
    [
        ["backup", "x.zip"],
        ["export", "x.json"],
        ["export", "x.zip"],
        ["delete-account", "--confirm", "local"],
        ["claim", "--to", "anna"],
        ["move", "--to", "new"],
        ["move", "--to", "sqlite:///new.db"],
        ["sweep"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("kind", ["missing", "empty file", "another server's database"])
def test_what_only_reads_begins_no_diary(
    arguments: list[str], kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a cron job runs without DATABASE_URL, or with a typing error in it."""
    url = f"sqlite:///{tmp_path}/data/typo.db"
    if kind == "empty file":
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "typo.db").touch()
    elif kind == "another server's database":
        url = request.getfixturevalue("postgres").url()
    monkeypatch.setenv("DATABASE_URL", url)
    before = sorted(tmp_path.rglob("*"))
    refused = run(*(word.replace("new", f"{tmp_path}/new").replace("x.", f"{tmp_path}/x.") for word in arguments))
    assert (refused.returncode, refused.stdout) == (1, "")
    shown = url.replace("+psycopg2", "")
    assert refused.stderr == (
        f"There is no diary at {shown}. Check DATABASE_URL. To begin a new one there, run: python -m diary migrate\n"
    )
    assert [path for path in sorted(tmp_path.rglob("*")) if not path.name.endswith(("-wal", "-shm"))] == before


def test_a_file_that_is_there_is_not_overwritten_by_a_backup(file: Path, capsys: Capture) -> None:
    diary_of()
    file.write_text("older")
    assert main(["backup", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "older"


def test_a_backup_is_a_zip_file_by_its_name(tmp_path: Path) -> None:
    assert usage_refused("backup", tmp_path / "diary.db")
    assert usage_refused("backup")
    assert usage_refused("restore")


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, file: Path) -> None:
    file.write_text("no archive")
    refused = run("restore", file)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "The file is no backup of a music diary, or not all of it.\n"
    assert not (tmp_path / "data").exists(), "no diary is begun, and none brought up to date, for such a file"


# ---------------------------------------------------------------------- move


@pytest.mark.usefixtures("diaries")
def test_the_database_moves_and_the_setting_to_change_is_told(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, there = exported(tmp_path), tmp_path / "new" / "diary.db"
    capsys.readouterr()
    assert main(["move", "--to", f"sqlite:///{there}"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split()[:2] for line in out.splitlines() if line.startswith(("entries", "people"))] == [
        ["people", "2"],
        ["entries", "21"],
    ]
    assert out.endswith(f"Nothing was changed here. To use the new place, set DATABASE_URL to it: sqlite:///{there}\n")
    assert main(["move", "--to", f"sqlite:///{there}"]) == 0
    assert "The same in both places; 0 rows were sent this time." in capsys.readouterr().out
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{there}")
    monkeypatch.delenv("DIARY_MIGRATION_URL", raising=False)
    assert exported(tmp_path) == before


def test_the_address_that_is_told_can_be_pasted_and_holds_no_password(
    postgres: PostgresServer, capsys: Capture
) -> None:
    postgres.ask("CREATE DATABASE pasted OWNER diary")
    diary_of().save(EntryDraft(DAY, "calm"))
    assert main(["move", "--to", postgres.url("pasted", "diary", SECRET) + "?sslmode=disable"]) == 0
    assert capsys.readouterr().out.endswith(
        f"set DATABASE_URL to it: postgresql://diary@127.0.0.1:{postgres.port}/pasted?sslmode=disable "
        "(with its password)\n"
    )


@pytest.mark.usefixtures("diaries")
def test_the_photos_move_and_the_setting_to_change_is_told(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "new" / "photos"
    assert main(["move", "--to", str(there)]) == 0
    out = capsys.readouterr().out
    assert "photos                     1  " in out
    assert out.endswith(f"Nothing was changed here. To use the new place, set DIARY_PHOTOS to it: {there}\n")
    monkeypatch.setenv("DIARY_PHOTOS", str(there))
    ben = diary_of("ben")
    assert ben.photo(str(ben.find_day(DAY).photo))


def test_where_the_diary_lies_already_it_is_not_moved(capsys: Capture) -> None:
    diary_of()
    settings = load_settings()
    for place in (settings.database_url, settings.photos):
        assert main(["move", "--to", place]) == 1
        assert "there already" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["mysql://me:hunter2@db/diary", "sqlite://", "s3://", "http://x", "s3://UPPER/x"])
def test_a_place_of_an_unknown_kind_is_wrong_usage_and_not_quoted(place: str) -> None:
    refused = run("move", "--to", place)
    assert refused.returncode == 2
    assert SECRET not in refused.stderr


def test_a_new_place_out_of_reach_is_told_without_its_password() -> None:
    diary_of()
    refused = run("move", "--to", f"postgresql://me:{SECRET}@127.0.0.1:9/diary")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert refused.stderr.startswith("About the new place: ")
    assert SECRET not in refused.stderr


# ---------------------------------------------------------------------- sweep


@pytest.mark.usefixtures("diaries")
def test_a_sweep_tells_what_it_forgot(capsys: Capture) -> None:
    assert main(["sweep"]) == 0
    assert capsys.readouterr().out == (
        "Forgotten: 0 days from the trash, 0 former versions and 0 photos. "
        "Sent: 0 photos that had waited for their store.\n"
    )


@pytest.mark.usefixtures("diaries")
def test_a_sweep_leaves_most_of_the_photos_alone_and_says_so(capsys: Capture) -> None:
    shelf = Path(load_settings().photos)
    stranger = shelf / ("a" * 32) / f"{'b' * 64}.webp"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"of another diary")
    os.utime(stranger, (1, 1))
    assert main(["sweep"]) == 0
    assert "Left alone: 1 photo older than 30 days that no day of this database shows" in capsys.readouterr().out
    assert stranger.exists()
    assert main(["sweep", "--even-most"]) == 0
    assert not stranger.exists()
