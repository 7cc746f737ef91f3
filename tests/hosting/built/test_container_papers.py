"""Backup, drill and restore of docs/home-server.md, as they stand there, on the real image."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from diary.assembly import open_diary
from diary.model import EntryDraft
from diary.settings import load_settings
from tests.builders import TODAY, eventually
from tests.hosting.built import containers
from tests.hosting.built.containers import Container
from tests.hosting.papers import blocks


def typed(commands: Sequence[str], container: Container, folder: Path) -> None:
    """Type them, where ``docker compose exec -T app`` leads into the container."""
    into = f"podman --runtime=runc --cgroup-manager=cgroupfs exec --interactive {container.name}"
    text = "\n".join(commands).replace("docker compose exec -T app", into)
    assert "docker" not in text
    env = dict(os.environ) | {"CONTAINERS_STORAGE_CONF": str(containers.FOLDER / "storage.conf")}
    done = subprocess.run(["sh", "-euc", text], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def inside(block: str) -> list[str]:
    return [line for line in block.splitlines() if line.startswith("docker compose exec")]


def test_a_backup_comes_out_and_goes_in_again(image: str, data: Path, tmp_path: Path) -> None:
    settings = load_settings({"DATABASE_URL": f"sqlite:///{data}/diary.db", "DIARY_PHOTOS": f"{data}/photos"})
    with Container(data, {"DIARY_LOGIN": "off"}) as container:
        eventually(container.is_ready, 60)
        diary = open_diary(settings)
        diary.save(EntryDraft(TODAY, note="before"))
        typed(blocks("Backup")[0].splitlines(), container, tmp_path)
        (kept,) = tmp_path.glob("diary-*.zip")
        assert kept.stat().st_mode & 0o077 == 0
        diary.delete(next(iter(diary.each())))
        assert diary.count() == 0
        in_earnest = [
            re.sub(r"diary-[0-9-]+\.zip", kept.name, line) for line in inside(blocks("Restore, and its drill")[3])
        ]
        typed(in_earnest, container, tmp_path)
        assert [entry.note for entry in diary.each()] == ["before"]


def test_the_drill_fills_an_empty_diary(image: str, data: Path, tmp_path: Path) -> None:
    with Container(data, {"DIARY_LOGIN": "off"}) as container:
        eventually(container.is_ready, 60)
        invented = container.do("python", "-m", "diary", "demo", "--days", "30").split()[0]  # some days stay empty
        typed(blocks("Backup")[0].splitlines(), container, tmp_path)
    (kept,) = tmp_path.glob("diary-*.zip")
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    os.chown(empty, containers.USER, containers.USER)
    with Container(empty, {"DIARY_LOGIN": "off"}) as container:
        eventually(container.is_ready, 60)
        commands = [
            re.sub(r"diary-[0-9-]+\.zip", kept.name, line) for line in inside(blocks("Restore, and its drill")[0])
        ]
        typed(commands, container, tmp_path)
        told = container.do("python", "-m", "diary", "export", "/data/days.json")
        assert told.startswith(f"{invented} days of “local”")
