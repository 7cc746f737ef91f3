"""When a figure of the bench is good, and when it has fallen behind; nothing here measures time."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import report, runs
from bench.aims import AIMS, Aim, Found
from bench.dataset import Size
from bench.rounds import Block, Figure, ratio, steady

LESS, MORE = Aim("less", 4, 2), Aim("more", 0.3, 0.6, more_is_better=True)


@pytest.mark.parametrize(
    ("aim", "value", "verdict"),
    [
        (LESS, 2, "as meant"),
        (LESS, 2.01, "good"),
        (LESS, 4.01, "**misses**"),
        (MORE, 0.6, "as meant"),
        (MORE, 0.59, "good"),
        (MORE, 0.29, "**misses**"),
        (Aim("only told"), 9, "no aim"),
    ],
)
def test_a_value_is_told_by_its_aim(aim: Aim, value: float, verdict: str) -> None:
    assert aim.verdict(value) == verdict


@pytest.mark.parametrize(
    ("aim", "now", "committed", "behind"),
    [
        (LESS, Figure(3.3, 0.1), Figure(3, 0.2), True),
        (LESS, Figure(3.25, 0.1), Figure(3, 0.25), False),
        (LESS, Figure(3.4, 0.5), Figure(3, 0.2), False),
        (LESS, Figure(2, 0), Figure(3, 0), False),
        (LESS, Figure(29, 0), Figure(28, 0), True),
        (MORE, Figure(0.5, 0.01), Figure(0.6, 0.05), True),
        (MORE, Figure(0.7, 0.01), Figure(0.6, 0.05), False),
    ],
)
def test_behind_is_worse_by_more_than_the_noise(aim: Aim, now: Figure, committed: Figure, behind: bool) -> None:
    assert aim.is_behind(now, committed) is behind


def test_what_was_never_committed_is_not_behind() -> None:
    found = Found({"P1": Figure(9, 0.1), "P11: Today, SQLite": Figure(2, 0.1)})
    assert found.behind({"P2": Figure(1, 0.1)}) == []
    assert found.behind({"P1": Figure(1, 0.1), "P11: Today, SQLite": Figure(1.95, 0.1)}) == ["P1"]


def blocks(*fastest: float) -> Sequence[Block]:
    return [Block((one, one + 9, one + 5), cpu=one) for one in fastest]


def test_a_ratio_is_made_within_each_round() -> None:
    slow, quick = blocks(2, 20, 200), blocks(1, 10, 100)
    assert ratio(slow, quick) == Figure(2, pytest.approx(0.3))


def test_noise_grows_with_the_spread_and_shrinks_with_the_rounds() -> None:
    calm, few, many = steady([1, 1, 1, 1]), steady([1, 2, 3]), steady([1, 2, 3] * 9)
    assert calm.noise == pytest.approx(0.15)
    assert few.value == many.value == 2
    assert calm.noise < many.noise < few.noise


def test_figures_that_are_kept_come_back(tmp_path: Path) -> None:
    file = tmp_path / "committed.json"
    assert report.committed(file) == {}
    report.keep({"P1": Figure(1.23456, 0.0678), "P18": Figure(-0.01, 0.01)}, file)
    report.keep({"P1": Figure(2, 0), "P11: Today, SQLite": Figure(1, 0.05)}, file)
    assert report.committed(file) == {
        "P1": Figure(2, 0),
        "P11: Today, SQLite": Figure(1, 0.05),
        "P18": Figure(-0.01, 0.01),
    }


def test_the_table_tells_aim_figure_and_verdict() -> None:
    found = Found({"P4": Figure(0.3, 0.02), "P1": Figure(1.234, 0.05), "P11: Today, SQLite": Figure(1.5, 0.05)})
    told = report.table(found, {"P4": Figure(0.4, 0.02), "P1": Figure(1.2, 0.1)})
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines()[2:]]
    assert rows[0] == ["P1", AIMS["P1"].what, "≤ 2.5", "≤ 1.3", "1.23", "0.05", "1.2", "as meant"]
    assert rows[1][2:] == ["≥ 0.35", "≥ 0.6", "0.3", "0.02", "0.4", "**misses**, **behind**"]
    assert rows[2][1:2] == [f"{AIMS['P11'].what}: Today, SQLite"]
    assert rows[2][-2:] == ["", "**misses**"]


def test_the_document_keeps_what_is_written_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(f"By hand.\n\n{report.BEGIN}old\n{report.END}\nBelow.\n", encoding="utf-8")
    report.write(Found({"P1": Figure(1, 0)}), {}, Size(1000, 1), [1.0, 2.5], file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("By hand.\n")
    assert text.endswith("\nBelow.\n")
    assert "old" not in text
    assert "1.0 to 2.5 processes" in text
    assert f"* P2: {AIMS['P2'].what}" in text


def test_every_aim_is_measured_by_something() -> None:
    measured = {aim for aims in bench.MEASURES.values() for aim in aims}
    assert measured | {"Year"} == set(AIMS)
    assert bench.chosen(["P8", "P1"]) == [runs.pages, bench.screen.weight]
    assert bench.chosen([]) == [*bench.MEASURES]
    with pytest.raises(SystemExit, match="There is no P99"):
        bench.chosen(["P99"])


def test_every_committed_figure_belongs_to_an_aim() -> None:
    assert {name.partition(":")[0] for name in report.committed()} <= set(AIMS)


def test_the_document_has_its_place_for_the_figures() -> None:
    text = report.DOCUMENT.read_text(encoding="utf-8")
    assert text.index(report.BEGIN) < text.index(report.END)
