"""An article as a row of a database, and back: six columns, of which a missing one is NULL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from index.article import Article

COLUMN_NAMES = ("id", "title", "text", "source", "published_at", "url")
COLUMNS = ", ".join(COLUMN_NAMES)
"""The names as SQL lists them."""

ArticleRow = tuple[str, str, str, str | None, str | None, str | None]


def row_of(article: Article) -> ArticleRow:
    """Return the values of `COLUMNS`; the time of publication is ISO 8601."""
    published = article.published_at.isoformat() if article.published_at else None
    return article.id, article.title, article.text, article.source, published, article.url


def article_of(row: Sequence[Any]) -> Article:
    """Return the article of the values of `COLUMNS`, with its time of publication in UTC."""
    article_id, title, text, source, published, url = row
    published_at = datetime.fromisoformat(published).astimezone(UTC) if published else None
    return Article(article_id, title, text, source, published_at, url)
