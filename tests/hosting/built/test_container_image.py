"""The image as it is built: what is in it, whose it is, and what it says of itself."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosting.built import containers
from tests.hosting.built.conftest import PRIVATE
from tests.hosting.built.containers import USER


@pytest.fixture(scope="module")
def root(image: str) -> Iterator[Path]:
    """The file system of the image."""
    made = containers.run("buildah", "from", "--pull-never", image).strip()
    yield Path(containers.run("buildah", "mount", made).strip())
    containers.run("buildah", "rm", made)


def test_the_build_ends_where_amazons_certificates_are_others(context: Path, bundle: tuple[str, str]) -> None:
    containers.make_base()
    said = containers.build(context, bundle=bundle[0], checksum="0" * 64, target="build", fails=True)
    assert "computed checksum did NOT match" in said


def test_the_program_is_in_it_and_nothing_else_of_the_project(root: Path) -> None:
    app = root / "app"
    found = {path.name for path in app.iterdir()}
    assert found == {"diary", "pages", "streamlit_app.py", ".streamlit", "__pycache__"}
    assert [path.name for path in (app / ".streamlit").iterdir()] == ["config.toml"]
    private = [path for path in app.rglob("*") if path.is_file() and PRIVATE.encode() in path.read_bytes()]
    assert private == []


def test_its_user_may_read_everything_and_change_nothing_but_the_data(root: Path) -> None:
    for folder in ("app", "venv", "etc/ssl/rds"):
        for path in (root / folder, *(root / folder).rglob("*")):
            what = path.lstat()
            if not stat.S_ISLNK(what.st_mode):
                assert (what.st_uid, what.st_gid, what.st_mode & 0o022) == (0, 0, 0), path
                assert what.st_mode & 0o004, path
    data = (root / "data").stat()
    assert (data.st_uid, data.st_gid, stat.S_IMODE(data.st_mode)) == (USER, USER, 0o700)
    assert os.listdir(root / "data") == []


def test_nothing_that_installs_or_compiles_is_in_it(root: Path) -> None:
    programs = {path.name for path in root.glob("**/bin/*")}
    assert not {name for name in programs if name.startswith("pip")}
    assert not programs & {"uv", "gcc", "cc", "g++", "make", "git", "curl", "wget"}
    packages = {path.name for path in (root / "venv").glob("lib/python3*/site-packages/*")}
    assert not packages & {"pip", "setuptools", "wheel", "pytest"}
    assert not (root / "root" / ".cache").exists()


def test_programs_are_compiled_as_nothing_can_be_written_later(root: Path) -> None:
    sources = [path for path in (root / "app" / "diary").rglob("*.py") if path.parent.name != "versions"]
    for source in sources:
        assert list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")), source


def test_it_says_which_version_of_what_it_is(image: str) -> None:
    labels = containers.inspected()["Labels"]
    prefix = "org.opencontainers.image."
    assert (labels[f"{prefix}title"], labels[f"{prefix}version"], labels[f"{prefix}revision"]) == (
        "Music Diary",
        "9.9.9",
        "abc",
    )
