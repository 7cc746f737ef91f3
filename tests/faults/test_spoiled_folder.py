"""F6: the data folder is spoiled while the diary runs. Nobody is told "Saved" of what is not kept."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.browser.server import demo
from tests.faults.content import picture
from tests.faults.figures import note
from tests.faults.kept import notes
from tests.faults.ordinary import IN_USE, TITLE, OrdinaryServer, locked
from tests.faults.tab import Tab

BOUND = 7  # seconds; a lock is waited for 5 s
GONE = "The diary's file is no longer in its place. Please put it back there."
_DAYS = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrdinaryServer]:
    server = OrdinaryServer(tmp_path_factory.mktemp("spoiled"))
    demo(server, 800)
    with server:
        yield server


@pytest.fixture
def data(server: OrdinaryServer) -> Path:
    """The data folder of the running diary, in which one day was saved by a page that is gone."""
    with Tab(server.url, query="day=2024-01-01") as tab:
        if not tab.has("edit"):
            tab.set(note="the first day")
            tab.press("save")
            assert tab.said_saved
    return server.folder / "data"


@contextmanager
def moved_away(data: Path) -> Iterator[None]:
    data.rename(data.with_name("elsewhere"))
    yield
    assert not data.exists(), "something was written where nothing is"
    data.with_name("elsewhere").rename(data)


@contextmanager
def file_removed(data: Path) -> Iterator[None]:
    aside = data.with_name("aside")
    aside.mkdir()
    for file in data.glob("diary.db*"):
        file.rename(aside / file.name)
    yield
    assert [*data.glob("diary.db*")] == [], "an empty diary was begun"
    for file in aside.iterdir():
        file.rename(data / file.name)
    aside.rmdir()


@contextmanager
def photos_read_only(data: Path) -> Iterator[None]:
    (data / "photos").mkdir(exist_ok=True)
    (data / "photos").chmod(0o555)
    yield
    (data / "photos").chmod(0o755)


def _locked(data: Path) -> object:
    return locked(data / "diary.db")


Spoil = Callable[[Path], object]
CASES = [
    ("locked by another program", _locked, IN_USE),
    ("folder moved away", moved_away, GONE),
    ("file removed", file_removed, GONE),
    ("photo folder read-only", photos_read_only, "Please check DIARY_PHOTOS and its permissions."),
]


@pytest.mark.parametrize(("name", "spoil", "sentence"), CASES, ids=[name for name, *_ in CASES])
def test_a_page_says_what_to_do_keeps_the_text_and_saves_it_afterwards(
    name: str, spoil: Spoil, sentence: str, server: OrdinaryServer, data: Path
) -> None:
    number, text = next(_DAYS), f"Typed while: {name}"
    logged = len(server.log())
    waits = []
    with Tab(server.url, query=f"day=2024-02-{number:02}") as tab:
        with spoil(data):
            for act in (lambda: tab.set(note=text, photo=picture(number)), lambda: tab.press("save")):
                begun = time.monotonic()
                if tab.has("save"):
                    act()
                waits.append(time.monotonic() - begun)
            acked, said, tracebacks = tab.said_saved, tab.errors, tab.tracebacks
        if tab.has("again"):
            tab.press("again")
        lost = tab.value("note") != text
        tab.press("save")
        saved = tab.said_saved
    log = server.log()[logged:]
    note(
        TITLE,
        f"SQLite, while it runs: {name}",
        longest_wait_s=max(waits),
        told_what_to_do=int(any(sentence in one for one in said)),
        false_saved=int(acked),
        texts_lost_from_the_form=int(lost),
        tracebacks=len(tracebacks) + log.count("Traceback"),
        saved_afterwards=int(saved),
    )
    assert not acked
    assert any(sentence in one for one in said), said
    assert not lost
    assert saved
    assert {"the first day", text} <= set(notes(server.env["DATABASE_URL"]))
    assert tracebacks == []
    assert "Traceback" not in log
    assert max(waits) <= BOUND
    with Tab(server.url, query="day=2024-01-01") as tab:
        assert "the first day" in tab.text


def test_a_file_put_in_the_place_of_another_is_the_one_that_is_written_to(server: OrdinaryServer, data: Path) -> None:
    with Tab(server.url, query="day=2024-03-01") as tab:
        shutil.copytree(data, data.with_name("copy"))
        shutil.rmtree(data)
        data.with_name("copy").rename(data)
        tab.set(note="after the exchange")
        tab.press("save")
        saved = tab.said_saved
    kept = "after the exchange" in notes(server.env["DATABASE_URL"])
    note(TITLE, "SQLite, while it runs: file replaced", false_saved=int(saved and not kept), saved_afterwards=int(kept))
    assert saved
    assert kept


def test_damage_is_told_when_it_is_met_and_a_copy_put_in_its_place_is_read(server: OrdinaryServer, data: Path) -> None:
    with Tab(server.url, "timeline") as tab:
        shutil.copytree(data, data.with_name("copy"))
        with (data / "diary.db").open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(4096)
            file.write(os.urandom(size - 4096))
        met = Tab(server.url, "timeline", "q=neversaid")  # reads days that no page has read before
        with met:
            said, tracebacks = met.errors, tab.tracebacks + met.tracebacks
            shutil.rmtree(data)
            data.with_name("copy").rename(data)
            met.run()
            is_well = not met.errors
    sentence = "The diary's file is damaged. Put the newest copy of it that you have in its place."
    note(
        TITLE,
        "SQLite, while it runs: file damaged",
        told_what_to_do=int(sentence in " ".join(said)),
        tracebacks=len(tracebacks) + server.log().count("Traceback"),
    )
    assert sentence in " ".join(said)
    assert is_well
    assert tracebacks == []
    assert "Traceback" not in server.log()
