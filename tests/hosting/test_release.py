"""A release has the number that stands in pyproject.toml, and notes."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n* Soon.\n\n## 1.2.3 (2026-11-29)\n\n* A thing.\n* Another.\n\n## 1.2.2\n\n* Old.\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of version 1.2.3."""
    shutil.copytree(PROJECT / ".github" / "scripts", tmp_path / ".github" / "scripts")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    return tmp_path


def release(project: Path, tag: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, project / ".github" / "scripts" / "release.py", tag]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False)


def test_the_notes_are_what_the_changelog_says_of_that_version(project: Path) -> None:
    assert release(project, "v1.2.3").stdout == "* A thing.\n* Another.\n"


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3-rc1", "v1.2", "main"])
def test_another_tag_than_the_version_is_refused(tag: str, project: Path) -> None:
    refused = release(project, tag)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"The tag {tag} is not v1.2.3, the version in pyproject.toml.\n"


@pytest.mark.parametrize(
    "changelog", ["# Changelog\n\n## Unreleased\n\n* A thing.\n", "## 1.2.3\n\n## 1.2.2\n\n* Old.\n"]
)
def test_a_version_that_the_changelog_does_not_tell_of_is_refused(changelog: str, project: Path) -> None:
    (project / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    refused = release(project, "v1.2.3")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "CHANGELOG.md" in refused.stderr


def test_a_wrong_tag_is_refused_in_this_project_too() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert release(PROJECT, f"v{version}9").returncode == 1


def test_the_version_stands_in_one_place() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    places = ("diary/**/*.py", ".github/**/*.py", ".github/**/*.yml", "infra/**/*.tf", "*.yaml", "Dockerfile")
    programs = [file for place in places for file in PROJECT.glob(place)]
    mention = re.compile(rf"(?<![\d.]){re.escape(version)}(?![\d.])")
    assert [file.name for file in programs if mention.search(file.read_text(encoding="utf-8"))] == []
