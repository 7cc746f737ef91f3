"""What a piece of work costs: run in a process of its own, whose memory is looked at before and after."""

import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

_FRAME = """
import json, pathlib, re, sys, time

def memory(name):
    return int(re.search(name + r":\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024

{prepare}
pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
before, begun = memory("VmRSS"), time.perf_counter()
{work}
print(json.dumps({{"mb": memory("VmHWM") - before, "seconds": time.perf_counter() - begun, "said": said}}))
"""


@dataclass(frozen=True)
class Cost:
    """Memory at its peak above what it was before, in MiB; seconds; and what the work left in ``said``."""

    mb: float
    seconds: float
    said: str


def cost(prepare: str, work: str, *arguments: object) -> Cost:
    """What ``work`` costs after ``prepare`` has loaded what it needs; ``sys.argv[1:]`` are the ``arguments``.

    Both are Python; ``work`` must set ``said``, a text.
    """
    code = _FRAME.format(prepare=textwrap.dedent(prepare), work=textwrap.dedent(work))
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return Cost(**json.loads(done.stdout.splitlines()[-1]))
