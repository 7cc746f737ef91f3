"""What all who use a server share: its settings, read once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from diary.errors import SettingsError
from diary.ui import shared
from tests.test_settings_login import LOG_IN

AUTH = "[auth]\n" + "".join(
    f"{name.removeprefix('AUTH_').lower()} = '{value}'\n"
    for name, value in LOG_IN.items()
    if name != "AUTH_CLIENT_KWARGS"
)


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Path]:
    """The file in which Streamlit looks for secrets; it is not there yet."""
    before, file = config.get_option("secrets.files"), tmp_path / "secrets.toml"
    config.set_option("secrets.files", [str(file)])
    secrets_singleton._reset()
    yield file
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def test_without_a_file_the_environment_tells(secrets: Path) -> None:
    assert not shared.settings().has_login


def test_a_file_may_switch_log_in_on(secrets: Path) -> None:
    secrets.write_text(AUTH, encoding="utf-8")
    assert shared.settings().has_login


def test_a_file_that_cannot_be_read_is_an_error_and_not_a_diary_without_log_in(secrets: Path) -> None:
    secrets.write_text(AUTH + "[[[", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"secrets\.toml cannot be read"):
        shared.settings()


@pytest.mark.parametrize("content", ["[[[", "", None])
def test_what_becomes_of_the_file_later_opens_no_diary(secrets: Path, content: str | None) -> None:
    secrets.write_text(AUTH, encoding="utf-8")
    before = shared.settings()
    secrets.unlink() if content is None else secrets.write_text(content, encoding="utf-8")
    secrets_singleton._reset()
    assert shared.settings() == before
    assert shared.settings().has_login
