"""The command line, `python -m diary …`: exit 0 when done, 1 with a sentence when refused, 2 on wrong usage."""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from diary.assembly import check_database, open_diary, prepare
from diary.clock import utc_now
from diary.diary import Diary
from diary.errors import DiaryError, SettingsError, StorageError, TransferError
from diary.model import FIRST_DAY, Entry
from diary.settings import Settings, load_settings, project_secrets
from diary.transfer.csv_file import csv_lines, read_csv
from diary.transfer.demo import demo_days
from diary.transfer.file import read_file, write_file
from diary.transfer.json_file import json_lines, read_json
from diary.transfer.plan import days_of, plan_import

READERS = {"json": read_json, "csv": read_csv}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; ``arguments`` are those of the process where none are given."""
    parser = _parser()
    args = parser.parse_args(arguments)
    try:
        args.run(args)
    except DiaryError as error:
        _write(sys.stderr, str(error))
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m diary", description="Look after a music diary.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text.partition(".")[0].lower(), description=text)
        added.add_argument("--owner", type=_owner, default="local", help="whose diary it is (default: local)")
        added.set_defaults(run=run)
        return added

    command("migrate", _migrate, "Bring the database to the newest form.")
    demo = command(
        "demo",
        _demo,
        "Fill an empty diary with invented days. They end yesterday (UTC), so that today is free for a first try; "
        "a diary that has entries is refused.",
    )
    demo.add_argument("--days", type=_days, default=730, help="how many days back it begins (default: 730)")
    demo.add_argument("--seed", type=int, default=1, help="another number makes another diary (default: 1)")
    export = command(
        "export",
        _export,
        "Write all entries to a file. JSON holds moods of one's own too. A file of that name is replaced, "
        "in one piece and only when the new one is complete.",
    )
    export.add_argument("file", type=_export_file, metavar="FILE", help="its ending says how: .json or .csv")
    bring = command(
        "import",
        _import,
        "Bring in entries from an export. Days that are written already stay as they are. If anything in the file "
        "cannot be taken, nothing is brought in and every reason is told.",
    )
    bring.add_argument("file", type=Path, metavar="FILE", help="a .json or .csv file as `export` writes it")
    bring.add_argument("--format", choices=sorted(READERS), help="what the file is (default: by its ending)")
    bring.add_argument("--dry-run", action="store_true", help="only tell what would happen")
    bring.add_argument("--json", action="store_true", help="tell it as JSON")
    bring.set_defaults(wrong_usage=bring.error)
    command("doctor", _doctor, "Check settings, database, photos, clock and music sources. Nothing is changed.")
    return parser


def _owner(text: str) -> str:
    if not text.strip() or len(text) > 255 or not text.isprintable():
        raise argparse.ArgumentTypeError("an owner is named by 1 to 255 characters")
    return text


def _days(text: str) -> int:
    most = (utc_now().date() - FIRST_DAY).days - 1
    with suppress(ValueError):
        if 1 <= int(text) <= most:
            return int(text)
    raise argparse.ArgumentTypeError(f"a demo has 1 to {most} days")


def _export_file(text: str) -> Path:
    if Path(text).suffix.lower() not in {".json", ".csv"}:
        raise argparse.ArgumentTypeError("the file's name must end in .json or .csv")
    return Path(text)


def _open(args: argparse.Namespace) -> Diary:
    settings = load_settings(secrets=project_secrets())
    prepare(settings)
    return open_diary(settings, args.owner)


# ---------------------------------------------------------------------- commands


def _migrate(_: argparse.Namespace) -> None:
    prepare(load_settings(secrets=project_secrets()))
    _write(sys.stdout, "The database has the newest form.")


def _demo(args: argparse.Namespace) -> None:
    diary = _open(args)
    if count := diary.count():
        raise TransferError(
            f"The diary of “{args.owner}” has {days_of(count)} already; a demo goes only into an empty one. "
            "Choose another with --owner."
        )
    last = diary.today("UTC") - timedelta(days=1)
    first = last - timedelta(days=args.days - 1)
    count = diary.add_days(list(demo_days(first, last, diary.moods(), args.seed)))
    _write(sys.stdout, f"{days_of(count)} invented up to {last}. Today is left for you.")


def _export(args: argparse.Namespace) -> None:
    diary = _open(args)
    days = _Counted(diary.each())
    is_json = args.file.suffix.lower() == ".json"
    write_file(args.file, json_lines(days, diary.moods()) if is_json else csv_lines(days))
    _write(sys.stdout, f"{days_of(days.count)} of “{args.owner}” written to {args.file}.")


def _import(args: argparse.Namespace) -> None:
    form = args.format or args.file.suffix.lower().removeprefix(".")
    if form not in READERS:
        args.wrong_usage("say with --format whether the file is json or csv")
    diary = _open(args)
    plan = plan_import(diary, READERS[form](read_file(args.file)))
    is_done = not (args.dry_run or plan.refusals)
    if is_done:
        plan.commit(diary)
    if args.json:
        _write(sys.stdout, json.dumps({"imported": is_done, **plan.as_values()}, indent=2))
    else:
        _write(sys.stdout, "\n".join(plan.as_lines(is_done)))
    if plan.refusals:
        raise TransferError(f"Nothing was brought in: {len(plan.refusals)} of the file's parts cannot be taken.")


# ---------------------------------------------------------------------- checking up


def _doctor(_: argparse.Namespace) -> None:
    try:
        settings = load_settings(secrets=project_secrets())
    except SettingsError as error:
        _write(sys.stdout, f"wrong  settings: {error}")
        raise SettingsError("Nothing else can be checked before the settings are right.") from None
    _write(sys.stdout, "ok     settings: all can be used")
    is_well = True
    for part, examine in {"database": _database, "photos": _photos, "clock": _clock, "music": _music}.items():
        try:
            _write(sys.stdout, f"ok     {part}: {examine(settings)}")
        except DiaryError as error:
            is_well = False
            _write(sys.stdout, f"wrong  {part}: {error}")
    if not is_well:
        raise SettingsError("Something is wrong; the lines above say what to do.")


def _database(settings: Settings) -> str:
    check_database(settings)
    return f"{settings.database_place} answers, is up to date and can be written"


def _photos(settings: Settings) -> str:
    """The folder is made with the first photo; until then the one it will lie in is tried."""
    folder = next(place for place in (settings.photos, *settings.photos.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"a line to see whether it can be kept")
    except OSError as error:
        raise StorageError(
            f"Photos cannot be kept in {settings.photos}: {error.strerror}. Check DIARY_PHOTOS and its rights."
        ) from None
    return f"{settings.photos} can be written"


def _clock(_: Settings) -> str:
    now = utc_now()
    if now.year < 2026:
        raise SettingsError(f"This machine believes it is {now:%Y-%m-%d}. Please set its clock.")
    try:
        ZoneInfo("Pacific/Kiritimati")
    except ZoneInfoNotFoundError:
        raise SettingsError("Time zones are unknown here. Please run: pip install tzdata") from None
    return f"{now:%Y-%m-%d %H:%M} UTC, time zones are known"


def _music(settings: Settings) -> str:
    if bool(settings.spotify_id) != bool(settings.spotify_secret):
        raise SettingsError("Of SPOTIPY_CLIENT_ID and SPOTIPY_CLIENT_SECRET only one is set. Please set both or none.")
    return "Spotify's keys are set" if settings.spotify_id else "no Spotify keys; MusicBrainz, links and typing work"


# ---------------------------------------------------------------------- on the screen


class _Counted:
    """Passes entries on and counts them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = entries
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._entries:
            self.count += 1
            yield entry


def _write(stream: TextIO, text: str) -> None:
    """A line in which nothing from a file can steer the terminal."""
    plain = "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
    encoding = stream.encoding or "utf-8"
    stream.write(plain.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    logging.getLogger("diary").addHandler(logging.NullHandler())  # what went wrong is told once, by `main`
    sys.exit(main())
