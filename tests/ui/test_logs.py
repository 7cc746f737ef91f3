"""What the log of the running program tells: what a save came to and in which session, for machines to read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diary.log import short_hash
from tests.browser.server import PROJECT, DiaryServer
from tests.faults.ordinary import locked
from tests.faults.tab import Tab

OUTSIDE = ("start", "typing", "end")
Line = dict[str, Any]
JSON = {"DIARY_LOG": "json", "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true"}
QUERY = (PROJECT / "infra" / "queries" / "what-happened-to-this-save.txt").read_text(encoding="utf-8")


class Said(dict[str, list[Line]]):
    """The lines that were written during each thing that was done; all of them are objects of JSON."""

    def __init__(self, server: DiaryServer) -> None:
        super().__init__()
        self._server, self._before = server, 0

    def keep(self, deed: str) -> None:
        lines = self._server.log().splitlines()
        self[deed] = [json.loads(line) for line in lines[self._before :]]
        self._before = len(lines)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    """By one who saves in every way that a save can end."""
    with DiaryServer(tmp_path_factory.mktemp("diary"), JSON) as server:
        said = Said(server)
        said.keep("start")
        with Tab(server.url, query="day=2026-11-01") as one, Tab(server.url, query="day=2026-11-01") as other:
            for tab, note in ((one, "mine"), (other, "yours")):
                tab.set(note=note)
            said.keep("typing")
            save(one, said, "save")
            one.press("edit")
            save(one, said, "save of the same")
            save(other, said, "late save")
        with Tab(server.url, query="day=2026-11-02") as tab:
            tab.set(photo=b"no picture")
            save(tab, said, "save of what is no picture")
        with Tab(server.url, query="day=2026-11-03") as tab:
            tab.set(note="unlucky")
            with locked(server.folder / "data" / "diary.db"):
                save(tab, said, "save in vain")
        server.stop()
        said.keep("end")
        yield said


def save(tab: Tab, said: Said, deed: str) -> None:
    tab.press("save")
    said.keep(deed)


def messages(lines: list[Line]) -> list[str]:
    return [line["message"] for line in lines]


def test_a_save_is_kept_and_told_once_with_its_revision(said: Said) -> None:
    assert messages(said["save"]) == ["kept day revision=1", "saved day revision=1"]
    assert [line["revision"] for line in said["save"]] == [1, 1]
    assert len({line["request"] for line in said["save"]}) == 1


def test_a_save_that_changes_nothing_is_told_too(said: Said) -> None:
    assert messages(said["save of the same"]) == ["saved day revision=1"]


@pytest.mark.parametrize(
    ("deed", "message", "more"),
    [
        ("late save", "save met another version", {}),
        ("save of what is no picture", "save refused field=photo", {"field": "photo"}),
        ("save in vain", "save failed: The diary is in use by another program.", {"level": "WARNING"}),
    ],
)
def test_a_save_that_was_none_says_why(said: Said, deed: str, message: str, more: Line) -> None:
    (line,) = (line for line in said[deed] if line["message"].startswith("save"))
    assert line["message"].startswith(message)
    assert more.items() <= line.items()


def test_a_session_is_one_tab_and_its_lines_tell_the_owner_by_hash(said: Said) -> None:
    sessions = {deed: {line["session"] for line in lines} for deed, lines in said.items() if deed not in OUTSIDE}
    assert {len(found) for found in sessions.values()} == {1}
    assert sessions["save"] == sessions["save of the same"]
    assert len(set.union(*sessions.values())) == len(sessions) - 1
    assert {line["owner"] for deed in sessions for line in said[deed]} == {short_hash("local")}


def test_what_is_said_outside_a_tab_has_no_session(said: Said) -> None:
    assert "migrated from=nothing" in said["start"][0]["message"]
    assert not any("session" in line or "owner" in line for deed in OUTSIDE for line in said[deed])


def test_the_saved_query_asks_for_what_lines_have_and_finds_every_end_of_a_save(said: Said) -> None:
    code = "\n".join(line for line in QUERY.splitlines() if not line.startswith("#"))
    asked = set(re.findall(r"(?<![@\w])[a-z]+(?=,|$)", code.partition("|")[0].strip())) - {"fields"}
    lines = [line for lines in said.values() for line in lines]
    assert asked - {name for line in lines for name in line} == {"error"}, "a traceback, where there was a bug"
    (owner,) = re.findall(r'owner = "(\w+)"', code)
    assert len(owner) == len(short_hash("local"))
    (wanted,) = re.findall(r"message like /(.+)/", code)
    found = [line["message"].split(" revision")[0] for line in lines if re.search(wanted, line["message"])]
    assert {message.partition(" field")[0].partition(":")[0] for message in found} == {
        "kept day",
        "saved day",
        "save met another version",
        "save refused",
        "save failed",
    }


def test_a_start_that_fails_says_so_in_a_line_for_machines(tmp_path: Path) -> None:
    env = {**JSON, "DATABASE_URL": f"sqlite:///{tmp_path / 'no.db'}"}
    (tmp_path / "no.db").write_text("no database at all")
    server = DiaryServer(tmp_path, env)
    with pytest.raises(RuntimeError):
        server.start()
    last = json.loads(server.log().splitlines()[-1])
    assert (last["level"], last["message"].partition(".")[0]) == ("CRITICAL", "The diary cannot start")
