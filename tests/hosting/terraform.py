"""Terraform on a copy of `infra/`, with the provider of a folder beside, where there is one, or of its registry."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
INFRA = PROJECT / "infra"
MISSING = "Terraform is missing, so infra/ was not checked: https://developer.hashicorp.com/terraform/install"
PROVIDER_MISSING = (
    "The AWS provider cannot be had, so infra/ was not checked. TF_MIRROR may name a folder of providers."
)
_PLACES = ("/opt", "/usr/local", "~")


def mirror() -> Path | None:
    """A folder of providers: the one that TF_MIRROR names, or one named ``tf-plugins`` where such things are put."""
    if named := os.environ.get("TF_MIRROR"):
        return Path(named)
    depths = ("tf-plugins", "*/tf-plugins", "*/*/tf-plugins")
    places = [Path(place).expanduser() for place in _PLACES]
    return next(chain.from_iterable(place.glob(depth) for depth in depths for place in places), None)


def missing(said: str) -> None:
    """Skip the test aloud; with REQUIRE_TERRAFORM=1, as in CI, it fails."""
    (pytest.fail if os.environ.get("REQUIRE_TERRAFORM") == "1" else pytest.skip)(said)


class Terraform:
    """`infra/`, copied into ``folder``, where nothing of it is kept; ``extra`` is the text of one more file there."""

    def __init__(self, folder: Path, env: Mapping[str, str] | None = None, extra: str = "") -> None:
        if not shutil.which("terraform"):
            missing(MISSING)
        self.folder = folder / "infra"
        shutil.copytree(INFRA, self.folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfvars"))
        (self.folder / "zz_override.tf").write_text(extra, encoding="utf-8")
        config = folder / "terraform.rc"
        plugins = mirror()
        config.write_text(
            f'provider_installation {{ filesystem_mirror {{ path = "{plugins}" }} }}' if plugins else "",
            encoding="utf-8",
        )
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            **(env or {}),
        }

    def init(self, *options: str) -> None:
        """Fetch the provider. Skips the test where that cannot be had."""
        done = self.run("init", "-input=false", *options)
        if done.returncode:
            missing(f"{PROVIDER_MISSING}\n{done.stderr}")

    def run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """A command of Terraform's, whatever comes of it."""
        arguments = ["terraform", command, *(() if command == "fmt" else ("-no-color",)), *options]
        return subprocess.run(arguments, cwd=self.folder, env=self._env, capture_output=True, text=True, check=False)

    def do(self, command: str, *options: str) -> str:
        """What a command writes, which has to end well."""
        done = self.run(command, *options)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
        return done.stdout


class Verdict:
    """What `terraform test` said: how each run ended, and what it would have made."""

    def __init__(self, said: str) -> None:
        self._lines = [json.loads(line) for line in said.splitlines()]

    @cached_property
    def outcomes(self) -> dict[str, str]:
        """How each run ended."""
        ended = (line["test_run"] for line in self._lines if line["type"] == "test_run")
        return {run["run"]: run["status"] for run in ended if run["progress"] == "complete"}

    @cached_property
    def complaints(self) -> list[str]:
        """What was found wrong."""
        return [line["@message"] for line in self._lines if line["@level"] == "error"]

    def resources(self, run: str) -> Iterator[dict[str, Any]]:
        """All that stood at the end of ``run``."""
        state = next(line for line in self._lines if line["type"] == "test_state" and line["@testrun"] == run)
        yield from state["test_state"]["root_module"]["resources"]

    def values(self, run: str, kind: str) -> dict[str, Any]:
        """The attributes of the only resource of its ``kind``."""
        (found,) = [one["values"] for one in self.resources(run) if one["type"] == kind]
        values: dict[str, Any] = found
        return values
