"""Instants, zones and the person's calendar day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today(now: datetime, zone: str, day_cutoff_hour: int) -> date:
    """The person's calendar day at the instant ``now``: it ends at ``day_cutoff_hour`` (0–6), not at midnight."""
    local = now.astimezone(ZoneInfo(known_zone(zone))).replace(tzinfo=None)
    return (local - timedelta(hours=day_cutoff_hour)).date()


def known_zone(zone: str | None) -> str:
    """``zone`` if it is an IANA name this machine knows, else ``UTC``."""
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):
        return "UTC"
    return zone or "UTC"
