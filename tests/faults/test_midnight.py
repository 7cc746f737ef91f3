"""F14 on the screen: a page that stays open while its person's day ends, at both ends of the earth."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form import open_form, press_save, write_note
from tests.browser.screen import assert_no_exception
from tests.browser.server import PROJECT, DiaryServer
from tests.builders import make_diary
from tests.faults.figures import note
from tests.faults.scale import FULL

FAULT = "F14 zones and clocks"
Open = Callable[..., Page]
EVENINGS = [  # a zone, a day, and the hour of the next one at which its person ends it
    ("Pacific/Kiritimati", date(2026, 11, 22), 0),
    ("Asia/Tokyo", date(2026, 6, 10), 4),
    ("Pacific/Pago_Pago", date(2028, 2, 28), 0),
    ("Pacific/Kiritimati", date(2032, 2, 29), 0),
    ("Europe/Berlin", date(2026, 3, 28), 0),
    ("Europe/Berlin", date(2026, 10, 25), 0),
    ("America/Sao_Paulo", date(2018, 11, 3), 0),
    ("Australia/Lord_Howe", date(2026, 4, 5), 0),
]


class MovedServer(DiaryServer):
    """The diary with a clock that can be moved while it runs."""

    script = PROJECT / "tests" / "faults" / "moved_clock.py"

    def __init__(self, folder: Path) -> None:
        self._clock = folder / "clock"
        self._clock.write_text("0")
        super().__init__(folder, {"DIARY_TEST_CLOCK": str(self._clock), "PYTHONPATH": str(PROJECT)})

    def let_it_be(self, day: date, time: str, zone: str) -> None:
        """Move the clock to what the wall says in ``zone``."""
        there = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=ZoneInfo(zone))
        self._clock.write_text(str((there - datetime.now(UTC)).total_seconds()))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MovedServer]:
    with MovedServer(tmp_path_factory.mktemp("diary")) as server:
        yield server


def heading(page: Page, day: date) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{day:%A}")
    expect(page.locator(".spoken-date")).to_have_text(f"{day.day} {day:%B} {day.year}")


@pytest.mark.parametrize(("zone", "evening", "hour"), EVENINGS if FULL else EVENINGS[1:2])
def test_a_page_that_was_opened_before_its_day_ended_keeps_it_and_the_next_has_its_own(
    open_page: Open, server: MovedServer, zone: str, evening: date, hour: int
) -> None:
    morning = evening + timedelta(days=1)
    diary = make_diary(server.env["DATABASE_URL"])
    diary.set_day_cutoff_hour(hour)
    server.let_it_be(morning if hour else evening, f"{(hour - 1) % 24:02}:59:30", zone)
    page = open_page(width=390, timezone=zone)
    open_form(page, server)
    heading(page, evening)
    write_note(page, f"Written on the evening of {evening}.")
    server.let_it_be(morning, f"{hour:02}:00:30" if zone != "America/Sao_Paulo" else "01:00:30", zone)
    press_save(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    heading(page, evening)
    later = open_page(width=390, timezone=zone)
    open_form(later, server)
    heading(later, morning)
    write_note(later, f"Written on the morning of {morning}.")
    press_save(later)
    expect(later.get_by_text("Saved", exact=True)).to_be_visible()
    written = {entry.day: (entry.note, entry.zone) for entry in diary.each() if entry.day in {evening, morning}}
    due = {
        evening: (f"Written on the evening of {evening}.", zone),
        morning: (f"Written on the morning of {morning}.", zone),
    }
    wrong = sum(written.get(day) != due[day] for day in due)
    elsewhere = open_page(width=1440, timezone="Pacific/Pago_Pago" if "Kiri" in zone else "Pacific/Kiritimati")
    for day in due:
        open_form(elsewhere, server, str(day))
        heading(elsewhere, day)
        expect(elsewhere.locator(".record")).to_contain_text(f"of {day}.")
        assert_no_exception(elsewhere)
    note(FAULT, f"a page over {hour}:00, {zone}, {evening}", tried=len(due), days=len(written), on_a_wrong_day=wrong)
    assert wrong == 0
