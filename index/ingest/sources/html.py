"""`.html` files: trafilatura finds the article in the page; its text is what is stored."""

from index.errors import Unreadable
from index.ingest.sources.metadata import Metadata, headline_of, parse_date


def read_html(content: bytes, name: str, address: str | None = None) -> tuple[str, Metadata]:
    """Return the article's text in a page, and what the page says of it. `address`: where the page was, if on the web.

    Raises:
        Unreadable: the page has no article beside its menus and adverts.
    """
    import trafilatura  # takes most of a second to import, and most folders hold no web page

    try:
        page = trafilatura.bare_extraction(content, url=address, with_metadata=True, include_comments=False)
    except Exception as error:  # a broken page can raise anything from lxml or below; it must cost one file
        raise Unreadable(f"is not a web page that can be read: {error}") from error
    if page is None or not page.text or not page.text.strip():
        raise Unreadable("holds no article text: only menus, scripts or too few words")
    return page.text, Metadata(
        title=" ".join((page.title or "").split()) or headline_of(page.text),
        source=page.sitename or page.hostname,
        published_at=parse_date(page.date, name),
        url=page.url,
    )
