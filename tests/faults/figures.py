"""What the fault suite counted, from its tests to docs/reliability.md.

Each test notes its figures in a file below DIARY_FIGURES, where that is set, and so is each test that was skipped;
`python -m tests.faults.figures FOLDER` puts them as tables between the marks in docs/reliability.md.
"""

import json
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from uuid import uuid4

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: made by `make faults` -->\n", "<!-- end of figures -->\n"

Figure = str | int | float


def note(fault: str, where: str, **counted: Figure) -> None:
    """Keep what was counted under ``fault`` (its title in the document) at ``where``, e.g. "SQLite, folder".

    A name with a unit ends in it: ``longest_wait_s``, ``peak_mb``. Does nothing but in `make faults`.
    """
    _write({"fault": fault, "where": where, "counted": counted})


def skipped(nodeid: str, reason: str) -> None:
    """Keep that the test ``nodeid`` was not run, and pytest's ``reason``. Does nothing but in `make faults`."""
    _write({"test": nodeid, "reason": reason.removeprefix("Skipped: ")})


def _write(line: Mapping[str, object]) -> None:
    if folder := os.environ.get("DIARY_FIGURES"):
        (Path(folder) / f"{uuid4().hex}.json").write_text(json.dumps(line))


def tables(folder: Path) -> str:
    """All figures below ``folder``: a table a fault, a row a place, and a list of the tests that were skipped."""
    faults: dict[str, list[tuple[str, dict[str, Figure]]]] = defaultdict(list)
    lines = [json.loads(file.read_text()) for file in folder.glob("*.json")]
    for line in lines:
        if "fault" in line:
            faults[line["fault"]].append((line["where"], line["counted"]))
    parts = [
        f"Counted on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, Python {platform.python_version()}.\n"
    ]
    for fault, rows in sorted(faults.items(), key=_order):
        names = list(dict.fromkeys(name for _, counted in rows for name in counted))
        parts.append(f"\n### {fault}\n")
        parts.append(_line(["", *(name.replace("_", " ") for name in names)]))
        parts.append(_line(["---", *("---:" for _ in names)]))
        for where, counted in sorted(rows, key=itemgetter(0)):
            parts.append(_line([where, *(_text(counted.get(name, "")) for name in names)]))
    not_tried = sorted({f"* `{line['test']}`: {line['reason']}" for line in lines if "test" in line})
    parts += ["\n### Not tried\n", *not_tried] if not_tried else []
    return "\n".join(parts) + "\n"


def _order(fault: tuple[str, object]) -> tuple[int, str]:
    number = fault[0].removeprefix("F").partition(" ")[0]
    return (int(number) if number.isdigit() else 99, fault[0])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(figure: Figure) -> str:
    if isinstance(figure, str):
        return figure
    return f"{figure:.2g}" if isinstance(figure, float) and figure < 10 else f"{figure:,.0f}"


def main(folder: Path) -> None:
    """Put the figures below ``folder`` into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{tables(folder)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
