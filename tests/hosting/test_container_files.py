"""Dockerfile and .dockerignore, read without building; `make check-hosting` builds."""

import re
import subprocess
import sys
from pathlib import Path

from tests.browser.server import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text()
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
BUILD, FINAL = STAGES[2:]


def test_hadolint_finds_nothing_unwise() -> None:
    program = Path(sys.executable).with_name("hadolint")
    found = subprocess.run([program, PROJECT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_base_is_pinned_by_what_it_holds_and_every_stage_stands_on_it() -> None:
    first, *others = [stage.splitlines()[0] for stage in STAGES[1:]]
    assert re.fullmatch(r"docker\.io/library/python:3\.13\.\d+-slim-\w+@sha256:[0-9a-f]{64} AS base", first)
    assert others == ["base AS build", "base"]


def test_libraries_are_those_of_the_project_by_their_hashes_and_nothing_is_compiled() -> None:
    assert re.search(r"--only-binary=:all: --require-hashes --requirement /requirements\.txt", BUILD)
    assert "pip install" not in FINAL


def test_amazons_certificates_are_those_that_were_looked_at() -> None:
    assert re.search(r"^ARG RDS_BUNDLE_SHA256=[0-9a-f]{64}$", BUILD, re.MULTILINE)
    assert "sha256sum --check" in BUILD


def test_the_program_is_started_by_itself_without_a_shell_and_not_as_root() -> None:
    assert re.search(r'^CMD \["streamlit", "run", "streamlit_app\.py"', FINAL, re.MULTILINE)
    assert re.search(r'^    CMD \["python", "-c"', FINAL, re.MULTILINE), "the health check"
    assert [line for line in FINAL.splitlines() if line.startswith("USER")] == ["USER 10001:10001"]


def test_what_is_not_named_stays_outside_and_what_is_named_is_in_git() -> None:
    """The first rule leaves everything out; so a file that appears tomorrow, however private, is out too."""
    rules = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert let_in == {"requirements.txt", "streamlit_app.py", ".streamlit/config.toml", "diary", "pages"}
    for name in let_in:
        tracked = subprocess.run(["git", "ls-files", name], cwd=PROJECT, capture_output=True, text=True, check=True)
        assert tracked.stdout, name
