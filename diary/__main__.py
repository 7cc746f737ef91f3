"""The command line, `python -m diary …`: exit 0 when done, 1 with a sentence when refused, 2 on wrong usage,
130 when stopped by Ctrl-C."""

import logging
import signal
import sys
from collections.abc import Sequence

from diary.commands.console import write
from diary.commands.parser import make_parser
from diary.errors import DiaryError
from diary.log import audit_to_the_system

_STOPPED = (
    "Stopped. No file was left half written. Run the same again: a move goes on where it was, all else begins anew."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; ``arguments`` are those of the process where none are given."""
    args = make_parser().parse_args(arguments)
    try:
        args.run(args)
    except DiaryError as error:
        write(sys.stderr, str(error))
        return 1
    except KeyboardInterrupt:
        write(sys.stderr, _STOPPED)
        return 130
    return 0


if __name__ == "__main__":
    logging.getLogger("diary").addHandler(logging.NullHandler())  # what went wrong is told once, by `main`
    audit_to_the_system()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl+C: what lies aside is cleared away
    sys.exit(main())
