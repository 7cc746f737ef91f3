"""Photos move to another store, in as many runs as it takes, and nothing there is overwritten."""

from pathlib import Path

import pytest

from diary.diary import Diary
from diary.errors import StorageError, TransferError
from diary.model import EntryDraft
from diary.storage.copies.move_photos import MovedPhotos, move_photos
from diary.storage.photos import PhotoStore, open_photos
from tests.builders import TODAY, make_engine, make_parts
from tests.storage.copies.world import ANNA, LATER, fill, open_shelf, picture, quiet


@pytest.fixture
def keys(tmp_path: Path, shelf: PhotoStore) -> list[str]:
    """The photos of a filled diary."""
    return fill(f"sqlite:///{tmp_path / 'diary.db'}", shelf)


@pytest.fixture(params=["folder", "bucket"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStore:
    """An empty store."""
    if request.param == "folder":
        return open_shelf(tmp_path / "elsewhere")
    return open_photos(f"s3://{request.getfixturevalue('bucket')}/some/prefix", None)


def move(folder: Path, source: PhotoStore, target: PhotoStore) -> MovedPhotos:
    return move_photos(make_engine(folder), source, target, quiet)


def test_every_photo_arrives_in_both_sizes(
    tmp_path: Path, shelf: PhotoStore, target: PhotoStore, keys: list[str]
) -> None:
    done = move(tmp_path, shelf, target)
    assert (done.photos, done.sent, done.lost, done.is_behind) == (len(keys), len(keys), (), False)
    assert sorted(target.keys(LATER)) == sorted(shelf.keys(LATER)) == keys
    for key in keys:
        for small in (False, True):
            assert target.get(key, small) == shelf.get(key, small)


def test_run_again_it_sends_only_what_is_missing(
    tmp_path: Path, shelf: PhotoStore, target: PhotoStore, keys: list[str]
) -> None:
    first = move(tmp_path, shelf, target)
    target.delete(keys[2])
    again = move(tmp_path, shelf, target)
    assert (again.sent, again.photos, again.sha256) == (1, first.photos, first.sha256)
    assert move(tmp_path, shelf, target).sent == 0


class Failing:
    """A store whose connection is cut at the fourth photo."""

    def __init__(self, store: PhotoStore) -> None:
        self.get, self.delete, self._store, self._left = store.get, store.delete, store, 3

    def keep(self, key: str, large: bytes, small: bytes) -> None:
        if not self._left:
            raise StorageError("The bucket is away.")
        self._left -= 1
        self._store.keep(key, large, small)


def test_interrupted_it_goes_on_where_it_was(
    tmp_path: Path, shelf: PhotoStore, target: PhotoStore, keys: list[str]
) -> None:
    with pytest.raises(StorageError, match="The bucket is away"):
        move(tmp_path, shelf, Failing(target))
    assert move(tmp_path, shelf, target).sent == len(keys) - 3


def test_another_content_under_the_same_name_is_refused_before_anything_is_sent(
    tmp_path: Path, shelf: PhotoStore, keys: list[str]
) -> None:
    file = tmp_path / "elsewhere" / keys[-1]
    for path in (file, file.with_suffix(".small.webp")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"something else")
    with pytest.raises(TransferError, match=r"holds something else under the name .* Nothing was changed"):
        move(tmp_path, shelf, open_shelf(tmp_path / "elsewhere"))
    assert [*open_shelf(tmp_path / "elsewhere").keys(LATER)] == [keys[-1]]
    assert file.read_bytes() == b"something else"


def test_a_photo_that_is_lost_is_named_and_the_rest_arrives(
    tmp_path: Path, shelf: PhotoStore, target: PhotoStore, keys: list[str]
) -> None:
    (tmp_path / "photos" / keys[1]).unlink()
    (tmp_path / "photos" / keys[2]).write_bytes(b"damaged")
    done = move(tmp_path, shelf, target)
    assert (done.lost, done.photos) == ((keys[1], keys[2]), len(keys) - 2)


def test_what_lies_in_the_target_besides_is_left_alone(tmp_path: Path, shelf: PhotoStore, keys: list[str]) -> None:
    target = open_shelf(tmp_path / "elsewhere")
    other = target.put("somebody else", picture("teal"))
    assert move(tmp_path, shelf, target).photos == len(keys)
    assert target.get(other)


def test_a_photo_added_meanwhile_is_told_and_comes_with_the_next_run(
    tmp_path: Path, shelf: PhotoStore, keys: list[str]
) -> None:
    target = open_shelf(tmp_path / "elsewhere")
    diary = Diary(ANNA, make_parts(tmp_path, photos=shelf))

    def add(what: str, _done: int, _total: int) -> None:
        day = EntryDraft(TODAY.replace(year=2020), new_photo=picture("teal"))
        if what == "photos" and not diary.find_day(day.day):
            diary.save(day)

    assert move_photos(make_engine(tmp_path), shelf, target, add).is_behind
    again = move(tmp_path, shelf, target)
    assert (again.sent, again.is_behind, again.photos) == (1, False, len(keys) + 1)
