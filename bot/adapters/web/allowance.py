"""How much one browser, and one network address, may ask in a minute."""

import ipaddress
import time
from collections import deque
from math import ceil
from typing import Final

_MINUTE_SECONDS: Final = 60.0
_MANY: Final = 10_000


class Allowance:
    """Counts what each asks. Not safe to call from several threads: from the loop only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._spent: dict[str, deque[float]] = {}

    def take(self, who: str) -> int:
        """Count a question and return 0, or return in how many seconds it may be asked, and count nothing."""
        now = time.monotonic()
        wait = self._wait(who, now)
        if wait <= 0:
            self._spent.setdefault(who, deque()).append(now)
        return max(ceil(wait), 0)

    def _wait(self, one: str, now: float) -> float:
        if len(self._spent) > _MANY:
            self._spent = {each: times for each, times in self._spent.items() if times[-1] > now - _MINUTE_SECONDS}
        times = self._spent.get(one)
        while times and times[0] <= now - _MINUTE_SECONDS:
            times.popleft()
        if times is not None and not times:
            del self._spent[one]
        return times[0] + _MINUTE_SECONDS - now if times and len(times) >= self._most else 0.0


def network_of(host: str) -> str:
    """Return what one person has of a network: an IPv4 address, or the 64 bits that IPv6 gives a household."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
