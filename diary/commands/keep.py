"""Commands on everything that is kept, for all owners at once: migrate, backup, restore, move, sweep."""

import argparse
import sys
from collections.abc import Iterable, Sequence

from diary import assembly
from diary.commands.console import progress, write
from diary.errors import TransferError
from diary.settings import Settings, load_settings, project_secrets
from diary.sweep import sweep as sweep_up
from diary.transfer.plan import days_of


def migrate(_: argparse.Namespace) -> None:
    """Bring the database to the newest form."""
    _prepared()
    write(sys.stdout, "The database has the newest form.")


def backup(args: argparse.Namespace) -> None:
    """Write everything into one archive."""
    settings = _prepared(begin=False)
    with progress(sys.stderr) as tell:
        done = assembly.back_up(settings, args.file, tell)
    _tell_lost(done.lost)
    write(sys.stdout, f"{days_of(done.days)} and {_photos(done.photos)} of all owners are in {args.file}.")
    _refuse_lost(done.lost, settings)


def restore(args: argparse.Namespace) -> None:
    """Bring back what an archive holds."""
    settings = _prepared()
    with progress(sys.stderr) as tell:
        done = assembly.restore(settings, args.file, replace=args.replace, tell=tell)
    _tell_lost(done.lost)
    said = f"{days_of(done.days)} and {_photos(done.photos)} of all owners"
    if done.was_there:
        write(sys.stdout, f"{said} are here already, exactly as they were at {done.created_at}.")
    else:
        write(sys.stdout, f"{said} are back as they were at {done.created_at}.")
    if done.kept_before:
        write(sys.stdout, f"What was here before is in {done.kept_before}.")


def move(args: argparse.Namespace) -> None:
    """Copy the database, or the photos, to another place."""
    setting, there = args.to
    here = _prepared(begin=False)
    if setting == "DATABASE_URL":
        _move_database(here, there)
    else:
        _move_photos(here, there)


def _move_database(here: Settings, there: Settings) -> None:
    with progress(sys.stderr) as tell:
        done = assembly.move_database(here, there, tell)
    rows = ((name.replace("_", " "), f"{table.rows:,}", table.sha256[:16]) for name, table in done.tables.items())
    _write_table(("table", "rows", "SHA-256"), rows)
    write(sys.stdout, f"The same in both places; {done.sent:,} rows were sent this time.")
    _tell_next("DATABASE_URL", assembly.address_to_write_down(there), done.is_behind)


def _move_photos(here: Settings, there: Settings) -> None:
    with progress(sys.stderr) as tell:
        done = assembly.move_photos(here, there, tell)
    _tell_lost(done.lost)
    _write_table(("", "number", "SHA-256"), [("photos", f"{done.photos:,}", done.sha256[:16])])
    _refuse_lost(done.lost, here)
    write(sys.stdout, f"The same in both places; {done.sent:,} were sent this time.")
    _tell_next("DIARY_PHOTOS", there.photos, done.is_behind)


def _tell_next(setting: str, place: str, is_behind: bool) -> None:
    if is_behind:
        write(sys.stdout, "Somebody wrote into the diary meanwhile. Stop it and run this again to bring that over too.")
    else:
        write(sys.stdout, f"Nothing was changed here. To use the new place, set {setting} to it: {place}")


def _write_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    for name, count, sha256 in (head, *rows):
        write(sys.stdout, f"{name:<16}{count:>12}  {sha256}")


def _tell_lost(keys: Sequence[str]) -> None:
    for key in keys:
        write(sys.stderr, f"This photo is lost, or not whole any more: {key}")


def _refuse_lost(keys: Sequence[str], here: Settings) -> None:
    """What could be copied is; whoever runs the command at night must learn by its exit code of what could not."""
    if keys:
        raise TransferError(f"{_photos(len(keys))} could not be copied: {here.photos} has not got them whole.")


def _photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"


def sweep(args: argparse.Namespace) -> None:
    """Forget what is no longer kept."""
    done = sweep_up(assembly.make_parts(_prepared(begin=False)), even_most=args.even_most)
    forgotten = f"{days_of(done.days)} from the trash, {done.versions} former versions and {_photos(done.photos)}"
    write(sys.stdout, f"Forgotten: {forgotten}. Sent: {_photos(done.sent)} that had waited for their store.")
    if done.left:
        write(
            sys.stdout,
            f"Left alone: {_photos(done.left)} older than 30 days that no day of this database shows, more than it "
            "does show. Is it the right database? If so, run: python -m diary sweep --even-most",
        )


def _prepared(*, begin: bool = True) -> Settings:
    settings = load_settings(secrets=project_secrets())
    assembly.prepare(settings, begin=begin)
    return settings
