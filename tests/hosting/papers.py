"""The commands of a paper, as they stand in it."""

import re

from tests.browser.server import PROJECT

HOME = (PROJECT / "docs" / "home-server.md").read_text()


def blocks(heading: str) -> list[str]:
    """What is to be typed below a heading of docs/home-server.md, a block of lines each."""
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(^## |\Z)", HOME, re.MULTILINE | re.DOTALL)
    assert section, heading
    return re.findall(r"^```sh\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
