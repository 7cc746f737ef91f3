"""F6, what its tests share: a diary for which permissions count, and a database that another program holds."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.browser.server import DiaryServer

TITLE = "F6 unusable database"
IN_USE = "The diary is in use by another program."
# Root may do everything, until these two of its powers are taken away.
_POWERS = "-dac_override,-dac_read_search"


class OrdinaryServer(DiaryServer):
    """The diary as somebody for whom permissions count."""

    prefix = ("setpriv", f"--bounding-set={_POWERS}", f"--inh-caps={_POWERS}") if os.geteuid() == 0 else ()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program holds the lock of a SQLite file that keeps all others from writing."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
