"""Commands on the whole diary of one person: take it along, end it, claim it."""

import argparse
import sys

from diary import assembly
from diary.account import finish_ends
from diary.commands.console import progress, write
from diary.commands.keep import photos_of, prepared, refuse_lost, tell_left_out, tell_lost
from diary.diary import Diary
from diary.errors import DiaryError, NotFoundError, StorageError
from diary.log import audit
from diary.protocols import Parts
from diary.settings import Settings
from diary.transfer.plan import days_of

_LATER = (
    "Its former photos, or traces in the database's file, cannot be removed just now. The running program does it as "
    "soon as it can, and so does: python -m diary sweep"
)
_BACKUPS = "Backups, and copies kept before an update, still hold it, until you remove them or they age out."


def settings_of(owner_id: str) -> Settings:
    """The settings, by which somebody of that name keeps a diary. Raises NotFoundError, StorageError, SettingsError."""
    settings = prepared(begin=False)
    if not assembly.is_known(settings, owner_id):
        raise NotFoundError(f"There is no diary of “{owner_id}” here. Say with --owner whose it is.")
    return settings


def take_along(args: argparse.Namespace) -> None:
    """Write the whole diary of one person into one archive."""
    settings = settings_of(args.owner)
    with progress(sys.stderr) as tell:
        done = assembly.download(settings, args.owner, args.file, tell)
    audit("exported zip by command", args.owner)
    tell_lost(done.lost)
    tell_left_out(done.left_out)
    write(sys.stdout, f"{days_of(done.days)} and {photos_of(done.photos)} of “{args.owner}” are in {args.file}.")
    refuse_lost(done.lost, settings, done.left_out)


def delete_account(args: argparse.Namespace) -> None:
    """Remove the diary of one person for good."""
    if args.confirm != args.owner:
        raise DiaryError("Nothing was deleted: --confirm has to repeat the name that --owner gives, to the letter.")
    settings = settings_of(args.owner)
    parts = assembly.make_parts(settings, patient=True)
    diary = Diary(args.owner, parts)
    days, is_done = diary.count(), diary.end()
    parts.endings.end_all(args.owner, parts.clock())
    audit("deleted by command", args.owner)
    write(sys.stdout, f"The diary of “{args.owner}” is deleted, with {days_of(days)}. {_BACKUPS}")
    if not is_done:
        write(sys.stdout, _LATER)


def disable(args: argparse.Namespace) -> None:
    """End all log-ins of one person, and let none begin."""
    parts = _parts_of_all()
    parts.endings.shut_out(args.owner, parts.clock())
    audit("disabled by command", args.owner)
    write(sys.stdout, f"“{args.owner}” is signed out everywhere, and cannot sign in. Their diary stays as it is.")


def enable(args: argparse.Namespace) -> None:
    """Let one person sign in again."""
    was_out = _parts_of_all().endings.let_in(args.owner)
    audit("enabled by command", args.owner)
    write(sys.stdout, f"“{args.owner}” can sign in{' again' if was_out else '; they were not disabled'}.")


def _parts_of_all() -> Parts:
    return assembly.make_parts(prepared(begin=False), patient=True)


def claim(args: argparse.Namespace) -> None:
    """Make the diary of one owner another's."""
    settings = prepared(begin=False)
    with progress(sys.stderr) as tell:
        done = assembly.claim(settings, args.owner, args.to, tell)
    audit("claimed by another by command", args.owner)
    audit("claimed another's by command", args.to)
    tell_lost(done.lost)
    said = f"{days_of(done.days)} and {photos_of(done.photos)}"
    write(sys.stdout, f"{said} of “{args.owner}” belong to “{args.to}” now.")
    try:
        finish_ends(assembly.make_parts(settings, patient=True))
    except StorageError:
        write(sys.stdout, _LATER)
