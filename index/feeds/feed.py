"""Feed: where it is and how often it is read; and how FEEDS is written."""

import re
from dataclasses import dataclass

_FEED = re.compile(r"(?P<url>https?://[^\s,|]+)(?:\|(?P<minutes>\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that gives RSS or Atom. `every_minutes`: None means as often as feeds are read by default."""

    url: str
    every_minutes: int | None = None


def parse_feeds(text: str) -> tuple[Feed, ...]:
    """The feeds of a list with spaces or commas between them, each perhaps followed by `|` and its minutes.

    Raises:
        ValueError: something in it is no feed.
    """
    feeds = {}
    for part in filter(None, re.split(r"[\s,]+", text)):
        match = _FEED.fullmatch(part)
        if match is None or match["minutes"] == "0":
            raise ValueError("should be addresses such as https://news.example/rss|30 (every 30 minutes)")
        feeds[match["url"]] = Feed(match["url"], int(match["minutes"]) if match["minutes"] else None)
    return tuple(feeds.values())
