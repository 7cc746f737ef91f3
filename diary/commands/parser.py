"""What the command line understands."""

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from diary.clock import utc_now
from diary.commands import account, days, doctor, keep
from diary.errors import SettingsError
from diary.model import FIRST_DAY
from diary.settings import Settings, load_settings

Command = Callable[[argparse.Namespace], None]

_LOCAL = "local"


def make_parser() -> argparse.ArgumentParser:
    """A parser whose result has a ``run``, to be called with the result itself."""
    parser = argparse.ArgumentParser(prog="python -m diary", description="Look after a music diary.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text.partition(".")[0].lower(), description=text)
        added.set_defaults(run=run)
        return added

    def for_one(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        added = command(name, run, text)
        added.add_argument("--owner", type=_owner, default=_LOCAL, help=f"whose diary it is (default: {_LOCAL})")
        return added

    def for_all(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        added = command(name, run, text)
        added.add_argument("--owner", type=_nobody, help=argparse.SUPPRESS)
        return added

    for_all("migrate", keep.migrate, "Bring the database to the newest form.")
    _add_days(for_one)
    _add_account(for_one)
    _add_copies(for_all)
    _add_moves(for_all)
    for_all("doctor", doctor.doctor, "Check settings, database, photos, clock and music sources. Nothing is changed.")
    return parser


def _add_days(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    demo = command(
        "demo",
        days.demo,
        "Fill an empty diary with invented days. They end yesterday (UTC), so that today is free for a first try; "
        "a diary that has entries is refused.",
    )
    demo.add_argument("--days", type=_days, default=730, help="how many days back it begins (default: 730)")
    demo.add_argument("--seed", type=int, default=1, help="another number makes another diary (default: 1)")
    export = command(
        "export",
        days.export,
        "Write all entries to a file. JSON holds moods of one's own too; an archive everything: former versions, "
        "trash, drafts and photos, for `restore` into an empty place. A file of that name is replaced, in one piece "
        "and only when the new one is complete; an archive replaces none.",
    )
    export.add_argument("file", type=_export_file, metavar="FILE", help="its ending says how: .json, .csv or .zip")
    bring = command(
        "import",
        days.bring_in,
        "Bring in entries from an export. Days that are written already stay as they are. If anything in the file "
        "cannot be taken, nothing is brought in and every reason is told.",
    )
    bring.add_argument("file", type=Path, metavar="FILE", help="a .json or .csv file as `export` writes it")
    bring.add_argument("--format", choices=sorted(days.READERS), help="what the file is (default: by its ending)")
    bring.add_argument("--dry-run", action="store_true", help="only tell what would happen")
    bring.add_argument("--json", action="store_true", help="tell it as JSON")
    bring.set_defaults(wrong_usage=bring.error)


def _add_account(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    delete = command(
        "delete-account",
        account.delete_account,
        "Remove the diary of one person for good. All their days, moods, drafts and photos go; what others keep here "
        "is not touched.",
    )
    delete.add_argument("--confirm", required=True, metavar="OWNER", help="the same name again, for you mean it")
    command(
        "disable",
        account.disable,
        "Sign one person out everywhere and let them in no more. What they wrote stays as it is.",
    )
    command("enable", account.enable, "Let a person who was disabled sign in again.")
    claim = command(
        "claim",
        account.claim,
        "Make a diary another owner's. It is for whoever kept it without a log-in and has one now: all becomes theirs, "
        "photos too. An owner who has written already is refused.",
    )
    claim.add_argument("--to", type=_owner, required=True, metavar="OWNER", help="whose it is from now on")


def _add_copies(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    backup = command(
        "backup",
        keep.backup,
        "Write everything into one archive. It holds the diaries of all owners with their photos, as they are at one "
        "instant, while people may go on writing. A file that is there already is never replaced, so give each backup "
        "a name of its own, such as one with the date.",
    )
    backup.add_argument("file", type=_archive, metavar="FILE", help="its name ends in .zip")
    restore = command(
        "restore",
        keep.restore,
        "Bring back what a backup holds. It does so for all owners, on SQLite or PostgreSQL, whichever it was taken "
        "from. The whole file is checked before anything is changed. A place where a diary is written already is "
        "refused without --replace.",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="an archive as `backup` writes it")
    restore.add_argument(
        "--replace", action="store_true", help="put it in the place of what is here, which is backed up beside FILE"
    )


def _add_moves(command: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    move = command(
        "move",
        keep.move,
        "Copy the database or the photos to another place. It does so for all owners and changes nothing here; what "
        "setting to change afterwards is told. Run again, it brings over what is missing.",
    )
    move.add_argument(
        "--to",
        type=_place,
        required=True,
        metavar="URL",
        help="a database (sqlite:///file, postgresql://host/name) or a place for photos (a folder, "
        "s3://bucket/prefix), as DATABASE_URL and DIARY_PHOTOS take them; the password may be left to ~/.pgpass",
    )
    sweep = command(
        "sweep",
        keep.sweep,
        "Forget what is no longer kept. That is, for all owners: days in the trash and former versions after 30 days, "
        "and photos that nothing shows. Photos that wait for their store are sent.",
    )
    sweep.add_argument("--even-most", action="store_true", help="even if more photos would go than stay")


def _owner(text: str) -> str:
    if not text.strip() or len(text) > 255 or not text.isprintable():
        raise argparse.ArgumentTypeError("an owner is named by 1 to 255 characters")
    return text


def _nobody(text: str) -> None:
    """Refuses an owner where everybody's diary is meant; the default says nothing, and scripts may give it."""
    if text != _LOCAL:
        raise argparse.ArgumentTypeError("this command is for all owners at once, please leave --owner out")


def _days(text: str) -> int:
    most = (utc_now().date() - FIRST_DAY).days - 1
    with suppress(ValueError):
        if 1 <= int(text) <= most:
            return int(text)
    raise argparse.ArgumentTypeError(f"a demo has 1 to {most} days")


def _export_file(text: str) -> Path:
    if Path(text).suffix.lower() not in {".json", ".csv", ".zip"}:
        raise argparse.ArgumentTypeError("the file's name must end in .json, .csv or .zip")
    return Path(text)


def _archive(text: str) -> Path:
    if Path(text).suffix.lower() != ".zip":
        raise argparse.ArgumentTypeError("the file's name must end in .zip")
    return Path(text)


def _place(text: str) -> tuple[str, Settings]:
    """The setting that names the place, and settings that have it. What is wrong is never quoted: a password."""
    is_database = text.startswith(("sqlite:", "postgres:", "postgresql:", "postgresql+"))
    name = "DATABASE_URL" if is_database else "DIARY_PHOTOS"
    try:
        return name, load_settings({name: text})
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
