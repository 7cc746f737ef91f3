"""Addresses of photos: signed, so that they cannot be guessed or changed, and good for a day at most."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from functools import cache

from diary.errors import NotFoundError
from diary.ui.shared import parts

HALF_DAY = 43_200  # seconds


@cache
def _signing_key() -> bytes:
    """The same for all programs on this database, and after a restart."""
    return hmac.digest(parts().marks.secret("photos"), b"addresses of photos", "sha256")


def _signature(key: str, small: str, until: str) -> str:
    text = f"{key}\n{small}\n{until}".encode()
    return hmac.new(_signing_key(), text, hashlib.sha256).hexdigest()


def photo_url(key: str, small: bool = False) -> str:
    """An address that shows the photo for half a day to a day, and cannot be guessed or changed."""
    until = str((int(time.time()) // HALF_DAY + 2) * HALF_DAY)
    size = "1" if small else "0"
    return f"/photo/{key}?small={size}&until={until}&sign={_signature(key, size, until)}"


def photo_behind(owner_id: str, key: str, query: Mapping[str, str]) -> bytes | str:
    """The picture (WebP) behind an address of `photo_url`, or another address that shows it for some minutes.

    Raises NotFoundError when the address is forged, too old or somebody else's, StorageError when a store is out of
    reach.
    """
    small, until = query.get("small", ""), query.get("until", "")
    expected, given = _signature(key, small, until).encode(), query.get("sign", "").encode("utf-8", "replace")
    photos = parts().photos
    if not (hmac.compare_digest(expected, given) and photos.belongs_to(owner_id, key) and int(until) >= time.time()):
        raise NotFoundError("That photo is not in this diary.")
    return photos.address(key, small == "1") or photos.get(key, small == "1")
