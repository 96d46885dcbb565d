"""A snapshot from the server as one segment on this disk, and what is wrong with one, read in the same order."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article import Article, Passage
from index.embedding.embedder import Vectors
from index.library.builder import search_text
from index.library.disk.segment import write_contents
from index.library.disk.segment_articles import ArchiveWriter
from index.library.milvus.calls import Row
from index.library.milvus.layout import PIECES, seen_by
from index.library.milvus.rows import article_in, passage_in, signature_in, unsigned
from index.library.milvus.server import Server
from index.library.milvus.snapshot import ClusterSnapshot
from index.library.near_duplicates import CopyIndex, Signature
from index.search.postings import PostingsWriter
from index.search.vectors import FaissVectors
from index.text.terms import terms_of

_STEP = 100
"""Articles that are read at once, with their passages."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An article with its first piece and the rows of its passages, in order."""

    article: Article
    first_piece: Row
    passage_rows: list[Row]

    def passages(self) -> list[Passage]:
        """Its passages."""
        return [passage_in(self.article.id, row) for row in self.passage_rows]


def whole_articles(server: Server, snapshot: ClusterSnapshot) -> Iterator[Whole]:
    """Yield everything that a snapshot sees, article by article, in the order they were added."""
    lineage, seen = snapshot.manifest.lineage, seen_by(snapshot.manifest.generation)
    for first in range(0, snapshot.manifest.next.article, _STEP):
        end = first + _STEP
        scope = f"id >= {first * PIECES} and id < {end * PIECES} and {seen}"
        pieces = _by_number(server.rows(lineage.articles, scope, _PIECE), "number")
        scope = f"article >= {first} and article < {end} and {seen}"
        passages = _by_number(server.rows(lineage.passages, scope, _PASSAGE), "article")
        for number, rows in pieces.items():
            yield Whole(article_in(rows), rows[0], passages.get(number, []))


def write_segment(server: Server, snapshot: ClusterSnapshot, folder: Path) -> None:
    """Write all articles of a snapshot, with their vectors, as a segment into `folder`, which need not exist yet."""
    folder.mkdir(parents=True, exist_ok=True)
    writer, postings = ArchiveWriter(folder), PostingsWriter()
    signatures: list[Signature] = []
    groups: list[int] = []
    keys: list[int] = []

    def batches() -> Iterator[Vectors]:
        for one in whole_articles(server, snapshot):
            passages = one.passages()
            writer.add(one.article, passages)
            signatures.append(signature_in(one.first_piece))
            groups.append(int(one.first_piece["copy_group"]))
            keys.extend(int(row["key"]) for row in one.passage_rows)
            for passage in passages:
                postings.add(terms_of(search_text(one.article, passage)))
            yield np.array([row["vector"] for row in one.passage_rows], np.float32)

    try:
        vectors = FaissVectors.from_batches(batches(), snapshot.manifest.dimension)
    finally:
        writer.close()
    vectors.save(folder)
    postings.finish().save(folder / "keywords")
    CopyIndex.from_signatures(np.stack(signatures), unsigned(groups)).save(folder)
    np.save(folder / "keys.npy", unsigned(keys))
    write_contents(folder, len(groups), len(vectors))


def _by_number(rows: list[Row], column: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (int(row[column]), int(row["id"]))):
        found.setdefault(int(row[column]), []).append(row)
    return found


_PIECE = ("number", "piece", "head", "text", "fingerprint", "signature", "copy_group")
_PASSAGE = ("article", "key", "span_start", "span_end", "sentences", "vector_sum", "vector")
