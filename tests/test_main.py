"""The command line: what each command does, says and answers to the shell."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import diary.__main__ as command_line
from diary.__main__ import main
from diary.assembly import open_diary, prepare
from diary.diary import Diary
from diary.model import EntryDraft, Song
from diary.settings import load_settings
from tests.builders import SERENE

PROJECT = Path(__file__).resolve().parent.parent
TODAY = datetime.now(UTC).date() - timedelta(days=1)  # a day that has begun everywhere
Capture = pytest.CaptureFixture[str]


def diary_of(owner: str = "local") -> Diary:
    settings = load_settings()
    prepare(settings)
    return open_diary(settings, owner)


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m diary …` as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "diary", *map(str, arguments)],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def usage_refused(*arguments: str | Path) -> bool:
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    return caught.value.code == 2


# ---------------------------------------------------------------------- as a program


def test_a_demo_goes_out_as_json_and_as_csv_and_comes_back_the_same_for_another_owner(tmp_path: Path) -> None:
    demo = run("demo", "--days", "400")
    assert (demo.returncode, demo.stderr) == (0, "")
    days = diary_of().count()
    assert demo.stdout.startswith(f"{days} days invented up to ")

    for ending in ("json", "csv"):
        out = run("export", tmp_path / f"one.{ending}")
        assert (out.returncode, out.stderr) == (0, "")
        assert out.stdout == f"{days} days of “local” written to {tmp_path}/one.{ending}.\n"
        back = run("import", tmp_path / f"one.{ending}", "--owner", ending)
        assert (back.returncode, back.stdout, back.stderr) == (0, f"{days} days brought in.\n", "")
        assert run("export", tmp_path / f"two.{ending}", "--owner", ending).returncode == 0
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()
    assert diary_of("somebody else").count() == 0


def test_what_is_refused_ends_with_1_and_one_sentence_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    refused = run("import", tmp_path / "x.json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith("The file is no export of a music diary")


def test_a_database_out_of_reach_is_told_in_one_sentence_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:9/diary"
    refused = run("export", tmp_path / "x.csv", DATABASE_URL=url)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    doctor = run("doctor", DATABASE_URL=url)
    assert doctor.returncode == 1
    assert "\nwrong  database: " in doctor.stdout
    assert "hunter2" not in refused.stderr + doctor.stdout + doctor.stderr


def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    assert run().returncode == 2
    assert run("exprot", tmp_path / "x.json").returncode == 2


def test_help_names_every_command() -> None:
    told = run("--help")
    assert told.returncode == 0
    for command in ("migrate", "demo", "export", "import", "doctor"):
        assert f"    {command} " in told.stdout


def test_the_answer_can_be_written_in_any_encoding(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("day,mood\n2026-11-22,über 🌀\n", encoding="utf-8")
    told = run("import", file, PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "line 2: There is no mood named ??ber ??" in told.stdout


# ---------------------------------------------------------------------- migrate and demo


def test_migrate_makes_the_tables_and_may_be_repeated(tmp_path: Path) -> None:
    assert (main(["migrate"]), main(["migrate"])) == (0, 0)
    with closing(sqlite3.connect(tmp_path / "data" / "diary.db")) as database:
        assert database.execute("SELECT count(*) FROM entries").fetchone() == (0,)


def test_a_demo_leaves_today_unwritten_and_is_the_same_for_the_same_seed() -> None:
    for owner, seed in (("one", "5"), ("two", "5"), ("three", "6")):
        assert main(["demo", "--days", "60", "--seed", seed, "--owner", owner]) == 0
    one, two, three = (list(diary_of(owner).each()) for owner in ("one", "two", "three"))
    assert [(e.day, e.song, e.note, e.tags) for e in one] == [(e.day, e.song, e.note, e.tags) for e in two]
    assert [e.note for e in one] != [e.note for e in three]
    today = diary_of("one").today("UTC")
    assert today - timedelta(days=60) <= one[0].day <= one[-1].day <= today - timedelta(days=1)


def test_a_demo_refuses_a_diary_that_has_entries(capsys: Capture) -> None:
    mine = diary_of().save(EntryDraft(TODAY, note="Mine"))
    assert main(["demo"]) == 1
    assert "The diary of “local” has 1 day already" in capsys.readouterr().err
    assert list(diary_of().each()) == [mine]


def test_a_demo_of_no_days_or_of_days_before_1900_is_wrong_usage() -> None:
    assert usage_refused("demo", "--days", "0")
    assert usage_refused("demo", "--days", "50000")
    assert usage_refused("demo", "--days", "ten")


def test_a_demo_may_reach_back_to_1900() -> None:
    most = (datetime.now(UTC).date() - datetime(1900, 1, 1, tzinfo=UTC).date()).days - 1
    assert command_line._days(str(most)) == most
    assert usage_refused("demo", "--days", str(most + 1))


# ---------------------------------------------------------------------- export


def test_an_export_replaces_a_file_of_its_name(tmp_path: Path) -> None:
    file = tmp_path / "diary.json"
    file.write_text("before")
    diary_of().save(EntryDraft(TODAY, "calm", Song("Étoile")))
    assert main(["export", str(file)]) == 0
    assert [entry["song"]["title"] for entry in json.loads(file.read_text(encoding="utf-8"))["entries"]] == ["Étoile"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "diary.json"]


def test_an_export_that_cannot_be_written_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", str(tmp_path / "nowhere" / "x.csv")]) == 1
    assert "x.csv cannot be written: No such file or directory." in capsys.readouterr().err


def test_the_ending_says_what_is_written_and_another_one_is_wrong_usage(tmp_path: Path) -> None:
    diary_of().save(EntryDraft(TODAY, "calm"))
    assert main(["export", str(tmp_path / "x.CSV")]) == 0
    assert (tmp_path / "x.CSV").read_text(encoding="utf-8").startswith("\ufeffday,mood,")
    assert usage_refused("export", tmp_path / "x.xlsx")


def test_an_owner_without_a_name_is_wrong_usage(tmp_path: Path) -> None:
    assert usage_refused("export", tmp_path / "x.csv", "--owner", "")
    assert usage_refused("export", tmp_path / "x.csv", "--owner", "x" * 256)


# ---------------------------------------------------------------------- import


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two days, one in a mood of Ada's own."""
    ada = diary_of("ada")
    ada.add_mood(SERENE)
    ada.add_days([EntryDraft(TODAY, "serene"), EntryDraft(TODAY - timedelta(days=1), note="Hello")])
    assert main(["export", str(tmp_path / "ada.json"), "--owner", "ada"]) == 0
    return tmp_path / "ada.json"


