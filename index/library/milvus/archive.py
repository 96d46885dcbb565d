"""The articles of a snapshot on the vector server."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from index.article import Article, Passage, Span
from index.attribution import Appearance, Attribution, voice_of
from index.attribution.names import name_key, name_words
from index.attribution.voices import appearances
from index.errors import UnknownArticle
from index.library.damage import DamagedArticles
from index.library.disk.segment_articles import fingerprint_of
from index.library.milvus.calls import Row, SearchRequest, one_of
from index.library.milvus.layout import PIECES, Lineage, dimension_of, id_key, seen_by
from index.library.milvus.manifest import ClusterManifest
from index.library.milvus.rows import article_in, day_in, headline_in, passage_in
from index.library.milvus.server import Server
from index.library.speaking import MOST_WORKED_OUT, WorkedOut
from index.text.terms import terms_of

_STEP = 100
"""How many articles are read at once."""
_HEADS_STEP = 2_000
_REMEMBERED = 512
_NAMED = 1_000
"""How many passages that hold a name are looked at for those in which its bearer speaks."""
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
        self._worked_out = WorkedOut()

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

    def attributions_of(self, article_id: str) -> list[Attribution]:
        """Return what somebody says in an article, in the order of its text; empty for an unknown id."""
        known = self._lookup(article_id)
        return self._worked_out.of(known.article, lambda: self.sentences_of(article_id)) if known else []

    def speaker_of(self, article_id: str, span: Span) -> Attribution | None:
        """Return who speaks in a span of an article, and where that is said; None where that is not sure."""
        return voice_of(self.attributions_of(article_id), span)

    def speaking(self, name: str) -> list[Appearance]:
        """Return articles in which people speak who have the last name of `name`: among the newest that hold it."""
        words = name_words(name)
        weights = {dimension_of(term): 1.0 for term in terms_of(words[-1])} if words else {}
        if not weights:
            return []
        request = SearchRequest(self._seen, _NAMED, ("article", "day"))
        found = self._server.search(self._lineage.passages, "weights", [weights], request)[0]
        days = {int(hit.row["article"]): day_in(hit.row) for hit in found}
        newest = sorted(days, key=lambda number: (-days[number], number))[:MOST_WORKED_OUT]
        ids = self.ids_of(newest)
        named = (ids[number] for number in newest if number in ids)
        return [one for each in named for one in appearances(each, self.attributions_of(each), name_key(name))]

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


def revisions_in(server: Server, lineage: Lineage, article_id: str) -> list[Article]:
    """Return every article of that id that the rows of a lineage still hold, the newest first, be it replaced or
    removed; one that is not as it was added is left out."""
    rows = server.rows(lineage.articles, f"id_key == {id_key(article_id)}", [*_PLACE, "text"])
    pieces: dict[int, list[Row]] = {}
    for row in sorted(rows, key=_id, reverse=True):
        pieces.setdefault(int(row["number"]), []).append(row)
    articles = ((article_in(some), _place(some[-1])) for some in pieces.values())
    return [one for one, place in articles if one.id == article_id and fingerprint_of(one) == place.fingerprint]


def _between(first: int, end: int) -> str:
    return f"id >= {first * PIECES} and id < {end * PIECES}"


def _place(row: Row) -> ArticlePlace:
    return ArticlePlace(int(row["number"]), bytes.fromhex(row["fingerprint"]), int(row["copy_group"]))


def _id(row: Row) -> int:
    return int(row["id"])
