"""What the fault suite counted, from its tests to docs/reliability.md.

Each test notes its figures in a file below DIARY_FIGURES, where that is set; `python -m tests.faults.figures FOLDER`
puts them as tables between the marks in docs/reliability.md.
"""

import json
import os
import platform
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: made by `make faults` -->\n", "<!-- end of figures -->\n"

Figure = str | int | float


def note(fault: str, where: str, **counted: Figure) -> None:
    """Keep what was counted under ``fault`` (its title in the document) at ``where``, e.g. "SQLite, folder".

    A name with a unit ends in it: ``longest_wait_s``, ``peak_mb``. Does nothing but in `make faults`.
    """
    if folder := os.environ.get("DIARY_FIGURES"):
        line = {"fault": fault, "where": where, "counted": counted}
        (Path(folder) / f"{uuid4().hex}.json").write_text(json.dumps(line))


def tables(folder: Path) -> str:
    """All figures below ``folder``: a table a fault, a row a place."""
    faults: dict[str, list[tuple[str, dict[str, Figure]]]] = defaultdict(list)
    for file in folder.glob("*.json"):
        line = json.loads(file.read_text())
        faults[line["fault"]].append((line["where"], line["counted"]))
    parts = [
        f"Counted on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, Python {platform.python_version()}.\n"
    ]
    for fault, rows in sorted(faults.items(), key=_order):
        names = list(dict.fromkeys(name for _, counted in rows for name in counted))
        parts.append(f"\n### {fault}\n")
        parts.append(_line(["", *(name.replace("_", " ") for name in names)]))
        parts.append(_line(["---", *("---:" for _ in names)]))
        parts += [_line([where, *(_text(counted.get(name, "")) for name in names)]) for where, counted in sorted(rows)]
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
