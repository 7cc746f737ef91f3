"""The command line, run in this process or as a program of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from diary.__main__ import main
from diary.assembly import open_diary, prepare
from diary.diary import Diary
from diary.settings import load_settings

PROJECT = Path(__file__).resolve().parent.parent.parent
Capture = pytest.CaptureFixture[str]


def diary_of(owner: str = "local") -> Diary:
    """The diary to which the settings lead."""
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
    """Whether these arguments end with exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    return caught.value.code == 2
