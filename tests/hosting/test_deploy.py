"""Bringing an image to the hosts: what comes before traffic, what after, and the way back."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.hosting.cloud import NEW, OLD, PROJECT, Cloud

SCRIPTS = PROJECT / ".github" / "scripts"
SIZES = ("small", "grown")
Deploy = Callable[..., str]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud(tmp_path) as cloud:
        yield cloud


@pytest.fixture
def deploy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deploy]:
    """Brings an image to hosts of a size, waits for nothing longer than it must, and tells what went wrong."""
    for name, value in cloud.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(SCRIPTS))
    program = import_module("deploy")
    monkeypatch.setattr(program, "SECONDS", dict.fromkeys(program.SECONDS, 15))

    def deploy(size: str, image: str, ready: float = 1, refresh: float = 15) -> str:
        program.SECONDS |= {"ready": ready, "refresh": refresh}
        try:
            program.main(size, image, cloud.domain)
        except program.DeployError as error:
            return str(error)
        return ""

    yield deploy
    for name in ("deploy", "aws"):
        del sys.modules[name]


def test_the_small_size_is_told_to_deploy_and_then_named(cloud: Cloud, deploy: Deploy) -> None:
    assert deploy("small", NEW) == ""
    assert cloud.done == [("music-diary-deploy", NEW), ("parameter", NEW)]
    assert cloud.running == NEW


def test_the_grown_size_migrates_before_any_host_is_new(cloud: Cloud, deploy: Deploy) -> None:
    assert deploy("grown", NEW) == ""
    assert cloud.done == [("music-diary-migrate", NEW), ("parameter", NEW), ("refresh", NEW)]
    assert cloud.running == NEW


def test_a_failed_migration_changes_nothing(cloud: Cloud, deploy: Deploy) -> None:
    cloud.migrates = {OLD}
    assert "music-diary-migrate" in deploy("grown", NEW)
    assert cloud.done == [("music-diary-migrate", NEW)]
    assert (cloud.running, cloud.image) == (OLD, OLD)


def test_a_host_on_which_it_does_not_start_has_the_former_image_again(cloud: Cloud, deploy: Deploy) -> None:
    cloud.works = {OLD}
    assert deploy("small", NEW).endswith(f"{OLD} serves again.")
    assert cloud.done == [("music-diary-deploy", NEW), ("music-diary-deploy", OLD), ("parameter", OLD)]
    assert (cloud.running, cloud.image) == (OLD, OLD)


def test_a_group_in_which_it_is_not_healthy_has_the_former_image_again(cloud: Cloud, deploy: Deploy) -> None:
    cloud.works = {OLD}
    assert deploy("grown", NEW).endswith(f"{OLD} serves again.")
    back = [("parameter", OLD), ("refresh", OLD)]
    assert cloud.done == [("music-diary-migrate", NEW), ("parameter", NEW), ("refresh", NEW), *back]
    assert (cloud.running, cloud.image) == (OLD, OLD)


def test_a_refresh_without_an_end_is_cancelled_first(cloud: Cloud, deploy: Deploy) -> None:
    cloud.hangs = {NEW}
    assert deploy("grown", NEW, refresh=1).endswith(f"{OLD} serves again.")
    assert cloud.done[2:] == [("refresh", NEW), ("cancel", NEW), ("parameter", OLD), ("refresh", OLD)]
    assert cloud.running == OLD


def test_hosts_that_terraform_still_replaces_are_waited_for(cloud: Cloud, deploy: Deploy) -> None:
    cloud.refresh = "InProgress"
    assert deploy("grown", NEW) == ""
    assert cloud.running == NEW


@pytest.mark.parametrize("size", SIZES)
def test_a_page_is_not_readiness(size: str, cloud: Cloud, deploy: Deploy) -> None:
    """An address that the diary does not know is answered with 200 and a page."""
    cloud.says = b"<!DOCTYPE html>"
    assert "No readiness of the former image" in deploy(size, NEW)
    assert (cloud.running, cloud.image) == (OLD, OLD)


@pytest.mark.parametrize("size", SIZES)
def test_the_same_image_again_has_no_way_back(size: str, cloud: Cloud, deploy: Deploy) -> None:
    cloud.image, cloud.works = NEW, set()
    assert "serves again" not in deploy(size, NEW)
    assert [image for _, image in cloud.done if image != NEW] == []


def test_a_host_that_still_starts_is_waited_for(cloud: Cloud, deploy: Deploy) -> None:
    cloud.slow = 3
    assert deploy("small", NEW) == ""


@pytest.mark.parametrize("image", ["music-diary:latest", f"{NEW}; reboot", "music-diary@sha256:abc"])
def test_only_an_image_by_its_digest_is_deployed(image: str, cloud: Cloud, deploy: Deploy) -> None:
    assert deploy("small", image) == f"{image} names no image by its digest."
    assert cloud.done == []


def run(cloud: Cloud, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPTS / script, *words]
    return subprocess.run(command, env=cloud.env, capture_output=True, text=True, check=False)


def test_the_program_ends_with_0_or_1_and_tells_what_it_did(cloud: Cloud) -> None:
    well = run(cloud, "deploy.py", "small", NEW, cloud.domain)
    assert (well.returncode, well.stderr) == (0, "")
    assert [line.split()[0] for line in well.stdout.splitlines()] == [
        "from",
        "i-0123456789abcdef0:",
        "what",
        cloud.domain,
    ]
    cloud.works = {NEW}
    badly = run(cloud, "deploy.py", "small", OLD, cloud.domain)
    assert (badly.returncode, badly.stderr) == (1, f"{OLD} did not work out; {NEW} serves again.\n")


def test_a_version_is_found_in_the_registry_by_its_digest(cloud: Cloud) -> None:
    assert run(cloud, "image.py", "1.2.3").stdout == f"{NEW}\n"


def test_a_version_that_was_not_released_is_refused_with_the_words_of_aws(cloud: Cloud) -> None:
    refused = run(cloud, "image.py", "9.9.9")
    assert refused.returncode == 1
    assert "ImageNotFoundException" in refused.stderr
