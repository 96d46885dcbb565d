"""A feed's item to an article: the page it leads to, or its own text where that is the whole story."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx

from index.article import Article, revision_of
from index.errors import FetchRefused
from index.ingest.feeds.parsing import FeedItem
from index.ingest.fetching import Fetcher
from index.ingest.sources.metadata import title_from_text
from index.ingest.sources.web import fetch_article, own_address
from index.text.datelines import with_dateline

_WHOLE_STORY_CHARS = 1200
_MORE_THAN_A_TEASER_CHARS = 200


async def article_of(item: FeedItem, fetcher: Fetcher) -> Article:
    """Return the item's article, dated as the feed says.

    Raises:
        FetchRefused, FetchFailed: the page it leads to cannot be had.
    """
    if item.link is None or len(item.text) >= _WHOLE_STORY_CHARS:
        return _own_article(item)
    article = await fetch_article(item.link, fetcher)
    return replace(article, published_at=item.published_at or article.published_at)


def fallback_of(item: FeedItem) -> Article | None:
    """Return the article that the feed's own text makes, if it is more than a teaser."""
    return _own_article(item) if len(item.text) >= _MORE_THAN_A_TEASER_CHARS else None


def _own_article(item: FeedItem) -> Article:
    try:
        url = own_address(None, item.link) if item.link else None
    except FetchRefused:
        url = None
    article = Article(
        id=url or f"feed/{revision_of(f'{item.key} {item.text}')}",
        title=item.title or title_from_text(item.text),
        text=item.text,
        source=httpx.URL(url).host.removeprefix("www.") if url else None,
        published_at=item.published_at,
        url=url,
    )
    return with_dateline(article, read_on=datetime.now(UTC).date())
