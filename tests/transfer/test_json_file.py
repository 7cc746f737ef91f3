"""Our own JSON: its shape, and which files are none of ours."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from diary.errors import TransferError
from diary.model import Entry, Mood
from diary.transfer import record
from diary.transfer.json_file import json_lines, read_json
from tests.builders import SERENE, TODAY, spotify_id
from tests.transfer.samples import CALM, ENTRY


def export(*entries: Entry, moods: tuple[Mood, ...] = (CALM,)) -> str:
    return "".join(json_lines(entries, moods))


def refusal(text: str | bytes) -> str:
    with pytest.raises(TransferError) as caught:
        read_json(text.encode() if isinstance(text, str) else text)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def ours(**parts: object) -> str:
    return json.dumps({"format": "music-diary", "version": 1, "entries": [], **parts})


def test_the_export_is_one_json_document_of_the_published_shape() -> None:
    assert json.loads(export(ENTRY)) == {
        "format": "music-diary",
        "version": 1,
        "entries": [
            {
                "day": "2026-11-22",
                "mood": "calm",
                "song": {"title": "Étoile", "artist": "Nick", "spotify_id": spotify_id(1), "mbid": None},
                "note": "Fog over the river 🌫️",
                "tags": ["rain", "choir"],
                "zone": "Europe/Berlin",
                "created_at": "2026-11-22T18:30:00Z",
                "updated_at": "2026-11-22T18:31:02.000500Z",
                "photo": None,
            }
        ],
        "moods": [
            {
                "name": "calm",
                "emoji": "😌",
                "light": "#087a6b",
                "dark": "#47b09e",
                "valence": 0.65,
                "arousal": -0.6,
                "hidden": False,
            }
        ],
    }


def test_an_empty_diary_is_exported_and_read_too() -> None:
    assert json.loads(export(moods=())) == {"format": "music-diary", "version": 1, "entries": [], "moods": []}
    assert read_json(export().encode()).days == ()


def test_each_entry_is_a_line_of_its_own_in_plain_letters() -> None:
    lines = export(ENTRY, replace(ENTRY, day=TODAY + timedelta(1), note="two\nlines")).splitlines()
    days = [line for line in lines if line.startswith('{"day"')]
    assert len(days) == 2
    assert "Étoile" in days[0]
    assert "🌫️" in days[0]


def test_entries_are_written_as_they_are_read_so_that_memory_does_not_grow() -> None:
    asked = 0

    def entries() -> Iterator[Entry]:
        nonlocal asked
        for asked in range(1, 1001):
            yield replace(ENTRY, day=TODAY - timedelta(asked))

    pieces = json_lines(entries(), ())
    for number in range(1001):
        next(pieces)
        assert asked == number


def test_a_replaced_mood_that_a_day_still_has_is_exported_as_a_hidden_one() -> None:
    retired = replace(SERENE, id="old", retired=True)
    moods = json.loads(export(replace(ENTRY, mood=retired)))["moods"]
    assert [(mood["name"], mood["hidden"]) for mood in moods] == [("calm", False), ("serene", True)]


def test_an_earlier_version_of_a_mood_does_not_stand_beside_the_present_one() -> None:
    earlier = replace(CALM, id="old", name="Calm", valence=0.1, retired=True)
    for given in ((CALM,), (CALM, earlier)):
        moods = json.loads(export(replace(ENTRY, mood=earlier), moods=given))["moods"]
        assert [(mood["name"], mood["valence"]) for mood in moods] == [("calm", 0.65)]


def test_a_file_is_read_with_or_without_a_byte_order_mark_and_with_any_line_ends() -> None:
    text = export(ENTRY)
    plain = read_json(text.encode())
    assert [where for where, _ in plain.days] == ["entry 1"]
    assert read_json(b"\xef\xbb\xbf" + text.encode()) == plain
    assert read_json(text.replace("\n", "\r\n").encode()) == plain


def test_the_list_of_moods_may_be_missing() -> None:
    assert read_json(ours().encode()).moods == ()


def test_a_file_may_hold_a_thousand_moods() -> None:
    assert len(read_json(ours(moods=[{}] * 1000).encode()).moods) == 1000


def test_names_that_this_version_does_not_know_are_told() -> None:
    entry = {"day": "2026-11-22", "weather": "fog", "song": {"title": "x", "isrc": "y"}}
    file = read_json(ours(entries=[entry, "junk"], moods=[{"name": "x", "shape": "round"}], author="me").encode())
    assert file.unknown == ("author", "isrc", "shape", "weather")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON, or not all of it: line 1, column 1"),
        (export(ENTRY)[:200], "no JSON, or not all of it: line 2"),
        ("[]", '"format": "music-diary" is missing'),
        ('{"entries": []}', '"format": "music-diary" is missing'),
        (ours(format="day-one"), '"format": "music-diary" is missing'),
        (ours(version=2), "written by a newer version"),
        (ours(version="1"), '"version": 1 is missing'),
        (ours(version=True), '"version": 1 is missing'),
        (ours(version=0), '"version": 1 is missing'),
        (ours(entries=[{}] * 100_001), "more than 100,000 entries"),
        (ours(moods=[{}] * 1001), "more than 1,000 moods"),
        (ours(entries=None), "“entries” must be a list"),
        (ours(entries={}), "“entries” must be a list"),
        (ours(moods="calm"), "“moods” must be a list"),
        ('{"format": "music-diary", "version": 1}', "“entries” must be a list"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 200_000, "nested too deeply"),
        ("1" * 5000, "a number with thousands of digits"),
        (ours(moods=[{"valence": float("nan")}]), "NaN is no number"),
        (ours(moods=[{"valence": -float("inf")}]), "-Infinity is no number"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_one_sentence(text: str, why: str) -> None:
    assert why in refusal(text)


def test_text_that_is_not_utf_8_is_refused_with_its_line() -> None:
    assert "not in UTF-8 (line 2)" in refusal('{\n"note": "café"}'.encode("latin-1"))
    assert "not in UTF-8 (line 1)" in refusal(export(ENTRY).encode("utf-16"))


def test_a_file_over_the_limit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MAX_BYTES", 2_000_000)
    assert read_json(ours().ljust(2_000_000).encode()).days == ()
    assert "larger than the 2 MB" in refusal(ours().ljust(2_000_001))
