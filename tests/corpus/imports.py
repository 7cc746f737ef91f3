"""Files that were never written by the diary, and what must happen with each: drawn up before the program was asked."""

import json

DAY = {"day": "2026-11-20", "note": "Rain."}
MOOD = {"name": "x", "emoji": "x", "light": "#123456", "dark": "#123456", "valence": 0, "arousal": 0}
HEAD = '{"format": "music-diary", "version": 1, "entries": ['


def ours(*entries: object, **others: object) -> str:
    return json.dumps({"format": "music-diary", "version": 1, "entries": entries or [DAY], **others})


def raw(entry: str) -> str:
    """An export whose only entry is this text."""
    return f"{HEAD}{entry}]}}"


def wide(columns: int) -> str:
    return f"day,{','.join(f'c{n}' for n in range(columns))}\n2026-11-20{',' * columns}\n"


# What must happen: a number of days that come in, or a part of the sentence that refuses the whole.
JSON: dict[str, tuple[str | bytes, int | str]] = {
    "an honest one": (ours(), 1),
    "nothing": ("", "no JSON"),
    "blanks": (" \n" * 5000, "no JSON"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "no JSON"),
    "with a byte order mark": (b"\xef\xbb\xbf" + ours().encode(), 1),
    "with two of them": (b"\xef\xbb\xbf\xef\xbb\xbf" + ours().encode(), "no JSON"),
    "UTF-16": (ours().encode("utf-16"), "not in UTF-8"),
    "UTF-32": (ours().encode("utf-32"), "not in UTF-8"),
    "Latin-1": (ours({**DAY, "note": "PLACE"}).encode().replace(b"PLACE", b"caf\xe9"), "not in UTF-8"),
    "overlong UTF-8": (ours({**DAY, "note": "PLACE"}).encode().replace(b"PLACE", b"\xc0\xaf"), "not in UTF-8"),
    "a surrogate in UTF-8": (ours({**DAY, "note": "PLACE"}).encode().replace(b"PLACE", b"\xed\xa0\x80"), "UTF-8"),
    "a lone surrogate, escaped": (raw('{"day": "2026-11-20", "note": "a\\ud800b"}'), "no text"),
    "a whole pair, escaped": (raw('{"day": "2026-11-20", "note": "\\ud83d\\ude00"}'), 1),
    "a NUL, escaped": (raw('{"day": "2026-11-20", "note": "a\\u0000b"}'), "no text"),
    "a NUL as it is": (ours().encode() + b"\0", "no JSON"),
    "a line break in a text": (raw('{"day": "2026-11-20", "note": "a\nb"}'), "no JSON"),
    "an unknown escape": (raw('{"day": "2026-11-20", "note": "\\x41"}'), "no JSON"),
    "cut in a text": (ours()[:75], "no JSON, or not all of it"),
    "cut in a list": (ours()[:-2], "no JSON, or not all of it"),
    "more behind the end": (ours() + "{}", "no JSON, or not all of it"),
    "a comma too many": (raw('{"day": "2026-11-20", "note": "x"},'), "no JSON"),
    "single quotes": (ours().replace('"', "'"), "no JSON"),
    "a comment": ("// mine\n" + ours(), "no JSON"),
    "NaN": (ours(moods=[{**MOOD, "valence": float("nan")}]), "NaN is no number"),
    "infinity": (ours(moods=[{**MOOD, "valence": float("-inf")}]), "Infinity is no number"),
    "1e999": (ours(moods=[MOOD]).replace('"valence": 0', '"valence": 1e999'), "lie between"),
    "a number of 5 000 digits": (raw("1" * 5000), "thousands of digits"),
    "a number of 4 000 digits": (ours(moods=[{**MOOD, "valence": 10**3999}]), "lie between"),
    "a version of 4 000 digits": (ours(version=10**3999), "newer version"),
    "lists in lists": ("[" * 500_000, "nested too deeply"),
    "objects in objects": ('{"a":' * 200_000, "nested too deeply"),
    "lists in an entry": (raw('{"day": "2026-11-20", "tags": ' + "[" * 300_000), "nested too deeply"),
    "a list where an entry should be": (raw("[[[[[]]]]]"), "must be an object"),
    "a text where the list should be": (ours(entries="x"), "must be a list"),
    "an object where the list should be": (ours(entries={}), "must be a list"),
    "no list": ('{"format": "music-diary", "version": 1}', "must be a list"),
    "two lists": (ours()[:-1] + ', "entries": []}', "in it twice"),
    "another program's": ('{"format": "day-one", "version": 1, "entries": []}', "is missing"),
    "a newer version": (ours(version=2), "newer version"),
    "version true": (ours(version=True), "is missing"),
    "a name twice in an entry": (raw('{"day": "2026-11-20", "note": "one", "note": "two"}'), 1),
    "__proto__ and friends": (raw('{"__proto__": {"x": 1}, "constructor": 1, "day": "2026-11-20", "note": "x"}'), 1),
    "the same day twice": (ours(DAY, DAY), "in the file twice"),
    "one bad day among good ones": (ours(DAY, {**DAY, "day": "2026-02-30"}), "is no day"),
    "a day of the year 99999": (ours({**DAY, "day": "99999-01-01"}), "is no day"),
    "a day in other digits": (ours({**DAY, "day": "２０２６-11-20"}), "is no day"),
    "a day before the first": (ours({**DAY, "day": "1899-12-31"}), "on or after"),
    "a day that has not begun": (ours({**DAY, "day": "2026-11-24"}), "has not begun"),
    "an instant without a zone": (ours({**DAY, "created_at": "2026-11-20T10:00:00"}), "no instant"),
    "an instant before the calendar": (ours({**DAY, "created_at": "0001-01-01T00:00:00+14:00"}), "no instant"),
    "a zone that is a path": (ours({**DAY, "zone": "../../etc/passwd"}), "no time zone"),
    "a photo that is a path": (ours({**DAY, "photo": "../../../etc/passwd"}), 1),
    "an unknown mood": (ours({**DAY, "mood": "'; DROP TABLE entries"}), "no mood named"),
    "the same mood twice": (ours(moods=[MOOD, MOOD]), "in the file twice"),
    "a mood with a script for a colour": (ours(moods=[{**MOOD, "light": "red}</style>"}]), "is written like"),
    "a note of a million signs": (ours({**DAY, "note": "x" * 1_000_000}), "longer than the 100,000"),
    "a note of two million": (ours({**DAY, "note": "x" * 2_000_000}), "longer than an entry can be"),
    "100 000 tags": (ours({**DAY, "tags": [str(n) for n in range(100_000)]}), "room for 30 tags"),
    "100 001 entries": (raw(",".join(["{}"] * 100_001)), "more than 100,000 entries"),
    "50 000 unknown names": (ours(**{f"n{n}": 0 for n in range(50_000)}), 1),
    "a number where a text should be": (ours({**DAY, "note": 7}), "must be text"),
    "a text where the tags should be": (ours({**DAY, "tags": "a, b"}), "list of texts"),
}
CSV: dict[str, tuple[str | bytes, int | str]] = {
    "an honest one": ("day,note\n2026-11-20,x\n", 1),
    "nothing": ("", "must name the columns"),
    "with a byte order mark": (b"\xef\xbb\xbfday,note\r\n2026-11-20,x\r\n", 1),
    "UTF-16": ("day,note\n2026-11-20,x\n".encode("utf-16"), "not in UTF-8"),
    "Latin-1 in its last row": ("day,note\n2026-11-20,café\n".encode("latin-1"), "not in UTF-8 (line 2)"),
    "semicolons": ("day;note\n2026-11-20;x\n", "must name the columns"),
    "line ends of all kinds": ('day,note\r2026-11-20,"a\rb\nc\r\nd"\r\n', 1),
    "formulas": ('day,note,title\n2026-11-20,"=1+1","\'=HYPERLINK(""x"")"\n', 1),
    "a cell that is cut": ('day,note\n2026-11-20,"x', "no CSV, or not all of it"),
    "a quote in a cell": ('day,note\n2026-11-20,"a"b"\n', "no CSV"),
    "a NUL": ("day,note\n2026-11-20,a\0b\n", "no text"),
    "a short row": ("day,note\n2026-11-20\n", "has 1 cells"),
    "a long row": ("day,note\n2026-11-20,x,y\n", "has 3 cells"),
    "a column twice": ("day,note,note\n2026-11-20,x,y\n", "in the file twice"),
    "20 000 columns": (wide(20_000).replace("c0,", "note,").replace("-20,", "-20,x"), 1),
    "300 000 columns": (wide(300_000), "longer than a day can be"),
    "a row of a million cells": (f"day,note\n{',' * 1_000_000}\n", "longer than a day can be"),
    "a row of a million lines": ("day,note\n" + '"a\n",' * 1_000_000, "longer than a day can be"),
    "a cell of a million signs": (f"day,note\n2026-11-20,{'x' * 1_000_000}\n", "no CSV"),
    "100 001 rows": ("day\n" + "x\n" * 100_001, "more than 100,000 entries"),
    "the same day twice": ("day,note\n2026-11-20,x\n2026-11-20,y\n", "in the file twice"),
    "a day like a spreadsheet's": ("day,note\n20/11/2026,x\n", "is no day"),
    "ten tags in one cell": ('day,note,tags\n2026-11-20,x,"a,b,c,d,e,f,g,h,i,j"\n', 1),
    "blank rows": ("day,note\n\n\n2026-11-20,x\n\n", 1),
}


def _cases(form: str, files: dict[str, tuple[str | bytes, int | str]]) -> list[tuple[str, str, bytes, int | str]]:
    return [
        (form, name, content.encode() if isinstance(content, str) else content, expected)
        for name, (content, expected) in files.items()
    ]


CASES = _cases("json", JSON) + _cases("csv", CSV)  # form, name, content, what must happen
