"""Articles that somebody hands over: a document as bytes with a name, or the text of a message."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from index.article import Article, Skipped, revision_of
from index.errors import Unreadable
from index.ingest.sources.files import check_storable
from index.ingest.sources.folder import read_articles
from index.ingest.sources.metadata import headline_of, title_from_text
from index.text.datelines import with_dateline

_NOT_FOR_NAMES = re.compile(r"[^\w. ()+,-]")
_MAX_NAME_BYTES = 200  # file systems take 255
_MIN_MESSAGE_WORDS = 5


def read_document(
    content: bytes, file_name: str, *, origin: str | None = None, published_at: datetime | None = None
) -> list[Article | Skipped]:
    """Return the articles of a document of any kind that a folder may hold; more than one only for .jsonl.

    `origin` and `published_at` (who it is from, when it appeared) hold where the document itself says nothing. One
    that gives its article no id is known by its name: sent again, it takes the place of the earlier one.
    """
    name = _safe_name(file_name)
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        found = list(read_articles(path))
    return [item if isinstance(item, Skipped) else _completed(item, name, origin, published_at) for item in found]


def read_message(
    text: str, *, origin: str | None = None, published_at: datetime | None = None, url: str | None = None
) -> Article | Skipped:
    """Return the article that a message is; `url` is where the message itself can be read, and tells it from others."""
    title = headline_of(text) or title_from_text(text)
    try:
        check_storable(text)
    except Unreadable as reason:
        return Skipped(title, str(reason))
    if len(re.findall(r"[^\W\d_]+", text)) < _MIN_MESSAGE_WORDS:
        return Skipped(title or "the message", "is too short for an article")
    article_id = url or f"message/{revision_of(f'{origin}: {text}')}"
    return _dated(Article(article_id, title, text, origin, None, url), published_at)


def _completed(article: Article, name: str, origin: str | None, published_at: datetime | None) -> Article:
    if article.id == name:
        article = replace(article, id=f"sent/{name}")
    return _dated(replace(article, source=article.source or origin), published_at)


def _dated(article: Article, published_at: datetime | None) -> Article:
    if article.published_at is None and published_at is not None:
        article = with_dateline(article, read_on=published_at.date())
    return article if article.published_at else replace(article, published_at=published_at)


def _safe_name(file_name: str) -> str:
    """Return a name without folders and odd characters, and not too long; its ending stays."""
    path = Path(_NOT_FOR_NAMES.sub("_", Path(file_name.replace("\\", "/")).name))
    suffix = path.suffix[:20]
    stem = path.stem.lstrip(".").encode("utf-8", "replace")[: _MAX_NAME_BYTES - len(suffix.encode("utf-8", "replace"))]
    return f"{stem.decode('utf-8', 'ignore').strip() or 'document'}{suffix}"
