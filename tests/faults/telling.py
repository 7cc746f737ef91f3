"""How a person of `users` tells what happens, a line of JSON each time."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from tests.faults.explain import Act

_T = TypeVar("_T")


class Telling:
    """Passes lines to ``tell``; ``name`` is the person's, in one run of the program."""

    def __init__(self, name: str, tell: Callable[[dict[str, object]], None]) -> None:
        self.name = name
        self._tell = tell
        self._acts = 0
        self._longest = 0.0

    def act(self, act: Act, ident: str = "") -> str:
        """Tell of an act, or of its end by the ``ident`` that was given at its begin."""
        self._acts += 1
        ident = ident or f"{self.name}.{self._acts}"
        self._tell({"ident": ident, **asdict(act)})
        return ident

    def bug(self, sentence: str) -> None:
        self._tell({"bug": sentence})

    def answer(self, ask: Callable[[], _T]) -> _T:
        """What ``ask`` gives; how long somebody waited for it is told if that was never as long before."""
        begun = time.monotonic()
        try:
            return ask()
        finally:
            if (took := time.monotonic() - begun) > self._longest:
                self._longest = took
                self._tell({"longest": took})
