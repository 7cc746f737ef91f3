"""Images built and run without a daemon: buildah, and podman with runc, on a stand-in for the base image.

The stand-in is Debian's Python 3.13, as no registry of images is asked: it shows that the Dockerfile's steps, paths,
user and commands are right, not that python:3.13-slim brings what they need.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

from tests.ports import free_port

USER = 10001
BASE = "localhost/music-diary-standin"
IMAGE = "localhost/music-diary:checked"
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "music-diary-hosting"
CLOSED = ["--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges", "--init"]
_TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Limits higher than this machine's own may not be set; without systemd, podman itself asks for nobody's health.
HERE = ["--no-healthcheck", "--ulimit=nofile=4096:4096", "--ulimit=nproc=2048:2048"]


def run(*command: str, fails: bool = False) -> str:
    """What a program says. Raises RuntimeError, with what it said, where it fails, or with ``fails`` where not."""
    env = dict(os.environ) | {"CONTAINERS_STORAGE_CONF": str(_storage()), "BUILDAH_ISOLATION": "chroot"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL, check=False)
    if (done.returncode != 0) is not fails:
        raise RuntimeError(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.stdout + (done.stderr if fails else "")


def podman(*command: str, fails: bool = False) -> str:
    return run("podman", "--runtime=runc", "--cgroup-manager=cgroupfs", *command, fails=fails)


def _storage() -> Path:
    """All images and containers lie in a folder of their own."""
    file = FOLDER / "storage.conf"
    if not file.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        file.write_text(f'[storage]\ndriver = "overlay"\ngraphroot = "{FOLDER}/images"\nrunroot = "{FOLDER}/run"\n')
    return file


def make_base() -> None:
    """The stand-in, made once on a machine."""
    if BASE in run("buildah", "images", "--format", "{{.Name}}"):
        return
    tar = FOLDER / "base.tar"
    run("mmdebstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "trixie", str(tar))
    made = run("buildah", "from", "scratch").strip()
    run("buildah", "add", "--quiet", made, str(tar), "/")
    run("buildah", "config", "--env", f"PATH={_PATH}", made)
    run("buildah", "run", made, "--", "ln", "-s", "/usr/bin/python3", "/usr/local/bin/python")
    if _TRUST.exists():  # a machine behind a proxy trusts more than Debian does
        run("buildah", "copy", "--quiet", made, str(_TRUST), str(_TRUST))
        run("buildah", "config", "--env", f"PIP_CERT={_TRUST}", made)
    run("buildah", "commit", "--quiet", "--rm", made, BASE)
    tar.unlink()


def build(context: Path, *, bundle: str, checksum: str, target: str = "", fails: bool = False) -> str:
    """The project's image from ``context``; what was said."""
    given = {"RDS_BUNDLE": bundle, "RDS_BUNDLE_SHA256": checksum, "VERSION": "9.9.9", "REVISION": "abc"}
    arguments = [f"--build-arg={name}={text}" for name, text in given.items()]
    kind = [f"--target={target}"] if target else [f"--tag={IMAGE}"]
    return run(
        "buildah",
        "bud",
        "--pull-never",
        f"--from={BASE}",
        "--format=docker",
        *arguments,
        *kind,
        str(context),
        fails=fails,
    )


def inspected() -> dict[str, Any]:
    """What the built image says of itself, and its size in bytes."""
    return dict(json.loads(podman("image", "inspect", IMAGE))[0])


class Container:
    """The built image, running closed, with ``data`` as its volume and the network of this machine.

    It listens on a port of 127.0.0.1 of its own; ``options`` are podman's.
    """

    def __init__(self, data: Path, env: Mapping[str, str], options: Sequence[str] = ()) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = [*given(data, env), "--network=host", *options]
        self.name = ""

    def __enter__(self) -> Self:
        command = ["streamlit", "run", "streamlit_app.py", "--server.address=127.0.0.1", f"--server.port={self.port}"]
        self.name = podman("run", "--detach", *self._options, IMAGE, *command).strip()
        return self

    def __exit__(self, *_: object) -> None:
        podman("rm", "--force", "--time=0", self.name)

    def is_ready(self) -> bool:
        """Whether it says that it and its database are."""
        with suppress(OSError), urlopen(f"{self.url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def do(self, *command: str, fails: bool = False) -> str:
        """Run a command beside the program, in its container."""
        return podman("exec", self.name, *command, fails=fails)

    def log(self) -> str:
        """All it has said so far, on standard error too."""
        return run("sh", "-c", f"podman --runtime=runc logs {self.name} 2>&1")

    def stop(self, seconds: int) -> int:
        """Tell it to end, and kill it after so many seconds; what it ended with."""
        podman("stop", f"--time={seconds}", self.name)
        return int(podman("inspect", "--format={{.State.ExitCode}}", self.name))


def given(data: Path, env: Mapping[str, str]) -> list[str]:
    """Podman's options for a closed container with these settings."""
    return [*CLOSED, *HERE, f"--volume={data}:/data", *(f"--env={name}={text}" for name, text in env.items())]


def health() -> list[str]:
    """The image's own command that tells whether it is well."""
    return list(inspected()["Healthcheck"]["Test"][1:])
