"""What takes minutes and programs that few have: collected by `make check-hosting` alone."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.server import PROJECT
from tests.certificates import Authority
from tests.hosting.built import containers
from tests.hosting.built.containers import USER

collect_ignore_glob = [] if os.environ.get("DIARY_HOSTING") == "1" else ["test_*.py"]

PRIVATE = "nobody-elses-business"  # stands in files that may not get into the image
_PRIVATE_FILES = (
    *(".env", "secrets/database_url", ".streamlit/secrets.toml", "data/diary.db", "backups/diary.zip", "id_rsa"),
    *("diary/.env", "diary/ui/.secret", "pages/.streamlit/secrets.toml", "diary/__pycache__/old.pyc", "diary.pem"),
)
_sizes: list[int] = []


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Stands for Amazon's."""
    return Authority(tmp_path_factory.mktemp("authority") / "bundle.pem")


@pytest.fixture(scope="session")
def bundle(authority: Authority) -> Iterator[tuple[str, str]]:
    """Where the build fetches the certificates of RDS here, and their sum."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(authority.file.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        checksum = hashlib.sha256(authority.file.read_bytes()).hexdigest()
        yield f"http://127.0.0.1:{server.server_port}/{authority.file.name}", checksum
        server.shutdown()


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it lies on somebody's machine: with private files, and rights for its owner alone."""
    folder = tmp_path_factory.mktemp("context")
    named = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, named.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
        (folder / name).chmod(0o600)
    for name in _PRIVATE_FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PRIVATE)
    return folder


@pytest.fixture(scope="session")
def image(context: Path, bundle: tuple[str, str]) -> str:
    """The project's image, built anew; the one before is thrown away."""
    containers.make_base()
    containers.build(context, bundle=bundle[0], checksum=bundle[1])
    containers.podman("image", "prune", "--force")
    _sizes.append(containers.inspected()["Size"])
    return containers.IMAGE


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty volume that the image's user owns."""
    folder = tmp_path / "volume"
    folder.mkdir(mode=0o700)
    os.chown(folder, USER, USER)
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for size in _sizes:
        terminalreporter.write_line(f"The image takes {size / 1e6:.0f} MB, the stand-in for its base among them.")
