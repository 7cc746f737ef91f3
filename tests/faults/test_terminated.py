"""F26: SIGTERM, as systemd and containers send it, during saves, an upload and commands: finished or rolled back."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from diary.assembly import open_diary, prepare
from diary.model import EntryDraft
from diary.settings import load_settings
from diary.storage.copies.archive import opened
from diary.transfer.file import write_file
from diary.transfer.json_file import json_lines
from tests.browser.server import PROJECT, DiaryServer
from tests.builders import a_row_of_days, eventually
from tests.faults.conftest import Place
from tests.faults.content import look, picture
from tests.faults.figures import note
from tests.faults.ordinary import locked
from tests.faults.scale import FULL, scaled
from tests.faults.tab import Gone, Tab
from tests.faults.typists import Typists

TITLE = "F26 SIGTERM"
BOUND = 10  # seconds
ROUNDS, TABS, COMMAND_ROUNDS, DAYS = scaled(1, 5), 4, scaled(1, 8), scaled(1000, 10_000)
APPS, IMPORTS = ["PostgreSQL, S3"], ["PostgreSQL, folder"]
FILES = [("SQLite, folder", "backup"), ("PostgreSQL, folder", "export")]
if FULL:
    APPS, IMPORTS = [*APPS, "SQLite, folder"], [*IMPORTS, "SQLite, folder"]
    FILES += [("SQLite, folder", "export"), ("PostgreSQL, folder", "backup")]


def stop(server: DiaryServer) -> float:
    """Seconds until it has ended."""
    begun = time.monotonic()
    server.stop()
    return time.monotonic() - begun


@pytest.mark.parametrize("place", APPS, indirect=True)
def test_an_app_told_to_end_while_tabs_save_loses_nothing_and_ends_soon(place: Place, tmp_path: Path) -> None:
    server, chance = DiaryServer(tmp_path, place.env), random.Random(5)
    seconds, acked, amid, longest = [], [], 0, 0.0
    for _ in range(ROUNDS):
        server.start()
        with Typists(server.url, TABS) as typists:
            enough = chance.randrange(5, 20)
            typists.wait(lambda: len(typists.acked) >= enough and typists.in_flight > 1)  # noqa: B023
            amid += typists.in_flight
            seconds.append(stop(server))
        acked += typists.acked
        longest = max(longest, typists.longest)
    found = look(place.parts(), acked)
    note(
        TITLE,
        f"{place.name}, {TABS} tabs saving",
        rounds=ROUNDS,
        saves_under_way=amid,
        acknowledged=len(acked),
        lost=len(found.lost),
        half_written=len(found.half_written) + len(found.gaps),
        half_files=len(found.broken_photos),
        longest_until_the_end_s=max(seconds),
        longest_wait_for_a_page_s=longest,
    )
    assert amid > ROUNDS, "saves have to be under way"
    assert found.is_well, found
    assert max(seconds) <= BOUND
    assert "Traceback" not in server.log()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DiaryServer]:
    with DiaryServer(tmp_path / "app") as server:
        yield server


def test_an_app_told_to_end_while_a_save_waits_for_a_lock_ends_soon(server: DiaryServer) -> None:
    saying = []

    def save(tab: Tab) -> None:
        with suppress(*Gone):
            tab.press("save")
            saying.append(tab.said_saved)

    with Tab(server.url, query="day=2024-01-01") as tab:
        tab.set(note="typed")
        with locked(server.folder / "data" / "diary.db"):
            pressed = threading.Thread(target=save, args=(tab,))
            pressed.start()
            pressed.join(1)
            assert pressed.is_alive(), "the save waits"
            seconds = stop(server)
        pressed.join()
    server.start()
    with Tab(server.url, query="day=2024-01-01") as tab:
        kept = tab.value("note")
    note(
        TITLE,
        "SQLite, a save that waits for a lock",
        false_saved=saying.count(True),
        texts_lost=int(kept != "typed"),
        longest_until_the_end_s=seconds,
    )
    assert True not in saying
    assert kept == "typed", "what was typed was kept as a draft before"
    assert seconds <= BOUND


def test_an_app_told_to_end_in_the_middle_of_an_upload_ends_soon_and_keeps_no_part_of_it(server: DiaryServer) -> None:
    place = urlsplit(server.url)
    with (
        Tab(server.url, query="day=2024-01-01") as tab,
        closing(socket.create_connection((place.hostname, place.port))) as line,
    ):
        tab.set(note="typed")
        path, headers, _ = tab.upload_place()
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"PUT {path} HTTP/1.1\r\nHost: {place.netloc}\r\n{head}Content-Length: 5000000\r\n\r\n".encode())
        line.sendall(bytes(2_000_000))
        seconds = stop(server)
    left = [file for file in (server.folder / "data").rglob("*") if file.is_file() and "diary.db" not in file.name]
    note(TITLE, "SQLite, folder, an upload half sent", half_files=len(left), longest_until_the_end_s=seconds)
    assert left == []
    assert seconds <= BOUND


# ------------------------------------------------------------------ commands


def begin(command: str, file: Path) -> subprocess.Popen[bytes]:
    """Start ``command`` on ``file`` as a program of its own."""
    program = [sys.executable, "-m", "diary", command, str(file)]
    return subprocess.Popen(program, cwd=PROJECT, env=dict(os.environ), stdout=subprocess.DEVNULL)


def end(run: subprocess.Popen[bytes], after: float) -> tuple[bool, float]:
    """Tell ``run`` to end after so many seconds: whether it was ended by that, and how long it took to end."""
    with suppress(subprocess.TimeoutExpired):
        run.wait(after)
    begun = time.monotonic()
    run.send_signal(signal.SIGTERM)
    return run.wait(60) != 0, time.monotonic() - begun


@pytest.fixture
def days_file(tmp_path: Path) -> Path:
    """An export of many days."""
    settings = load_settings({"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"})
    prepare(settings)
    diary = open_diary(settings)
    diary.add_days(a_row_of_days(DAYS))
    file = tmp_path / "days.json"
    write_file(file, json_lines(diary.each(), diary.moods()))
    return file


@pytest.mark.parametrize("place", IMPORTS, indirect=True)
def test_an_import_told_to_end_has_brought_in_all_or_nothing(place: Place, days_file: Path) -> None:
    prepare(load_settings())
    diary, chance, begun = open_diary(load_settings()), random.Random(6), time.monotonic()
    assert begin("import", days_file).wait() == 0
    whole, ended, half, seconds = time.monotonic() - begun, 0, 0, []
    for _ in range(COMMAND_ROUNDS):
        for entry in diary.each() if diary.count() else ():
            diary.delete(entry)
        is_ended, took = end(begin("import", days_file), whole * chance.uniform(0.2, scaled(6, 9) / 10))
        ended += is_ended
        half += diary.count() not in {0, DAYS}
        seconds.append(took)
    note(
        TITLE,
        f"{place.name}, import of {DAYS} days",
        rounds=COMMAND_ROUNDS,
        ended_by_it=ended,
        half_imports=half,
        longest_until_the_end_s=max(seconds),
    )
    assert half == 0
    assert ended > 0
    assert max(seconds) <= BOUND


@pytest.mark.parametrize(("place", "command"), FILES, indirect=["place"])
def test_a_file_told_to_end_is_whole_or_not_there_and_leaves_nothing_beside_it(
    command: str, place: Place, tmp_path: Path
) -> None:
    prepare(load_settings())
    diary, chance, folder = open_diary(load_settings()), random.Random(7), tmp_path / "files"
    diary.add_days(a_row_of_days(DAYS))
    for kind in range(20):
        diary.save(EntryDraft(date(1950, 1, kind + 1), new_photo=picture(kind)))
    folder.mkdir()
    ending = {"backup": "zip", "export": "json"}[command]
    files = f"*.{ending}"
    run, begun = begin(command, folder / f"whole.{ending}"), _when_it_writes(folder, files)
    assert run.wait() == 0
    whole, size = time.monotonic() - begun, (folder / f"whole.{ending}").stat().st_size
    ended, half, left, seconds = 0, 0, 0, []
    for turn in range(COMMAND_ROUNDS):
        file = folder / f"{turn}.{ending}"
        run = begin(command, file)
        _when_it_writes(folder, files)
        is_ended, took = end(run, chance.uniform(0, whole))
        ended += is_ended
        half += file.exists() and not _is_whole(file, size)
        beside = {*folder.iterdir()} - {*folder.glob(files)}
        left += len(beside)
        for other in beside:
            shutil.rmtree(other)
        seconds.append(took)
    note(
        TITLE,
        f"{place.name}, {command} of {DAYS} days",
        rounds=COMMAND_ROUNDS,
        ended_by_it=ended,
        half_files=half,
        left_beside=left,
        longest_until_the_end_s=max(seconds),
    )
    assert (half, left) == (0, 0)
    assert ended > 0
    assert max(seconds) <= BOUND


def _when_it_writes(folder: Path, files: str) -> float:
    """Wait until something lies aside in ``folder``; the moment it did."""
    eventually(lambda: {*folder.iterdir()} - {*folder.glob(files)}, 60)
    return time.monotonic()


def _is_whole(file: Path, size: int) -> bool:
    """Whether an archive reads from end to end, or an export is as long as the whole one."""
    if file.suffix == ".json":
        return file.stat().st_size == size
    with opened(file) as archive:
        return all(archive.photo(key) for key in archive.photo_keys()) and sum(1 for _ in archive.lines("entries")) > 0
