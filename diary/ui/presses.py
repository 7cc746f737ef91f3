"""What was pressed in a tab comes to its end, once, whatever the page sends meanwhile."""

from collections import deque
from collections.abc import Callable
from threading import RLock


class Presses:
    """What was pressed and did not come to its end.

    Wherever a callback reads or draws, Streamlit may drop it for what the page sends next, as a field that was just
    left does; the press would be lost with it. Should the run that comes next begin in a thread of its own, while
    the one before is still at work, it waits for it, so that nothing is done twice.
    """

    def __init__(self) -> None:
        self._acts: deque[Callable[[], None]] = deque()
        self._doing = RLock()

    def add(self, *acts: Callable[[], None]) -> None:
        """Let ``acts`` be done after all that was pressed before."""
        self._acts.extend(acts)

    def finish(self) -> None:
        """Do what did not come to its end, in the order in which it was pressed."""
        with self._doing:
            while self._acts:
                try:
                    self._acts[0]()
                except Exception:  # a bug would meet itself again
                    self._acts.popleft()
                    raise
                self._acts.popleft()
