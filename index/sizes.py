"""How large an article may be: what is longer is cut where that harms nothing, else the article is left out."""

from dataclasses import replace
from typing import Final

from index.article import Article, Skipped

MAX_TITLE_CHARS: Final = 300
"""A title is indexed with every passage of its article, and shown above every quote."""
MAX_SOURCE_CHARS: Final = 100
MAX_ID_CHARS: Final = 2_000
"""As long as a web address may be."""
MAX_TEXT_CHARS: Final = 10_000_000


def fitted(article: Article) -> Article | Skipped:
    """Return the article with a title and a source that are not too long; or why it is left out."""
    if len(article.text) > MAX_TEXT_CHARS:
        return Skipped(article.id, f"has {len(article.text):,} characters; {MAX_TEXT_CHARS:,} are the most")
    if len(article.id) > MAX_ID_CHARS or len(article.url or "") > MAX_ID_CHARS:
        return Skipped(f"{article.id[:100]}…", f"has an id or address of more than {MAX_ID_CHARS:,} characters")
    if len(article.title) <= MAX_TITLE_CHARS and len(article.source or "") <= MAX_SOURCE_CHARS:
        return article
    source = cut(article.source, MAX_SOURCE_CHARS) if article.source else article.source
    return replace(article, title=cut(article.title, MAX_TITLE_CHARS), source=source)


def cut(text: str, most: int) -> str:
    """Return the text, or as much of it as fits with a sign that it goes on."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
