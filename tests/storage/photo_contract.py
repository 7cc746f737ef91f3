"""What every place for photos must do. A store joins by a class of tests with a fixture named ``store``."""

import hashlib
import io
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from diary.errors import NotFoundError, PhotoError
from diary.storage.photos import PhotoStore

ANNA, BEN = "https://id.example|anna", "https://id.example|ben"
NO_KEYS = (
    "",
    "photo.webp",
    "../../etc/passwd",
    "/etc/passwd",
    "{owner}/../{owner}/{name}.webp",
    "{owner}//{name}.webp",
    "{owner}/{name}.small.webp",
    "{owner}/{name}.png",
    "{owner}/{name}.webp\n",
    "{owner}/{name}.webp\0",
    "{owner}/{name}.webp/",
    "./{owner}/{name}.webp",
    "{owner}\\{name}.webp",
    "{OWNER}/{name}.webp",
)


def jpeg(color: str = "orange", size: tuple[int, int] = (900, 600)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return out.getvalue()


def soon() -> datetime:
    """An instant after all that was written so far, by clocks of whole seconds as well."""
    return datetime.now(UTC) + timedelta(seconds=2)


class PhotoStoreContract:
    def test_a_photo_that_was_put_can_be_got_in_two_sizes(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg(size=(3000, 1500)))
        large, small = (Image.open(io.BytesIO(store.get(key, small=small))) for small in (False, True))
        assert (large.format, large.size) == ("WEBP", (2048, 1024))
        assert (small.format, small.size) == ("WEBP", (480, 240))

    def test_a_key_names_the_owners_hash_and_the_content(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        assert re.fullmatch(r"[0-9a-f]{32}/[0-9a-f]{64}\.webp", key)
        assert key[33:-5] == hashlib.sha256(store.get(key)).hexdigest()
        assert "anna" not in key

    def test_the_same_photo_twice_is_one(self, store: PhotoStore) -> None:
        assert store.put(ANNA, jpeg()) == store.put(ANNA, jpeg())
        assert store.put(ANNA, jpeg("navy")) != store.put(ANNA, jpeg())

    def test_the_same_photo_of_two_people_is_two(self, store: PhotoStore) -> None:
        annas, bens = store.put(ANNA, jpeg()), store.put(BEN, jpeg())
        assert annas != bens
        store.delete(annas)
        assert store.get(bens)
        with pytest.raises(NotFoundError):
            store.get(annas)

    def test_a_key_belongs_to_its_owner_alone(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        assert store.belongs_to(ANNA, key)
        assert not store.belongs_to(BEN, key)

    def test_a_deleted_photo_is_gone_in_both_sizes_and_can_come_back(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        store.delete(key)
        for small in (False, True):
            with pytest.raises(NotFoundError):
                store.get(key, small)
        assert store.put(ANNA, jpeg()) == key
        assert store.get(key)
        assert store.get(key, small=True)

    def test_deleting_what_is_not_there_is_no_error(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        store.delete(key)
        store.delete(key)

    @pytest.mark.parametrize("small", [False, True])
    def test_a_photo_that_was_never_put_is_not_found(self, store: PhotoStore, small: bool) -> None:
        with pytest.raises(NotFoundError, match=r"^There is no such photo\.$"):
            store.get(f"{'0' * 32}/{'0' * 64}.webp", small)

    @pytest.mark.parametrize("shape", NO_KEYS)
    def test_what_is_no_key_finds_nothing_deletes_nothing_and_belongs_to_nobody(
        self, store: PhotoStore, shape: str
    ) -> None:
        key = store.put(ANNA, jpeg())
        owner, name = key[:32], key[33:-5]
        wrong = shape.format(owner=owner, name=name, OWNER=owner.upper())
        for small in (False, True):
            with pytest.raises(NotFoundError):
                store.get(wrong, small)
        store.delete(wrong)
        assert store.get(key)
        assert not store.belongs_to(ANNA, wrong)

    def test_what_is_no_picture_is_refused(self, store: PhotoStore) -> None:
        with pytest.raises(PhotoError):
            store.put(ANNA, b"Dear diary")

    def test_old_photos_are_listed_once_each(self, store: PhotoStore) -> None:
        keys = {store.put(ANNA, jpeg()), store.put(ANNA, jpeg("navy")), store.put(BEN, jpeg())}
        assert sorted(store.keys(soon())) == sorted(keys)
        assert list(store.keys(datetime.now(UTC) - timedelta(hours=1))) == []

    def test_a_photo_that_is_put_again_is_young_again(self, store: PhotoStore) -> None:
        again, left = store.put(ANNA, jpeg()), store.put(ANNA, jpeg("navy"))
        between = datetime.now(UTC)
        time.sleep(1.2)  # where an instant is told in whole seconds, the next one
        store.put(ANNA, jpeg())
        assert list(store.keys(between)) == [left]
        assert [store.remove(key, between, lambda: False) for key in (again, left)] == [False, True]
        assert list(store.keys(soon())) == [again]
        assert store.get(again)

    def test_a_photo_that_is_shown_again_while_it_is_removed_is_put_back(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        large, small = store.get(key), store.get(key, small=True)
        seen_lost = []

        def is_shown() -> bool:
            seen_lost.append(store.is_lost(key))
            return True

        assert not store.remove(key, soon(), is_shown)
        assert (store.get(key), store.get(key, small=True)) == (large, small)
        assert seen_lost == [True]

    def test_where_it_cannot_be_told_whether_a_photo_is_shown_it_stays(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        with pytest.raises(ZeroDivisionError):
            store.remove(key, soon(), lambda: 1 / 0)
        assert store.get(key)

    def test_a_photo_that_two_remove_at_once_and_one_puts_back_is_there(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())

        def is_shown() -> bool:
            assert store.remove(key, soon(), lambda: True)  # the other finds nothing
            return True

        assert not store.remove(key, soon(), is_shown)
        assert store.get(key)
        assert store.get(key, small=True)

    def test_a_thumbnail_that_a_crash_left_alone_is_removed(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        store._shelf.remove([key])
        assert list(store.keys(soon())) == [key]
        assert store.remove(key, soon(), lambda: False)
        assert list(store.keys(soon())) == []

    def test_a_damaged_photo_that_is_chosen_again_is_whole_again(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        large = store.get(key)
        store._shelf.remove([key])
        store._shelf.write({key: bytes(len(large))})
        assert store.put(ANNA, jpeg()) == key
        assert store.get(key) == large

    def test_a_photo_is_lost_when_it_is_not_there(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        assert not store.is_lost(key)
        assert store.remove(key, soon(), lambda: False)
        assert store.is_lost(key)

    def test_patiently_it_is_the_same_store(self, store: PhotoStore) -> None:
        key = store.patiently().put(ANNA, jpeg())
        assert store.patiently().get(key) == store.get(key)

    def test_finished_files_are_kept_as_they_are_under_the_key_of_their_content(self, store: PhotoStore) -> None:
        large, small = b"large " * 1000, b"small"
        key = f"{'a' * 32}/{hashlib.sha256(large).hexdigest()}.webp"
        store.keep(key, large, small)
        assert (store.get(key), store.get(key, small=True)) == (large, small)
        for wrong in (f"{'a' * 32}/{'b' * 64}.webp", "../../secret.webp"):
            with pytest.raises(PhotoError, match="This photo is damaged"):
                store.keep(wrong, large, small)
        assert list(store.keys(soon())) == [key]

    def test_a_healthy_store_passes_its_check_and_keeps_nothing_of_it(self, store: PhotoStore) -> None:
        store.check()
        assert list(store.keys(soon())) == []

    def test_what_the_store_has_taken_does_not_wait(self, store: PhotoStore) -> None:
        key = store.put(ANNA, jpeg())
        assert not store.is_waiting(key)
        assert store.send_waiting() == 0
