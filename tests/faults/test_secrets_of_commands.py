"""F24 on the terminal: a command that fails tells no password, no key and no word of a diary."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from diary.__main__ import main
from tests.builders import make_diary
from tests.fakes.music import CLIENT_SECRET
from tests.faults.canaries import AWS_ID, AWS_SECRET, FAULT, OTHER, PASSWORD, SECRETS, found_in, locked_server
from tests.faults.figures import note
from tests.postgres import PostgresServer
from tests.s3 import aws_env


@pytest.fixture(scope="module")
def locked(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server of its own, where there is PostgreSQL at all."""
    with locked_server() as server:
        yield server


def said_by(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[bool, str]:
    """Whether a command failed, and all it wrote, with the traceback of an error that nobody foresaw."""
    failed, more = True, ""
    try:
        failed = main(arguments) != 0
    except SystemExit as end:
        more = str(end.code)
    except Exception:  # noqa: BLE001
        more = traceback.format_exc()
    written = capsys.readouterr()
    return failed, written.out + written.err + more


def commands(locked: PostgresServer, folder: Path) -> list[tuple[list[str], dict[str, str]]]:
    """Commands that fail, each with the settings it is run with."""
    right, wrong = locked.url("diary", "diary", PASSWORD), locked.url("diary", "diary", OTHER)
    nowhere = f"postgresql://diary:{OTHER}@127.0.0.1:9/diary"
    junk, days = folder / "junk.zip", folder / "days.json"
    junk.write_bytes(b"PK\x03\x04 CANARYnote7")
    days.write_text('{"format": "music-diary", "version": 1, "entries": [{"day": "soon", "note": "CANARYnote7"}]}')
    (folder / "secret").write_bytes(b"\xff" + OTHER.encode())
    doctors = [
        {"DATABASE_URL": wrong},
        {"DATABASE_URL": nowhere},
        {
            "DATABASE_URL": right,
            "DIARY_PHOTOS": "s3://bucket/prefix",
            **aws_env("http://127.0.0.1:9", AWS_ID, AWS_SECRET),
        },
        {"DATABASE_URL": right, "SPOTIPY_CLIENT_SECRET": CLIENT_SECRET},
    ]
    settings = wrong_settings(locked, folder)
    places = [
        wrong,
        nowhere,
        f"mysql://u:{OTHER}@h/d",
        f"postgresql://u:{OTHER}@h:{OTHER}/d",
        f"s3://{OTHER}",
        f"ftp://{OTHER}@h",
    ]
    good = {"DATABASE_URL": right}
    return [
        *((["doctor"], env) for env in (*doctors, *settings)),
        *((["migrate"], env) for env in ({"DATABASE_URL": wrong}, *settings)),
        *((["move", "--to", place], good) for place in places),
        (["move", "--to"], good),
        (["backup", str(folder / "no" / "x.zip")], good),
        (["restore", str(junk)], good),
        (["import", str(days)], good),
        (["import", str(junk), "--format", "csv"], good),
        (["export", str(folder)], good),
        (["export", str(folder / "x.json")], {"DATABASE_URL": nowhere}),
    ]


def wrong_settings(locked: PostgresServer, folder: Path) -> list[dict[str, str]]:
    """Settings that no command can be run with."""
    right, wrong = locked.url("diary", "diary", PASSWORD), locked.url("diary", "diary", OTHER)
    return [
        {"DATABASE_URL": f"mysql://diary:{OTHER}@host/diary"},
        {"DATABASE_URL": f"postgresql://diary:{OTHER}@host:{OTHER}/diary"},
        {"DATABASE_URL": f"postgresql://diary:x@{OTHER}@127.0.0.1/diary"},
        {"DATABASE_URL": f"postgresql://diary:x/{OTHER}@127.0.0.1/diary"},
        {"DATABASE_URL": f"postgresql://diary:x#{OTHER}@127.0.0.1/diary"},
        {"DATABASE_URL": f"postgresql://diary:x?{OTHER}@127.0.0.1:{locked.port}/diary"},
        {"DATABASE_URL": f"postgresql://{OTHER}@127.0.0.1:{locked.port}/diary"},
        {"DATABASE_URL": f"postgresql://diary:{OTHER}@127.0.0.1:{locked.port}/diary?sslmode=odd"},
        {"DATABASE_URL": f"host=127.0.0.1 password={OTHER}"},
        {"DATABASE_URL_FILE": str(folder / "secret")},
        {"SPOTIPY_CLIENT_SECRET_FILE": str(folder / "secret")},
        {"DATABASE_URL": right, "DIARY_MIGRATION_URL": wrong},
        {"DATABASE_URL": right, "DIARY_MIGRATION_URL": f"{OTHER}://x"},
        {"DATABASE_URL": right, "DIARY_DB_POOL": OTHER},
        {"DATABASE_URL": right, "DIARY_DB_IAM": OTHER},
        {"DATABASE_URL": right, "DIARY_LOG": OTHER},
        {"DATABASE_URL": right, "DIARY_PHOTOS": f"https://{AWS_ID}:{OTHER}@bucket"},
        {"DATABASE_URL": right, "SPOTIFY_API_URL": f"ftp://{OTHER}"},
    ]


def test_nothing_secret_is_told_by_a_command_that_fails(
    locked: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is logged on the way counts too: the app logs the same."""
    telling, succeeded, tried = [], [], commands(locked, tmp_path)
    for arguments, env in tried:
        with monkeypatch.context() as changed:
            changed.delenv("DATABASE_URL")
            for name, value in env.items():
                changed.setenv(name, value)
            failed, said = said_by(arguments, capsys)
        said += caplog.text
        caplog.clear()
        telling += [(arguments[:1], line) for line in found_in(said, (*SECRETS, AWS_ID, "CANARYnote7"))]
        succeeded += [] if failed else [(arguments, sorted(env))]
        assert "Traceback" not in said, said
    note(FAULT, "the command line", failures_provoked=len(tried), canaries_on_the_terminal=len(telling))
    assert (telling, succeeded) == ([], [])


def test_an_export_holds_no_secret_of_the_server(
    locked: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", locked.url("diary", "diary", PASSWORD))
    monkeypatch.setenv("SPOTIPY_CLIENT_SECRET", CLIENT_SECRET)
    make_diary(locked.url("diary", "diary", PASSWORD))
    files = [tmp_path / name for name in ("days.json", "days.csv", "all.zip")]
    for file, command in zip(files, ("export", "export", "backup"), strict=True):
        assert main([command, str(file)]) == 0
        assert not re.findall("|".join(SECRETS).encode(), file.read_bytes())
