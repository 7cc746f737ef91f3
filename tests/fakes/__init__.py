"""Stand-ins for services that tests must not call: real HTTP on 127.0.0.1, faults on demand."""

from tests.fakes.music import FakeMusic
from tests.fakes.songs import SONGS, FakeSong

__all__ = ["SONGS", "FakeMusic", "FakeSong"]
