"""What a release brings: `release.py v1.2.3` writes its notes, or refuses a tag that is not the version's.

The version stands in pyproject.toml, and nowhere else; what it brings, in CHANGELOG.md below a heading of its own.
"""

import re
import sys
import tomllib
from pathlib import Path


class ReleaseError(Exception):
    """Why there can be no such release, in a sentence."""


def notes(project: Path, tag: str) -> str:
    """What CHANGELOG.md says of the version that ``tag`` names."""
    version = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag != f"v{version}":
        raise ReleaseError(f"The tag {tag} is not v{version}, the version in pyproject.toml.")
    sections = re.split(r"^## ", (project / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for title, _, text in (section.partition("\n") for section in sections[1:]):
        if title.split()[0] == version and text.strip():
            return text.strip() + "\n"
    raise ReleaseError(f"CHANGELOG.md has no '## {version}' with something below it.")


if __name__ == "__main__":
    try:
        sys.stdout.write(notes(Path(__file__).resolve().parents[2], sys.argv[1]))
    except ReleaseError as error:
        sys.exit(str(error))
