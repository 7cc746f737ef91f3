"""Two people, one server: every route, page, command and cache. What is one's does not exist for the other.

`tests/test_owners.py` does the same for every method of a diary. What is new and not on one of the lists fails a test.
"""

import argparse
import functools
import html
import importlib
import inspect
import io
import json
import pkgutil
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import diary
from diary.__main__ import main
from diary.assembly import make_parts, open_diary, prepare
from diary.commands.parser import make_parser
from diary.settings import load_settings
from diary.ui import shared
from tests.browser.server import PROJECT
from tests.house import CANARY, House, fill, running_house
from tests.login import owner_of

ADA, BEN = CANARY.format("ada"), CANARY.format("ben")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


# -------------------------------------------------------------------- routes

# What is the same for everybody, with an address to try it by.
ALIKE = {
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/cover/{seed}.svg": "/cover/0123456789abcdef.svg",
    "/_stcore/health": "/_stcore/health",
    "/_stcore/host-config": "/_stcore/host-config",
    "/component/{path:path}": "/component/x/index.html",
    "/_stcore/bidi-components/{path:path}": "/_stcore/bidi-components/x/y.js",
    "/app/static/{path:path}": "/app/static/diary.css",
    "": "/moods",  # Streamlit's own page and scripts
}
# For the machine itself.
INNER = {
    "/_stcore/metrics",
    "/_stcore/agent/interact",
    "/_stcore/agent/mcp",
    "/_stcore/agent/openapi.json",
}
# They answer whoever asks with a way elsewhere, and hold nothing: tests/ui/test_roundtrip.py.
ROUND_TRIP = {"/auth/login", "/auth/logout", "/oauth2callback"}
# The pages, below.
SOCKET = {"/_stcore/stream"}
# What belongs to somebody: the test of that name asks for what is Ada's.
OWN = {
    "/photo/{key:path}",
    "/take/days.json",
    "/take/days.csv",
    "/take/everything.zip",
    "/media/{file_id:path}",
    "/_stcore/upload_file/{session_id}/{file_id}",
}
ROUTES_OF_THE_APP = """
import json, streamlit as st
from diary.ui import server
app = st.App(server.SHELL, routes=server.routes(), secrets=server.secrets())
print(json.dumps([getattr(route, "path", repr(route)) for route in app._build_starlette_app().routes]))
"""


def test_every_route_is_on_a_list(house: House) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ROUTES_OF_THE_APP], cwd=PROJECT, env=house.server.env, capture_output=True, check=True
    )
    assert set(json.loads(told.stdout)) ^ (ALIKE.keys() | INNER | ROUND_TRIP | SOCKET | OWN) == set()


@pytest.mark.parametrize("route", ALIKE)
def test_what_is_for_all_is_the_same_for_all(house: House, route: str) -> None:
    answers = {house.ask(ALIKE[route], who) for who in ("ada", "ben", "nobody")}
    assert len(answers) == 1
    assert ADA.encode() not in answers.pop().body


@pytest.mark.parametrize("route", sorted(INNER))
def test_what_is_for_the_machine_is_for_nobody_beyond_it(house: House, route: str) -> None:
    for who in ("ada", "ben", "nobody"):
        assert house.ask(route, who, X_Forwarded_For="203.0.113.5").status == 404


@pytest.mark.parametrize("page", ["/timeline", "/year"])
def test_days_that_are_sent_with_a_page(house: House, page: str) -> None:
    adas, bens, nobodys = (house.ask(page, who) for who in ("ada", "ben", "nobody"))
    assert ADA.encode() in adas.body
    assert BEN.encode() in bens.body
    assert ADA.encode() not in bens.body + nobodys.body
    assert BEN.encode() not in adas.body + nobodys.body
    assert 'class="ahead"' not in nobodys.body.decode()
    assert adas.headers["Cache-Control"] == "private, no-store"


def test_photo(house: House) -> None:
    sent = house.shown("timeline", "ada").encode().decode("unicode_escape")
    address = html.unescape(re.findall(r"/photo/[^\"\\ ]+", sent)[0])
    assert [house.ask(address, who).status for who in ("ada", "ben", "nobody")] == [200, 404, 404]


