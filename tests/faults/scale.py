"""How hard the fault suite tries: a short form in `make test`, the whole in `make faults`."""

import os

FULL = os.environ.get("DIARY_FAULTS") == "full"


def scaled(short: int, full: int) -> int:
    """A number of rounds, saves or sessions: ``short`` in `make test`, ``full`` in `make faults`."""
    return full if FULL else short
