"""F14 in the stores: a day is the writer's calendar day, wherever they write and wherever it is read."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from diary.diary import Diary
from diary.insight import month_means, weekday_means
from diary.model import EntryDraft
from diary.protocols import Parts
from diary.query import Days
from diary.ui import browse, grids
from tests.builders import Clock, make_diary, make_parts
from tests.faults.figures import note
from tests.faults.scale import FULL, scaled
from tests.test_clock import DAYS, ZONES

FAULT = "F14 zones and clocks"


@contextmanager
def wall_clock(zone: str) -> Iterator[None]:
    """The C library tells local time as in ``zone``: it knows the zones by itself, and nothing of the program."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before:
            os.environ["TZ"] = before
        time.tzset()


def expected(now: datetime, cutoff: int) -> date:
    """The date on the wall, or the one before until the clock there says ``cutoff``."""
    wall = time.localtime(now.timestamp())
    day = date(wall.tm_year, wall.tm_mon, wall.tm_mday)
    return day if wall.tm_hour >= cutoff else day - timedelta(days=1)


@pytest.fixture(scope="module")
def parts(shared_database: str) -> Parts:
    return make_parts(shared_database)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the C library's zones are compared")
def test_every_half_hour_in_every_zone_is_written_to_its_day(parts: Parts, shared_database: str) -> None:
    clock, wrong, tried, saved = Clock(), [], 0, 0
    parts = replace(parts, clock=clock)
    for zone in ZONES[:: scaled(7, 1)]:
        diary = Diary(uuid4().hex, parts)
        for start in list(DAYS.values())[:: scaled(3, 1)]:
            for half_hour in range(48):
                clock.now = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(minutes=30 * half_hour)
                for cutoff in {half_hour % 7, 4} if FULL else {half_hour % 7}:
                    diary.set_day_cutoff_hour(cutoff)
                    with wall_clock(zone):
                        due = expected(clock.now, cutoff)
                    day = diary.today(zone)
                    if not diary.find_day(day):
                        saved += 1
                        diary.save(EntryDraft(day, "calm", note=str(due), zone=zone))
                    tried += 1
                    wrong += [] if day == due else [(zone, clock.now, cutoff)]
        days = [(entry.day, entry.note, entry.zone) for entry in diary.each()]
        wrong += [one for one in days if one != (one[0], str(one[0]), zone)]
    where = "PostgreSQL" if shared_database.startswith("postgresql") else "SQLite"
    note(FAULT, f"half-hours × zones × ends of the day, {where}", tried=tried, days=saved, on_a_wrong_day=len(wrong))
    assert wrong == []


@pytest.mark.parametrize(
    "flight",
    [
        # East over the date line a calendar day comes twice, west over it one is left out.
        (("Pacific/Auckland", "2026-11-22T10:00+13:00"), ("Pacific/Honolulu", "2026-11-21T20:00-10:00"), "2026-11-21"),
        (("Pacific/Honolulu", "2026-11-21T22:00-10:00"), ("Pacific/Auckland", "2026-11-23T07:00+13:00"), "2026-11-23"),
        (
            ("Pacific/Kiritimati", "2026-03-01T00:30+14:00"),
            ("Pacific/Pago_Pago", "2026-02-28T01:00-11:00"),
            "2026-02-28",
        ),
        (
            ("Pacific/Pago_Pago", "2028-02-28T23:45-11:00"),
            ("Pacific/Kiritimati", "2028-03-01T01:00+14:00"),
            "2028-03-01",
        ),
    ],
    ids=["east", "west", "east at the end of February", "west over 29 February"],
)
def test_a_flight_over_the_date_line_moves_no_day(database: str, flight: tuple[tuple[str, str], ...]) -> None:
    (here, before), (there, after), expected_day = flight
    clock = Clock(datetime.fromisoformat(before).astimezone(UTC))
    diary = make_diary(database, clock=clock)
    diary.set_day_cutoff_hour(0)
    first = diary.save(EntryDraft(diary.today(here), "calm", note="before", zone=here))
    assert first.day == datetime.fromisoformat(before).date()
    clock.now = datetime.fromisoformat(after).astimezone(UTC)
    assert str(diary.today(there)) == expected_day
    second = diary.save(EntryDraft(diary.today(there), "happy", note="after", zone=there))
    assert {entry.day: entry.note for entry in diary.each()} == {first.day: "before", second.day: "after"}
    assert diary.find_day(first.day) == first


