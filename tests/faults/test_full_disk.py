"""F4, F5: the disk is full, under the database or under the photos, until somebody makes room.

Two ways of being full: a small file system with ENOSPC, where this process may mount one, and the limit of the size
of a file (RLIMIT_FSIZE; EFBIG, which SQLite takes as it takes a quota that is used up), which works anywhere.
"""

import random
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from diary.diary import Diary
from tests.browser.server import DiaryServer
from tests.faults.conftest import Place
from tests.faults.content import look
from tests.faults.distant import write
from tests.faults.figures import note
from tests.faults.scale import scaled
from tests.faults.small_disk import MEGABYTE, SmallDisk
from tests.faults.tab import Tab

DATABASE, PHOTOS = "F4 disk full: database", "F5 disk full: photos"
DAYS = scaled(3, 20)
BOUND = 10  # seconds: nobody waits longer for a page
TEXT = "Rain. " * 1000  # more than a page of SQLite's has room for


@dataclass(frozen=True)
class Full:
    """A running diary whose disk can be filled and freed; ``sign``: what its log says while it is full."""

    server: DiaryServer
    fill: Callable[[], None]
    free: Callable[[], None]
    sign: str


@pytest.fixture(params=["full disk", "file size limit"])
def full(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Iterator[Full]:
    """The diary of `place`, with both of its stores on the disk."""
    server = DiaryServer(tmp_path, place.env)
    with ExitStack() as stack:
        if request.param == "full disk":
            disk = stack.enter_context(SmallDisk(tmp_path / "data", 8 * MEGABYTE))
            ways = Full(server, disk.fill, disk.free, "database or disk is full")
        else:
            ways = Full(server, lambda: _limit(server, 4096), lambda: _limit(server), "disk I/O error")
        stack.enter_context(server)
        yield ways


def _limit(server: DiaryServer, size: int = resource.RLIM_INFINITY) -> None:
    """No file of the running server may grow over ``size`` bytes."""
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _jpeg() -> bytes:
    """A photo that is some 400 kB as WebP."""
    made = BytesIO()
    Image.frombytes("RGB", (900, 600), random.Random(1).randbytes(900 * 600 * 3)).save(made, "JPEG", quality=95)
    return made.getvalue()


@pytest.mark.parametrize("place", ["SQLite, folder"], indirect=True)
def test_nothing_typed_is_lost_while_the_databases_disk_is_full(full: Full, place: Place, request) -> None:
    texts = [f"{number} {TEXT}" for number in range(DAYS)]
    with ExitStack() as stack:
        assert write(stack.enter_context(Tab(full.server.url, query="day=2024-01-01")), "before")
        tabs = [stack.enter_context(Tab(full.server.url, query=f"day=2024-02-{day + 1:02}")) for day in range(DAYS)]
        full.fill()
        acked = [write(tab, text) for tab, text in zip(tabs, texts, strict=True)]
        told = sum("full" in " ".join(tab.errors) for tab in tabs)
        kept = sum(tab.value("note") == text for tab, text in zip(tabs, texts, strict=True))
        tracebacks = [traceback for tab in tabs for traceback in tab.tracebacks]
        reader = stack.enter_context(Tab(full.server.url, query="day=2024-01-01"))
        bites = full.server.log().count(full.sign)
        full.free()
        for tab in tabs:
            tab.press("save")
        saved = sum(tab.said_saved for tab in tabs)
    found = {entry.note for entry in Diary("local", place.parts()).each()}
    note(
        DATABASE,
        f"{place.name}, {request.node.callspec.params['full']}",
        saves_refused=acked.count(False),
        failures_in_the_log=bites,
        told_the_cause=told,
        texts_lost_from_the_form=DAYS - kept,
        longest_wait_s=max(tab.longest for tab in tabs),
        tracebacks=len(tracebacks) + full.server.log().count("Traceback"),
        saved_once_there_was_room=saved,
        lost=len({"before", *texts} - found),
    )
    assert bites > 0
    assert max(tab.longest for tab in tabs) <= BOUND
    assert (acked.count(False), told, kept, saved) == (DAYS, DAYS, DAYS, DAYS)
    assert "before" in reader.text
    assert found == {"before", *texts}
    assert tracebacks == []
    assert "Traceback" not in full.server.log()


@dataclass(frozen=True)
class Photographed:
    """What there was while there was no room for photos: texts told and kept, files and days left by half."""

    told: int
    kept: int
    half_files: list[str]
    days: list[str]


def save_with_photos(tabs: Sequence[Tab], place: Place) -> Photographed:
    """Save a day with a photo in each tab but the last, and one without there."""
    for tab in tabs[:-1]:
        tab.set(note="with a photo", photo=_jpeg())
        tab.press("save")
    assert write(tabs[-1], "without"), "what has no photo finds room"
    return Photographed(
        told=sum("the disk is full" in error for tab in tabs for error in tab.errors),
        kept=sum(tab.value("note") == "with a photo" and not tab.said_saved for tab in tabs),
        half_files=[f.name for f in place.photo_folder.rglob("*") if f.is_file() and f.name != "ballast"],
        days=[entry.note for entry in Diary("local", place.parts()).each()],
    )


@pytest.mark.parametrize("way", ["full disk", "file size limit"])
@pytest.mark.parametrize("place", ["SQLite, folder"], indirect=True)
def test_a_photo_that_finds_no_room_leaves_nothing_half_and_stays_chosen(
    way: str, place: Place, tmp_path: Path
) -> None:
    server = DiaryServer(tmp_path, place.env)
    with ExitStack() as stack:
        if way == "full disk":
            disk = stack.enter_context(SmallDisk(place.photo_folder, 2 * MEGABYTE))
            fill, free = lambda: disk.fill(leave=100_000), disk.free
        else:
            fill, free = lambda: _limit(server, 100_000), lambda: _limit(server)
        stack.enter_context(server)
        tabs = [stack.enter_context(Tab(server.url, query=f"day=2024-02-0{number}")) for number in (1, 2, 3)]
        fill()
        seen = save_with_photos(tabs, place)
        free()
        tabs[0].press("save")
        found = look(place.parts(), [])
    tracebacks = server.log().count("Traceback") + sum(len(tab.tracebacks) for tab in tabs)
    note(
        PHOTOS,
        f"{place.name}, {way}",
        saves_refused=server.log().count("save failed"),
        told_the_cause=seen.told,
        half_files=len(seen.half_files),
        half_saved_days=len(seen.days) - 1,
        broken_images=len(found.broken_photos),
        texts_lost_from_the_form=len(tabs) - 1 - seen.kept,
        longest_wait_s=max(tab.longest for tab in tabs),
        tracebacks=tracebacks,
    )
    assert max(tab.longest for tab in tabs) <= BOUND
    assert seen == Photographed(2, 2, [], ["without"])
    assert tabs[0].said_saved, "the photo was still chosen, and is saved with its day"
    assert tabs[0].photo_paths
    assert found.broken_photos == set()
    assert tracebacks == 0
