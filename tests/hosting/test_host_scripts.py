"""What a host does by its scripts: begin, deploy, go back; with stand-ins for Docker, systemd and AWS."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.hosting.host import SCRIPTS, Host, a_host
from tests.hosting.terraform import INFRA

OLD, NEW = "registry.example/diary@sha256:old", "registry.example/diary@sha256:new"
DEPLOY, LIB = "usr/local/bin/music-diary-deploy", "usr/local/lib/music-diary"
RESTART = "systemctl restart music-diary.service"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """It runs the image ``OLD``."""
    with a_host(tmp_path / "host") as host:
        host.write("etc/music-diary/image", f"IMAGE={OLD}\n")
        host.write("running", OLD)
        host.write("pulled", f"{OLD}\n")
        yield host


def chosen(host: Host) -> str:
    return host.read("etc/music-diary/image").removeprefix("IMAGE=").strip()


def steps(host: Host) -> list[str]:
    """What was done, by its first words; the options of a container left out."""
    return [re.sub(r"docker run .*? (?=registry)", "docker run ", call) for call in host.calls]


def test_another_image_is_fetched_and_migrated_to_before_it_takes_over(host: Host) -> None:
    done = host.run(DEPLOY, NEW)
    assert (done.returncode, chosen(host), host.read("running").strip()) == (0, NEW, NEW), done.stderr
    assert steps(host)[:4] == [
        f"docker image inspect {NEW}",
        f"docker pull --quiet {NEW}",
        f"docker run {NEW} python -m diary migrate",
        RESTART,
    ]


def test_one_that_does_not_get_ready_is_taken_back(host: Host) -> None:
    done = host.run(DEPLOY, f"{NEW}-slow")
    assert (done.returncode, chosen(host), host.read("running").strip()) == (1, OLD, OLD)
    assert host.calls.count(RESTART) == 2
    assert f"going back to {OLD}" in done.stderr
    assert f"{OLD} is ready again" in done.stderr


@pytest.mark.parametrize("image", [f"{NEW}-stubborn", f"{NEW}-absent"])
def test_what_cannot_be_migrated_to_or_fetched_leaves_all_as_it_is(host: Host, image: str) -> None:
    done = host.run(DEPLOY, image)
    assert (done.returncode != 0, chosen(host), host.read("running")) == (True, OLD, OLD)
    assert RESTART not in host.calls


def test_two_do_not_deploy_at_once(host: Host) -> None:
    with (host.root / "run/lock/music-diary-deploy").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = host.run(DEPLOY, NEW)
    assert (done.returncode, host.calls, done.stderr) == (1, [], "Somebody else deploys at this moment.\n")


@pytest.mark.parametrize("script", SCRIPTS["usr/local/bin"])
def test_without_an_image_a_script_says_what_it_needs(host: Host, script: str) -> None:
    done = host.run(f"usr/local/bin/{script}")
    assert (done.returncode, host.calls) == (1, [])
    assert f"Usage: {script} IMAGE" in done.stderr


def test_amazons_registry_gets_a_password_that_nobody_sees(host: Host) -> None:
    registry = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    done = host.run(f"{LIB}/pull", f"{registry}/music-diary@sha256:1")
    assert done.returncode == 0, done.stderr
    assert f"docker login --username AWS --password-stdin {registry}" in host.calls
    assert host.read("password") == "a-password-of-hours\n"
    assert all("a-password" not in call for call in host.calls)
    assert "a-password" not in done.stdout + done.stderr


def test_another_registry_is_asked_without_a_password(host: Host) -> None:
    assert host.run(f"{LIB}/pull", NEW).returncode == 0
    assert host.calls == [f"docker image inspect {NEW}", f"docker pull --quiet {NEW}"]


def test_an_image_that_is_here_is_not_fetched(host: Host) -> None:
    assert host.run(f"{LIB}/pull", OLD).returncode == 0
    assert host.calls == [f"docker image inspect {OLD}"]


def test_secrets_that_settings_name_become_files_for_the_program_alone(host: Host) -> None:
    folder = host.root / "run/music-diary"
    names = {"auth-cookie-secret", "auth-client-secret"}
    host.write(
        "etc/music-diary/env", "".join(f"X_{number}_FILE={folder}/{name}\n" for number, name in enumerate(names))
    )
    host.write(
        "etc/music-diary/env", host.read("etc/music-diary/env").replace("X_0", "AUTH_A").replace("X_1", "AUTH_B")
    )
    for name in names:
        host.write(f"parameters/music-diary/{name}", f"the value of {name}\n")
    done = host.run(f"{LIB}/secrets")
    assert done.returncode == 0, done.stderr
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        name: f"the value of {name}\n" for name in names
    }
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert "the value of" not in host.read("calls") + done.stdout + done.stderr


def test_a_key_of_several_lines_comes_whole(host: Host) -> None:
    file, key = "run/music-diary/photos-key", generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    host.write("etc/music-diary/env", f"DIARY_PHOTOS_CDN_KEY_FILE={host.root}/{file}\n")
    host.write("parameters/music-diary/photos-key", f"{pem}\n")
    done = host.run(f"{LIB}/secrets")
    assert done.returncode == 0, done.stderr
    assert host.read(file).rstrip("\n") == pem.rstrip("\n")


def test_a_secret_that_is_not_there_stops_the_start(host: Host) -> None:
    host.write("etc/music-diary/env", f"AUTH_COOKIE_SECRET_FILE={host.root}/run/music-diary/auth-cookie-secret\n")
    assert host.run(f"{LIB}/secrets").returncode != 0


def test_a_new_host_fetches_makes_roles_starts_and_waits(host: Host) -> None:
    host.write("parameters/music-diary/image", f"{NEW}\n")
    done = host.run(f"{LIB}/first")
    assert done.returncode == 0, done.stderr
    assert chosen(host) == NEW
    assert [call.split(" --")[0] for call in steps(host)] == [
        "aws ssm get-parameter",
        f"docker image inspect {NEW}",
        "docker pull",
        f"docker run {NEW} python -",
        "systemctl enable",
    ]
    assert host.read("stdin") == host.read(f"{LIB}/roles.py")


def test_a_new_host_that_does_not_get_ready_says_so(host: Host) -> None:
    host.write("parameters/music-diary/image", f"{NEW}-slow\n")
    done = host.run(f"{LIB}/first")
    assert done.returncode == 1
    assert "journalctl -u music-diary" in done.stderr


def test_the_program_runs_with_nothing_it_does_not_need(host: Host) -> None:
    host.run(f"{LIB}/container", OLD)
    (call,) = host.calls
    for option in ("--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--init", "--pids-limit"):
        assert f" {option} " in call


@pytest.mark.parametrize("script", [name for names in SCRIPTS.values() for name in names if not name.endswith(".py")])
def test_shellcheck_finds_nothing(script: str) -> None:
    if not shutil.which("shellcheck"):
        said = "shellcheck is missing: apt install shellcheck"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    done = subprocess.run(["shellcheck", INFRA / "host" / script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
