"""Our own JSON: a whole diary as text, one entry or mood a line, so that it can be read, compared and streamed.

``{"format": "music-diary", "version": 1, "entries": […], "moods": […]}``; for entries and moods see `record`.
Later versions only add names, so that older files stay readable.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from diary.errors import TransferError
from diary.model import Entry, EntryDraft, Mood
from diary.transfer.json_pieces import JsonPieces
from diary.transfer.plan import DiaryFile
from diary.transfer.record import (
    ENTRY_PARTS,
    MAX_DAYS,
    MAX_MOODS,
    MOOD_PARTS,
    SONG_PARTS,
    TOO_MANY,
    draft_of,
    entry_record,
    mood_of,
    mood_record,
    open_text,
    taken,
)

FORMAT, VERSION = "music-diary", 1
_LISTS = ("entries", "moods")
_PARTS = ("format", "version", *_LISTS)
_LIST = object()
_MANY = 1000  # unknown names; more of them are not counted
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
    """What the JSON file ``data`` holds. Raises TransferError when it is no export of ours."""
    reader = _Reader(JsonPieces(open_text(data)))
    whole = reader.read()
    if whole.get("format") != FORMAT:
        raise TransferError(f'{_OURS}: "format": "{FORMAT}" is missing.')
    version = whole.get("version")
    if type(version) is not int or version != VERSION:
        if type(version) is int and version > VERSION:
            raise TransferError("The file was written by a newer version. Please update the program.")
        raise TransferError(f'{_OURS}: "version": {VERSION} is missing.')
    for name in _LISTS:
        if whole.get(name, None if name == "entries" else _LIST) is not _LIST:
            raise TransferError(f"{_OURS}: “{name}” must be a list.")
    return DiaryFile(tuple(reader.days), tuple(reader.moods), tuple(sorted(reader.unknown)))


class _Reader:
    """Makes days and moods of the pieces while they are read, so that nothing else of a file stays in memory."""

    def __init__(self, pieces: JsonPieces) -> None:
        self.days: list[tuple[str, EntryDraft | str]] = []
        self.moods: list[tuple[str, Mood | str]] = []
        self.unknown: set[str] = set()
        self._pieces = pieces

    def read(self) -> dict[str, object]:
        """What the outermost object says of the file; `_LIST` stands in the place of a list of days or moods."""
        if self._pieces.next_sign() != "{":
            return {"": self._pieces.value()}
        whole: dict[str, object] = {}
        for name in self._pieces.members():
            if name not in _PARTS:
                self._note_unknown([name], _PARTS)
                self._pieces.value()
            elif name in whole:
                raise TransferError(f"{_OURS}: “{name}” is in it twice.")
            elif name in _LISTS and self._pieces.next_sign() == "[":
                whole[name] = _LIST
                self._read_list(name)
            else:
                whole[name] = self._pieces.value()
        return whole

    def _read_list(self, name: str) -> None:
        for record in self._pieces.items():
            if len(self.days) == MAX_DAYS:
                raise TransferError(TOO_MANY)
            if len(self.moods) == MAX_MOODS:
                raise TransferError(f"The file holds more than {MAX_MOODS:,} moods. Please leave some of them out.")
            if name == "moods":
                self._note_unknown(_names(record), MOOD_PARTS)
                self.moods.append((f"mood {len(self.moods) + 1}", taken(mood_of, record)))
            else:
                self._note_unknown(_names(record), ENTRY_PARTS)
                self._note_unknown(_names(_song(record)), SONG_PARTS)
                self.days.append((f"entry {len(self.days) + 1}", taken(draft_of, record)))

    def _note_unknown(self, names: Iterable[str], known: Collection[str]) -> None:
        if len(self.unknown) < _MANY:
            self.unknown |= {name[:40] for name in islice((name for name in names if name not in known), _MANY)}


def _names(record: object) -> Iterable[str]:
    return record if isinstance(record, dict) else ()


def _song(record: object) -> object:
    return record.get("song") if isinstance(record, dict) else None


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
