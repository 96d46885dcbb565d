"""A feed's item to an article: the page it leads to, or its own text where that is the whole story."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx

from index.article import Article, revision_of
from index.errors import FetchRefused
from index.ingest.feeds.parsing import FeedItem
from index.ingest.fetching import Fetcher
from index.ingest.sources.metadata import title_from_text
from index.ingest.sources.web import fetch_article, is_of_one_site, own_address
from index.text.datelines import with_dateline

_WHOLE_STORY_CHARS = 1200
_MORE_THAN_A_TEASER_CHARS = 200


async def article_of(item: FeedItem, feed: str, fetcher: Fetcher) -> Article:
    """Return the article of an item of the feed at an address, dated as the feed says where it is of the same site.

    Raises:
        FetchRefused, FetchFailed: the page it leads to cannot be had.
        ParsingCutOff: reading the page took too long or too much memory.
    """
    if item.link is None or len(item.text) >= _WHOLE_STORY_CHARS:
        return _own_article(item, feed)
    article = await fetch_article(item.link, fetcher)
    dates = [item.published_at, article.published_at]
    if article.url is None or not is_of_one_site(article.url, feed):
        dates.reverse()
    return replace(article, published_at=next(filter(None, dates), None))


def fallback_of(item: FeedItem, feed: str) -> Article | None:
    """Return the article that the feed's own text makes, if it is more than a teaser."""
    return _own_article(item, feed) if len(item.text) >= _MORE_THAN_A_TEASER_CHARS else None


def _own_article(item: FeedItem, feed: str) -> Article:
    """Return the article of what the feed itself says: that of the page it leads to, if that is of the feed's site.
    Else it is the feed's own, whatever page it names: nobody may put words into another's mouth."""
    url = _own_url(item.link, feed)
    article = Article(
        id=url or f"feed/{revision_of(f'{feed} {item.key} {item.text}')}",
        title=item.title or title_from_text(item.text),
        text=item.text,
        source=_host_of(url or feed),
        published_at=item.published_at,
        url=url,
    )
    return with_dateline(article, read_on=datetime.now(UTC).date())


def _own_url(link: str | None, feed: str) -> str | None:
    try:
        url = own_address(None, link) if link else None
    except FetchRefused:
        return None
    return url if url is not None and is_of_one_site(url, feed) else None


def _host_of(address: str) -> str:
    return httpx.URL(address).host.removeprefix("www.")
