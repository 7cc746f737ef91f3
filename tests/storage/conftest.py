"""What the tests of migrations share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from diary.storage import migration

LATER = "9001"
Put = Callable[[str], Path]


@pytest.fixture
def put_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Gives a function that puts a migration with the given body behind the real ones."""
    folder = tmp_path / "migrations"
    shutil.copytree(migration.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(file.name[:4] for file in (folder / "versions").glob("[0-9]*.py"))
    head = f"from alembic import op\nrevision, down_revision = {LATER!r}, {newest!r}\ndef upgrade():\n"

    def put(body: str) -> Path:
        (folder / "versions" / f"{LATER}_later.py").write_text(f"{head}    {body}\n")
        monkeypatch.setattr(migration, "MIGRATIONS", folder)
        return folder

    return put
