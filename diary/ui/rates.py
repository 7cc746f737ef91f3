"""How often one person, or one address, may ask for what costs others something."""

from functools import cache

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

LIMITS = {"log-in": "60/minute", "search": "90/minute", "download": "20/hour", "ending": "10/hour"}


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


@cache
def _limit(what: str) -> RateLimitItem:
    return parse(LIMITS[what])


def may(what: str, who: str) -> bool:
    """Whether ``who`` may do it once more, and count it; each program counts for itself."""
    return _limiter().hit(_limit(what), what, who)


def forgive() -> None:
    """Count anew."""
    _limiter.cache_clear()
