"""Fresh databases of either kind, and diaries filled with everything."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from diary.errors import TransferError
from diary.storage.copies.backup import back_up
from diary.storage.photos import PhotoStore
from tests import s3
from tests.builders import a_row_of_days, make_diary, make_engine
from tests.storage.copies.world import bring_back, everything, fill, open_shelf, quiet

Place = Callable[[str], str]
Refusal = Callable[[Path], str]
_NUMBERS = count(1)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Gives the address of an empty database of that kind, another one at every call."""
    with ExitStack() as stack:

        def make(kind: str) -> str:
            name = f"copy_{next(_NUMBERS)}"
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / 'places' / name}.db"
            server = request.getfixturevalue("postgres")
            server.ask(f"CREATE DATABASE {name} TEMPLATE migrated OWNER diary STRATEGY file_copy")
            stack.callback(server.ask, f"DROP DATABASE {name} WITH (FORCE)")
            return str(server.url(name, "diary"))

        yield make


@pytest.fixture
def shelf(tmp_path: Path) -> PhotoStore:
    """An empty place for photos."""
    return open_shelf(tmp_path / "photos")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a filled diary; not to be changed."""
    folder = tmp_path_factory.mktemp("archive")
    photos = open_shelf(folder / "photos")
    fill(f"sqlite:///{folder / 'diary.db'}", photos)
    engine = make_engine(folder)
    back_up(engine, photos, folder / "diary.zip", quiet)
    engine.dispose()
    return folder / "diary.zip"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket of moto's, to which boto3 is led."""
    for name, value in s3.aws_env(s3.moto().url).items():
        monkeypatch.setenv(name, value)
    return s3.moto().new_bucket()


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[Path], str]:
    """Tries to restore a file, sees that nothing was touched, and gives the sentence."""

    class Untouched:
        """A store that no restore may reach before the file is found to be right."""

    database = f"sqlite:///{tmp_path / 'target' / 'diary.db'}"
    make_diary(database, "me").add_days(a_row_of_days(3))
    before = everything(database)

    def refuse(file: Path) -> str:
        with pytest.raises(TransferError) as caught:
            bring_back(database, Untouched(), file, replace=True)
        assert everything(database) == before
        assert [path.name for path in tmp_path.glob("*-before-*")] == []
        return str(caught.value)

    return refuse
