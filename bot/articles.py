"""The articles that quotes are from, whole and in every revision that is kept: to see a quote where it stands."""

from dataclasses import dataclass

from index import Article
from index.errors import UnknownArticle
from index.library.live import LiveIndex


@dataclass(frozen=True, slots=True)
class KeptArticle:
    """One revision of an article. `others`: the other ones that are kept, the last written first; `current`: the one in
    service."""

    article: Article
    current: Article
    others: tuple[Article, ...]

    @property
    def is_current(self) -> bool:
        """Whether quotes are taken from this revision."""
        return self.article.revision == self.current.revision


class KeptArticles:
    """Reads articles of the library in service. An article that was removed is gone, with all its revisions."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def current(self, article_id: str) -> Article | None:
        """Return the article in service; None if there is none of that id, or it is not as it was added."""
        archive = self._live.retriever().archive
        try:
            return archive.article(article_id) if archive.is_intact(article_id) else None
        except UnknownArticle:
            return None

    def find(self, article_id: str, revision: str) -> KeptArticle | None:
        """Return a revision of an article; None if it is not kept, or the article has been removed."""
        current = self.current(article_id)
        if current is None:
            return None
        kept = [each for each in self._live.library.revisions_of(article_id) if each.revision != current.revision]
        found = next((each for each in (current, *kept) if each.revision == revision), None)
        if found is None:
            return None
        return KeptArticle(found, current, tuple(each for each in (current, *kept) if each is not found))
