"""The figures of the fault suite: how they come from the tests into the document."""

from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.figures import BEGIN, END, main, note, skipped, tables


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIARY_FIGURES", str(tmp_path))
    note("F10 photo store away", "SQLite", longest_wait_s=4.9583, told="yes")
    note("F2 killed", "SQLite, S3", acknowledged=12345, lost=0)
    note("F2 killed", "PostgreSQL", acknowledged=7, half_written=1)
    return tmp_path


def test_each_fault_is_a_table_in_order_with_a_row_for_each_place(noted: Path) -> None:
    said, *lines = [line for line in tables(noted).splitlines() if line]
    assert said.startswith("Counted on 20")
    assert lines[0] == "### F2 killed"
    assert lines[2] == "| --- | ---: | ---: | ---: |"
    names, *rows = ([cell.strip() for cell in lines[number].strip("|").split("|")] for number in (1, 3, 4))
    assert sorted(names) == ["", "acknowledged", "half written", "lost"]
    first, second = (dict(zip(names, row, strict=True)) for row in rows)
    assert first == {"": "PostgreSQL", "acknowledged": "7", "half written": "1", "lost": ""}
    assert second == {"": "SQLite, S3", "acknowledged": "12,345", "half written": "", "lost": "0"}
    assert lines[5:] == [
        "### F10 photo store away",
        "|  | longest wait s | told |",
        "| --- | ---: | ---: |",
        "| SQLite | 5 | yes |",
    ]


def test_two_rows_of_one_place_are_both_shown(noted: Path) -> None:
    note("F10 photo store away", "SQLite", longest_wait_s=12.0)
    assert {"| SQLite | 5 | yes |", "| SQLite | 12 |  |"} <= {*tables(noted).splitlines()}


def test_what_was_skipped_is_told_once_at_the_end(noted: Path) -> None:
    assert "Not tried" not in tables(noted)
    for nodeid in ("test_disk.py::test_full[b]", "test_disk.py::test_full[a]", "test_disk.py::test_full[a]"):
        skipped(nodeid, "Skipped: no file system can be mounted here")
    assert tables(noted).splitlines()[-4:] == [
        "### Not tried",
        "",
        "* `test_disk.py::test_full[a]`: no file system can be mounted here",
        "* `test_disk.py::test_full[b]`: no file system can be mounted here",
    ]


def test_new_figures_take_the_place_of_the_old_ones_and_leave_the_words(
    noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = noted / "reliability.md"
    document.write_text(f"Words before.\n\n{BEGIN}old figures\n{END}\nWords after.\n", encoding="utf-8")
    monkeypatch.setattr(figures, "DOCUMENT", document)
    main(noted)
    main(noted)
    text = document.read_text(encoding="utf-8")
    assert "old figures" not in text
    assert text.count("### F2 killed") == text.count(BEGIN) == text.count(END) == 1
    assert text.startswith("Words before.\n")
    assert text.endswith("\nWords after.\n")


def test_the_document_has_the_marks_between_which_figures_go() -> None:
    text = figures.DOCUMENT.read_text(encoding="utf-8")
    assert 0 < text.index(BEGIN) < text.index(END)


def test_without_a_folder_nothing_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIARY_FIGURES", raising=False)
    monkeypatch.chdir(tmp_path)
    note("F2 killed", "SQLite", lost=0)
    skipped("test_disk.py::test_full", "Skipped: no")
    assert [*tmp_path.iterdir()] == []
