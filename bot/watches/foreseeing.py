"""Foreseeing: articles that have not arrived, to be asked as if they had."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from index import Article
from index.embedding.embedder import Embedder
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever, Snapshot


class _AmongOthers(Retriever):
    """Searches a few articles, whose words are as telling as they are among those of another snapshot."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, others: Retriever) -> None:
        super().__init__(snapshot, embedder)
        self._others = others

    def rarity(self, term: str) -> float:
        """See the base class."""
        return self._others.rarity(term)


@contextmanager
def as_if_arrived(articles: Sequence[Article], others: Retriever) -> Iterator[Retriever]:
    """Yield a retriever of these articles alone, as they are read among the others.

    Raises:
        ArticlesMissing: none of them has words.
    """
    embedder = others.embedder
    with TemporaryDirectory(prefix="newsquote-") as folder:
        library = DiskLibrary(Path(folder))
        library.rebuild(articles, embedder)
        snapshot = library.open_current(embedder)
        try:
            yield _AmongOthers(snapshot, embedder, others)
        finally:
            snapshot.close()
