"""The log: one line an event, with the request it belongs to."""

import json
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary import log
from tests.browser.server import PROJECT


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    logger = logging.getLogger("diary")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before
    log.end_request()


def test_a_line_of_text_names_level_place_and_request(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("text")
    logging.getLogger("diary.somewhere").info("saved day revision=%d", 3)
    line = capsys.readouterr().err
    assert "INFO diary.somewhere saved day revision=3 request=" in line
    assert line.count("\n") == 1


def test_json_is_one_object_a_line_even_for_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("json")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("diary.somewhere").exception("unexpected error")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    said = json.loads(lines[0])
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "diary.somewhere", "unexpected error")
    assert "ValueError: broken" in said["error"]


def test_lines_of_one_request_share_its_identifier_and_the_next_has_another(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("json")
    for _ in range(2):
        logging.getLogger("diary").info("one")
        logging.getLogger("diary").info("two")
        log.end_request()
    requests = [json.loads(line)["request"] for line in capsys.readouterr().err.splitlines()]
    assert requests[0] == requests[1] != requests[2] == requests[3]


def test_setting_up_twice_does_not_write_twice(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("text")
    log.set_up("text")
    logging.getLogger("diary").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_what_commands_did_goes_to_the_systems_log_by_hash_and_not_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("diary.audit")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as system:
        system.bind(str(tmp_path / "log"))
        system.settimeout(5)
        try:
            log.audit_to_the_system(str(tmp_path / "log"))
            log.audit("imported by command", "https://id.example#ada")
            said = system.recv(1000).decode().rstrip("\0")
        finally:
            logger.handlers[:], logger.propagate = [], True
    assert said.endswith("music-diary: diary.audit imported by command owner=35e1499a0f1b")
    assert capsys.readouterr() == ("", "")


def test_a_machine_without_a_log_or_with_a_deaf_one_is_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("diary.audit")
    log.audit_to_the_system(str(tmp_path / "nowhere"))
    assert logger.handlers == []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "log"))
    try:
        log.audit_to_the_system(str(tmp_path / "log"))
        log.audit("imported by command", "ada")
    finally:
        logger.handlers[:], logger.propagate = [], True
    assert capsys.readouterr() == ("", "")


OTHERS = """
import logging, sys, threading, warnings
logging.getLogger("before").addHandler(logging.StreamHandler())
from diary import log
from tests.browser.server import PROJECT
log.set_up("json")
log.all_as_json(lambda: {"session": "s"})
logging.getLogger("before").error("of a library")
logging.getLogger("uvicorn.error").warning("of %(what)s", {"what": "a server"})
warnings.warn("of Python")
def fail(): raise ValueError("in a thread")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise ValueError("the last\\nword")
"""


def test_all_that_a_program_says_is_in_the_form_for_machines() -> None:
    run = subprocess.run([sys.executable, "-c", OTHERS], cwd=PROJECT, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [(line["level"], line["session"]) for line in lines] == [
        ("ERROR", "s"), ("WARNING", "s"), ("WARNING", "s"), ("CRITICAL", "s"), ("CRITICAL", "s"),
    ]  # fmt: skip
    assert [line["message"] for line in lines[:2]] == ["of a library", "of a server"]
    assert "UserWarning: of Python" in lines[2]["message"]
    assert "what" not in lines[1], "names of others may mean anything"
    assert "ValueError: in a thread" in lines[3]["error"]
    assert "ValueError: the last\nword" in lines[4]["error"]


def test_what_a_line_tells_itself_is_not_told_twice(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("text", lambda: {"owner": "of the page"})
    log.audit("signed out everywhere", "https://id.example#ada")
    assert re.search(r"signed out everywhere owner=35e1499a0f1b request=\w+$", capsys.readouterr().err)


def test_a_line_tells_what_it_belongs_to_and_its_arguments_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("text", "json"):
        log.set_up(form, lambda: {"session": "s", "owner": "o"})
        logging.getLogger("diary.somewhere").info("saved day revision=%(revision)d", {"revision": 3})
    text, machine = capsys.readouterr().err.splitlines()
    assert re.search(r"saved day revision=3 request=\w+ session=s owner=o$", text)
    said = json.loads(machine)
    assert (said["message"], said["revision"]) == ("saved day revision=3", 3)
    assert (said["session"], said["owner"]) == ("s", "o")
