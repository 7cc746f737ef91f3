"""What the diary costs, as ratios measured side by side.

    make bench                         all of it; the figures go into docs/performance.md
    python -m bench P1 Moods           a part, by the names of the aims; shown only
    python -m bench --keep             all of it, and later runs are held against these figures

Ends with 1 where a figure is worse than the committed one by more than its noise.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import crowd, report, runs, screen, store
from bench.aims import AIMS, Found
from bench.dataset import Size
from bench.process import load
from bench.servers import Servers

Measure = Callable[[Servers, Found], None]
MEASURES: dict[Measure, tuple[str, ...]] = {
    crowd.crowd: ("P15a", "P15b", "P16"),
    runs.pages: ("P1", "P3", "P9a", "P9b", "P10a", "P10b", *(name for name in runs.PAGES if name in AIMS)),
    runs.first_runs: ("P2", "Sent"),
    crowd.throughput: ("P4",),
    screen.loads: ("P5", "P6", "P18"),
    screen.interaction: ("P7", "All"),
    screen.weight: ("P8a", "P8b"),
    store.layer: ("P12", "P17"),
    runs.sizes: ("P11",),
}


def chosen(names: list[str]) -> list[Measure]:
    """What measures the aims that are asked for, "P8" meaning P8a and P8b; all, where none is."""
    wanted = {aim for aim in AIMS for name in names if aim in {name, f"{name}a", f"{name}b"}}
    if unknown := [name for name in names if not {name, f"{name}a"} & AIMS.keys()]:
        raise SystemExit(f"There is no {unknown[0]}. There are {', '.join(AIMS)}.")
    return [measure for measure, aims in MEASURES.items() if not names or wanted & set(aims)]


def main() -> int:
    """Measure, tell, and give the code to end with."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="AIM", help="only what measures these, such as P1 or Moods")
    parser.add_argument("--keep", action="store_true", help="commit the figures: later runs are held against them")
    parser.add_argument("--rows", type=int, default=365_000, help="days in the large database (%(default)s)")
    parser.add_argument("--owners", type=int, default=100, help="whose they are (%(default)s)")
    asked = parser.parse_args()
    found, loads = Found(), [load()]
    with tempfile.TemporaryDirectory() as folder, Servers(Path(folder), Size(asked.rows, asked.owners)) as servers:
        for measure in chosen(asked.names):
            begun = time.monotonic()
            measure(servers, found)
            loads.append(load())
            took = time.monotonic() - begun
            print(f"{measure.__name__}: {took:.0f} s, load {loads[-1]:.1f}", file=sys.stderr, flush=True)
    before = report.committed()
    print(report.tables(found, before))
    if asked.keep:
        report.keep(found.figures)
    if not asked.names:
        report.write(found, report.committed() if asked.keep else before, Size(asked.rows, asked.owners), loads)
    return 1 if found.behind(before) and not asked.keep else 0


if __name__ == "__main__":
    sys.exit(main())
