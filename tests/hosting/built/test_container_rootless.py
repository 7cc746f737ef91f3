"""The image, run by somebody who is not root on the machine either."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.builders import eventually
from tests.faults.tab import Tab
from tests.hosting.built.containers import CLOSED, HERE, podman, run
from tests.ports import free_port

NAME = "diary-check"
BOUND = 10  # seconds


class Somebody:
    """An account of this machine, and its podman."""

    home = Path("/home") / NAME

    def podman(self, *command: str) -> str:
        own = [f"HOME={self.home}", f"XDG_RUNTIME_DIR={self.home}/run"]
        env = ["env", "--chdir=/", "--unset=CONTAINERS_STORAGE_CONF", *own]
        return run("runuser", "-u", NAME, "--", *env, "podman", "--runtime=runc", "--cgroup-manager=cgroupfs", *command)


@pytest.fixture
def somebody(image: str) -> Iterator[Somebody]:
    """With the image, and only for as long as the test takes."""
    run("useradd", "--create-home", "--home-dir", str(Somebody.home), NAME)
    try:
        someone, file = Somebody(), Somebody.home / "image.tar"
        run("install", "--directory", f"--owner={NAME}", "--mode=700", f"{someone.home}/run")
        podman("save", "--quiet", f"--output={file}", image)
        file.chmod(0o644)
        someone.podman("load", "--quiet", f"--input={file}")
        yield someone
        someone.podman("rm", "--force", "--all", "--time=0")
        someone.podman("system", "reset", "--force")
    finally:
        run("userdel", "--force", "--remove", NAME)


def answers(url: str) -> bool:
    with suppress(OSError), urlopen(f"{url}/readyz", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def test_a_day_is_saved_and_kept_where_nobody_is_root(image: str, somebody: Somebody) -> None:
    port = free_port()
    options = [*CLOSED, *HERE, "--network=host", "--volume=diary:/data", "--env=DIARY_LOGIN=off"]
    command = ["streamlit", "run", "streamlit_app.py", "--server.address=127.0.0.1", f"--server.port={port}"]
    for kept in ("", "kept"):
        name = somebody.podman("run", "--detach", *options, image, *command).strip()
        eventually(lambda: answers(f"http://127.0.0.1:{port}"), 60)
        process = int(somebody.podman("inspect", "--format={{.State.Pid}}", name))
        assert os.stat(f"/proc/{process}").st_uid not in {0, 10001}, "a number of theirs that nobody else has"
        with Tab(f"http://127.0.0.1:{port}", query="day=2026-11-20") as tab:
            assert (tab.value("note") or "") == kept
            tab.set(note="kept")
            tab.press("save")
        begun = time.monotonic()
        somebody.podman("stop", f"--time={BOUND + 10}", name)
        assert time.monotonic() - begun <= BOUND
        somebody.podman("rm", name)
