"""Instants, zones and the person's calendar day."""

from calendar import isleap
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today(now: datetime, zone: str, day_cutoff_hour: int) -> date:
    """The person's calendar day at the instant ``now``: it ends at ``day_cutoff_hour`` (0–6), not at midnight.

    A day that has begun does not end again where clocks are put back across that hour.
    """
    there = ZoneInfo(known_zone(zone))
    day = (now.astimezone(there).replace(tzinfo=None) - timedelta(hours=day_cutoff_hour)).date()
    next_day = day + timedelta(days=1)
    begins = datetime.combine(next_day, time(day_cutoff_hour), there)  # of an hour that comes twice, the first
    return next_day if begins.astimezone(UTC) <= now else day


def years_before(day: date) -> tuple[date, ...]:
    """The same day one, two, five and ten years before; of a leap day, four, eight and twelve."""
    is_leap_day = (day.month, day.day) == (2, 29)
    years = [day.year - back for back in ((4, 8, 12) if is_leap_day else (1, 2, 5, 10))]
    return tuple(day.replace(year=year) for year in years if isleap(year) or not is_leap_day)


def known_zone(zone: str | None) -> str:
    """``zone`` if it is an IANA name this machine knows, else ``UTC``."""
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):
        return "UTC"
    return zone or "UTC"
