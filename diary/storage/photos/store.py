"""What is kept on a shelf, or waits for it: photos by key, each with its thumbnail."""

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from copy import copy
from datetime import datetime
from itertools import groupby, islice
from typing import Self

from diary.errors import NotFoundError, PhotoError, StorageError
from diary.storage.photos.keys import belongs_to, file_name, folder_of, is_name_of, key_of, photo_key
from diary.storage.photos.pictures import Picture, prepare
from diary.storage.photos.shelf import Shelf
from diary.storage.photos.waiting import WaitingPhotos

_TOGETHER = 100  # files removed by one call
_ENOUGH = 3  # failures in a row after which the shelf is at fault, and not what was sent


class PhotoStore:
    """Photos by key, with their thumbnails; never shared between owners.

    Where a shelf that may be away fails, ``waiting`` keeps what was put until it is sent; else the failure is told.
    What waits is found and sent whatever shelf it was meant for. Every method may raise StorageError.
    """

    belongs_to, folder_of = staticmethod(belongs_to), staticmethod(folder_of)

    def __init__(self, shelf: Shelf, waiting: WaitingPhotos | None) -> None:
        self._shelf = shelf
        self._patient = shelf.patiently()
        self._waiting = waiting
        self._failed = set[str]()

    @property
    def origin(self) -> str | None:
        """Scheme and host of the addresses that `address` gives, None where it gives none."""
        return self._shelf.origin

    def patiently(self) -> Self:
        """The same store for work that nobody waits for, where calls may take longer and are tried again."""
        other = copy(self)
        other._shelf = self._patient
        return other

    def put(self, owner_id: str, data: bytes) -> str:
        """Keep the picture ``data`` and return its key; one that is there already becomes young for `keys`.

        Once this returns, both sizes are kept, on the shelf or aside. Raises `PhotoError` for a file that is no
        usable picture.
        """
        picture = prepare(data)
        key = photo_key(owner_id, picture)
        try:
            self._shelf.write(_files(key, picture))
        except StorageError:
            if self._waiting is None or not self._shelf.may_be_away:
                raise
            self._waiting.put(key, picture)
        return key

    def keep(self, key: str, large: bytes, small: bytes) -> None:
        """Keep the finished files of ``key`` as they are. Raises `PhotoError` when it is not their key."""
        if not is_name_of(key, large):
            raise PhotoError("This photo is damaged: its content is not the one it is named after.")
        self._patient.write(_files(key, Picture(large, small)))

    def get(self, key: str, small: bool = False) -> bytes:
        """The WebP file of a photo, or of its thumbnail. Raises `NotFoundError` if there is none."""
        name = file_name(key, small)
        if self._waiting and (picture := self._waiting.find(key)):
            return picture.small if small else picture.large
        return self._shelf.read(name)

    def address(self, key: str, small: bool = False) -> str | None:
        """An address that shows the photo for a short while; None where only `get` can, as while it waits.

        Raises `NotFoundError` if ``key`` is no key. Whether the photo is there is not looked at.
        """
        name = file_name(key, small)
        return None if self.is_waiting(key) else self._shelf.address(name)

    def is_lost(self, key: str) -> bool:
        """Whether the photo is neither on the shelf nor kept aside; False also where that cannot be told."""
        try:
            return not self.is_waiting(key) and all(name != key for name, _ in self._shelf.names(key))
        except StorageError:
            return False

    def make_young(self, key: str) -> None:
        """Let no sweep take the photo for an old one that nothing shows. Raises `NotFoundError` if there is none."""
        if (picture := self._find(key)) is None:
            raise NotFoundError("A photo that was here a moment ago is gone. Please begin again.")
        self._put_back(key, picture)

    def delete(self, key: str) -> None:
        """Remove a photo and its thumbnail. One that is not there is no error."""
        with suppress(NotFoundError):
            names = [file_name(key), file_name(key, small=True)]
            if self._waiting:
                self._waiting.remove(key)
            self._shelf.remove(names)

    def clear(self, folder: str, shown: Callable[[Collection[str]], Collection[str]]) -> None:
        """Remove all that lies in the ``folder`` of one person or waits to, but for the photos that are ``shown``."""
        inside = f"{folder}/"
        if self._waiting:
            waiting = [key for key in self._waiting.oldest_first() if key.startswith(inside)]
            for key in {*waiting}.difference(shown(waiting)):
                self._waiting.remove(key)
        names = [name for name, _ in self._patient.names(inside)]
        stay = shown({key for key in map(key_of, names) if key})
        gone = (name for name in names if key_of(name) not in stay)
        while some := list(islice(gone, _TOGETHER)):
            self._patient.remove(some)
        self._shelf.drop_folder(folder)

    def remove(self, key: str, before: datetime, is_shown: Callable[[], object]) -> bool:
        """Remove a photo nothing of which was written since ``before``, and tell whether it is gone.

        ``is_shown`` is asked when it is removed: where somebody has saved a day with it at the same moment, or that
        cannot be told, it is put back.
        """
        if key_of(key) != key or self._is_young(key, before):
            return False
        if (picture := self._find(key)) is None:
            return self._remove_small(key)
        try:
            self.patiently().delete(key)
        finally:
            is_gone = False
            try:
                is_gone = not is_shown()
            finally:
                if not is_gone:
                    self._put_back(key, picture)
        return is_gone

    def _remove_small(self, key: str) -> bool:
        """Remove the thumbnail of a photo that is gone; one that somebody puts back at the same moment stays whole."""
        self._patient.remove([file_name(key, small=True)])
        if picture := self._find(key):
            self._put_back(key, picture)
        return picture is None

    def _is_young(self, key: str, before: datetime) -> bool:
        files = self._patient.names(key.removesuffix("webp"))
        return any(written >= before for _, written in files) or bool(self._waiting and self._waiting.has(key, before))

    def _find(self, key: str) -> Picture | None:
        if self._waiting and (picture := self._waiting.find(key)):
            return picture
        try:
            large = self._patient.read(key)
        except NotFoundError:
            return None
        try:
            return Picture(large, self._patient.read(file_name(key, small=True)))
        except NotFoundError:
            return Picture(large, large)

    def _put_back(self, key: str, picture: Picture) -> None:
        try:
            self._patient.write(_files(key, picture))
        except StorageError:
            if self._waiting is None:
                raise
            self._waiting.put(key, picture)

    def keys(self, before: datetime) -> Iterator[str]:
        """The photos all of whose files were last written ``before``, and those that wait since then."""
        files = ((photo, written) for name, written in self._patient.names() if (photo := key_of(name)))
        for key, found in groupby(files, key=lambda file: file[0]):
            if all(written < before for _, written in found):
                yield key
        if self._waiting:
            yield from self._waiting.oldest_first(before)

    def is_waiting(self, key: str) -> bool:
        """Whether the photo is kept aside until the shelf takes it."""
        return self._waiting is not None and self._waiting.has(key)

    def send_waiting(self) -> int:
        """Send what waits, oldest first, and tell how many were sent; it ends when the shelf takes nothing.

        A photo waits no longer once it was read from the shelf as it was sent. Those that failed before come last, so
        that they stand in nobody's way. Several may do this at once.
        """
        if self._waiting is None:
            return 0
        sent, failed = 0, 0
        for key in sorted(self._waiting.oldest_first(), key=self._failed.__contains__):
            picture = self._waiting.find(key)
            if picture is None:
                continue  # another process has sent it meanwhile
            if self._is_sent(_files(key, picture)):
                sent, failed = sent + self._waiting.remove(key), 0
                self._failed.discard(key)
            else:
                failed += 1
                self._failed.add(key)
            if failed == _ENOUGH:
                break
        return sent

    def _is_sent(self, files: Mapping[str, bytes]) -> bool:
        try:
            self._patient.write(files)
            return all(self._patient.read(name) == content for name, content in files.items())
        except (NotFoundError, StorageError):
            return False

    def check(self) -> None:
        """Try whether photos can be kept, read, listed, shown and removed.

        Raises StorageError: what is wrong, what to do.
        """
        name, content = f"check-{secrets.token_hex(8)}.webp", b"a line to see whether it can be kept"
        self._shelf.write({name: content})
        try:
            same = self._shelf.read(name) == content
            _ = [*self._shelf.names(name)]
            if same:
                self._shelf.check_address(name, content)
        except NotFoundError:
            same = False
        finally:
            self._shelf.remove([name])
        if not same:
            raise StorageError("The photo store does not give back what it was given. Please check DIARY_PHOTOS.")


def _files(key: str, picture: Picture) -> dict[str, bytes]:
    return {file_name(key, small=True): picture.small, key: picture.large}
