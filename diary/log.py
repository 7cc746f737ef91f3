"""The log: one line an event on standard error, with the request it belongs to and without any content."""

import hashlib
import json
import logging
import sys
from contextvars import ContextVar
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import Literal
from uuid import uuid4

_request: ContextVar[str | None] = ContextVar("request", default=None)


def _request_id() -> str:
    """The identifier of what this thread is busy with, made when the first line about it is written."""
    if _request.get() is None:
        _request.set(uuid4().hex[:12])
    return str(_request.get())


def end_request() -> None:
    """What this thread logs from now on belongs to something else."""
    _request.set(None)


def audit(deed: str, owner_id: str) -> None:
    """Say who did something that may be asked about later: a log-in, an export, a deletion; never what it was about.

    The owner is told as the hash that the folder of their photos begins with.
    """
    logging.getLogger("diary.audit").info("%s owner=%s", deed, hashlib.sha256(owner_id.encode()).hexdigest()[:12])


def audit_to_the_system(address: str = "/dev/log") -> None:
    """Send the lines of `audit` to the system's own log, where there is one at ``address``.

    It is for commands, whose standard error is for whoever typed them.
    """
    if not Path(address).is_socket():
        return
    handler = _SystemLog(address)
    handler.setFormatter(logging.Formatter("music-diary: %(name)s %(message)s"))
    logger = logging.getLogger("diary.audit")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def set_up(form: Literal["text", "json"]) -> None:
    """Send the program's own log to standard error, once, in the given form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    logger = logging.getLogger("diary")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _SystemLog(SysLogHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Where nobody listens, the command was done all the same."""


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return f"{super().format(record)} request={_request_id()}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": _request_id(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
