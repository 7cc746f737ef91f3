"""Servers of the tests' own, as processes."""

import subprocess
import time
from collections.abc import Callable

PATIENCE = 60  # seconds


def wait_for_start(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
    """Whether ``process`` begins to answer; False where it ends before that, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
