"""What a site's robots.txt lets us fetch (RFC 9309)."""

from dataclasses import dataclass

from protego import Protego

PRODUCT = "Newsquote"
MAX_ROBOTS_BYTES = 500_000
_MAX_DELAY_SECONDS = 30.0


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