def test_a_dry_run_tells_the_same_and_writes_nothing(file: Path, capsys: Capture) -> None:
    capsys.readouterr()
    assert main(["import", str(file), "--dry-run"]) == 0
    assert capsys.readouterr().out == "2 days would be new.\nMoods that come along: serene.\n"
    assert (diary_of().count(), len(diary_of().moods())) == (0, 12)
    assert main(["import", str(file)]) == 0
    assert capsys.readouterr().out == "2 days brought in.\nMoods that come along: serene.\n"
    assert (diary_of().count(), len(diary_of().moods())) == (2, 13)


def test_a_program_is_told_in_json(file: Path, capsys: Capture) -> None:
    diary_of().save(EntryDraft(TODAY, note="Mine"))
    capsys.readouterr()
    told = {"new": 1, "already_written": 1, "left_out": 0, "refused": [], "moods": ["serene"], "notes": []}
    assert main(["import", str(file), "--json", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out) == {"imported": False, **told}
    assert main(["import", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"imported": True, **told}


@pytest.mark.parametrize("how", [[], ["--dry-run"], ["--json"]])
def test_if_one_day_cannot_be_taken_nothing_comes_in_and_every_reason_is_told(
    tmp_path: Path, capsys: Capture, how: list[str]
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"day,note\n{TODAY},fine\nyesterday,x\n2999-01-01,x\n", encoding="utf-8")
    assert main(["import", str(file), *how]) == 1
    out, err = capsys.readouterr()
    assert err == "Nothing was brought in: 2 of the file's parts cannot be taken.\n"
    assert "line 3" in out
    assert "line 4" in out
    assert diary_of().count() == 0


def test_what_the_file_says_cannot_steer_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "x.csv"
    file.write_text("day,mood\n2026-11-22,\x1b]0;pwned\x07\u202e\n", encoding="utf-8")
    assert main(["import", str(file)]) == 1
    out, _ = capsys.readouterr()
    assert "pwned" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_the_format_is_told_by_the_ending_or_by_the_option(file: Path, tmp_path: Path) -> None:
    (tmp_path / "ada.txt").write_bytes(file.read_bytes())
    assert usage_refused("import", tmp_path / "ada.txt")
    assert main(["import", str(tmp_path / "ada.txt"), "--format", "json"]) == 0
    assert diary_of().count() == 2


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert main(["import", str(tmp_path / "x.json")]) == 1
    assert "x.json cannot be read: No such file or directory." in capsys.readouterr().err


# ---------------------------------------------------------------------- doctor


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
        "wrong  database: There is no database yet. Start the diary, or run: python -m diary migrate"
    )
    assert not (tmp_path / "data" / "diary.db").exists()


def test_a_database_of_another_form_is_told(tmp_path: Path, capsys: Capture) -> None:
    main(["migrate"])
    with closing(sqlite3.connect(tmp_path / "data" / "diary.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
        database.commit()
    assert "form of another version. Run: python -m diary migrate" in told_by_doctor(capsys, "database", 1)


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
    assert line.startswith(f"wrong  photos: Photos cannot be kept in {tmp_path}/data/photos: ")
    assert "DIARY_PHOTOS" in line


def test_a_clock_that_stands_in_the_past_is_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["migrate"])
    monkeypatch.setattr(command_line, "utc_now", lambda: datetime(1970, 1, 2, tzinfo=UTC))
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
