"""Addresses of photos: they show one photo for a while, and cannot be guessed or changed."""

import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image

from diary.assembly import open_diary, prepare
from diary.errors import NotFoundError
from diary.model import EntryDraft
from diary.settings import load_settings
from diary.ui import photos

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def key() -> str:
    settings = load_settings()
    prepare(settings)
    picture = BytesIO()
    Image.new("RGB", (80, 60), "teal").save(picture, "PNG")
    diary = open_diary(settings)
    entry = diary.save(EntryDraft(diary.today("UTC"), new_photo=picture.getvalue()))
    assert entry.photo is not None
    return entry.photo


def behind(address: str, owner: str = "local") -> bytes:
    parts = urlsplit(address)
    return photos.photo_behind(owner, parts.path.removeprefix("/photo/"), dict(parse_qsl(parts.query)))


@pytest.mark.parametrize("small", [False, True])
def test_an_address_shows_its_photo(key: str, small: bool) -> None:
    with Image.open(BytesIO(behind(photos.photo_url(key, small)))) as shown:
        assert (shown.format, shown.size) == ("WEBP", (80, 60))


def test_an_address_stays_the_same_for_hours_so_that_browsers_keep_the_picture(key: str) -> None:
    assert photos.photo_url(key) == photos.photo_url(key)


def test_an_address_ends_within_a_day(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = photos.photo_url(key)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11 * 3600)
    assert behind(address)
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 + 1)
    with pytest.raises(NotFoundError):
        behind(address)


@pytest.mark.parametrize(("old", "new"), [("small=0", "small=1"), ("until=1", "until=9"), ("/photo/", "/photo/x")])
def test_a_changed_address_shows_nothing(key: str, old: str, new: str) -> None:
    with pytest.raises(NotFoundError):
        behind(photos.photo_url(key).replace(old, new, 1))


@pytest.mark.parametrize("owner", ["ben", "", "local ", "Local"])
def test_a_good_address_shows_nothing_to_somebody_else(key: str, owner: str) -> None:
    with pytest.raises(NotFoundError):
        behind(photos.photo_url(key), owner)


def test_an_address_of_one_program_is_good_at_another_and_after_a_restart(key: str) -> None:
    code = f"from diary.ui import photos; print(photos.photo_url({key!r}))"
    told = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.stdout.strip().startswith("/photo/"), told.stderr
    photos._signing_key.cache_clear()
    assert behind(told.stdout.strip())
