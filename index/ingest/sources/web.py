"""Web addresses to articles: fetched safely, read like files of their kind, named by where they say they belong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import httpx

from index.article import Article, Skipped
from index.errors import FetchError, FetchRefused, ParsingCutOff, Unreadable
from index.ingest.fetching import Fetched, Fetcher
from index.ingest.fetching.addresses import check_address
from index.ingest.parsing_apart import DOCUMENT_LIMITS, parse_apart
from index.ingest.sources.files import check_storable
from index.ingest.sources.html import read_html
from index.ingest.sources.metadata import Metadata, title_from_text
from index.ingest.sources.pdf import read_pdf
from index.ingest.sources.text import read_text
from index.sizes import MAX_TITLE_CHARS, cut
from index.text.datelines import with_dateline

logger = logging.getLogger(__name__)

_Reader = Callable[[bytes, str], tuple[str, Metadata]]
_read_text: _Reader = partial(parse_apart, read_text)
_READERS: dict[str, _Reader] = {
    "text/html": lambda content, address: parse_apart(read_html, content, address, address),
    "application/xhtml+xml": lambda content, address: parse_apart(read_html, content, address, address),
    "text/plain": _read_text,
    "text/markdown": _read_text,
    "application/pdf": partial(parse_apart, read_pdf, limits=DOCUMENT_LIMITS),
}
"""From a page's bytes and its address, in the process for what strangers wrote."""
_ALIASES = ("www.", "m.", "mobile.", "amp.")
_FEED_ALIASES = ("feeds.", "feed.", "rss.")
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "msclkid", "at_medium", "at_campaign")
_AT_ONCE = 4
_MIN_WORDS = 20


def read_addresses(addresses: Sequence[str], fetcher: Fetcher) -> list[Article | Skipped]:
    """Return what is at each address, in their order: an article, or why there is none.

    Not for use in an event loop.
    """
    return asyncio.run(_read_all(addresses, fetcher))


async def fetch_article(address: str, fetcher: Fetcher) -> Article:
    """Return the article at a web address; its id is the address that it gives as its own.

    Raises:
        FetchRefused: it must not be fetched, or holds no article.
        FetchFailed: it is out of reach for now.
        ParsingCutOff: reading it took too long or too much memory.
    """
    fetched = await fetcher.get(address, frozenset(_READERS))
    try:
        text, metadata = await asyncio.to_thread(_READERS[fetched.kind], fetched.content, fetched.url)
        check_storable(text)
        _check_length(text)
    except ParsingCutOff as reason:
        raise ParsingCutOff(f"{fetched.url} {reason}") from reason
    except Unreadable as reason:
        raise FetchRefused(f"{fetched.url} {reason}") from reason
    return article_from(fetched, text, metadata)


def article_from(fetched: Fetched, text: str, metadata: Metadata) -> Article:
    """Return the article of a page's text and of what the page says of itself."""
    url = own_address(metadata.url, fetched.url)
    article = Article(
        id=url,
        title=cut(metadata.title or title_from_text(text), MAX_TITLE_CHARS),
        text=text,
        source=httpx.URL(url).host.removeprefix("www."),  # not what the page calls its site: anybody is "Reuters" then
        published_at=metadata.published_at,
        url=url,
    )
    return with_dateline(article, read_on=datetime.now(UTC).date())


def _check_length(text: str) -> None:
    n_words = len(text.split())
    if n_words < _MIN_WORDS:
        raise Unreadable(f"holds no article: only {n_words} words that are not of its menus")


def own_address(claimed: str | None, fetched_from: str) -> str:
    """Return the address an article is known by: its page's canonical one, but never one of another site, which would
    let a page take another's place. Without what only tells who sent the reader there."""
    found = check_address(fetched_from)
    if claimed:
        try:
            canonical = check_address(str(found.join(claimed)))
        except (FetchRefused, httpx.InvalidURL, ValueError):
            canonical = found
        if _site_of(canonical) == _site_of(found):
            found = canonical
    for name in {name for name in found.params if name.lower().startswith(_TRACKING)}:
        found = found.copy_remove_param(name)
    return str(found).removesuffix("?")


def is_of_one_site(address: str, feed: str) -> bool:
    """Return whether an address that may be fetched is of the site that a feed speaks for. feeds.SITE speaks for SITE;
    another name below or beside it may be anybody's."""
    host, speaking = (_site_of(httpx.URL(each)) for each in (address, feed))
    return host == speaking or any(f"{alias}{host}" == speaking for alias in _FEED_ALIASES)


def _site_of(url: httpx.URL) -> str:
    host = url.host
    for alias in _ALIASES:
        host = host.removeprefix(alias)
    return host


async def _read_all(addresses: Sequence[str], fetcher: Fetcher) -> list[Article | Skipped]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(address: str) -> Article | Skipped:
        async with gate:
            return await _or_skipped(address, fetch_article(address, fetcher))

    return list(await asyncio.gather(*map(read, dict.fromkeys(addresses))))


async def _or_skipped(address: str, article: Awaitable[Article]) -> Article | Skipped:
    try:
        return await article
    except (FetchError, Unreadable) as error:
        return Skipped(address, str(error))
    except Exception as error:  # a page that breaks the code must cost that page only
        logger.exception("a page broke what reads it")
        return Skipped(address, f"cannot be read ({type(error).__name__}); the log says more")
