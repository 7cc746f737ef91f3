"""Names of photos.

A key is ``<owner hash>/<sha256 of the large WebP>.webp``; the thumbnail lies beside it as
``<sha256>.small.webp``. The same picture of two people has two keys, so that neither learns of the other.
"""

import hashlib
import re

from diary.errors import NotFoundError
from diary.storage.photos.pictures import Picture

_KEY = re.compile(r"([0-9a-f]{32})/([0-9a-f]{64})\.webp")
_NAME = re.compile(r"([0-9a-f]{32}/[0-9a-f]{64})(\.small)?\.webp")


def photo_key(owner_id: str, picture: Picture) -> str:
    """The name of ``picture`` in the diary of ``owner_id``."""
    return f"{folder_of(owner_id)}/{hashlib.sha256(picture.large).hexdigest()}.webp"


def belongs_to(owner_id: str, key: str) -> bool:
    """Whether ``key`` has the exact shape of a photo's key and is one of ``owner_id``."""
    parts = _KEY.fullmatch(key)
    return parts is not None and parts[1] == folder_of(owner_id)


def is_name_of(key: str, large: bytes) -> bool:
    """Whether ``key`` is what a photo with this large picture is called."""
    parts = _KEY.fullmatch(key)
    return parts is not None and parts[2] == hashlib.sha256(large).hexdigest()


def file_name(key: str, small: bool = False) -> str:
    """Where the photo ``key``, or its thumbnail, lies below the root of a shelf.

    Raises `NotFoundError` if ``key`` does not have the exact shape of a photo's key.
    """
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise NotFoundError("There is no such photo.")
    return f"{parts[1]}/{parts[2]}.small.webp" if small else key


def key_of(name: str) -> str | None:
    """The key that a file below the root of a shelf belongs to, None where it is no photo's."""
    parts = _NAME.fullmatch(name)
    return f"{parts[1]}.webp" if parts else None


def folder_of(owner_id: str) -> str:
    """The folder of all photos of ``owner_id``: 32 letters and digits that do not tell who that is."""
    return hashlib.sha256(owner_id.encode()).hexdigest()[:32]
