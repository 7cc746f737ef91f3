"""How often one person, or one address, may ask for what costs others something."""

from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import Scope

LIMITS = {"log-in": "60/minute", "search": "90/minute", "download": "20/hour", "upload": "60/hour", "ending": "10/hour"}


@cache
def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


@cache
def _limit(what: str) -> RateLimitItem:
    return parse(LIMITS[what])


def may(what: str, who: str) -> bool:
    """Whether ``who`` may do it once more, and count it; each program counts for itself."""
    return _limiter().hit(_limit(what), what, who)


def whence(scope: Scope) -> str:
    """The address that a request comes from; of an IPv6 one the network, as one house has all of it (RFC 6177)."""
    said = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(said)
    except ValueError:
        return str(said)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else said


def forgive() -> None:
    """Count anew."""
    _limiter.cache_clear()
