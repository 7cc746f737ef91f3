"""The units of a host, as systemd reads them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hosting.terraform import INFRA

UNITS = sorted(file.name for file in (INFRA / "host").iterdir() if file.suffix in {".service", ".timer"})
SERVICES = [name for name in UNITS if name.endswith(".service")]
TARGETS = ("basic", "multi-user", "network-online", "shutdown", "sysinit", "timers")
LIBRARY = Path("/usr/lib/systemd/system")
MOST = 25  # tenths of what systemd calls exposure: 0 is shut in, 100 bare


@pytest.fixture(autouse=True)
def _systemd() -> None:
    if not shutil.which("systemd-analyze"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("systemd is missing: apt install systemd")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host with these units, and with what they start as empty programs."""
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    for name in UNITS:
        shutil.copy(INFRA / "host" / name, units)
    (units / "docker.service").write_text("[Service]\nExecStart=/usr/bin/docker\n")
    for target in TARGETS:
        file = tmp_path / str(LIBRARY / f"{target}.target").lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(LIBRARY / f"{target}.target", file)
    for program in (
        "usr/bin/docker",
        "bin/sh",
        *(f"usr/local/lib/music-diary/{name}" for name in ("container", "pull", "secrets")),
    ):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    return tmp_path


def verify(root: Path) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "verify", f"--root={root}", *UNITS]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong(root: Path) -> None:
    found = verify(root)
    assert (found.returncode, found.stderr) == (0, "")


def test_systemd_would_find_what_is_wrong(root: Path) -> None:
    unit = root / "etc/systemd/system/music-diary.service"
    unit.write_text(unit.read_text().replace("TimeoutStopSec=", "TimeoutStopSecs="))
    assert "TimeoutStopSecs" in verify(root).stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_a_unit_is_shut_in(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST}", str(INFRA / "host" / unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


def test_open_saves_have_their_ten_seconds() -> None:
    lines = (INFRA / "host/music-diary.service").read_text().splitlines()
    (stop,) = [line for line in lines if line.startswith("ExecStop=")]
    (limit,) = [line for line in lines if line.startswith("TimeoutStopSec=")]
    assert 10 < int(stop.split("--time ")[1].split()[0]) < int(limit.partition("=")[2])
