"""What a photo store asks of the place where its files lie."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol, Self


class Shelf(Protocol):
    """Where files lie by name. Every method may raise StorageError."""

    @property
    def origin(self) -> str | None:
        """Scheme and host of what `address` gives, None where it gives nothing."""

    @property
    def may_be_away(self) -> bool:
        """Whether it can be out of reach while the database is not."""

    def patiently(self) -> Self:
        """The same shelf for work that nobody waits for, where calls may take longer."""

    def write(self, files: Mapping[str, bytes]) -> None:
        """Keep all, durably, before it returns; those that are there already become young."""

    def read(self, name: str) -> bytes:
        """A file. Raises NotFoundError."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files; one that is not there is no error."""

    def drop_folder(self, folder: str) -> None:
        """Let go of a folder in which nothing lies any more, where the place knows folders."""

    def names(self, start: str = "") -> Iterator[tuple[str, datetime]]:
        """Names in order, each with the instant it was last written (UTC)."""

    def address(self, name: str) -> str | None:
        """An address that shows a file for a short while, None where only this program can show it."""

    def check_address(self, name: str, content: bytes) -> None:
        """Try whether the file's address shows ``content``, where that is not for the shelf itself to answer."""
