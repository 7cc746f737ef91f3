"""The log: one line an event on standard error, with what it belongs to and without any content.

A line whose arguments are a mapping, as in ``log.info("saved day revision=%(revision)d", {"revision": 3})``, has them
as fields of their own in the form for machines.
"""

import hashlib
import json
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

Form = Literal["text", "json"]
Belonging = Callable[[], Mapping[str, str]]
_request: ContextVar[str | None] = ContextVar("request", default=None)


def _request_id() -> str:
    """The identifier of what this thread is busy with, made when the first line about it is written."""
    if _request.get() is None:
        _request.set(uuid4().hex[:12])
    return str(_request.get())


def end_request() -> None:
    """What this thread logs from now on belongs to something else."""
    _request.set(None)


def short_hash(secret: str) -> str:
    """What stands in the log for an owner or a session; of an owner, what the folder of their photos begins with."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


def audit(deed: str, owner_id: str) -> None:
    """Say who did something that may be asked about later: a log-in, an export, a deletion; never what it was about."""
    told = {"deed": deed, "owner": short_hash(owner_id)}
    logging.getLogger("diary.audit").info("%(deed)s owner=%(owner)s", told)


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


def set_up(form: Form, belonging: Belonging = dict) -> None:
    """Send the program's own log to standard error, once, in the given form.

    ``belonging`` gives, by name, what a line written at this moment belongs to besides its request.
    """
    logger = logging.getLogger("diary")
    logger.handlers[:] = [_handler(form, belonging)]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def all_as_json(belonging: Belonging) -> None:
    """Have whatever else is said in this process said in the form for machines, warnings and last words among it."""
    root = logging.getLogger()
    root.addHandler(_handler("json", belonging))
    for logger in root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and logger.handlers and logger.name != "diary":
            logger.handlers.clear()
            logger.propagate = True
    logging.captureWarnings(True)
    sys.excepthook = lambda _, error, __: root.critical("unexpected error", exc_info=error)
    threading.excepthook = lambda lost: root.critical("unexpected error", exc_info=lost.exc_value)


def _handler(form: Form, belonging: Belonging) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(belonging) if form == "json" else _Text(belonging))
    return handler


class _SystemLog(SysLogHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Where nobody listens, the command was done all the same."""


class _Text(logging.Formatter):
    def __init__(self, belonging: Belonging) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._belonging = belonging

    def format(self, record: logging.LogRecord) -> str:
        belongs, told = {"request": _request_id(), **self._belonging()}, _fields(record)
        more = (f"{name}={value}" for name, value in belongs.items() if name not in told)
        return " ".join((super().format(record), *more))


class _Json(logging.Formatter):
    def __init__(self, belonging: Belonging) -> None:
        super().__init__()
        self._belonging = belonging

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": _request_id(),
            **self._belonging(),
            **_fields(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    """What a line of ours tells in its arguments; those of others have no names that are known here."""
    is_ours = record.name.partition(".")[0] == "diary"
    return record.args if is_ours and isinstance(record.args, Mapping) else {}
