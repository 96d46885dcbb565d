"""The articles of a snapshot on the vector server."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from index.article import Article, Passage, Span
from index.errors import UnknownArticle
from index.library.damage import DamagedArticles
from index.library.milvus.calls import Row, one_of
from index.library.milvus.layout import PIECES, id_key, seen_by
from index.library.milvus.manifest import ClusterManifest
from index.library.milvus.rows import article_in, headline_in, passage_in
from index.library.milvus.server import Server

_STEP = 100
"""How many articles are read at once."""
_HEADS_STEP = 2_000
_REMEMBERED = 512
_PLACE = ("number", "piece", "head", "fingerprint", "copy_group")
_PASSAGE = ("article", "span_start", "span_end", "sentences")


@dataclass(frozen=True, slots=True)
class ArticlePlace:
    """The number of an article, what changes when anything of it does, and the group of its near copies."""

    number: int
    fingerprint: bytes
    copy_group: int


@dataclass(frozen=True, slots=True)
class _Known:
    article: Article
    place: ArticlePlace


class ClusterArchive:
    """Reads articles from the server and remembers some hundred. Safe to use from several threads."""

    def __init__(self, server: Server, manifest: ClusterManifest) -> None:
        self._server = server
        self._lineage = manifest.lineage
        self._end = manifest.next.article
        self._seen = seen_by(manifest.generation)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._numbers: dict[int, str] = {}
        self._copies: dict[int, int] = {}
        self._lock = threading.Lock()
        self.damaged = DamagedArticles()

    def close(self) -> None:
        """Do nothing: the connection is the server's."""

    def articles(self) -> Iterator[Article]:
        """Yield every article, in the order they were added, read a few at a time."""
        for first in range(0, self._end, _STEP):
            yield from (known.article for known in self._read(_between(first, first + _STEP)))

    def headlines(self) -> list[Article]:
        """Return every article without its text (empty), by title: for lists of what there is."""
        return sorted((headline_in(row) for row in self._heads()), key=lambda article: (article.title, article.id))

    def ids(self) -> list[str]:
        """Return every article's id, in the order of `articles`."""
        return [article_id for article_id, _ in self.places()]

    def places(self) -> Iterator[tuple[str, ArticlePlace]]:
        """Return every article's id with its place, in the order of `articles`."""
        return ((headline_in(row).id, _place(row)) for row in self._heads())

    def find(self, article_id: str) -> ArticlePlace | None:
        """Return the place of the article of that id, if there is one."""
        known = self._lookup(article_id)
        return known.place if known else None

    def article(self, article_id: str) -> Article:
        """Return the article of that id.

        Raises:
            UnknownArticle: there is none.
        """
        known = self._lookup(article_id)
        if known is None:
            raise UnknownArticle(f"No article has the id {article_id!r}. `python -m index list` shows all ids.")
        return known.article

    def is_intact(self, article_id: str) -> bool:
        """Return whether an article reads as it did when it was added; that one does not is logged once."""
        known = self._lookup(article_id)
        return known is not None and self.damaged.check(known.article, known.place.fingerprint)

    def ids_of(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the ids of the articles of these numbers, which are read, all at once, if they are not remembered."""
        wanted = set(numbers)
        with self._lock:
            found = {number: self._numbers[number] for number in wanted & self._numbers.keys()}
        missing = sorted(wanted - found.keys())
        for first in range(0, len(missing), _STEP):
            for known in self._read(one_of("number", missing[first : first + _STEP])):
                found[known.place.number] = known.article.id
        return found

    def numbers_of(self, article_ids: Collection[str]) -> list[int]:
        """Return the numbers of those of these articles that there are, in their order."""
        with self._lock:
            found = {name: self._known[name].place.number for name in article_ids if name in self._known}
        missing = [name for name in article_ids if name not in found]
        for first in range(0, len(missing), _STEP):
            some = missing[first : first + _STEP]
            scope = f"{one_of('id_key', map(id_key, some))} and piece == 0 and {self._seen}"
            rows = self._server.rows(self._lineage.articles, scope, _PLACE)
            found |= {name: _place(row).number for row in rows if (name := headline_in(row).id) in some}
        return sorted(found.values())

    def passages_of(self, article_id: str) -> list[Passage]:
        """Return every passage of an article, in order; empty for an unknown id."""
        place = self.find(article_id)
        if place is None:
            return []
        rows = self._server.rows(self._lineage.passages, f"article == {place.number} and {self._seen}", _PASSAGE)
        return [passage_in(article_id, row) for row in sorted(rows, key=_id)]

    def sentences_of(self, article_id: str) -> tuple[Span, ...]:
        """Return every sentence of an article that may be quoted, in order; empty for an unknown id."""
        return tuple(sentence for passage in self.passages_of(article_id) for sentence in passage.sentences)

    def copies_of(self, article_id: str) -> int:
        """Return how many other articles say nearly the same; 0 for an unknown id."""
        group = self.copy_group(article_id)
        if group is None:
            return 0
        if group not in self._copies:
            alike = f"copy_group == {group} and piece == 0 and {self._seen}"
            self._copies[group] = len(self._server.rows(self._lineage.articles, alike, ["number"]))
        return self._copies[group] - 1

    def copy_group(self, article_id: str) -> int | None:
        """Return what an article has in common with its near copies, and with no other; None for an unknown id."""
        place = self.find(article_id)
        return place.copy_group if place else None

    def _lookup(self, article_id: str) -> _Known | None:
        with self._lock:
            known = self._known.get(article_id)
            if known is not None:
                self._known.move_to_end(article_id)
                return known
        found = self._read(f"id_key == {id_key(article_id)}")
        return next((known for known in found if known.article.id == article_id), None)

    def _heads(self) -> Iterator[Row]:
        for first in range(0, self._end, _HEADS_STEP):
            scope = f"piece == 0 and {_between(first, first + _HEADS_STEP)} and {self._seen}"
            yield from sorted(self._server.rows(self._lineage.articles, scope, _PLACE), key=_id)

    def _read(self, scope: str) -> list[_Known]:
        """Return the articles of a scope, by number; they are remembered."""
        rows = self._server.rows(self._lineage.articles, f"{scope} and {self._seen}", [*_PLACE, "text"])
        pieces: dict[int, list[Row]] = {}
        for row in sorted(rows, key=_id):
            pieces.setdefault(int(row["number"]), []).append(row)
        found = [_Known(article_in(some), _place(some[0])) for some in pieces.values()]
        with self._lock:
            for known in found:
                self._known[known.article.id] = known
                self._numbers[known.place.number] = known.article.id
            while len(self._known) > _REMEMBERED:
                _, gone = self._known.popitem(last=False)
                self._numbers.pop(gone.place.number, None)
        return found


def _between(first: int, end: int) -> str:
    return f"id >= {first * PIECES} and id < {end * PIECES}"


def _place(row: Row) -> ArticlePlace:
    return ArticlePlace(int(row["number"]), bytes.fromhex(row["fingerprint"]), int(row["copy_group"]))


def _id(row: Row) -> int:
    return int(row["id"])
