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
        return self.article is self.current


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
        kept = {each.revision: each for each in self._live.library.revisions_of(article_id)}
        kept = {current.revision: current} | {name: each for name, each in kept.items() if name != current.revision}
        found = kept.get(revision)
        if found is None:
            return None
        return KeptArticle(found, current, tuple(each for each in kept.values() if each is not found))
