"""The command line as a program: what it answers to the shell."""

import re
from pathlib import Path

import pytest

from diary.__main__ import main
from diary.commands.parser import make_parser
from tests.commands.program import Capture, diary_of, run, usage_refused


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


@pytest.mark.parametrize(
    "command",
    [["migrate"], ["backup", "x.zip"], ["restore", "x.zip", "--replace"], ["move", "--to", "x"], ["sweep"], ["doctor"]],
    ids=lambda command: command[0],
)
def test_a_command_on_everybodys_diary_takes_no_owner_but_the_default(command: list[str], capsys: Capture) -> None:
    assert usage_refused(*command, "--owner", "alice")
    assert capsys.readouterr().err.endswith(
        "argument --owner: this command is for all owners at once, please leave --owner out\n"
    )
    assert make_parser().parse_args([*command, "--owner", "local"]).run
    with pytest.raises(SystemExit):
        main([command[0], "--help"])
    assert "--owner" not in capsys.readouterr().out


def test_help_names_every_command() -> None:
    told = run("--help")
    assert told.returncode == 0
    for command in (
        "migrate", "demo", "export", "import", "delete-account", "claim", "backup", "restore", "move", "sweep",
        "doctor",
    ):  # fmt: skip
        assert re.search(rf"^    {command}\s", told.stdout, re.MULTILINE)


def test_the_answer_can_be_written_in_any_encoding(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("day,mood\n2026-11-22,über 🌀\n", encoding="utf-8")
    told = run("import", file, PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "line 2: There is no mood named ??ber ??" in told.stdout
