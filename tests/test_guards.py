"""The guards of conftest.py: what no test may do, and what stays allowed."""

import os
import socket
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from streamlit.testing.v1 import AppTest

from diary.settings import load_settings
from tests.builders import make_engine

PROJECT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "reach_out",
    [
        lambda: socket.create_connection(("203.0.113.7", 80), timeout=1),
        lambda: socket.create_connection(("2001:db8::7", 80), timeout=1),
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.gethostbyname("example.org"),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"?", ("203.0.113.7", 53)),
        lambda: requests.get("https://example.org/", timeout=1),
    ],
    ids=["an IPv4 address", "an IPv6 address", "a name", "a name the old way", "a datagram", "through a library"],
)
def test_another_machine_is_out_of_reach(reach_out: Callable[[], object], refused: list[str]) -> None:
    with pytest.raises(RuntimeError, match="is not this machine") as caught:
        reach_out()
    assert type(caught.value).__name__ == "NetworkForbiddenError"
    assert len(refused) == 1
    refused.clear()


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("127.0.0.1", server.getsockname()[1]), timeout=5).close()


@pytest.mark.parametrize(
    "touch",
    [
        (PROJECT / "data").mkdir,
        Path("data/diary.db").read_bytes,
        lambda: sqlite3.connect(PROJECT / "data" / "diary.db"),
        lambda: sqlite3.connect(f"file://{PROJECT}/data/diary.db?mode=rw", uri=True),
        lambda: (PROJECT / "tests" / ".." / "data" / "note.txt").write_text("mine"),
    ],
    ids=["made", "read by a relative path", "opened as a database", "by its URI", "written by a winding path"],
)
def test_the_real_data_folder_is_not_touched(
    touch: Callable[[], object], refused: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(RuntimeError, match="data") as caught:
        touch()
    assert type(caught.value).__name__ == "RealDataForbiddenError"
    assert len(refused) == 1
    refused.clear()


def test_folders_of_a_like_name_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(FileNotFoundError):
        (PROJECT / "database").read_bytes()


def test_settings_of_the_developer_do_not_reach_a_test(tmp_path: Path) -> None:
    assert os.environ["DATABASE_URL"].startswith(f"sqlite:///{tmp_path}")
    assert Path(os.environ["DIARY_PHOTOS"]).is_relative_to(tmp_path)
    assert [name for name in os.environ if name.startswith(("SPOTIPY_", "AWS_", "AUTH_"))] == []


def test_a_test_on_both_databases_really_is_on_each_of_them(database: str, request: pytest.FixtureRequest) -> None:
    assert load_settings().database_url == database
    assert make_engine(database).dialect.name == request.node.callspec.id


def test_on_postgresql_a_test_has_no_more_rights_than_an_operator_would_give(database: str) -> None:
    engine = make_engine(database)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            is_super = connection.exec_driver_sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").scalar()
        assert is_super is False


_DRAWN: list[str] = []


@pytest.mark.parametrize("_time", ["first", "second"])
def test_a_page_that_a_test_drew_is_not_the_main_module_of_the_next(_time: str) -> None:
    assert vars(sys.modules["__main__"]).get("__file__") not in _DRAWN
    assert AppTest.from_string("import streamlit; streamlit.write('drawn')").run().markdown[0].value == "drawn"
    _DRAWN.append(vars(sys.modules["__main__"])["__file__"])
