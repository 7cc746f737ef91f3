"""The rules of the house (docs/architecture.md), read from the code: who imports whom, what is where, how long."""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# From the bottom up. A room knows the rows below its own, and nobody beside it.
ORDER = (
    ("diary.errors", "diary.clock", "diary.log", "diary.periods"),
    ("diary.written",),
    ("diary.model",),
    ("diary.query", "diary.insight", "diary.life"),
    ("diary.protocols",),
    ("diary.account", "diary.history", "diary.lives", "diary.refresh", "diary.sums"),
    ("diary.diary", "diary.sweep", "diary.storage", "diary.music", "diary.transfer", "diary.settings"),
    ("diary.assembly",),
    ("diary",),
    ("diary.ui", "diary.commands"),
    ("pages", "streamlit_app", "diary.__main__"),
)
ONLY_KNOWN_TO = {
    "diary.storage": ("diary.assembly",),
    "diary.music": ("diary.assembly",),
    "diary.settings": ("diary.assembly", "diary.ui", "diary.commands"),
}
HOMES = {
    "PIL": ("diary.storage.photos",),
    "alembic": ("diary.storage",),
    "boto3": ("diary.storage",),
    "botocore": ("diary.storage",),
    "certifi": ("diary.storage.postgres",),
    "coloraide": ("diary.ui",),
    "cryptography": ("diary.settings.values", "diary.storage.photos.distribution"),
    "httpx": ("diary.ui.roundtrip",),
    "limits": ("diary.ui.rates",),
    "markdown_it": ("diary.ui.text",),
    "pandas": ("diary.transfer",),
    "pillow_heif": ("diary.storage.photos",),
    "plotly": ("diary.ui.canvas",),
    "psycopg2": ("diary.storage",),
    "pydantic": ("diary.settings",),
    "requests": ("diary.music",),
    "spotipy": ("diary.music.spotify",),
    "sqlalchemy": ("diary.storage",),
    "starlette": tuple(
        f"diary.ui.{door}" for door in ("gate", "login", "page", "rates", "roundtrip", "server", "take_out")
    ),
    "streamlit": ("streamlit_app", "pages", "diary.ui"),
    "urllib3": ("diary.music",),
}
ENVIRONMENT = ("diary.settings", "diary.storage.postgres")  # in the latter those that libpq itself reads
STATE = ("diary.ui.state",)
HEAVY = ("PIL", "boto3", "cryptography", "pandas", "plotly", "spotipy", "streamlit")
SCRIPTS = ("diary.ui.shell", "diary.storage.migrations", "pages", "streamlit_app")  # run, never imported
MAX_FUNCTION, MAX_FILE, MAX_PAGE = 40, 250, 80


def within(module: str, rooms: tuple[str, ...]) -> str | None:
    """The one of ``rooms`` that ``module`` is or lies in; the package ``diary`` itself is no room of its parts."""
    return next((r for r in rooms if module == r or (r != "diary" and module.startswith(f"{r}."))), None)


