"""What the documents say is so: settings, commands, links."""

import re
import shlex
from pathlib import Path

import pytest

from diary.__main__ import main
from diary.settings import Settings, names

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
PAPERS = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")])


def settings_table() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", README, re.MULTILINE)
    return {name: (default.strip("`"), meaning.replace("`", "")) for name, default, meaning in rows}


def test_every_setting_is_in_the_readme_with_its_default_and_meaning() -> None:
    table = settings_table()
    assert tuple(table) == names()
    for field in Settings.model_fields.values():
        default, meaning = table[str(field.alias)]
        assert default == {None: "none", False: "0"}.get(field.default, str(field.default))
        assert meaning.startswith(str(field.description))


def commands_in(paper: Path) -> list[str]:
    text = paper.read_text(encoding="utf-8")
    return re.findall(r"^\.venv/bin/python -m diary (.+?)(?: +#.*)?$", text, re.MULTILINE)


def test_every_target_of_make_in_the_papers_is_there() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for paper in PAPERS:
        for target in re.findall(r"^make (\w+)", paper.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{paper.name}: make {target}"


@pytest.mark.parametrize("command", sorted({command for paper in PAPERS for command in commands_in(paper)}))
def test_every_command_of_the_papers_works(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)
    owner = words[words.index("--owner") :][:2] if "--owner" in words else []
    first = ["demo", "--days", "30", *owner] if not command.startswith(("demo", "migrate")) else ["migrate"]
    before = {"import": ["export", "days.json"], "restore": ["backup", *command.split()[1:2]]}.get(
        command.partition(" ")[0]
    )
    for needed in filter(None, (first, before)):
        assert main(needed) == 0
    for example, own in ((r"postgresql://\S+", f"sqlite:///{tmp_path}/new.db"), (r"s3://\S+", f"{tmp_path}/album")):
        command = re.sub(example, own, command)
    assert main(shlex.split(command)) == 0, capsys.readouterr().err


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_link_to_a_file_leads_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", paper.read_text(encoding="utf-8")):
        assert (paper.parent / target).exists(), f"{paper.name}: {target}"


def test_the_papers_name_no_path_of_a_machine() -> None:
    for paper in PAPERS:
        assert not re.search(r"/(work|home|root|Users)/", paper.read_text(encoding="utf-8"))
