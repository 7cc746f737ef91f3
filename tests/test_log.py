"""The log: one line an event, with the request it belongs to."""

import json
import logging
from collections.abc import Iterator

import pytest

from diary import log


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
