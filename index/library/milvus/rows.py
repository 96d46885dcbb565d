"""Articles and passages as rows of collections, and back."""

import base64
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Passage, Span
from index.article_rows import COLUMN_NAMES, article_of, row_of
from index.embedding.embedder import Vectors
from index.errors import SnapshotCorrupt
from index.hashing import hash64
from index.library.disk.segment import Segment
from index.library.disk.segment_articles import NO_DATE, fingerprint_of
from index.library.milvus.calls import Row
from index.library.milvus.layout import ALIVE, DIMENSIONS, PIECE_CHARACTERS, PIECES, dimension_of, id_key
from index.library.near_duplicates import Signature, band_keys
from index.search.bm25 import saturation
from index.text.terms import search_text, terms_of


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that the next article, passage and row of counts will have."""

    article: int = 0
    passage: int = 0
    term: int = 0


@dataclass(frozen=True, slots=True)
class Birth:
    """From which generation on new rows count, their first numbers, and the mean length that weights are made with."""

    generation: int
    first: Numbers
    mean_length: float

    @property
    def life(self) -> Row:
        """The columns that say from when to when a row counts."""
        return {"born": self.generation, "died": ALIVE}


def article_rows(segment: Segment, birth: Birth) -> Iterator[Row]:
    """Yield the articles of a segment, piece by piece."""
    groups = signed(segment.copies.groups)
    for row, article in segment.archive.articles():
        number = birth.first.article + row
        signature = np.asarray(segment.copies.signatures[row])
        shared = {"number": number, "id_key": id_key(article.id), **birth.life}
        shared["copy_group"] = int(groups[row])
        for piece, text in enumerate(_pieces(article.text)):
            first = {
                "head": head_of(article),
                "fingerprint": fingerprint_of(article).hex(),
                "signature": base64.b64encode(signature.astype("<u4").tobytes()).decode(),
                "bands": band_weights(signature),
            }
            later = {"head": "", "fingerprint": "", "signature": "", "bands": {DIMENSIONS: 1.0}}
            of_piece = first if piece == 0 else later
            yield {"id": number * PIECES + piece, "piece": piece, "text": text, **of_piece, **shared}


def passage_rows(segment: Segment, birth: Birth) -> Iterator[Row]:
    """Yield the passages of a segment, in order, with their vectors and the weights of their terms."""
    counts = np.bincount(segment.archive.article_rows, minlength=segment.archive.n_articles)
    groups, keys = signed(segment.copies.groups), signed(segment.keys)
    first = 0
    for row, article in segment.archive.articles():
        rows = np.arange(first, first + int(counts[row]))
        passages = [segment.archive.passage(article.id, place) for place in rows.tolist()]
        vectors = segment.vectors.reconstruct(rows)
        for place, passage in enumerate(passages):
            yield {
                "id": birth.first.passage + first + place,
                "article": birth.first.article + row,
                "key": int(keys[first + place]),
                "day": int(segment.archive.days[row]),
                "source_key": id_key(article.source.casefold()) if article.source is not None else -1,
                "copy_group": int(groups[row]),
                "is_leading": place == 0,
                "span_start": passage.span.start,
                "span_end": passage.span.end,
                "sentences": [bound for span in passage.sentences for bound in (span.start, span.end)],
                "vector_sum": vector_sum(vectors[place]),
                "vector": vectors[place].tolist(),
                **_words(search_text(article, passage), birth.mean_length),
                **birth.life,
            }
        first += len(passages)


def head_of(article: Article) -> str:
    """Return the columns of an article but its text, as JSON."""
    fields = dict(zip(COLUMN_NAMES, row_of(article), strict=True))
    del fields["text"]
    return json.dumps(fields, ensure_ascii=False)


def term_counts(segment: Segment) -> Counter[int]:
    """Return how many passages of a segment hold each term, by the dimension that stands for it."""
    postings = segment.postings
    holding = np.diff(postings.ends, prepend=0)
    counts: Counter[int] = Counter()
    for key, count in zip((postings.terms % np.uint64(DIMENSIONS)).tolist(), holding.tolist(), strict=True):
        counts[key] += count
    return counts


def band_weights(signature: Signature) -> dict[int, float]:
    """Return a sparse vector whose inner product with another's is the number of bands that two signatures share."""
    return dict.fromkeys((band_keys(signature[None, :])[0] % np.uint64(DIMENSIONS)).tolist(), 1.0)


def signature_in(row: Row) -> Signature:
    """Return (128,), uint32: the signature of the article of a first piece."""
    return np.frombuffer(base64.b64decode(row["signature"]), "<u4").astype(np.uint32)


def vector_sum(vector: Vectors) -> int:
    """Return a checksum of a vector as it is kept: 16-bit floats."""
    return hash64(vector.astype("<f2").tobytes()) >> 1


def headline_in(row: Row) -> Article:
    """Return the article of a first piece, without its text (empty)."""
    fields = {**json.loads(row["head"]), "text": ""}
    return article_of([fields[name] for name in COLUMN_NAMES])


def article_in(pieces: Sequence[Row]) -> Article:
    """Return the article of all its pieces, in any order.

    Raises:
        SnapshotCorrupt: one is missing.
    """
    ordered = sorted(pieces, key=lambda row: int(row["piece"]))
    if [row["piece"] for row in ordered] != list(range(len(ordered))):
        raise SnapshotCorrupt(
            f"Article {ordered[0]['number']} lacks a piece of its text. Run `python -m index rollback`, or build again."
        )
    return replace(headline_in(ordered[0]), text="".join(row["text"] for row in ordered))


def passage_in(article_id: str, row: Row) -> Passage:
    """Return the passage of a row."""
    bounds = [int(bound) for bound in row["sentences"]]
    sentences = tuple(Span(*pair) for pair in zip(bounds[::2], bounds[1::2], strict=True))
    return Passage(article_id, Span(int(row["span_start"]), int(row["span_end"])), sentences)


def signed(numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the same 64 bits as signed numbers, which is what columns hold."""
    return np.ascontiguousarray(numbers, np.uint64).view(np.int64)


def unsigned(numbers: Sequence[int]) -> NDArray[np.uint64]:
    """Return signed numbers of columns as the unsigned ones that they stand for."""
    return np.array(numbers, np.int64).view(np.uint64)


def day_in(row: Row) -> int:
    """Return the day of publication as an ordinal; 0 for none."""
    return 0 if row["day"] == NO_DATE else int(row["day"])


def _words(text: str, mean_length: float) -> Row:
    """Return the columns `weights`, BM25's share of each term that a question cannot know, and `length`, in terms."""
    counts = Counter(map(dimension_of, terms_of(text)))
    length = min(max(counts.total(), 1), 65_535)
    often = np.minimum(list(counts.values()), 255).astype(np.uint8)
    gains = saturation(often, np.full(len(often), length, np.uint16), mean_length)
    weights: dict[int, float] = dict(zip(counts, gains.tolist(), strict=True))
    return {"length": length, "weights": weights or {DIMENSIONS: 1.0}}


def _pieces(text: str) -> list[str]:
    return [text[cut : cut + PIECE_CHARACTERS] for cut in range(0, max(len(text), 1), PIECE_CHARACTERS)]
