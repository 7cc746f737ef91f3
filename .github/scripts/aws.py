"""Asks AWS through its command line, which GitHub's machines have; by whatever role the environment gives."""

import json
import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class DeployError(Exception):
    """What went wrong, in a sentence."""


def aws(service: str, operation: str, **request: Any) -> dict[str, Any]:
    """The answer to a request, both in the form of AWS's own API."""
    command = ["aws", service, operation, "--output", "json", "--cli-input-json", json.dumps(request)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell is asked
    if done.returncode:
        raise DeployError(f"aws {service} {operation}: {done.stderr.strip()}")
    return json.loads(done.stdout or "{}")


def wait_for(what: str, ask: Callable[[], Answer | None], seconds: float) -> Answer:
    """What ``ask`` answers as soon as it is not None; it is asked ever less often."""
    deadline, pause = time.monotonic() + seconds, 0.25
    while (answer := ask()) is None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeployError(f"No {what} within {seconds} seconds.")
        time.sleep(min(pause, left))
        pause = min(pause * 2, 15)
    return answer
