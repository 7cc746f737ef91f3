"""A database that a newer program has brought further: who may serve from it, and who may not."""

import pytest
from sqlalchemy import text

from diary import assembly
from diary.__main__ import main
from diary.errors import StorageError
from diary.model import EntryDraft
from diary.settings import load_settings
from diary.storage.engine import open_engine
from diary.storage.migration import can_serve, is_current, newest_revision
from tests.builders import TODAY

NEWER = r"^This diary was written by a newer version"
LATER = f"{int(newest_revision()[:4]) + 1:04}"


def bring_to(address: str, revision: str) -> None:
    """As a newer program does that adds a column."""
    engine = open_engine(address.replace("//diary_app@", "//diary@"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE entries ADD COLUMN weather VARCHAR(20) NOT NULL DEFAULT ''"))
        connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": revision})
    engine.dispose()


@pytest.fixture(autouse=True)
def _prepared(database: str) -> None:
    assembly.prepare(load_settings())


@pytest.mark.parametrize("revision", [f"{LATER}_from_0001", f"{LATER}_from_{newest_revision()[:4]}"])
def test_an_older_program_starts_on_a_newer_form_that_only_adds(database: str, revision: str) -> None:
    bring_to(database, revision)
    assembly.prepare(load_settings(), serving=True)
    engine = open_engine(database)
    assert can_serve(engine)
    assert not is_current(engine), "it is not its own form"


@pytest.mark.parametrize("revision", [f"{LATER}_from_{LATER}", LATER, "9999", "0001_from_0001"])
def test_it_does_not_start_on_any_other(database: str, revision: str) -> None:
    bring_to(database, revision)
    with pytest.raises(StorageError, match=NEWER):
        assembly.prepare(load_settings(), serving=True)
    assert not can_serve(open_engine(database))


def test_it_reads_and_writes_there_as_ever(database: str) -> None:
    bring_to(database, f"{LATER}_from_0001")
    diary = assembly.open_diary(load_settings())
    entry = diary.save(EntryDraft(TODAY, note="first"))
    diary.save(EntryDraft(TODAY, note="second", revision=entry.revision))
    assert [former.entry.note for former in diary.history.versions(TODAY)] == ["first"]
    assert diary.find_day(TODAY).note == "second"


def test_its_commands_refuse_as_a_copy_would_lack_what_was_added(database: str) -> None:
    bring_to(database, f"{LATER}_from_0001")
    with pytest.raises(StorageError, match=NEWER):
        assembly.prepare(load_settings())


def test_its_migrate_leaves_that_form_as_it_is_so_that_a_deploy_can_go_back(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_to(database, f"{LATER}_from_0001")
    assert main(["migrate"]) == 0
    assert "has the newest form, or one that this program can serve from" in capsys.readouterr().out
    assert not is_current(open_engine(database))
