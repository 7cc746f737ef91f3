"""What holds for every test: no network but this machine, no data but the test's own, no settings but ours."""

import ipaddress
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.postgres import MISSING, PostgresServer, binaries

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DATA = Path(__file__).resolve().parent.parent / "data"
KINDS = ("sqlite", "postgresql")
_NUMBERS = count(1)
_SETTINGS = (
    "AUTH_",
    "AWS_",
    "COVERART_",
    "DATABASE_URL",
    "DIARY_",
    "MUSICBRAINZ_",
    "PG",
    "SPOTIFY_",
    "SPOTIPY_",
    "STREAMLIT_",
)
_OURS = {"DIARY_FAULTS", "DIARY_FIGURES", "DIARY_HOSTING"}  # what `make faults` and `make check-hosting` tell

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")

for name in [name for name in os.environ if name.startswith(_SETTINGS) and name not in _OURS]:
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
            full = os.path.abspath(os.fsdecode(path).removeprefix("file://").partition("?")[0])
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


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty database of the test's own, by which the settings lead to it too.

    A test that asks for it runs on each kind of database; on PostgreSQL by a role that owns nothing there, and that
    the wall between owners holds for.
    """
    with _new_database(request, tmp_path) as address:
        monkeypatch.setenv("DATABASE_URL", address)
        if request.param == "postgresql":
            monkeypatch.setenv("DIARY_MIGRATION_URL", address.replace("//diary_app@", "//diary@"))
        yield address


@pytest.fixture(scope="module", params=KINDS)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As `database`, but one for all tests of a module, empty at first; no setting leads to it."""
    with _new_database(request, tmp_path_factory.mktemp("shared")) as address:
        yield address


@contextmanager
def _new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'data' / 'diary.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"diary_{next(_NUMBERS)}"
    server.ask(f"CREATE DATABASE {name} TEMPLATE migrated OWNER diary STRATEGY file_copy")
    yield server.url(name, "diary_app")
    server.ask(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started at the first test that asks for it.

    Its role ``diary`` may do what an ordinary user may; its database ``migrated`` has all tables and no rows. They are
    that role's; ``diary_app`` reads and writes them.
    Its zone, its way to write dates and its order of words are such as no program may count on.
    Where PostgreSQL is missing, the test is skipped, but never in CI.
    """
    from diary.storage.engine import open_engine
    from diary.storage.migration import migrate

    if not binaries():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    with PostgresServer(("timezone='America/St_Johns'", "datestyle='SQL, DMY'")) as server:
        server.ask("CREATE ROLE diary LOGIN")
        server.ask("CREATE ROLE diary_app LOGIN")
        order = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0"
        server.ask(f"CREATE DATABASE migrated OWNER diary {order}")
        engine = open_engine(server.url("migrated", "diary"))
        migrate(engine, "diary_app")
        engine.dispose()
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A real browser, started at the first test that asks for it."""
    from playwright.sync_api import expect, sync_playwright

    from tests.browser import chromium
    from tests.browser.screen import PATIENCE

    with sync_playwright() as playwright:
        try:
            browser = chromium.launch(playwright.chromium)
        except LookupError as missing:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    """Opens screens as `open_screen` does; when the test is over, none may have asked a stranger for anything."""
    from tests.browser.screen import open_screen

    pages: list[Page] = []

    def open_one(**look: object) -> "Page":
        pages.append(open_screen(browser, **look))
        return pages[-1]

    yield open_one
    strangers = [address for page in pages for address in page.foreign_requests]
    for page in pages:
        page.context.close()
    assert strangers == [], f"The page asked other hosts than the diary: {strangers}"


@pytest.fixture(autouse=True)
def refused() -> Iterator[list[str]]:
    """What the guard refused; a test that reached out fails even when the code under test swallowed the error."""
    GUARD.refused.clear()
    yield GUARD.refused
    assert GUARD.refused == []


@pytest.fixture(autouse=True)
def _main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's driver leaves its page as ``__main__``, which a process of multiprocessing would begin by running."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    """Streamlit keeps its caches for the life of a process; a test starts without those of another."""
    yield
    if rates := sys.modules.get("diary.ui.rates"):
        rates.forgive()
    if shared := sys.modules.get("diary.ui.shared"):
        shared.settings.cache_clear()
    if streamlit := sys.modules.get("streamlit"):
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()
