"""What a site's robots.txt lets us fetch (RFC 9309)."""

import time
from collections import OrderedDict
from dataclasses import dataclass

from protego import Protego

PRODUCT = "Newsquote"
MAX_ROBOTS_BYTES = 500_000
_MAX_DELAY_SECONDS = 30.0
_KEPT_SECONDS = 24 * 3600.0
_MOST_KEPT_BYTES = 500_000
"""Of all sites together: rules take some 60 times the memory of their text. Hundreds of usual sites fit."""


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules of one site. None: it has no such file, so everything may be fetched."""

    rules: Protego | None

    @classmethod
    def parse(cls, content: bytes) -> "RobotsRules":
        """Return the rules that a robots.txt states; what is not a rule is passed over."""
        return cls(Protego.parse(content.decode("utf-8", "replace").removeprefix("\ufeff")))

    def allow(self, url: str) -> bool:
        """Return whether we may fetch this address of the site."""
        return self.rules is None or self.rules.can_fetch(url, PRODUCT)

    @property
    def delay_seconds(self) -> float:
        """How long the site wants us to wait between two requests; 0 if it does not say, never above half a minute."""
        delay = self.rules.crawl_delay(PRODUCT) if self.rules else None
        return min(delay or 0.0, _MAX_DELAY_SECONDS)


@dataclass(frozen=True, slots=True)
class _Kept:
    rules: RobotsRules
    n_bytes: int
    kept_at: float


class KeptRules:
    """The rules of the sites that were asked last, for a day."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def find(self, site: str) -> RobotsRules | None:
        """Return the rules of a site, if they are known."""
        kept = self._kept.get(site)
        if kept is None or time.monotonic() - kept.kept_at >= _KEPT_SECONDS:
            return None
        self._kept.move_to_end(site)
        return kept.rules

    def keep(self, site: str, content: bytes | None) -> RobotsRules:
        """Return the rules of a site's robots.txt (None: it has no such file), after keeping them; the sites asked
        longest ago make room."""
        rules = RobotsRules(None) if content is None else RobotsRules.parse(content)
        self._kept[site] = _Kept(rules, len(site) + len(content or b""), time.monotonic())
        self._kept.move_to_end(site)
        while len(self._kept) > 1 and sum(kept.n_bytes for kept in self._kept.values()) > _MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        return rules