@dataclass(frozen=True)
class Module:
    """One file of the house at ``root``; ``path`` is relative to it."""

    root: Path
    path: Path

    @cached_property
    def name(self) -> str:
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text(encoding="utf-8")

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(ast.parse(self.text, str(self.path))))

    @cached_property
    def imports(self) -> frozenset[str]:
        """Full names of all modules it imports, at its top or anywhere inside."""
        return frozenset(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                package = self.path.parent.parts[: len(self.path.parent.parts) - node.level + 1] if node.level else ()
                base = ".".join((*package, *([node.module] if node.module else [])))
                yield from (self._submodule(base, alias.name) or base for alias in node.names)

    def _submodule(self, package: str, name: str) -> str | None:
        place = self.root.joinpath(*package.split("."), name)
        return f"{package}.{name}" if place.is_dir() or place.with_suffix(".py").is_file() else None


def modules(root: Path) -> list[Module]:
    files = [*root.glob("streamlit_app.py"), *root.glob("pages/*.py"), *root.glob("diary/**/*.py")]
    return [Module(root, file.relative_to(root)) for file in sorted(files)]


def rank(module: str) -> int | None:
    return next((number for number, row in enumerate(ORDER) if within(module, row)), None)


def wrong_ways(house: list[Module]) -> Iterator[str]:
    """Imports that go up or sideways, past the assembly, or from a room without a place in the order."""
    rooms = tuple(room for row in ORDER for room in row)
    for module in house:
        if rank(module.name) is None:
            yield f"{module.name} has no place in ORDER"
            continue
        for target in sorted(name for name in module.imports if name.split(".")[0] in {"diary", "pages"}):
            if (there := within(target, rooms)) == within(module.name, rooms):
                continue
            known_to = ONLY_KNOWN_TO.get(there or "", (module.name,))
            if there is None or rank(target) >= rank(module.name) or not within(module.name, known_to):
                yield f"{module.name} imports {target}"


def strays(house: list[Module]) -> Iterator[str]:
    """Libraries, and what stands for the outside, used away from home."""
    for module in house:
        for library in sorted({name.split(".")[0] for name in module.imports} - sys.stdlib_module_names):
            if library not in {"diary", "pages"} and not within(module.name, HOMES.get(library, ())):
                yield f"{module.name} uses {library}"
        for node in module.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used = f"{node.value.id}.{node.attr}"
                home = ENVIRONMENT if used in {"os.environ", "os.getenv"} else ()
                home = STATE if used in {"st.session_state", "st.query_params"} else home
                if home and not within(module.name, home):
                    yield f"{module.name} uses {used}"


def too_long(house: list[Module]) -> Iterator[str]:
    for module in house:
        if "versions" in module.path.parts:
            continue
        lines, limit = module.text.count("\n"), MAX_PAGE if within(module.name, ("pages",)) else MAX_FILE
        if lines > limit:
            yield f"{module.path} has {lines} lines"
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > MAX_FUNCTION:
                    yield f"{module.path}: {node.name} has {length} lines"


IMPORT_AND_TELL = """
import gc, importlib, json, os, sys
HEAVY, at_home, modules = json.loads(sys.argv[1])
for library in at_home:
    importlib.import_module(library)
heavy = [library for library in HEAVY if library not in sys.modules]
seen, told = [], []

def watch(event, args):
    if event in {"os.mkdir", "socket.connect", "sqlite3.connect", "subprocess.Popen"}:
        seen.append(event)
    elif event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        seen.append(f"opening {args[0]} to write")

sys.addaudithook(watch)
for module in modules:
    try:
        importlib.import_module(module)
    except Exception as error:
        seen.append(repr(error))
    seen += [library for library in heavy if library in sys.modules]
    seen += ["an engine" for thing in gc.get_objects() if type(thing).__name__ == "Engine"]
    told += [f"importing {module} brings {thing}" for thing in seen]
    seen.clear()
    heavy = [library for library in heavy if library not in sys.modules]
print(json.dumps(told))
"""


def deeds_at_import(house: list[Module], nowhere: Path) -> list[str]:
    """What importing does: heavy libraries loaded away from home, engines made, files or connections opened.

    Each group of modules that are home to the same libraries is imported in a fresh interpreter where only
    those libraries are loaded, in the empty folder ``nowhere``.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for module in house:
        if not within(module.name, SCRIPTS):
            groups[tuple(lib for lib in HEAVY if within(module.name, HOMES[lib]))].append(module.name)
    told = []
    for at_home, names in groups.items():
        environment = {"PATH": os.environ["PATH"], "HOME": str(nowhere), "PYTHONDONTWRITEBYTECODE": "1"}
        answer = subprocess.run(
            [sys.executable, "-c", IMPORT_AND_TELL, json.dumps([HEAVY, at_home, names])],
            cwd=nowhere,
            env=environment | {"PYTHONPATH": str(house[0].root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        told += json.loads(answer.stdout)
    return told + [f"importing leaves {left.name} behind" for left in nowhere.iterdir()]


@pytest.fixture(scope="module")
def house() -> list[Module]:
    return modules(PROJECT)


def test_imports_point_one_way(house: list[Module]) -> None:
    assert list(wrong_ways(house)) == []


def test_one_library_has_one_home(house: list[Module]) -> None:
    assert list(strays(house)) == []


def test_pages_files_and_functions_are_short(house: list[Module]) -> None:
    assert list(too_long(house)) == []


def test_importing_a_module_does_nothing(house: list[Module], tmp_path: Path) -> None:
    assert deeds_at_import(house, tmp_path) == []


def test_every_library_is_asked_for_by_name(house: list[Module]) -> None:
    asked = set(re.findall(r"^[\w-]+", (PROJECT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE))
    makers = importlib.metadata.packages_distributions()
    used = {name.split(".")[0] for module in house for name in module.imports} & HOMES.keys()
    assert [lib for lib in used if not asked & {maker.lower().replace("_", "-") for maker in makers[lib]}] == []


# The same checks on a house that breaks the rules, to see that they can fail.


def build(root: Path, **files: str) -> list[Module]:
    """A made-up house: ``diary__music__links="import os"`` is the file diary/music/links.py."""
    for name, text in files.items():
        file = root.joinpath(*name.split("__")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    return modules(root)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"diary__model": "import diary.query", "diary__query": ""}, "diary.model imports diary.query"),
        (
            {"diary__music__links": "def f():\n    from diary.storage import tables", "diary__storage__tables": ""},
            "diary.music.links imports diary.storage.tables",
        ),
        (
            {"diary__diary": "from diary.transfer.csv import plan", "diary__transfer__csv": ""},
            "diary.diary imports diary.transfer.csv",
        ),
        (
            {"diary__storage__tables": "from .. import settings", "diary__settings": ""},
            "diary.storage.tables imports diary.settings",
        ),
        (
            {"pages__today": "from diary.storage.photos import put", "diary__storage__photos": ""},
            "pages.today imports diary.storage.photos",
        ),
        ({"diary__ui__cards": "import pages.today", "pages__today": ""}, "diary.ui.cards imports pages.today"),
        ({"diary__storage__entries": "from diary import open_diary"}, "diary.storage.entries imports diary"),
        ({"diary__attic": ""}, "diary.attic has no place in ORDER"),
    ],
)
def test_a_wrong_way_is_found(files: dict[str, str], complaint: str, tmp_path: Path) -> None:
    assert list(wrong_ways(build(tmp_path, **files))) == [complaint]


def test_right_ways_are_left_alone(tmp_path: Path) -> None:
    house = build(
        tmp_path,
        pages__today="from diary.ui import cards\nfrom diary.model import Entry",
        diary__ui__cards="from diary import open_diary, settings\nimport diary.assembly",
        diary__assembly="from diary.storage.entries import EntryStore\nfrom diary import diary, settings",
        diary__storage__entries="from . import tables\nfrom diary.storage.tables import days",
        diary__storage__tables="from diary.errors import StorageError",
        diary__diary="",
        diary__errors="",
        diary__model="",
        diary__settings="",
    )
    assert list(wrong_ways(house)) == []


@pytest.mark.parametrize(
    ("place", "text", "complaint"),
    [
        ("diary__model", "import streamlit as st", "diary.model uses streamlit"),
        ("diary__ui__cards", "from sqlalchemy.exc import SQLAlchemyError", "diary.ui.cards uses sqlalchemy"),
        ("diary__music__catalog", "import spotipy", "diary.music.catalog uses spotipy"),
        ("pages__moods", "def f():\n    import pandas", "pages.moods uses pandas"),
        ("diary__query", "import leftpad", "diary.query uses leftpad"),
        ("diary__diary", "import os\nkey = os.environ['KEY']", "diary.diary uses os.environ"),
        ("pages__year", "import streamlit as st\nst.session_state.year = 2026", "pages.year uses st.session_state"),
    ],
)
def test_a_library_away_from_home_is_found(place: str, text: str, complaint: str, tmp_path: Path) -> None:
    assert list(strays(build(tmp_path, **{place: text}))) == [complaint]


@pytest.mark.parametrize(
    ("place", "text", "complaint"),
    [
        ("pages__today", "x = 1\n" * 80, "pages/today.py has 81 lines"),
        ("diary__model", "x = 1\n" * 250, "diary/model.py has 251 lines"),
        ("diary__model", "def save():\n" + "    x = 1\n" * 40, "diary/model.py: save has 41 lines"),
    ],
)
def test_what_is_too_long_is_found(place: str, text: str, complaint: str, tmp_path: Path) -> None:
    assert list(too_long(build(tmp_path, **{place: text}))) == [complaint]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("import spotipy", "importing diary.model brings spotipy"),
        ("import sqlalchemy\nengine = sqlalchemy.create_engine('sqlite://')", "importing diary.model brings an engine"),
        ("import os\nos.mkdir('data')", "importing diary.model brings os.mkdir"),
        ("open('diary.log', 'w').close()", "importing diary.model brings opening diary.log to write"),
        ("import sqlite3\nsqlite3.connect(':memory:')", "importing diary.model brings sqlite3.connect"),
    ],
)
def test_a_module_that_acts_when_imported_is_found(text: str, complaint: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert complaint in deeds_at_import(build(tmp_path / "house", diary__model=text), nowhere)
