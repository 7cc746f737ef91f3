"""Commands on the days of one person: demo, export, import."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diary.__main__ import main
from diary.commands import parser
from diary.model import EntryDraft, Song
from tests.builders import SERENE
from tests.commands.program import Capture, diary_of, usage_refused

TODAY = datetime.now(UTC).date() - timedelta(days=1)  # a day that has begun everywhere


# ---------------------------------------------------------------------- demo


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
    assert parser._days(str(most)) == most
    assert usage_refused("demo", "--days", str(most + 1))


# ---------------------------------------------------------------------- export


def test_an_export_replaces_a_file_of_its_name(tmp_path: Path) -> None:
    file = tmp_path / "diary.json"
    file.write_text("before")
    diary_of().save(EntryDraft(TODAY, "calm", Song("Étoile")))
    assert main(["export", str(file)]) == 0
    assert [entry["song"]["title"] for entry in json.loads(file.read_text(encoding="utf-8"))["entries"]] == ["Étoile"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "diary.json"]


def test_an_export_of_somebody_unknown_is_refused_and_makes_nobody_known(tmp_path: Path, capsys: Capture) -> None:
    diary_of("anna").save(EntryDraft(TODAY, "calm"))
    assert main(["export", str(tmp_path / "x.json"), "--owner", "ana"]) == 1
    assert capsys.readouterr().err == "There is no diary of “ana” here. Say with --owner whose it is.\n"
    assert not (tmp_path / "x.json").exists()
    with closing(sqlite3.connect(tmp_path / "data" / "diary.db")) as database:
        assert database.execute("SELECT owner_id FROM people").fetchall() == [("anna",)]


def test_an_export_that_cannot_be_written_is_refused(tmp_path: Path, capsys: Capture) -> None:
    diary_of()
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
