"""The table of what was measured, in docs/performance.md and on the screen, and the figures that were committed."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.aims import AIMS, Found, aim_of
from bench.dataset import Size
from bench.process import machine
from bench.rounds import Figure

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
COMMITTED = Path(__file__).with_name("committed.json")
BEGIN, END = "<!-- figures: made by `make bench` -->\n", "<!-- end of figures -->\n"
HEAD = ("", "what", "good", "as meant", "measured", "noise ±", "committed", "verdict")
PAGES = ("", "ms", "× empty", "CPU ms", "CPU × empty", "messages", "kB, first run", "kB, rerun", "queries")
READS = ("", "ms", "driver's ms")
SCREENS = ("", "ms", "× empty", "layout shift", "MB")
Committed = dict[str, Figure]


def committed(file: Path = COMMITTED) -> Committed:
    """The figures that were committed, by name; none where there is no such file."""
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: Figure(value, noise) for name, (value, noise) in told.items()}


def keep(figures: Mapping[str, Figure], file: Path = COMMITTED) -> None:
    """Let ``figures`` be those that later ones are held against; those that were not measured stay."""
    all_of_them = committed(file) | dict(figures)
    lines = [
        f"{json.dumps(name)}: [{float(f'{one.value:.4g}')}, {float(f'{one.noise:.2g}')}]"
        for name, one in sorted(all_of_them.items(), key=lambda item: _place(item[0]))
    ]
    file.write_text("{\n  " + ",\n  ".join(lines) + "\n}\n", encoding="utf-8")


def table(found: Found, before: Committed) -> str:
    """A row for each figure, in the order of the aims."""
    behind = found.behind(before)
    rows = []
    for name in sorted(found.figures, key=_place):
        aim, figure, old = aim_of(name), found.figures[name], before.get(name)
        verdict = aim.verdict(figure.value) + (", **behind**" if name in behind else "")
        aims = [_number(limit) for limit in (aim.good, aim.stretch)]
        sign = "≥ " if aim.more_is_better else "≤ "
        shown = [sign + one if one else "" for one in aims]
        measured = [_number(figure.value), _number(figure.noise), _number(old.value if old else None)]
        rows.append([name.partition(":")[0], aim.what, *shown, *measured, verdict])
    return lines(HEAD, rows)


def tables(found: Found, before: Committed) -> str:
    """All that was measured."""
    parts = [table(found, before)]
    if found.pages:
        parts += ["### What pages cost the server", lines(PAGES, found.pages)]
    if found.screens:
        parts += ["### What a browser waits for", lines(SCREENS, found.screens)]
    if found.reads:
        parts += ["### What the database takes", lines(READS, found.reads)]
    return "\n\n".join(parts)


def document(found: Found, before: Committed, many: Size, loads: Sequence[float]) -> str:
    """What stands between the marks of the document."""
    when = f"Measured on {datetime.now(UTC):%Y-%m-%d} on {machine()}."
    busy = f"{min(loads):.1f} to {max(loads):.1f} processes wanted to compute at a time, this bench's own among them."
    size = f"The many rows are {many.rows:,} of {many.owners} owners, {many.shares[0]:,} of them the reader's."
    missing = [f"* {name}: {AIMS[name].what}" for name in AIMS if not _has(found, name)]
    parts = [
        f"{when} {busy} {size}",
        tables(found, before),
        *(["### Not measured", "\n".join(missing)] if missing else []),
    ]
    return "\n\n".join(parts) + "\n"


def write(found: Found, before: Committed, many: Size, loads: Sequence[float], file: Path = DOCUMENT) -> None:
    """Put the figures into the document; what is written beside them by hand stays."""
    head, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    file.write_text(f"{head}{BEGIN}\n{document(found, before, many, loads)}\n{END}{tail}", encoding="utf-8")


def lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; missing cells are empty."""
    marks = ["---" if place < 2 and name in {"", "what"} else "---:" for place, name in enumerate(head)]
    whole = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *whole))


def _has(found: Found, aim: str) -> bool:
    return any(name.partition(":")[0] == aim for name in found.figures)


def _place(name: str) -> tuple[int, str]:
    return list(AIMS).index(name.partition(":")[0]), name


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
