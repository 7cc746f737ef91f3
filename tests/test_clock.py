"""The person's calendar day, wherever they are and whenever their day ends."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.clock import known_zone, today, utc_now, years_before

ZONES = (
    "Pacific/Kiritimati",  # UTC+14
    "Pacific/Pago_Pago",  # UTC−11
    "Pacific/Apia",
    "Pacific/Chatham",  # UTC+12:45, +13:45 in summer
    "Pacific/Marquesas",  # UTC−9:30
    "Pacific/Auckland",
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/St_Johns",  # UTC−3:30
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Europe/Moscow",
    "Asia/Tehran",  # UTC+3:30
    "Asia/Kathmandu",  # UTC+5:45
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Eucla",  # UTC+8:45
    "Australia/Lord_Howe",  # summer time of half an hour
    "Asia/Kamchatka",
)
DAYS = {
    "an ordinary day": date(2026, 11, 22),
    "New Year": date(2026, 12, 31),
    "29 February": date(2028, 2, 29),
    "Berlin in spring": date(2026, 3, 29),
    "Berlin in autumn": date(2026, 10, 25),
    "São Paulo in spring": date(2018, 11, 4),
    "São Paulo in autumn": date(2018, 2, 17),
    "Lord Howe in spring": date(2026, 10, 4),
    "Lord Howe in autumn": date(2026, 4, 5),
    "Apia, which left out a day": date(2011, 12, 29),
}


def at(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize("cutoff", range(7))
@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS.keys())
def test_today_is_what_the_clock_on_the_wall_says_at_every_half_hour_in_every_zone(day: date, cutoff: int) -> None:
    midnight = datetime.combine(day, time(), UTC)
    for zone in ZONES:
        for half_hour in range(48):
            now = midnight + timedelta(minutes=30 * half_hour)
            wall = now.astimezone(ZoneInfo(zone))
            expected = wall.date() if wall.hour >= cutoff else wall.date() - timedelta(days=1)
            assert today(now, zone, cutoff) == expected, (zone, now)


@pytest.mark.parametrize("name", [name for name in DAYS if "Apia" not in name])
def test_around_a_change_of_the_clocks_no_day_is_left_out_and_none_comes_back(name: str) -> None:
    start = datetime.combine(DAYS[name], time(), UTC) - timedelta(days=2)
    for zone in ZONES:
        for cutoff in range(7):
            seen = [today(start + timedelta(minutes=15 * i), zone, cutoff) for i in range(4 * 24 * 4)]
            steps = {later - earlier for earlier, later in pairwise(seen)}
            assert steps == {timedelta(0), timedelta(days=1)}, (zone, cutoff)


def test_a_few_days_by_hand() -> None:
    assert today(at("Pacific/Kiritimati", 2026, 11, 22, 23, 59, 30), "Pacific/Kiritimati", 0) == date(2026, 11, 22)
    assert today(at("Pacific/Kiritimati", 2026, 11, 23, 0, 0, 30), "Pacific/Kiritimati", 0) == date(2026, 11, 23)
    assert today(at("Pacific/Pago_Pago", 2026, 11, 22, 23, 59, 30), "Pacific/Pago_Pago", 0) == date(2026, 11, 22)
    assert today(at("Europe/Berlin", 2026, 11, 23, 3, 59, 59), "Europe/Berlin", 4) == date(2026, 11, 22)
    assert today(at("Europe/Berlin", 2026, 11, 23, 4), "Europe/Berlin", 4) == date(2026, 11, 23)


def test_an_hour_that_comes_twice_belongs_to_the_evening_before_both_times() -> None:
    for fold in (0, 1):
        assert today(at("Europe/Berlin", 2026, 10, 25, 2, 59, fold=fold), "Europe/Berlin", 3) == date(2026, 10, 24)
    for fold in (0, 1):
        assert today(at("Australia/Lord_Howe", 2026, 4, 5, 1, 45, fold=fold), "Australia/Lord_Howe", 2) == date(
            2026, 4, 4
        )


def test_where_clocks_go_back_across_the_end_of_the_day_it_ends_the_first_time() -> None:
    """Chatham's clocks go from 3:45 back to 2:45, so that three o'clock comes twice."""
    chatham, evening, morning = "Pacific/Chatham", date(2026, 4, 4), date(2026, 4, 5)
    assert today(at(chatham, 2026, 4, 5, 2, 59), chatham, 3) == evening
    assert today(at(chatham, 2026, 4, 5, 3, 0), chatham, 3) == morning
    assert today(at(chatham, 2026, 4, 5, 2, 50, fold=1), chatham, 3) == morning
    assert today(at(chatham, 2026, 4, 5, 3, 0, fold=1), chatham, 3) == morning
    assert today(at(chatham, 2026, 9, 27, 3, 50), chatham, 3) == date(2026, 9, 27), "and forward, over 3 o'clock"


def test_where_midnight_does_not_exist_the_day_begins_an_hour_later() -> None:
    last_second = at("America/Sao_Paulo", 2018, 11, 3, 23, 59, 59)
    assert today(last_second, "America/Sao_Paulo", 0) == date(2018, 11, 3)
    assert today(last_second + timedelta(seconds=1), "America/Sao_Paulo", 0) == date(2018, 11, 4)


def test_two_people_may_have_days_two_apart() -> None:
    now = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert today(now, "Pacific/Kiritimati", 0) - today(now, "Pacific/Pago_Pago", 0) == timedelta(days=2)


# -------------------------------------------------------------------- names of zones


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "",
        " ",
        ".",
        "..",
        "/",
        "Europe",
        "Europe/",
        "/etc/passwd",
        "../../../etc/passwd",
        "Europe/../../../../etc/passwd",
        "tzdata.zi",
        "zone.tab",
        "Mars/Olympus",
        "Europe/Berlin\0",
        "Europe/Berlin\n",
        "\ud800",
        "日本",
        "x" * 100_000,
        "-05:00",
        "<script>",
        "__init__.py",
        "Europe.Berlin",
    ],
    ids=repr,
)
def test_a_hostile_zone_is_utc(hostile: str | None) -> None:
    assert known_zone(hostile) == "UTC"
    now = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
    assert today(now, hostile or "", 4) == date(2026, 11, 21)


@given(st.text())
def test_no_text_at_all_breaks_the_calendar(zone: str) -> None:
    known = known_zone(zone)
    assert known in {zone, "UTC"}
    assert abs(today(datetime(2026, 11, 22, 12, tzinfo=UTC), zone, 0) - date(2026, 11, 22)) <= timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES)
def test_a_real_zone_keeps_its_name(zone: str) -> None:
    assert known_zone(zone) == zone


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(minutes=1)


# ------------------------------------------------------------------ the same day in other years


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_the_same_day_of_earlier_years_has_its_month_and_day(day: date) -> None:
    before = years_before(day)
    assert all((one.month, one.day) == (day.month, day.day) for one in before)
    years = [day.year - one.year for one in before]
    assert years == ([1, 2, 5, 10] if (day.month, day.day) != (2, 29) else [n for n in (4, 8, 12) if n in years])


def test_a_leap_day_looks_back_past_a_century_that_has_none() -> None:
    assert years_before(date(2104, 2, 29)) == (date(2096, 2, 29), date(2092, 2, 29))
