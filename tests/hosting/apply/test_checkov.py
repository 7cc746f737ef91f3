"""What checkov finds unwise in `infra/`: nothing, but for what is argued beside the line."""

import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.hosting.terraform import INFRA, PROJECT

ARGUED = re.compile(r"#\s*checkov:skip=(CKV2?_AWS_\d+)(?::\s*(.*))?")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    program = shutil.which("checkov", path=f"{PROJECT}/.venv/hosting/bin{os.pathsep}{os.environ['PATH']}")
    assert program, "checkov is missing: `make check-hosting` installs it from requirements-hosting.txt"
    command = [program, "--directory", str(INFRA), "--framework", "terraform", "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_nothing_is_unwise_without_an_argument(report: dict[str, Any]) -> None:
    failed = [(one["check_id"], one["resource"], one["check_name"]) for one in report["results"]["failed_checks"]]
    assert (failed, report["summary"]["parsing_errors"]) == ([], 0)
    assert report["summary"]["passed"] > 100


def test_each_argument_is_made_and_needed(report: dict[str, Any]) -> None:
    made = {found[1]: found[2] for file in INFRA.glob("*.tf") for found in ARGUED.finditer(file.read_text())}
    assert [check for check, argument in made.items() if not argument] == []
    assert set(made) == {one["check_id"] for one in report["results"]["skipped_checks"]}