def test_a_day_that_lies_ahead_here_is_shown_where_its_writer_has_flown_to(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 11, 21, 21, tzinfo=UTC))
    diary = make_diary(tmp_path, clock=clock)
    ahead = diary.save(EntryDraft(diary.today("Pacific/Auckland"), "calm", note="x", zone="Pacific/Auckland"))
    today = diary.today("Pacific/Honolulu")
    assert ahead.day == today + timedelta(days=1)
    month = grids.month_calendar(today.replace(day=1), {ahead.day: ahead}, today)
    assert f'data-day="{ahead.day}"' in month
    assert f'data-day="{ahead.day + timedelta(1)}"' not in month


def test_a_server_clock_that_goes_back_an_hour_loses_nothing_and_doubles_nothing(database: str) -> None:
    clock = Clock(datetime(2026, 11, 22, 0, 10, tzinfo=UTC))
    diary = make_diary(database, clock=clock)
    diary.set_day_cutoff_hour(0)
    first = diary.save(EntryDraft(diary.today("UTC"), "calm", note="one", zone="UTC"))
    clock.move(hours=-1)
    yesterday = diary.today("UTC")
    assert yesterday == first.day - timedelta(days=1)
    second = diary.save(replace(first.draft(), note="two"))
    diary.save(EntryDraft(yesterday, "sad", note="the day before", zone="UTC"))
    clock.move(hours=1)
    assert [(entry.day, entry.note) for entry in diary.each()] == [(yesterday, "the day before"), (first.day, "two")]
    assert [former.entry.note for former in diary.history.versions(first.day)] == ["one"]
    assert second.revision == 2
    diary.delete(second)
    assert [former.entry.note for former in diary.history.deleted()] == ["two"]


def test_no_day_is_skipped_or_doubled_in_calendar_week_and_charts(tmp_path: Path) -> None:
    diary = make_diary(tmp_path, clock=Clock(datetime(2029, 1, 1, 12, tzinfo=UTC)))
    years = scaled(2, 17)
    first, last = date(2028 - years, 12, 1), date(2028, 12, 31)
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    zones = list(ZONES)
    diary.add_days([EntryDraft(day, "calm", zone=zones[number % len(zones)]) for number, day in enumerate(days)])
    written = {entry.day: entry for entry in diary.each()}
    wrong = 0 if [row.day for row in diary.sums.mood_days(first, last)] == days == list(written) else 1
    month, shown = first, []
    while month <= last:
        found = re.findall(r'data-day="([0-9-]+)"', grids.month_calendar(month, written, last))
        shown += [date.fromisoformat(day) for day in found]
        wrong += len(diary.find(Days(month, browse.month_end(month)), 40)) != len(found)
        month = browse.month_end(month) + timedelta(1)
    wrong += shown != days
    for day in days:
        week = re.findall(r'data-day="([0-9-]+)"', grids.week(day, {}, day, day))
        steps = {date.fromisoformat(b) - date.fromisoformat(a) for a, b in pairwise(week)}
        wrong += (len(week), steps) != (7, {timedelta(1)})
    noted = diary.sums.noted(first, last)
    valence = {mood.id: mood.valence for mood in diary.all_moods()}
    counts = sum(month.days for month in month_means(noted, valence))
    means = weekday_means(noted, valence)
    wrong += (counts, sum(mean.days for mean in means)) != (len(days), len(days))
    note(
        FAULT,
        f"calendar, weeks and charts of {years} years",
        tried=len(days),
        days=len(written),
        skipped_or_doubled=int(wrong),
    )
    assert wrong == 0
