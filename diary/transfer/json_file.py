"""Our own JSON: a whole diary as text, one entry or mood a line, so that it can be read, compared and streamed.

``{"format": "music-diary", "version": 1, "entries": […], "moods": […]}``; for entries and moods see `record`.
Later versions only add names, so that older files stay readable.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NoReturn

from diary.errors import TransferError
from diary.model import Entry, Mood
from diary.transfer.plan import DiaryFile
from diary.transfer.record import (
    ENTRY_PARTS,
    MAX_DAYS,
    MOOD_PARTS,
    SONG_PARTS,
    TOO_MANY,
    entry_record,
    mood_record,
    text_of,
)

FORMAT, VERSION = "music-diary", 1
_OURS = "The file is no export of a music diary"


def json_lines(entries: Iterable[Entry], moods: Iterable[Mood]) -> Iterator[str]:
    """The export, piece by piece as ``entries`` are read; joined it is one JSON document.

    ``moods`` are the person's. Those that were replaced stand at the end, hidden, and only if an entry still
    has one; a day noted with an earlier version of a mood comes back with the present mood of that name.
    """
    known = {mood.name.casefold(): mood for mood in moods if not mood.retired}
    yield f'{{"format": "{FORMAT}", "version": {VERSION}, "entries": ['
    comma = ""
    for entry in entries:
        if entry.mood:
            known.setdefault(entry.mood.name.casefold(), replace(entry.mood, hidden=True))
        yield f"{comma}\n{_dump(entry_record(entry))}"
        comma = ","
    yield '\n], "moods": ['
    yield ",".join(f"\n{_dump(mood_record(mood))}" for mood in known.values())
    yield "\n]}\n"


def read_json(data: bytes) -> DiaryFile:
    """What the JSON file ``data`` holds, not checked entry by entry yet. Raises TransferError when it is no export."""
    whole = _load(text_of(data))
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise TransferError(f'{_OURS}: "format": "{FORMAT}" is missing.')
    version = whole.get("version")
    if type(version) is not int or version != VERSION:
        if type(version) is int and version > VERSION:
            raise TransferError("The file was written by a newer version. Please update the program.")
        raise TransferError(f'{_OURS}: "version": {VERSION} is missing.')
    entries, moods = _list(whole, "entries"), _list(whole, "moods")
    if len(entries) + len(moods) > MAX_DAYS:
        raise TransferError(TOO_MANY)
    return DiaryFile(
        days=tuple((f"entry {number}", entry) for number, entry in enumerate(entries, 1)),
        moods=tuple((f"mood {number}", mood) for number, mood in enumerate(moods, 1)),
        unknown=_unknown(whole, entries, moods),
    )


def _load(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise TransferError(
            f"The file is no JSON, or not all of it: line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise TransferError(f"{_OURS}: its lists are nested too deeply.") from None
    except ValueError:
        raise TransferError(f"{_OURS}: it holds a number with thousands of digits.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise TransferError(f"The file is no JSON: {name} is no number there.")


def _list(whole: dict[str, Any], name: str) -> list[Any]:
    value = whole.get(name, [] if name == "moods" else None)
    if not isinstance(value, list):
        raise TransferError(f"{_OURS}: “{name}” must be a list.")
    return value


def _unknown(whole: dict[str, Any], entries: list[Any], moods: list[Any]) -> tuple[str, ...]:
    songs = [entry.get("song") for entry in entries if isinstance(entry, dict)]
    places = (
        ([whole], ("format", "version", "entries", "moods")),
        (entries, ENTRY_PARTS),
        (songs, SONG_PARTS),
        (moods, MOOD_PARTS),
    )
    names = {
        name for things, known in places for thing in things if isinstance(thing, dict) for name in thing.keys() - known
    }
    return tuple(sorted(names))


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
