"""What lies where on the vector server: names of collections, their columns, and which rows a snapshot sees.

newsquote                          the alias that points at the snapshot in service: moved to publish or roll back
newsquote_snapshot_NAME            a snapshot: its manifest, and the vectors of its canary questions
newsquote_LINEAGE_articles         articles, cut into pieces; with the signatures that tell near copies
newsquote_LINEAGE_passages         passages with their vectors and the weights of their terms
newsquote_LINEAGE_terms            how many passages hold each term
newsquote_writer                   there while somebody writes: see `index.library.milvus.writing`

The collections of a lineage are shared by all snapshots that came of one full build. Each row says from which
generation on it counts (`born`) and from which on no more (`died`); a snapshot is one generation. So a change costs in
proportion to the change, and what is in service is never touched.
"""

from dataclasses import dataclass

from index.hashing import hash64
from index.library.milvus.calls import Field
from index.search.postings import term_key

ALIAS = "newsquote"
WRITER = "newsquote_writer"
_SNAPSHOT = "newsquote_snapshot_"
ALIVE = 2**63 - 1
"""What `died` holds of a row that still counts."""
PIECES = 4096
"""The most pieces that an article has; each has an id of its own: number * PIECES + piece."""
PIECE_CHARACTERS = 16_000
"""How much of a text is in one piece: Milvus holds 65,535 bytes, and a character has up to four."""
DIMENSIONS = 2**32 - 2
"""How many dimensions sparse vectors have. The last one marks pieces that are not the first of their article."""

_LIFE = (Field("born", "integer", is_indexed=True), Field("died", "integer", is_indexed=True))
_ARTICLES = (
    Field("id", "key"),
    Field("number", "integer", is_indexed=True),
    Field("id_key", "integer", is_indexed=True),
    Field("piece", "integer", is_indexed=True),
    Field("head", "text"),
    Field("text", "text"),
    Field("fingerprint", "text"),
    Field("copy_group", "integer", is_indexed=True),
    Field("signature", "text"),
    Field("bands", "weights"),
    *_LIFE,
)
_TERMS = (
    Field("id", "key"),
    Field("term", "integer", is_indexed=True),
    Field("holding", "integer"),
    Field("unused", "vector", 2),  # Milvus wants one in every collection
    *_LIFE,
)


@dataclass(frozen=True, slots=True)
class Lineage:
    """The collections that the snapshots of one full build share."""

    name: str

    @property
    def articles(self) -> str:
        """The collection of articles."""
        return f"newsquote_{self.name}_articles"

    @property
    def passages(self) -> str:
        """The collection of passages."""
        return f"newsquote_{self.name}_passages"

    @property
    def terms(self) -> str:
        """The collection of counts."""
        return f"newsquote_{self.name}_terms"

    def columns(self, dimension: int) -> dict[str, tuple[Field, ...]]:
        """Return the columns of each collection, for vectors of that dimension."""
        return {self.articles: _ARTICLES, self.passages: _passages(dimension), self.terms: _TERMS}


def lineage_of(collection: str) -> str | None:
    """Return the lineage that a collection is of, if it is one's."""
    parts = collection.split("_")
    is_one = len(parts) == 4 and parts[0] == ALIAS and parts[3] in ("articles", "passages", "terms")
    return f"{parts[1]}_{parts[2]}" if is_one else None


def snapshot_columns(dimension: int) -> tuple[Field, ...]:
    """Return the columns of a snapshot's own collection."""
    return (Field("id", "key"), Field("words", "text"), Field("vector", "vector", dimension))


def snapshot_collection(name: str) -> str:
    """Return where the snapshot of that name is described."""
    return f"{_SNAPSHOT}{name}"


def snapshot_name(collection: str) -> str | None:
    """Return the snapshot that a collection describes, if it does."""
    return collection.removeprefix(_SNAPSHOT) if collection.startswith(_SNAPSHOT) else None


def seen_by(generation: int) -> str:
    """Return the expression that is true of the rows that count in that generation."""
    return f"born <= {generation} and died > {generation}"


def id_key(article_id: str) -> int:
    """Return 63 bits that stand for an article's id in expressions, where its own characters would need escaping."""
    return hash64(article_id) >> 1


def dimension_of(term: str) -> int:
    """Return the dimension that stands for a term: in a million of them, some hundred share one with another."""
    return int(term_key(term)) % DIMENSIONS


def _passages(dimension: int) -> tuple[Field, ...]:
    return (
        Field("id", "key"),
        Field("article", "integer", is_indexed=True),
        Field("key", "integer", is_indexed=True),
        Field("day", "integer", is_indexed=True),
        Field("source_key", "integer", is_indexed=True),
        Field("copy_group", "integer"),
        Field("is_leading", "truth"),
        Field("span_start", "integer"),
        Field("span_end", "integer"),
        Field("sentences", "integers"),
        Field("length", "integer"),
        Field("vector_sum", "integer"),
        Field("vector", "vector", dimension),
        Field("weights", "weights"),
        *_LIFE,
    )
