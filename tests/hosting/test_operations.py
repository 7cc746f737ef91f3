"""What is told to whom an alarm wakes."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAPER = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
MADE = re.compile(r"^    ([a-z0-9-]+) *= *\[", re.MULTILINE)


def test_every_alarm_is_told_of_and_no_other() -> None:
    alarms = {
        f"music-diary-{name}" for name in MADE.findall((PROJECT / "infra" / "watch.tf").read_text(encoding="utf-8"))
    }
    assert len(alarms) > 5
    assert set(re.findall(r"^\| `(music-diary-[a-z0-9-]+)` \|", PAPER, re.MULTILINE)) == alarms


def test_every_secret_and_every_role_of_github_is_told_of() -> None:
    infra = "".join(file.read_text(encoding="utf-8") for file in PROJECT.glob("infra/*.tf"))
    secrets = re.findall(r'_FILE *= "/run/music-diary/([a-z-]+)"', infra)
    assert len(secrets) > 3
    assert [secret for secret in secrets if f"`/music-diary/{secret}`" not in PAPER] == []
    assert [role for role in ("production", "plan", "infrastructure") if f"GitHub, `{role}`" not in PAPER] == []


def test_every_variable_that_the_workflows_read_is_told_of() -> None:
    workflows = "".join(file.read_text(encoding="utf-8") for file in PROJECT.glob(".github/workflows/*.yml"))
    assert [name for name in sorted(set(re.findall(r"vars\.(\w+)", workflows))) if f"`{name}`" not in PAPER] == []
