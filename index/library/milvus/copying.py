"""A snapshot from the server as one segment on this disk, and what is wrong with one, read in the same order."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article import Article, Passage
from index.library.disk.segment import SegmentWriter
from index.library.milvus.calls import Row
from index.library.milvus.layout import PIECES, seen_by
from index.library.milvus.rows import article_in, passage_in, signature_in, unsigned
from index.library.milvus.server import Server
from index.library.milvus.snapshot import ClusterSnapshot
from index.library.near_duplicates import CopyIndex, Signature

_STEP = 100
"""How many articles are read at once, with their passages."""


@dataclass(frozen=True, slots=True)
class ArticleRows:
    """An article with its first piece and the rows of its passages, in order."""

    article: Article
    first_piece: Row
    passage_rows: list[Row]

    def passages(self) -> list[Passage]:
        """Return its passages, in order."""
        return [passage_in(self.article.id, row) for row in self.passage_rows]


def whole_articles(server: Server, snapshot: ClusterSnapshot) -> Iterator[ArticleRows]:
    """Yield everything that a snapshot sees, article by article, in the order they were added."""
    lineage, seen = snapshot.manifest.lineage, seen_by(snapshot.manifest.generation)
    for first in range(0, snapshot.manifest.next.article, _STEP):
        end = first + _STEP
        scope = f"id >= {first * PIECES} and id < {end * PIECES} and {seen}"
        pieces = _by_number(server.rows(lineage.articles, scope, _PIECE), "number")
        scope = f"article >= {first} and article < {end} and {seen}"
        passages = _by_number(server.rows(lineage.passages, scope, _PASSAGE), "article")
        for number, rows in pieces.items():
            yield ArticleRows(article_in(rows), rows[0], passages.get(number, []))


def write_segment(server: Server, snapshot: ClusterSnapshot, folder: Path) -> None:
    """Write all articles of a snapshot, with their vectors, as a segment into `folder`, which need not exist yet."""
    folder.mkdir(parents=True, exist_ok=True)
    signatures: list[Signature] = []
    groups: list[int] = []
    with SegmentWriter(folder, snapshot.manifest.dimension) as writer:
        for one in whole_articles(server, snapshot):
            keys = unsigned([int(row["key"]) for row in one.passage_rows])
            writer.add_article(one.article, one.passages(), keys.tolist())
            writer.add_vectors(np.array([row["vector"] for row in one.passage_rows], np.float32))
            signatures.append(signature_in(one.first_piece))
            groups.append(int(one.first_piece["copy_group"]))
        writer.finish(CopyIndex.from_signatures(np.stack(signatures), unsigned(groups)))


def _by_number(rows: list[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (int(row[column]), int(row["id"]))):
        found.setdefault(int(row[column]), []).append(row)
    return found


_PIECE = ("number", "piece", "head", "text", "fingerprint", "signature", "copy_group")
_PASSAGE = ("article", "key", "span_start", "span_end", "sentences", "vector_sum", "vector")
