"""A bare program that writes days, to be killed at any moment.

As a program it reads commands, ``NUMBERS POINT``, and starts a process for each, which opens the diary of the
settings as the app does and saves the days of those `content` numbers: ``7,15`` just these, ``1000:`` these and all
that follow. At ``POINT`` of the last of them (see `death.die_at`; ``-``: nowhere) it kills itself. A save is told
before it (``begun N``), and after it, when `Diary.save` has returned (``acked N``) or raised (``failed N SENTENCE``).
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Self

from diary.assembly import open_diary, prepare
from diary.errors import StorageError
from diary.settings import Settings, load_settings
from tests.faults.content import draft_of
from tests.faults.death import die_at

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds


class Writer:
    """The program from outside; ``begun``, ``acked`` and ``failed`` are what all its processes have told so far."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.begun: list[int] = []
        self.acked: list[int] = []
        self.failed: dict[int, str] = {}
        self.killed = 0  # how many processes a kill -9 ended
        self._env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **env}
        self._pid = 0
        self._told = threading.Condition()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.writer"]
        pipe = subprocess.PIPE
        self._program = subprocess.Popen(command, cwd=PROJECT, env=self._env, stdin=pipe, stdout=pipe, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._program.communicate(timeout=PATIENCE)
        self._reader.join(PATIENCE)

    def begin(self, numbers: Iterable[int] | str, point: str = "-") -> None:
        """Start a process that saves ``numbers``, and wait until it is there."""
        listed = numbers if isinstance(numbers, str) else ",".join(map(str, numbers))
        self._program.stdin.write(f"{listed} {point}\n")
        self._program.stdin.flush()
        self.wait(lambda: self._pid)

    def kill(self) -> None:
        """End the process at once, wherever it is."""
        with self._told:
            if self._pid:
                with suppress(ProcessLookupError):  # it has just ended by itself
                    os.kill(self._pid, signal.SIGKILL)
        self.wait(lambda: not self._pid)

    def wait(self, true: Any) -> None:
        """Wait until ``true()`` holds of what was told."""
        with self._told:
            assert self._told.wait_for(true, PATIENCE), f"acked {len(self.acked)}, failed {self.failed}"

    @property
    def is_at_rest(self) -> bool:
        """Whether no process is under way."""
        return not self._pid

    @property
    def is_in_flight(self) -> bool:
        """Whether a save was begun whose end was never told."""
        last = self.begun[-1] if self.begun else None
        return last is not None and last not in self.failed and last not in self.acked[-1:]

    def _read(self) -> None:
        for line in self._program.stdout:
            word, _, rest = line.rstrip("\n").partition(" ")
            with self._told:
                if word == "pid":
                    self._pid = int(rest)
                elif word == "ended":
                    self._pid = 0
                    self.killed += int(rest) == signal.SIGKILL
                elif word == "failed":
                    number, _, sentence = rest.partition(" ")
                    self.failed[int(number)] = sentence
                else:
                    {"begun": self.begun, "acked": self.acked}[word].append(int(rest))
                self._told.notify_all()


def main() -> None:
    """Start a process for each command; all is loaded once, so that most of a process's life is saves.

    The day saved for that has no photo: pictures are made in a thread, which a fork would not take along.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = {"DATABASE_URL": f"sqlite:///{folder}/diary.db", "DIARY_PHOTOS": folder}
        _write(iter([1]), "-", load_settings(own), lambda _: None)
    for line in sys.stdin:
        numbers, point = line.split()
        if not (pid := os.fork()):
            _write(_numbers(numbers), point, load_settings(), _tell)
            os._exit(0)
        _tell(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        _tell(f"ended {os.waitstatus_to_exitcode(status) * -1}")


def _write(numbers: Iterator[int], point: str, settings: Settings, tell: Callable[[str], None]) -> None:
    prepare(settings)
    diary = open_diary(settings)
    following = next(numbers)
    while (number := following) is not None:
        following = next(numbers, None)
        if following is None:
            die_at(point)
        draft = draft_of(number)
        tell(f"begun {number}")
        try:
            entry = diary.find_day(draft.day)
            diary.save(replace(draft, revision=entry.revision if entry else 0))
            tell(f"acked {number}")
        except StorageError as error:
            tell(f"failed {number} {error}")
            time.sleep(0.01)


def _numbers(listed: str) -> Iterator[int]:
    if listed.endswith(":"):
        return count(int(listed[:-1]))
    return iter([*map(int, listed.split(","))])


def _tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
