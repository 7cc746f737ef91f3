"""Commands on the whole diary of one person: export as an archive, delete-account, claim."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from diary.__main__ import main
from diary.assembly import make_parts
from diary.errors import StorageError
from diary.model import EntryDraft
from diary.settings import load_settings
from diary.storage.photos import PhotoStore
from tests.builders import TODAY, a_row_of_days
from tests.commands.program import Capture, diary_of, usage_refused
from tests.storage.copies.world import picture

BACKUPS = "Backups, and copies kept before an update, still hold it, until you remove them or they age out.\n"
LATER = (
    "Its former photos, or traces in the database's file, cannot be removed just now. The running program does it as "
    "soon as it can, and so does: python -m diary sweep\n"
)


@pytest.fixture(autouse=True)
def _diaries(database: str, capsys: Capture) -> None:
    """Two people's days, each with a photo."""
    for name in ("local", "ben"):
        diary_of(name).add_days([*a_row_of_days(4), EntryDraft(TODAY.replace(year=2020), new_photo=picture("teal"))])
    capsys.readouterr()


def test_who_is_deleted_by_command_is_signed_out_everywhere() -> None:
    parts = make_parts(load_settings())
    assert main(["delete-account", "--owner", "ben", "--confirm", "ben"]) == 0
    assert parts.endings.is_over("ben", "0" * 64, parts.clock() - timedelta(minutes=1))
    assert not parts.endings.is_over("local", "0" * 64, parts.clock() - timedelta(minutes=1))


def test_somebody_is_disabled_and_enabled_again(capsys: Capture) -> None:
    parts = make_parts(load_settings())
    assert main(["disable", "--owner", "ben"]) == 0
    assert parts.endings.is_over("ben", "0" * 64, parts.clock() + timedelta(days=1))
    assert diary_of("ben").count() == 5
    assert main(["enable", "--owner", "ben"]) == 0
    assert not parts.endings.is_over("ben", "0" * 64, parts.clock() + timedelta(days=1))
    assert main(["enable", "--owner", "ben"]) == 0
    assert capsys.readouterr().out == (
        "“ben” is signed out everywhere, and cannot sign in. Their diary stays as it is.\n"
        "“ben” can sign in again.\n“ben” can sign in; they were not disabled.\n"
    )


def stored() -> list[Path]:
    return [path for path in Path(load_settings().photos).rglob("*") if path.is_file()]


@contextmanager
def store_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Meanwhile the photo store removes nothing."""

    def refuse(*_: object) -> None:
        raise StorageError("The photo store is away.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(PhotoStore, "clear", refuse)
        yield


# ---------------------------------------------------------------------- export


def test_an_archive_of_one_person_comes_back_in_an_empty_place(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ben.zip"
    assert main(["export", str(file), "--owner", "ben"]) == 0
    assert capsys.readouterr() == (f"5 days and 1 photo of “ben” are in {file}.\n", "")
    before = list(diary_of("ben").each())
    monkeypatch.delenv("DIARY_MIGRATION_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'diary.db'}")
    monkeypatch.setenv("DIARY_PHOTOS", str(tmp_path / "new" / "photos"))
    assert main(["restore", str(file)]) == 0
    assert list(diary_of("ben").each()) == before
    assert diary_of("local").count() == 0


def test_an_archive_replaces_no_file_and_tells_of_a_lost_photo(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "x.zip"
    file.write_text("older")
    assert main(["export", str(file)]) == 1
    assert "is there already" in capsys.readouterr().err
    key = next(entry.photo for entry in diary_of().each() if entry.photo)
    (Path(load_settings().photos) / key).unlink()
    assert main(["export", str(tmp_path / "y.zip")]) == 1
    assert capsys.readouterr().err.startswith(f"This photo is lost, or not whole any more: {key}\n")
    with ZipFile(tmp_path / "y.zip") as archive:
        assert "manifest.json" in archive.namelist()


def test_an_archive_of_somebody_unknown_is_refused(tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", str(tmp_path / "x.zip"), "--owner", "bne"]) == 1
    assert capsys.readouterr().err == "There is no diary of “bne” here. Say with --owner whose it is.\n"
    assert not (tmp_path / "x.zip").exists()


# ---------------------------------------------------------------------- delete-account


def test_a_deleted_account_is_gone_and_backups_are_told_of(capsys: Capture) -> None:
    assert main(["delete-account", "--owner", "ben", "--confirm", "ben"]) == 0
    assert capsys.readouterr() == (f"The diary of “ben” is deleted, with 5 days. {BACKUPS}", "")
    assert len(stored()) == 2
    assert diary_of("local").count() == 5
    assert main(["delete-account", "--owner", "ben", "--confirm", "ben"]) == 1
    assert capsys.readouterr().err == "There is no diary of “ben” here. Say with --owner whose it is.\n"


@pytest.mark.parametrize("confirmed", ["Ben", "ben ", "", "local", "yes"])
def test_only_the_name_itself_confirms_it(confirmed: str, capsys: Capture) -> None:
    assert main(["delete-account", "--owner", "ben", "--confirm", confirmed]) == 1
    assert capsys.readouterr() == (
        "",
        "Nothing was deleted: --confirm has to repeat the name that --owner gives, to the letter.\n",
    )
    assert diary_of("ben").count() == 5
    assert usage_refused("delete-account", "--owner", "ben")


def test_photos_that_cannot_go_just_now_go_with_the_next_sweep(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store_away(monkeypatch):
        assert main(["delete-account", "--owner", "ben", "--confirm", "ben"]) == 0
    assert capsys.readouterr() == (f"The diary of “ben” is deleted, with 5 days. {BACKUPS}{LATER}", "")
    assert len(stored()) == 4
    assert main(["demo", "--owner", "ben"]) == 1
    assert capsys.readouterr().err == "The diary that was here is still being removed. Try again in a moment.\n"
    assert main(["sweep"]) == 0
    assert len(stored()) == 2


# ---------------------------------------------------------------------- claim


def test_a_claimed_diary_is_told_of_and_belongs_to_the_new_owner(capsys: Capture) -> None:
    before = [entry.note for entry in diary_of().each()]
    assert main(["claim", "--owner", "local", "--to", "https://id|anna"]) == 0
    assert capsys.readouterr() == ("5 days and 1 photo of “local” belong to “https://id|anna” now.\n", "")
    assert [entry.note for entry in diary_of("https://id|anna").each()] == before
    assert len(stored()) == 4
    assert main(["claim", "--to", "anna"]) == 1
    assert capsys.readouterr().err == "There is no diary of “local” here. Say with --owner whose it is.\n"


def test_a_diary_of_somebody_who_writes_already_is_not_replaced(capsys: Capture) -> None:
    assert main(["claim", "--to", "ben"]) == 1
    assert capsys.readouterr() == ("", "“ben” writes a diary here already, so nothing was changed.\n")
    assert usage_refused("claim", "--to", "")
    assert usage_refused("claim")


def test_a_claim_cut_short_after_its_rows_is_finished_by_the_next_one(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "5 days and 1 photo of “local” belong to “anna” now.\n"
    with store_away(monkeypatch):
        assert main(["claim", "--to", "anna"]) == 0
    assert capsys.readouterr() == (told + LATER, "")
    assert len(stored()) == 6
    assert main(["claim", "--to", "anna"]) == 0
    assert capsys.readouterr() == (told, "")
    assert len(stored()) == 4
