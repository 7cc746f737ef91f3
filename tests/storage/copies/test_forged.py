"""An archive that is whole, but says what cannot be: refused in a sentence before anything is touched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.storage.copies.conftest import Refusal
from tests.storage.copies.world import Repacked

Change = Callable[[Repacked], object]


# ---------------------------------------------------------------------- forged: the manifest


def said(**values: Any) -> Change:
    return lambda archive: archive.manifest.update(values)


def said_of(name: str, **values: Any) -> Change:
    return lambda archive: archive.manifest["members"][name].update(values)


PEOPLE = "tables/people.jsonl"
LIES = {
    "another format": (said(format="music-diary"), "The file is no backup"),
    "no format": (lambda archive: archive.manifest.pop("format"), "The file is no backup"),
    "version 0": (said(version=0), "The backup is damaged."),
    "version “1”": (said(version="1"), "The backup is damaged."),
    "version true": (said(version=True), "The backup is damaged."),
    "version 2": (said(version=2), "The backup was written by a newer version."),
    "no schema": (lambda archive: archive.manifest.pop("schema"), "The backup is damaged."),
    "a schema of 9001": (said(schema="9001"), "The backup was written by a newer version."),
    "a schema of an earlier revision": (said(schema="0001"), "The backup is damaged."),
    "a schema that is a number": (said(schema=2), "The backup is damaged."),
    "tables as a list": (said(tables=[]), "The backup is damaged."),
    "no tables": (said(tables={}), "The backup is damaged."),
    "members as a list": (said(members=[]), "The backup is damaged."),
    "one row more": (lambda archive: archive.manifest["tables"].update(people=5), "The backup is damaged."),
    "one row less": (lambda archive: archive.manifest["tables"].update(people=3), "The backup is damaged."),
    "less than no rows": (lambda archive: archive.manifest["tables"].update(people=-1), "The backup is damaged."),
    "an unknown table": (
        lambda archive: (archive.put("tables/passwords.jsonl", b""), archive.manifest["tables"].update(passwords=0)),
        "The backup is damaged.",
    ),
    "a table of SQLite's own": (
        lambda archive: (
            archive.put("tables/sqlite_master.jsonl", b""),
            archive.manifest["tables"].update(sqlite_master=0),
        ),
        "The backup is damaged.",
    ),
    "a smaller size": (said_of(PEOPLE, bytes=1), "The backup is damaged."),
    "a larger size": (said_of(PEOPLE, bytes=10**9), "The backup is damaged."),
    "a size of 10¹⁰⁰": (said_of(PEOPLE, bytes=10**100), "The backup is damaged."),
    "a size that is no number": (said_of(PEOPLE, bytes="many"), "The backup is damaged."),
    "another checksum": (said_of(PEOPLE, sha256="0" * 64), "The backup is damaged."),
    "a checksum in capitals": (said_of(PEOPLE, sha256="F" * 64), "The backup is damaged."),
    "no checksum": (lambda archive: archive.manifest["members"][PEOPLE].pop("sha256"), "The backup is damaged."),
    "no photos": (lambda archive: archive.manifest.pop("photos"), "The backup is damaged."),
    "one photo more": (lambda archive: archive.manifest["photos"].update(number=99), "The backup is damaged."),
    "another checksum of the photos": (
        lambda archive: archive.manifest["photos"].update(sha256="0" * 64),
        "The backup is damaged.",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_manifest_that_lies_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path, name: str) -> None:
    change, sentence = LIES[name]
    forged = Repacked(archive)
    change(forged)
    assert refusal(forged.write(tmp_path / "forged.zip")).startswith(sentence)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"format": "music-diary-backup", "version": NaN}']
)
def test_a_manifest_that_is_none_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path, content: bytes) -> None:
    file = Repacked(archive).write(tmp_path / "x.zip")
    with ZipFile(tmp_path / "y.zip", "w") as out, ZipFile(file) as raw:
        for name in raw.namelist():
            out.writestr(raw.getinfo(name), content if name == "manifest.json" else raw.read(name))
    assert refusal(tmp_path / "y.zip").startswith(("The backup is damaged.", "The file is no backup"))


# ---------------------------------------------------------------------- forged: the rows

ENTRY, MOOD, TRACK = ("entries", 5), ("moods", 5), ("tracks", 0)


def value(where: tuple[str, int], **values: Any) -> Change:
    table, number = where

    def change(archive: Repacked) -> None:
        rows = archive.lines(table)
        rows[number] |= values
        archive.put_lines(table, rows)

    return change


def rows(table: str, change: Callable[[list[Any]], object]) -> Change:
    def act(archive: Repacked) -> None:
        found = archive.lines(table)
        change(found)
        archive.put_lines(table, found)

    return act


def raw_lines(table: str, content: bytes) -> Change:
    return lambda archive: archive.put(f"tables/{table}.jsonl", content)


WRONG = {
    "a note that is a number": value(ENTRY, note=5),
    "a note that is null": value(ENTRY, note=None),
    "a note with a NUL": value(ENTRY, note="a\0b"),
    "tags that are a word": value(ENTRY, tags="rain"),
    "tags that are numbers": value(ENTRY, tags=[1]),
    "tags within tags": value(ENTRY, tags=[["rain"]]),
    "tags that are null": value(ENTRY, tags=None),
    "artists by name": value(TRACK, artists={"a": "b"}),
    "a day that is none": value(ENTRY, day="2026-02-30"),
    "a day in another form": value(ENTRY, day="20261122"),
    "a day in other digits": value(ENTRY, day="٢٠٢٦-١١-٢٢"),
    "a day that is a number": value(ENTRY, day=20261122),
    "an instant without a zone": value(ENTRY, created_at="2026-11-22T12:00:00.000000"),
    "an instant in another zone": value(ENTRY, created_at="2026-11-22T12:00:00.000000+01:00"),
    "an instant that is none": value(ENTRY, created_at="2026-11-22T25:00:00.000000Z"),
    "a revision of 10¹⁰⁰": value(ENTRY, revision=10**100),
    "a revision of 2³¹": value(ENTRY, revision=2**31),
    "a revision of one and a half": value(ENTRY, revision=1.5),
    "a revision that is true": value(ENTRY, revision=True),
    "a valence that is a word": value(MOOD, valence="high"),
    "a valence of 10¹⁰⁰⁰": lambda archive: raw_number(archive, "1e1000"),
    "a valence of NaN": lambda archive: raw_number(archive, "NaN"),
    "a valence of Infinity": lambda archive: raw_number(archive, "-Infinity"),
    "a valence of 5 000 digits": lambda archive: raw_number(archive, "1" * 5000),
    "hidden that is 1": value(MOOD, hidden=1),
    "a mood's name of 31 characters": value(MOOD, name="x" * 31),
    "bytes that are no Base64": value(("waiting_photos", 0), large="!"),
    "an owner nobody knows": value(ENTRY, owner_id="nobody"),
    "a mood nobody has": value(ENTRY, mood_id="nobody's"),
    "a column more": value(ENTRY, password="x"),
    "a column less": rows("entries", lambda found: found[3].pop("folded")),
    "a row twice": rows("entries", lambda found: found.insert(0, found[0])),
    "rows in another order": rows("entries", lambda found: found.reverse()),
    "a row that is a list": rows("entries", lambda found: found.__setitem__(0, [])),
    "a row that is a number": rows("people", lambda found: found.__setitem__(0, 1)),
    "no JSON": raw_lines("people", b"{]\n"),
    "no text": raw_lines("people", b"\xff\xfe\n"),
    "a byte order mark": raw_lines("people", b"\xef\xbb\xbf{}\n"),
    "JSON of 100 000 brackets": raw_lines("people", b"[" * 100_000 + b"\n"),
    "an empty line": raw_lines("people", b"\n"),
    "no line end": raw_lines("tracks", b"{}"),
}


def raw_number(archive: Repacked, text: str) -> None:
    name = "tables/moods.jsonl"
    archive.put(name, archive.members[name].replace(b'"valence":0.3333333333333333', f'"valence":{text}'.encode(), 1))


@pytest.mark.parametrize("name", WRONG)
def test_a_row_that_could_not_lie_there_is_refusal(archive: Path, refusal: Refusal, tmp_path: Path, name: str) -> None:
    forged = Repacked(archive)
    WRONG[name](forged)
    assert refusal(forged.write(tmp_path / "forged.zip")).startswith("The backup is damaged. Nothing was changed.")


def test_the_sentence_names_table_and_row_but_quotes_nothing(archive: Path, refusal: Refusal, tmp_path: Path) -> None:
    forged = Repacked(archive)
    value(ENTRY, note="my secret\0")(forged)
    sentence = refusal(forged.write(tmp_path / "forged.zip"))
    assert "In “entries”, row 6: a value that “note” cannot have." in sentence
    assert "secret" not in sentence
