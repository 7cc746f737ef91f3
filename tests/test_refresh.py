"""The cache of tracks is kept fresh without making anybody wait."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from diary.errors import SourceError, StorageError
from diary.model import Track
from diary.refresh import TrackRefresher
from diary.storage.tracks import TrackStore
from tests.builders import (
    NOON,
    Clock,
    MemoryCatalog,
    eventually,
    make_engine,
    make_song,
    make_track,
    spotify_id,
    statements,
)

OLD = make_track(title="Ruhe sanft", artists=("Nobody Else",))
NEW = make_track(title="Ruhe sanft (2026)", artists=("Nobody Else",), fetched_at=NOON + timedelta(days=31))
SONG = OLD.song()


class House:
    """A refresher with its catalogue, its cache and its clock."""

    def __init__(self, database: str) -> None:
        self.clock, self.catalog = Clock(), MemoryCatalog(NEW)
        self.tracks = TrackStore(make_engine(database))
        self.refresher = TrackRefresher(self.catalog, self.tracks, self.clock)

    def want(self, known: Track | None) -> int:
        """Want the song once more; how often it was asked for so far, when all that was wanted is done.

        One is asked for after the other, so that when a further one is asked for, those before it are done.
        """
        self.refresher.want(SONG, known)
        further = make_song(spotify_id=spotify_id(len(self.catalog.asked)))
        self.refresher.want(further, None)
        eventually(lambda: further.track_key in self.catalog.asked)
        return self.catalog.asked.count(OLD.key)


@pytest.fixture
def house(database: str) -> House:
    return House(database)


def test_a_track_that_is_missing_is_asked_for_and_kept(house: House) -> None:
    assert house.want(None) == 1
    assert house.tracks.find(OLD.key) == NEW


def test_a_track_is_asked_for_again_when_it_is_older_than_thirty_days(house: House) -> None:
    house.tracks.keep(OLD)
    house.clock.move(days=30)
    assert house.want(OLD) == 0
    house.clock.move(seconds=1)
    assert house.want(OLD) == 1
    assert house.tracks.find(OLD.key) == NEW
    assert house.want(NEW) == 1


def test_a_source_that_names_no_artists_leaves_those_that_were_known(house: House) -> None:
    house.catalog.tracks[OLD.key] = replace(NEW, artists=())
    house.clock.move(days=31)
    assert house.want(OLD) == 1
    assert house.tracks.find(OLD.key) == NEW


def test_a_track_is_asked_for_at_most_once_an_hour(house: House) -> None:
    house.catalog.failure = SourceError("Spotify did not answer.")
    assert [house.want(None) for _ in range(5)] == [1] * 5
    house.clock.move(minutes=60)
    assert house.want(None) == 1
    house.clock.move(seconds=1)
    assert [house.want(None) for _ in range(5)] == [2] * 5


def test_eight_pages_that_show_a_track_at_once_ask_for_it_once(house: House) -> None:
    gate = threading.Barrier(8)

    def show(_: int) -> None:
        gate.wait()
        house.refresher.want(SONG, None)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(show, range(8)))
    assert house.want(None) == 1


def test_a_song_without_identifier_is_never_asked_for(house: House) -> None:
    house.refresher.want(make_song(), None)
    house.want(None)
    assert OLD.key in house.catalog.asked
    assert len(house.catalog.asked) == 2


def test_a_track_that_is_gone_at_its_source_is_dropped(house: House) -> None:
    house.tracks.keep(OLD)
    del house.catalog.tracks[OLD.key]
    house.clock.move(days=31)
    assert house.want(OLD) == 1
    assert house.tracks.find(OLD.key) is None


@pytest.mark.parametrize(
    "failure",
    [
        SourceError("Spotify did not answer."),
        StorageError("The disk is full."),
        ValueError("odd"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_what_goes_wrong_is_logged_without_content_and_what_was_known_stays(
    house: House, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    house.tracks.keep(OLD)
    house.clock.move(days=31)
    house.catalog.failure = failure
    with caplog.at_level(logging.DEBUG):
        assert house.want(OLD) == 1
    assert house.tracks.find(OLD.key) == OLD
    assert str(failure) in caplog.text
    assert "Ruhe" not in caplog.text
    assert "Nobody" not in caplog.text


def test_nobody_waits_for_the_source(house: House) -> None:
    answered = threading.Event()
    refresh = house.catalog.refresh

    def slow(key: str) -> Track | None:
        answered.wait(10)
        return refresh(key)

    house.catalog.refresh = slow
    with statements() as seen:
        house.refresher.want(SONG, None)
        assert house.catalog.asked == []
        assert seen == []
    answered.set()
    eventually(lambda: house.tracks.find(OLD.key))
