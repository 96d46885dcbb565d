"""The bytes of a feed to its items, as plain text and aware UTC times. feedparser reads; what it gives is checked."""

import hashlib
import io
import re
import time
from calendar import timegm
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from index.errors import FetchFailed, Unreadable
from index.ingest.sources.files import check_storable
from index.ingest.sources.metadata import not_in_future
from index.sizes import MAX_ID_CHARS, MAX_TITLE_CHARS, cut

KINDS = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
        "application/x-rss+xml", "text/html", "text/plain",
    }
)  # fmt: skip
"""Many sites send feeds as plain text or HTML; what is no feed is found out when it is parsed."""
_ENDS = (b"</rss>", b"</feed>", b"</rdf:rdf>")
_BLOCKS = frozenset(
    {
        "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "table",
        "tr",
    }
)  # fmt: skip
_MOST_ITEMS = 2_000
_PROBLEM_CHARS = 300
_MAX_ITEM_CHARS = 1_000_000
_SILENT = frozenset({"script", "style", "figure", "figcaption", "noscript"})


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry. `key` tells it from the feed's others; `signature` changes when anything it says does.

    `text` is the longest text that the feed gives: the whole article, or a few lines of it.
    """

    key: str
    signature: str
    link: str | None
    title: str
    published_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's items, the first of each key, and its title. `flaw` is what is wrong with it where it was readable."""

    title: str | None
    items: tuple[FeedItem, ...]
    flaw: str | None = None


def parse_feed(content: bytes, url: str) -> ParsedFeed:
    """Return what a feed holds; `url` completes relative links.

    Raises:
        FetchFailed: it is no feed, or breaks off: the next time it may be whole.
    """
    try:
        return _parse(content, url)
    except FetchFailed:
        raise
    except Exception as error:  # what strangers write can raise anything below; it must cost one feed
        raise FetchFailed(f"{url} cannot be read as a feed: {error or type(error).__name__}") from error


def _parse(content: bytes, url: str) -> ParsedFeed:
    import feedparser  # takes a fifth of a second to import, which no question has to pay

    parsed = feedparser.parse(io.BytesIO(content), response_headers={"content-location": url})
    problem = parsed.get("bozo_exception") if parsed.get("bozo") else None
    is_broken = problem is not None and "SAX" in type(problem).__name__
    if not parsed.get("version") and not parsed.entries:
        raise FetchFailed(f"{url} is not an RSS or Atom feed" + (f" ({problem})" if is_broken else ""))
    if is_broken and not content.rstrip().lower().endswith(_ENDS):
        raise FetchFailed(f"{url} breaks off in the middle ({problem})")
    items: dict[str, FeedItem] = {}
    for entry in parsed.entries[:_MOST_ITEMS]:
        item = _item(entry)
        if item is not None:
            items.setdefault(item.key, item)
    title = cut(_line(parsed.feed.get("title")), MAX_TITLE_CHARS)
    flaws = [f"is not well-formed XML: {cut(str(problem), _PROBLEM_CHARS)}"] if is_broken else []
    if len(parsed.entries) > _MOST_ITEMS:
        flaws.append(f"has {len(parsed.entries):,} items, of which the first {_MOST_ITEMS:,} are read")
    return ParsedFeed(title or None, tuple(items.values()), "; it ".join(flaws) or None)


def plain_text(markup: str) -> str:
    """Return the words of an HTML fragment, paragraphs divided by an empty line; plain text stays as it is."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    reader = _TextReader()
    reader.feed(markup)
    reader.close()
    paragraphs = (_line(paragraph) for paragraph in "".join(reader.pieces).split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


class _TextReader(HTMLParser):
    """Collects text, with an empty line wherever a block begins or ends.

    lxml would glue the words on both sides of an end tag that has no beginning, as feeds that cut their texts have.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the beginning of a block, or of what is not shown."""
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "br":
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a block, or of what is not shown."""
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _BLOCKS:
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Collect words that are shown."""
        if not self._silent:
            self.pieces.append(data)


def _item(entry: Mapping[str, Any]) -> FeedItem | None:
    """Return the item of an entry, or None if nothing in it could become an article."""
    link = str(entry.get("link") or "").strip() or None
    title = cut(_line(plain_text(str(entry.get("title") or ""))), MAX_TITLE_CHARS)
    texts = [str(part.get("value") or "") for part in entry.get("content") or ()]
    text = max(map(plain_text, [*texts, str(entry.get("summary") or "")]), key=len)
    text = text if len(text) <= _MAX_ITEM_CHARS else ""  # the page it leads to may hold less
    key = str(entry.get("id") or link or "") or _hash([title, text])
    if len(key) > MAX_ID_CHARS:
        key = _hash([key])
    try:
        check_storable(f"{key}{link}{title}{text}")
    except Unreadable:
        return None
    if not (link or text):
        return None
    # feedparser warns when it is asked for an update that is not there
    stamps = [str(entry[name]) if name in entry else "" for name in ("published", "updated")]
    moments = [entry[name] for name in ("published_parsed", "updated_parsed") if name in entry]
    published = next(filter(None, moments), None)
    return FeedItem(key, _hash([link or "", title, text, *stamps]), link, title, _moment(published), text)


def _moment(parsed: time.struct_time | None) -> datetime | None:
    """Return the time that feedparser gives, which is in UTC; none that has not come yet."""
    try:
        return not_in_future(datetime.fromtimestamp(timegm(parsed), UTC)) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _line(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
