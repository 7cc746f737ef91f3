"""What Terraform would change is shown first, and then just that is changed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hosting.cloud import NEW, PROJECT, Cloud

INFRA = """
terraform {
  backend "local" {}
}
variable "image" { type = string }
variable "note" { type = string }
resource "terraform_data" "it" {
  input = { image = var.image, note = var.note }
}
"""


@dataclass
class Planned:
    """The scripts beside a small configuration; ``env`` is the one of GitHub's machine."""

    folder: Path
    env: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [self.folder / ".github" / "scripts" / "terraform.sh", *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)

    def plan(self) -> dict[str, str]:
        """What it hands to the next jobs."""
        (self.folder / "outputs").write_text("", encoding="utf-8")
        told = self.run("plan", "1.2.3")
        assert told.returncode == 0, told.stderr
        return dict(line.split("=") for line in self.read("outputs").splitlines())

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def planned(tmp_path: Path) -> Iterator[Planned]:
    terraform = shutil.which("terraform")
    if terraform is None:
        missing = "The tests of what Terraform changes need terraform."
        (pytest.fail if os.environ.get("REQUIRE_TERRAFORM") == "1" else pytest.skip)(missing)
    shutil.copytree(PROJECT / ".github" / "scripts", tmp_path / ".github" / "scripts")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(INFRA, encoding="utf-8")
    with Cloud(tmp_path) as cloud:
        env = {"GITHUB_OUTPUT": str(tmp_path / "outputs"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
        path = os.pathsep.join((cloud.env["PATH"], str(Path(terraform).parent), os.environ["PATH"]))
        env |= {"PATH": path, "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1", "TFVARS": 'note = "one"'}
        yield Planned(tmp_path, env)


def test_a_plan_is_shown_with_the_image_of_the_version(planned: Planned) -> None:
    assert planned.plan()["changes"] == "1"
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned.read("summary")
    assert NEW in planned.read("summary")


def test_the_plan_that_was_shown_is_applied_and_then_nothing_is_left_to_change(planned: Planned) -> None:
    applied = planned.run("apply", "1.2.3", planned.plan()["fingerprint"])
    assert applied.returncode == 0, applied.stderr
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in applied.stdout
    assert planned.plan()["changes"] == "0"


def test_another_plan_than_the_one_that_was_shown_is_not_applied(planned: Planned) -> None:
    shown = planned.plan()["fingerprint"]
    planned.env["TFVARS"] = 'note = "two"'
    refused = planned.run("apply", "1.2.3", shown)
    assert refused.returncode == 1
    assert "Start again." in refused.stderr
    assert planned.plan()["changes"] == "1"


def test_a_plan_that_cannot_be_made_is_no_plan_without_changes(planned: Planned) -> None:
    planned.env["TFVARS"] = "note = ["
    assert planned.run("plan", "1.2.3").returncode != 0
    assert not (planned.folder / "outputs").exists()


def test_a_version_that_was_not_released_is_not_planned(planned: Planned) -> None:
    refused = planned.run("plan", "9.9.9")
    assert refused.returncode != 0
    assert "ImageNotFoundException" in refused.stderr


def test_no_file_is_left_that_could_hold_a_secret(planned: Planned) -> None:
    planned.plan()
    assert {file.name for file in (planned.folder / "infra").iterdir()} == {".terraform", "main.tf"}
