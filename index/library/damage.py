"""Articles that do not read as they did when they were added: found as they are looked at, and logged once each."""

import logging
from collections.abc import Iterator

from index.article import Article
from index.library.disk.segment_articles import fingerprint_of

logger = logging.getLogger(__name__)

_MOST_NAMED = 1_000


class DamagedArticles:
    """The ids of those found so far. Safe to use from several threads."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._ids))

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._ids

    def check(self, article: Article, fingerprint: bytes) -> bool:
        """Return whether an article has the fingerprint it was added with."""
        if fingerprint_of(article) == fingerprint:
            return True
        if article.id not in self._ids and len(self._ids) < _MOST_NAMED:
            self._ids[article.id] = None
            logger.error(
                "article %s is not as it was added, and is quoted no more: run `python -m index verify`, then "
                "`rollback`, or build again",
                article.id,
            )
        return False
