"""What a running process takes: its time on the processor, its memory, and what machine it runs on. Linux only."""

import platform
import re
import time
from importlib.metadata import version
from pathlib import Path

_SCHEDULED = 2  # CPUCLOCK_SCHED of Linux: all threads of a process, those that have ended too


def cpu_seconds(pid: int) -> float:
    """How long the process has been computing so far."""
    return time.clock_gettime((~pid) << 3 | _SCHEDULED)


def resident(pid: int) -> float:
    """The memory of the process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s*(\d+)", status)[0]) * 1024 / 1e6


def machine() -> str:
    """What the figures were measured on, a sentence."""
    cpus = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = int(re.findall(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))[0])
    libraries = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "sqlalchemy", "plotly", "flask"))
    return (
        f"{len(cpus)} cores ({cpus[0] if cpus else platform.machine()}), {memory / 1048576:.0f} GiB, "
        f"Linux {platform.release()}, Python {platform.python_version()}, {libraries}"
    )


def load() -> float:
    """How many processes wanted to compute in the last minute."""
    return float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0])
