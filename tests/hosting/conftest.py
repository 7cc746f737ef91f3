"""The stack that the tests of hosting share."""

import os
from collections.abc import Iterator

import pytest

from tests.hosting import caddy
from tests.hosting.stack import Stack, running_stack
from tests.oidc import provider
from tests.postgres import MISSING, binaries


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two programs behind Caddy, and all they need; shared by the tests of a module."""
    lacking = [
        *([] if caddy.installed() else [caddy.MISSING]),
        *([] if provider.installed() else [provider.MISSING]),
        *([] if binaries() else [MISSING]),
    ]
    if lacking:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(" ".join(lacking))
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
