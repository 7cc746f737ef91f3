"""What the terminal is shown while a command is at work."""

import io
import time

from diary.commands.console import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_one_line_that_is_gone_at_the_end() -> None:
    screen = Terminal()
    with progress(screen) as tell:
        tell("waiting_photos", 1, 12_345)
    assert screen.getvalue() == "\r\x1b[Kwaiting photos: 1 of 12,345\r\x1b[K"


def test_it_is_not_written_more_often_than_one_can_read() -> None:
    screen = Terminal()
    begin = time.monotonic()
    with progress(screen) as tell:
        for number in range(10_000):
            tell("days", number, 10_000)
    assert screen.getvalue().count("days") <= (time.monotonic() - begin) / 0.1 + 1


def test_what_is_no_terminal_is_told_nothing() -> None:
    file = io.StringIO()
    with progress(file) as tell:
        tell("days", 1, 2)
    assert file.getvalue() == ""
