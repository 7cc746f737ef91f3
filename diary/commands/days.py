"""Commands on the days of one person: demo, export, import."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from diary.assembly import open_diary
from diary.commands.account import settings_of, take_along
from diary.commands.console import progress, write
from diary.commands.keep import prepared
from diary.diary import Diary
from diary.errors import TransferError
from diary.log import audit
from diary.model import Entry
from diary.transfer.csv_file import csv_lines, read_csv
from diary.transfer.demo import demo_days
from diary.transfer.file import read_file, write_file
from diary.transfer.json_file import json_lines, read_json
from diary.transfer.plan import days_of, plan_import

READERS = {"json": read_json, "csv": read_csv}


def demo(args: argparse.Namespace) -> None:
    """Fill an empty diary with invented days."""
    diary = _open(args)
    if count := diary.count():
        raise TransferError(
            f"The diary of “{args.owner}” has {days_of(count)} already; a demo goes only into an empty one. "
            "Choose another with --owner."
        )
    last = diary.today("UTC") - timedelta(days=1)
    first = last - timedelta(days=args.days - 1)
    count = diary.add_days(list(demo_days(first, last, diary.moods(), args.seed)))
    write(sys.stdout, f"{days_of(count)} invented up to {last}. Today is left for you.")


def export(args: argparse.Namespace) -> None:
    """Write all days to a file, or all that is kept."""
    if args.file.suffix.lower() == ".zip":
        take_along(args)
        return
    diary = open_diary(settings_of(args.owner), args.owner)
    with progress(sys.stderr) as tell:
        days = _Counted(diary.each(), diary.count(), tell)
        is_json = args.file.suffix.lower() == ".json"
        write_file(args.file, json_lines(days, diary.moods()) if is_json else csv_lines(days))
    audit(f"exported {args.file.suffix.lower().removeprefix('.')} by command", args.owner)
    write(sys.stdout, f"{days_of(days.count)} of “{args.owner}” written to {args.file}.")


def bring_in(args: argparse.Namespace) -> None:
    """Bring in the days of a file, all or none."""
    form = args.format or args.file.suffix.lower().removeprefix(".")
    if form not in READERS:
        args.wrong_usage("say with --format whether the file is json or csv")
    diary = _open(args)
    plan = plan_import(diary, READERS[form](read_file(args.file)))
    is_done = not (args.dry_run or plan.refusals)
    if is_done:
        plan.commit(diary)
        audit("imported by command", args.owner)
    if args.json:
        write(sys.stdout, json.dumps({"imported": is_done, **plan.as_values()}, indent=2))
    else:
        write(sys.stdout, "\n".join(plan.as_lines(is_done)))
    if plan.refusals:
        raise TransferError(f"Nothing was brought in: {len(plan.refusals)} of the file's parts cannot be taken.")


def _open(args: argparse.Namespace) -> Diary:
    return open_diary(prepared(), args.owner)


class _Counted:
    """Passes entries on and counts them."""

    def __init__(self, entries: Iterable[Entry], total: int, tell: Callable[[str, int, int], None]) -> None:
        self._entries, self._total, self._tell = entries, total, tell
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._entries:
            self.count += 1
            self._tell("days", self.count, self._total)
            yield entry
