"""Every setting of the program: where its value is looked for, and what is said of a wrong one."""

import json
import os
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from diary.errors import SettingsError
from diary.settings.fields import Settings
from diary.settings.values import PROJECT

__all__ = ["PROJECT", "Settings", "load_settings", "names", "project_secrets"]


def load_settings(environ: Mapping[str, str] | None = None, secrets: Mapping[str, Any] | None = None) -> Settings:
    """The settings from the environment, from files named by ``NAME_FILE``, and from ``secrets``, in this order.

    What secrets hold below ``[auth]``, as Streamlit's own log-in has it, stands for the names that begin with AUTH_.
    Raises SettingsError, naming the variable, when a value cannot be used.
    """
    environ = os.environ if environ is None else environ
    values = {}
    secrets = secrets or {}
    secrets = {f"AUTH_{name.upper()}": value for name, value in secrets.get("auth", {}).items()} | {**secrets}
    for name in names():
        if environ.get(name):
            values[name] = environ[name]
        elif environ.get(f"{name}_FILE"):
            values[name] = _content(f"{name}_FILE", environ[f"{name}_FILE"])
        elif secrets.get(name):
            values[name] = json.dumps(secrets[name]) if isinstance(secrets[name], dict) else str(secrets[name])
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        reason = wrong["msg"].removeprefix("Value error, ")
        said = f"{wrong['loc'][0]} has a value that cannot be used: {reason}." if wrong["loc"] else f"{reason}."
        raise SettingsError(said) from None


def project_secrets() -> Mapping[str, Any]:
    """What stands in the project's ``.streamlit/secrets.toml``, for programs that run without Streamlit."""
    file = PROJECT / ".streamlit" / "secrets.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file.name} cannot be read: {error}.") from None


def names() -> tuple[str, ...]:
    """The names of all settings, in the order of the README."""
    return tuple(str(field.alias) for field in Settings.model_fields.values())


def _content(name: str, file: str) -> str:
    try:
        return (PROJECT / file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name} names a file that cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} names a file that is no text.") from None
