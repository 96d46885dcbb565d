"""What a reader of a quote sees above it: the article's title and its day."""

from datetime import datetime

_TITLE_CHARS = 100
_END = ": "


def heading_of(title: str, published_at: datetime | None = None) -> str:
    """Return what stands in front of a passage when a model reads it, with the space between; empty without a title."""
    words = " ".join(title.split())[:_TITLE_CHARS]
    if not words:
        return ""
    day = f" ({published_at.day} {published_at:%B %Y})" if published_at else ""
    return f"{words}{day}{_END}"