@pytest.mark.parametrize("file", ["days.json", "days.csv"])
def test_take_days(house: House, file: str) -> None:
    adas, bens = (house.ask(f"/take/{file}", who).body for who in ("ada", "ben"))
    assert ADA.encode() in adas
    assert BEN.encode() in bens
    assert ADA.encode() not in bens
    assert house.ask(f"/take/{file}").status == 404


def test_take_everything(house: House) -> None:
    with zipfile.ZipFile(io.BytesIO(house.ask("/take/everything.zip", "ben").body)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(content.values()) + "".join(content).encode()
    assert BEN.encode() in everything
    for adas in (ADA, owner_of("ada"), house.photos["ada"], house.photos["ada"].partition("/")[0]):
        assert adas.encode() not in everything
    assert house.ask("/take/everything.zip").status == 404


def test_media_and_uploads(house: House) -> None:
    """Pages give no file to Streamlit, and a file sent belongs to a session, whose name nobody else knows."""
    for page in ("", "timeline", "year", "moods", "settings"):
        assert "/media/" not in house.shown(page, "ada")
    for who in ("ada", "ben", "nobody"):
        assert house.ask("/media/0123456789.png", who).status == 404
        for method in ("PUT", "DELETE"):
            assert house.ask("/_stcore/upload_file/a-session/a-file", who, method).status in {400, 403, 404}


# -------------------------------------------------------------------- pages

PAGES = {
    "": "day=2026-11-20",
    "timeline": "",
    "year": "year=2026&day=2026-11-20",
    "moods": "period=year",
    "settings": "",
}


def test_every_page_is_on_the_list() -> None:
    assert {path.stem for path in (PROJECT / "pages").glob("*.py")} == {page or "today" for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_is_ones_own_and_nothing_of_the_other(house: House, page: str) -> None:
    shown = {who: house.shown(page, who, PAGES[page]) for who in ("ada", "ben", "nobody")}
    told = {who: [canary in text for canary in (ADA, BEN)] for who, text in shown.items()}
    assert told == {"ada": [True, False], "ben": [False, True], "nobody": [False, False]}
    assert house.photos["ada"].partition("/")[0] not in shown["ben"] + shown["nobody"]


@pytest.mark.parametrize("query", [f"q={ADA}", f"q=mood:{ADA}", f"q=artist:{ADA}", "q=before"])
def test_no_search_finds_anothers(house: House, query: str) -> None:
    assert "no day like that" in house.shown("timeline", "ben", query)


# -------------------------------------------------------------------- commands

Arguments = Callable[[Path], list[str]]
# Each is done to Ben's diary; Ada's stays as it is, and nothing of hers is told.
FOR_ONE: dict[str, Arguments] = {
    "demo": lambda folder: ["demo", "--days", "3"],  # refused: he has written
    "export": lambda folder: ["export", str(folder / "ben.json")],
    "import": lambda folder: ["import", str(folder / "ben.json"), "--dry-run"],
    "disable": lambda folder: ["disable"],
    "enable": lambda folder: ["enable"],
    "claim": lambda folder: ["claim", "--to", owner_of("ada")],  # refused: she has written
    "delete-account": lambda folder: ["delete-account", "--confirm", owner_of("ben")],
}
# For whoever runs the server: they change nothing of what anybody wrote, and tell of numbers only.
FOR_ALL: dict[str, Arguments] = {
    "migrate": lambda folder: ["migrate"],
    "backup": lambda folder: ["backup", str(folder / "all.zip")],
    "restore": lambda folder: ["restore", str(folder / "all.zip")],  # refused: something is there
    "move": lambda folder: ["move", "--to", str(folder / "elsewhere")],
    "doctor": lambda folder: ["doctor"],
    "sweep": lambda folder: ["sweep"],
}


def test_every_command_is_on_a_list() -> None:
    (commands,) = (a for a in make_parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert commands.choices.keys() == FOR_ONE.keys() | FOR_ALL.keys()


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is in the environment leads to a new diary of Ada and Ben."""
    for name, value in {"DATABASE_URL": f"sqlite:///{tmp_path / 'd.db'}", "DIARY_PHOTOS": str(tmp_path / "p")}.items():
        monkeypatch.setenv(name, value)
    prepare(load_settings())
    fill(make_parts(load_settings()))
    for who in ("ada", "ben"):
        assert main(["export", str(tmp_path / f"{who}.json"), "--owner", owner_of(who)]) == 0
    assert main(["backup", str(tmp_path / "all.zip")]) == 0
    return tmp_path


def all_of(who: str) -> list[Any]:
    one = open_diary(load_settings(), owner_of(who))
    days = list(one.each())
    return [days, one.all_moods(), one.history.deleted(), [one.photo(str(day.photo)) for day in days if day.photo]]


@pytest.mark.parametrize("command", [*FOR_ONE, *FOR_ALL])
def test_a_command_tells_and_changes_nothing_of_others(
    two: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    before = all_of("ada")
    arguments = (FOR_ONE.get(command) or FOR_ALL[command])(two)
    main([*arguments, "--owner", owner_of("ben")] if command in FOR_ONE else arguments)
    said = "".join(capsys.readouterr())
    assert said
    assert ADA not in said
    assert all_of("ada") == before


# -------------------------------------------------------------------- caches

# What functions keep for the life of a process, and why nobody finds there what is another's.
CACHES = {
    "diary.assembly.make_parts": "by the settings; the stores in it ask for the owner each time",
    "diary.ui.shared._parts": "likewise",
    "diary.ui.shared._diary": "by the settings and the owner",
    "diary.music.catalog.make_catalog": "by the settings; what catalogues say is the same for everybody",
    "diary.storage.moods.mood_of": "by all that a mood is; only a row of its owner leads there",
    "diary.model.Song": "likewise; by all that a song is",
    "diary.model.Track": "by all that a track is, which is the same for everybody",
    "diary.storage.entries._select_found": "by what is looked for; the query in it is told the owner each time",
    "diary.storage.entries._select_on": "by the names of parameters; likewise",
    "diary.storage.tables._instant": "by its text; who wrote it does not matter",
    "diary.ui.text._bare": "by the words of a note; whoever has the same is told the same",
    "diary.ui.photos._signing_key": "one for the whole database; an address is good for its owner only",
    "diary.ui.rates._limiter": "counts by owner or address",
    "diary.ui.rates._limit": "by the name of the limit",
    "diary.ui.server.content_security_policy": "without arguments, like all that follow: they know of nobody",
    "diary.ui.shared.settings": "",
    "diary.ui.roundtrip._authorities": "",
    "diary.ui.figures._component": "",
    "diary.ui.frame._component": "",
    "diary.ui.page.page": "",
    "diary.ui.searching._help": "the same for everybody",
    "diary.ui.grids._component": "",
    "diary.ui.text._markdown": "",
    "diary.ui.text._paragraphs": "",
}


def test_every_cache_is_on_the_list() -> None:
    kept: dict[str, Any] = {}
    for module in pkgutil.walk_packages(diary.__path__, "diary."):
        if "migrations" not in module.name and module.name not in {"diary.__main__", "diary.ui.shell"}:
            for thing in vars(importlib.import_module(module.name)).values():
                if isinstance(thing, functools._lru_cache_wrapper) and thing.__module__.startswith("diary."):
                    kept[f"{thing.__module__}.{thing.__qualname__}"] = thing
    assert kept.keys() == CACHES.keys()
    for name, why in CACHES.items():
        assert why or not inspect.signature(kept[name]).parameters
    sources = "".join(
        file.read_text(encoding="utf-8") for file in [*PROJECT.glob("diary/**/*.py"), *PROJECT.glob("pages/*.py")]
    )
    assert not re.findall(r"st\.cache_\w+", sources), "Streamlit's own caches know no owner"


@pytest.mark.usefixtures("two")
def test_the_cache_of_diaries_has_the_owner_in_its_key() -> None:
    names = [owner_of("ada"), owner_of("ben"), owner_of("ADA"), owner_of("ada") + " ", "local"]
    opened = [shared.diary_of(name) for name in names]
    assert [one.owner_id for one in opened] == names
    assert len({id(one) for one in opened}) == len(names)
    assert all(shared.diary_of(name) is one for name, one in zip(names, opened, strict=True))
    assert [one.count() for one in opened] == [1, 1, 0, 0, 0]
