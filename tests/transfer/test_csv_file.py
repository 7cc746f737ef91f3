"""Our own CSV: its shape, that no cell is computed, and which files are none of ours."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import TransferError
from diary.model import Entry, EntryDraft, Song
from diary.transfer.csv_file import csv_lines, read_csv
from tests.builders import TODAY
from tests.transfer.samples import ENTRY

HEADER = "day,mood,title,artist,spotify_id,mbid,note,tags,zone,created_at,updated_at,photo"


def export(*entries: Entry) -> str:
    return "".join(csv_lines(entries))


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def note_back(text: str) -> str:
    ((_, day),) = read_csv(text.encode()).days
    assert isinstance(day, EntryDraft), day
    return day.note


def refusal(text: str) -> str:
    with pytest.raises(TransferError) as caught:
        read_csv(text.encode())
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_the_first_line_names_the_columns_and_each_day_is_a_row() -> None:
    lines = export(ENTRY, replace(ENTRY, day=TODAY + timedelta(1), mood=None, song=None, tags=())).split("\r\n")
    assert lines[0] == "\ufeff" + HEADER
    assert lines[1] == (
        '"2026-11-22","calm","Étoile","Nick","0000000000000000000001","","Fog over the river 🌫️","rain, choir",'
        '"Europe/Berlin","2026-11-22T18:30:00Z","2026-11-22T18:31:02.000500Z",""'
    )
    assert lines[2].startswith('"2026-11-23","","","","","","Fog')
    assert lines[3:] == [""]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30 1234",
        "-5 degrees",
        "- a list\n- of two",
        "@SUM(A1:A9)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1+1",
        "\u00a0\n =1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        '=HYPERLINK("http://example.org";"Click me")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    entry = replace(ENTRY, note=text, song=Song(text, text), zone="UTC", tags=(text.strip(),))
    row = dict(zip(HEADER.split(","), cells(export(entry))[1], strict=True))
    assert (row["note"], row["title"], row["artist"]) == ("'" + text,) * 3
    assert row["tags"].startswith("'")


@given(st.text(st.characters(exclude_categories=("Cs",))) | st.text("'=+-@ \t\r\n＝x\"", max_size=8))
def test_whatever_the_text_no_cell_is_computed_and_the_same_text_comes_back(text: str) -> None:
    written = export(replace(ENTRY, note=text))
    for cell in cells(written)[1]:
        assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠"))
        assert not cell.startswith(("\t", "\r", "\n"))
    if "\0" not in text:
        assert note_back(written) == text


@pytest.mark.parametrize("text", ["'tis the season", "'", "''", "“'”", "rock 'n' roll", "1 - 1 = 0"])
def test_an_apostrophe_of_ones_own_is_written_as_it_is(text: str) -> None:
    written = export(replace(ENTRY, note=text))
    assert cells(written)[1][6] == text
    assert note_back(written) == text


def test_a_semicolon_or_a_quote_opens_no_cell_of_its_own() -> None:
    for line in export(replace(ENTRY, note='one;=1+1;"=2";two')).splitlines()[1:]:
        assert line.startswith('"')
        assert '"one;=1+1;""=2"";two"' in line


def test_a_file_saved_again_by_a_spreadsheet_still_gives_the_same_texts() -> None:
    entry = replace(ENTRY, note='\'=1\r\n"two"\rthree; four,\n')
    again = io.StringIO(newline="")
    csv.writer(again, quoting=csv.QUOTE_MINIMAL, lineterminator="\n").writerows(cells(export(entry)))
    assert note_back(again.getvalue()) == entry.note


def test_columns_may_stand_in_any_order_and_all_but_the_day_may_be_missing() -> None:
    ((where, draft),) = read_csv(b"note,day\n\nHello,2026-11-22\n").days
    assert isinstance(draft, EntryDraft)
    assert (where, draft.day, draft.note, draft.mood, draft.song, draft.tags) == (
        "line 3",
        TODAY,
        "Hello",
        None,
        None,
        (),
    )
    assert draft.created_at is None


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    text = export(replace(ENTRY, note="one\ntwo\r\nthree"), ENTRY)
    assert [where for where, _ in read_csv(text.encode()).days] == ["line 2", "line 5"]


def test_columns_that_this_version_does_not_know_are_told() -> None:
    assert read_csv(b"day,weather,note\n2026-11-22,fog,x\n").unknown == ("weather",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must name the columns: day,mood,title"),
        ("day;mood\n2026-11-22;calm\n", "must name the columns"),
        ("date,note\n2026-11-22,x\n", "must name the columns"),
        ("day,note,note\n2026-11-22,x,y\n", "“note” is in the file twice"),
        ("day,note\n2026-11-22,x,y\n", "Line 2 has 3 cells where the first line names 2 columns"),
        ("day,note\n2026-11-22,x\n2026-11-23\n", "Line 3 has 1 cells"),
        ("day\n" + "x\n" * 100_001, "more than 100,000 entries"),
        ('day,note\n2026-11-22,"cut off', "no CSV, or not all of it: row at line 2"),
        ('day,note\n2026-11-22,"a"b\n', "no CSV, or not all of it: row at line 2"),
        (f"day,note\n2026-11-22,{'x' * 200_000}\n", "no CSV, or not all of it: row at line 2"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_one_sentence(text: str, why: str) -> None:
    assert why in refusal(text)


def test_the_longest_note_comes_through() -> None:
    assert note_back(export(replace(ENTRY, note='"' * 99_999 + "="))) == '"' * 99_999 + "="
