"""Articles that readers bring: each may be asked about in its conversation alone, for a day, beside the library.

Their texts are kept in the store, as they came. A small index over those of a conversation is made when it is asked,
and forgotten with them.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

from index import Article
from index.article import Skipped, revision_of
from index.embedding.embedder import Embedder
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from index.search.retrieval import Retriever

LIFE: Final = timedelta(hours=24)
"""How long an article may be asked about."""
MOST_ARTICLES: Final = 3
"""So many of a conversation are kept, the newest."""
_MOST_CHARS: Final = 100_000
_MOST_INDEXES: Final = 32
_PREFIX: Final = "brought:"


class BroughtStore(Protocol):
    """Where the texts are kept: see `bot.store.brought.BroughtRecords`."""

    def keep(self, conversation_id: str, article: Article, *, most: int) -> None:
        """Keep an article."""

    def of(self, conversation_id: str, *, since: datetime) -> Sequence[Article]:
        """Return what was brought to a conversation since then."""

    def forget(self, conversation_id: str) -> None:
        """Delete what was brought to a conversation."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The index over a conversation's articles."""

    ids: tuple[str, ...]
    retriever: Retriever
    made_at: float = field(default_factory=time.monotonic)


class BroughtArticles:
    """Takes articles in and gives the index over them. Safe to call from several threads."""

    def __init__(self, store: BroughtStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._lock, self._making = threading.Lock(), threading.Lock()

    def bring(self, conversation_id: str, found: Article | Skipped) -> Article | Skipped:
        """Keep an article for a conversation, and return it as it is kept; or why it cannot be."""
        if isinstance(found, Skipped):
            return found
        if len(found.text) > _MOST_CHARS:
            return Skipped(found.title, f"is longer than {_MOST_CHARS:,} characters")
        article = replace(found, id=f"{_PREFIX}{revision_of(f'{conversation_id} {found.id} {found.text}')}")
        self._store.keep(conversation_id, article, most=MOST_ARTICLES)
        return article

    def retriever(self, conversation_id: str) -> Retriever | None:
        """Return what finds passages in the articles of a conversation; None if there are none any more."""
        articles = self._store.of(conversation_id, since=datetime.now(UTC) - LIFE)
        ids = tuple(article.id for article in articles)
        if not articles:
            with self._lock:
                self._drop(conversation_id)
            return None
        known = self._known(conversation_id, ids)
        if known is not None:
            return known
        with self._making:  # seconds of a core: one after the other, and nobody waits who brought nothing
            known = self._known(conversation_id, ids)
            return known if known is not None else self._make(conversation_id, articles)

    def forget(self, conversation_id: str) -> None:
        """Delete the articles of a conversation and the index over them."""
        self._store.forget(conversation_id)
        with self._lock:
            self._drop(conversation_id)

    def _known(self, conversation_id: str, ids: tuple[str, ...]) -> Retriever | None:
        """Return what was made of these articles, if it was."""
        with self._lock:
            self._clear_old()
            shelf = self._shelves.get(conversation_id)
            if shelf is None or shelf.ids != ids:
                return None
            self._shelves.move_to_end(conversation_id)
            return shelf.retriever

    def _make(self, conversation_id: str, articles: Sequence[Article]) -> Retriever:
        shelf = self._made(articles)
        with self._lock:
            self._shelves[conversation_id] = shelf
            self._shelves.move_to_end(conversation_id)
            self._clear_old()
        return shelf.retriever

    def _made(self, articles: Sequence[Article]) -> _Shelf:
        # Its files are open when their names go: nothing is left on the disk, whatever ends this process.
        with TemporaryDirectory(prefix="newsquote-brought-") as folder:
            library = DiskLibrary(Path(folder))
            library.rebuild(list(articles), self._embedder)
            retriever = LiveIndex(library, self._embedder).retriever()
        return _Shelf(tuple(article.id for article in articles), retriever)

    def _clear_old(self) -> None:
        oldest = time.monotonic() - LIFE.total_seconds()
        for conversation_id in [key for key, shelf in self._shelves.items() if shelf.made_at < oldest]:
            self._drop(conversation_id)
        while len(self._shelves) > _MOST_INDEXES:
            self._drop(next(iter(self._shelves)))

    def _drop(self, conversation_id: str) -> None:
        self._shelves.pop(conversation_id, None)


def is_brought(article_id: str) -> bool:
    """Return whether an article is one that a reader brought, which nothing but its conversation shows."""
    return article_id.startswith(_PREFIX)
