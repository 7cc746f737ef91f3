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
    """Bring the database to the newest form; a newer one stays where an older program can serve from it.

    So a deploy that goes back to an older program migrates as any other does.
    """
    assembly.prepare(load_settings(secrets=project_secrets()), serving=True)
    write(sys.stdout, "The database has the newest form, or one that this program can serve from.")


def backup(args: argparse.Namespace) -> None:
    """Write everything into one archive."""
    settings = prepared(begin=False)
    with progress(sys.stderr) as tell:
        done = assembly.back_up(settings, args.file, tell)
    tell_lost(done.lost)
    tell_left_out(done.left_out)
    write(sys.stdout, f"{days_of(done.days)} and {photos_of(done.photos)} of all owners are in {args.file}.")
    refuse_lost(done.lost, settings, done.left_out)


def restore(args: argparse.Namespace) -> None:
    """Bring back what an archive holds."""
    settings = load_settings(secrets=project_secrets())
    with progress(sys.stderr) as tell:
        done = assembly.restore(settings, args.file, replace=args.replace, tell=tell)
    tell_lost(done.lost)
    said = f"{days_of(done.days)} and {photos_of(done.photos)} of all owners"
    if done.was_there:
        write(sys.stdout, f"{said} are here already, exactly as they were at {done.created_at}.")
    else:
        write(sys.stdout, f"{said} are back as they were at {done.created_at}.")
    if done.kept_before:
        write(sys.stdout, f"What was here before is in {done.kept_before}.")
    for name in done.not_kept:
        write(sys.stderr, f"This was here before, but spoiled or lost, and is not in it: {name}")


def move(args: argparse.Namespace) -> None:
    """Copy the database, or the photos, to another place."""
    setting, there = args.to
    here = prepared(begin=False)
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
    tell_lost(done.lost)
    _write_table(("", "number", "SHA-256"), [("photos", f"{done.photos:,}", done.sha256[:16])])
    alike = "All others are the same" if done.lost else "The same"
    write(sys.stdout, f"{alike} in both places; {done.sent:,} were sent this time.")
    _tell_next("DIARY_PHOTOS", there.photos, done.is_behind)
    refuse_lost(done.lost, here)


def _tell_next(setting: str, place: str, is_behind: bool) -> None:
    if is_behind:
        write(sys.stdout, "Somebody wrote into the diary meanwhile. Stop it and run this again to bring that over too.")
    else:
        write(sys.stdout, f"Nothing was changed here. To use the new place, set {setting} to it: {place}")


def _write_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    for name, count, sha256 in (head, *rows):
        write(sys.stdout, f"{name:<16}{count:>12}  {sha256}")


def tell_lost(keys: Sequence[str]) -> None:
    """Name the photos that could not be copied."""
    for key in keys:
        write(sys.stderr, f"This photo is lost, or not whole any more: {key}")


def tell_left_out(rows: Sequence[str]) -> None:
    """Name the rows that could not be copied."""
    for name in rows:
        write(sys.stderr, f"This row could not be brought back, so it is not in the backup: {name}")


def refuse_lost(keys: Sequence[str], here: Settings, left_out: Sequence[str] = ()) -> None:
    """Raise TransferError where something could not be copied.

    What could be copied is; whoever runs the command at night must learn by its exit code of what could not.
    """
    said = []
    if keys:
        said.append(f"{photos_of(len(keys))} could not be copied: lost, or not whole, in {here.photos}.")
    if left_out:
        rows, them = ("1 row", "it") if len(left_out) == 1 else (f"{len(left_out):,} rows", "them")
        said.append(f"{rows} could not be copied: not as the diary writes {them}. Please mend or remove {them}.")
    if said:
        raise TransferError(" ".join(said))


def photos_of(count: int) -> str:
    """“1 photo”, “2 photos”."""
    return "1 photo" if count == 1 else f"{count:,} photos"


def sweep(args: argparse.Namespace) -> None:
    """Forget what is no longer kept."""
    done = sweep_up(assembly.make_parts(prepared(begin=False), patient=True), even_most=args.even_most)
    forgotten = f"{days_of(done.days)} from the trash, {done.versions} former versions and {photos_of(done.photos)}"
    write(sys.stdout, f"Forgotten: {forgotten}. Sent: {photos_of(done.sent)} that had waited for their store.")
    if done.left:
        write(
            sys.stdout,
            f"Left alone: {photos_of(done.left)} older than 30 days that no day of this database shows, more than it "
            "does show. Is it the right database? If so, run: python -m diary sweep --even-most",
        )


def prepared(*, begin: bool = True) -> Settings:
    """The settings, and their database in the newest form; without ``begin`` only one that is there."""
    settings = load_settings(secrets=project_secrets())
    assembly.prepare(settings, begin=begin)
    return settings
