"""What docs/home-server.md tells to type, typed; `make check-hosting` does the same with what needs the image."""

import os
import re
import stat
import subprocess
from pathlib import Path

import yaml

from diary.settings import load_settings
from tests.browser.server import PROJECT
from tests.hosting.composed import composed
from tests.hosting.papers import HOME, blocks


def typed(block: str, folder: Path, answer: str = "") -> None:
    """Run a block in a shell that stops at the first error."""
    env = {"PATH": os.environ["PATH"]}
    subprocess.run(["sh", "-euc", f"umask 077\n{block}"], cwd=folder, env=env, input=answer, text=True, check=True)


def test_the_secrets_that_are_made_are_those_that_compose_hands_on(tmp_path: Path) -> None:
    typed(blocks("A laptop")[1], tmp_path)
    typed(blocks("A home server")[0], tmp_path, answer="of-the-provider\n")
    secrets = {file.name: file for file in (tmp_path / "secrets").iterdir()}
    assert secrets.keys() == composed({})["secrets"].keys()
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.values()} == {0o644}, "containers read them"
    env = {"DATABASE_URL_FILE": "database_url", "DIARY_MIGRATION_URL_FILE": "migration_url"}
    settings = load_settings({name: str(secrets[file]) for name, file in env.items()})
    assert re.fullmatch(
        r"postgresql\+psycopg2://diary_app:[0-9a-f]{48}@database/diary\?sslmode=disable", settings.database_url
    )
    assert "//diary_migrate:" in str(settings.migration_url)
    assert len(secrets["auth_cookie_secret"].read_text().strip()) == 64


def test_the_settings_of_a_home_server_are_all_that_compose_asks_for(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\n")
    (tmp_path / "docker").chmod(0o755)
    typed(f"PATH=.:$PATH\n{blocks('A home server')[1]}", tmp_path)
    given = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert (
        composed(given)["services"]["app"]["environment"]["AUTH_REDIRECT_URI"]
        == "https://diary.example.com/oauth2callback"
    )


def test_what_is_added_for_spotify_is_a_compose_file_with_settings_of_the_diary() -> None:
    added = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```$", HOME, re.MULTILINE | re.DOTALL)[0])
    app = added["services"]["app"]
    assert set(app["environment"]) == {"SPOTIPY_CLIENT_ID", "SPOTIPY_CLIENT_SECRET_FILE"}
    assert set(app["secrets"]) == set(added["secrets"])


def test_volumes_and_services_are_called_as_they_are_in_the_compose_file() -> None:
    whole = composed({})
    for volume in re.findall(r"music-diary_(\w+)", HOME):
        assert volume in whole["volumes"]
    for service in re.findall(r"docker compose (?:exec -T|restart|pull) (\w+)\b", HOME):
        assert service in whole["services"], service


def test_git_leaves_out_what_is_written_for_one_machine() -> None:
    for file in (".env", "secrets/database_url", "compose.override.yaml"):
        ignored = subprocess.run(["git", "check-ignore", "-q", file], cwd=PROJECT, check=False)
        assert ignored.returncode == 0, file
