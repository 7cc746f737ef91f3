"""What holds for every test: no network but this machine, no data but the test's own, no settings but ours."""

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

DATA = Path(__file__).resolve().parent.parent / "data"
_SETTINGS = (
    "AUTH_",
    "AWS_",
    "COVERART_",
    "DATABASE_URL",
    "DIARY_",
    "MUSICBRAINZ_",
    "SPOTIFY_",
    "SPOTIPY_",
    "STREAMLIT_",
)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")

for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
    del os.environ[name]


class NetworkForbiddenError(RuntimeError):
    """A test reached for a host that is not this machine. Give the code under test a local stand-in instead."""


class RealDataForbiddenError(RuntimeError):
    """A test reached for the project's data folder, where a developer's own diary lies."""


class Guard:
    """Watches what Python does, through audit events (PEP 578), so that no library can pass by it.

    Libraries of C with sockets of their own, such as PostgreSQL's, are not seen.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and isinstance(args[1], tuple):
            self._check_host(args[1][0])
        elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            self._check_host(args[0])
        elif event in {"open", "os.mkdir", "sqlite3.connect"} and not _from_open_folder(event, args):
            self._check_path(args[0])

    def _check_host(self, host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_local(str(name)):
            self._refuse(NetworkForbiddenError(f"{name} is not this machine"))

    def _check_path(self, path: object) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            full = os.path.abspath(os.fsdecode(path))
            if full == str(DATA) or full.startswith(f"{DATA}{os.sep}"):
                self._refuse(RealDataForbiddenError(full))

    def _refuse(self, error: Exception) -> None:
        self.refused.append(repr(error))
        raise error


def _from_open_folder(event: str, args: tuple[object, ...]) -> bool:
    """Whether the path may count from another folder than the working one, as when a tree is deleted."""
    if event == "os.mkdir":
        return args[2] != -1
    return event == "open" and args[1] is None and not os.path.isabs(os.fsdecode(args[0]))


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


GUARD = Guard()
sys.addaudithook(GUARD)


@pytest.fixture(scope="session", autouse=True)
def _the_real_diary_stays_as_it_is() -> Iterator[None]:
    """Programs that tests start are not watched by the guard, so what they left is looked at in the end."""
    before = _state_of_data()
    yield
    assert _state_of_data() == before, f"Something changed {DATA} while the tests ran. Was it one of them?"


def _state_of_data() -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in (DATA, *DATA.rglob("*")) if path.exists()
    }


@pytest.fixture(autouse=True)
def _own_diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings read from the environment lead to the test's own folder."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'diary.db'}")
    monkeypatch.setenv("DIARY_PHOTOS", str(tmp_path / "data" / "photos"))


@pytest.fixture(autouse=True)
def refused() -> Iterator[list[str]]:
    """What the guard refused; a test that reached out fails even when the code under test swallowed the error."""
    GUARD.refused.clear()
    yield GUARD.refused
    assert GUARD.refused == []


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    """Streamlit keeps its caches for the life of a process; a test starts without those of another."""
    yield
    if streamlit := sys.modules.get("streamlit"):
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()
