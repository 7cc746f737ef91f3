"""Instants, zones and the person's calendar day."""

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


def known_zone(zone: str | None) -> str:
    """``zone`` if it is an IANA name this machine knows, else ``UTC``."""
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):
        return "UTC"
    return zone or "UTC"
