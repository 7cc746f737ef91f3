"""The dataset of the bench: as many days and owners as it says, and nobody sees another's."""

from pathlib import Path

import pytest

from bench.dataset import READER, Size, fill
from bench.reference import rows
from diary.assembly import open_diary
from diary.query import EVERYTHING, parse
from diary.settings import load_settings

SMALL = Size(50, 3)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("dataset")
    env = {"DATABASE_URL": f"sqlite:///{folder / 'diary.db'}", "DIARY_PHOTOS": str(folder / "photos")}
    fill(env, SMALL)
    return env


@pytest.mark.parametrize(
    ("size", "shares"),
    [
        (Size(1000, 1), (1000,)),
        (SMALL, (25, 13, 12)),
        (Size(365_000, 100), (3650,) * 100),
        (Size(10_000, 3), (3650, 3175, 3175)),
    ],
)
def test_the_reader_has_ten_years_or_half_and_the_others_share_the_rest(size: Size, shares: tuple[int, ...]) -> None:
    assert size.shares == shares
    assert sum(size.shares) == size.rows


def test_every_owner_has_the_days_of_their_share(env: dict[str, str]) -> None:
    settings = load_settings(env)
    counts = tuple(open_diary(settings, owner).count() for owner in (READER, "owner 1", "owner 2"))
    assert counts == SMALL.shares


def test_every_song_has_a_cover(env: dict[str, str]) -> None:
    shown = open_diary(load_settings(env), READER).find(EVERYTHING, 20)
    songs = [entry for entry in shown if entry.song]
    assert len(songs) > 10
    assert all(entry.track and entry.track.artwork_url for entry in songs)


def test_the_reference_programs_read_the_same_days(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_FILE", env["DATABASE_URL"].removeprefix("sqlite:///"))
    monkeypatch.setattr(rows, "_threads", type("Threads", (), {})())
    rows._file.cache_clear()
    diary = open_diary(load_settings(env), READER)

    def days(query: str = "") -> list[tuple[str, str]]:
        shown = diary.find(parse(query).term, 20)
        return [(entry.day.isoformat(), entry.note) for entry in shown]

    assert [(row[0], row[5]) for row in rows.newest(20)] == days()
    mood = next(row[1] for row in rows.newest(20) if row[1])
    assert [(row[0], row[5]) for row in rows.newest(20, mood=mood)] == days(f"mood:{mood}")
    assert [(row[0], row[5]) for row in rows.newest(20, text="the")] == days("the")
    assert Path(rows._file()).exists()
    rows._file.cache_clear()
