"""Segment: some articles with everything that finds them, on disk, never changed once written.

A snapshot is a list of segments; see `index.library.disk.snapshot`. Which files a segment consists of, `SegmentWriter`
and `Segment` know and nobody else; what the files should be stands in its `segment.json`.
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.arrays import open_array
from index.article import Article, Passage
from index.attribution import attribute
from index.embedding.embedder import Vectors
from index.errors import SnapshotCorrupt
from index.library.disk.checksums import checksums_of, require_sizes
from index.library.disk.segment_articles import ArchivePart, ArchiveWriter
from index.library.near_duplicates import CopyIndex
from index.search.postings import Postings, PostingsWriter
from index.search.vectors import FaissVectors, VectorsWriter
from index.search.words import WordList, count_words
from index.text.terms import search_text, terms_of

SEGMENT_FILE = "segment.json"
_KEYWORDS = "keywords"
_WORDS = "words"
_KEYS = "keys.npy"


@dataclass(frozen=True, slots=True)
class SegmentContents:
    """How much a segment holds, and the size and SHA-256 of each of its files."""

    n_articles: int
    n_passages: int
    checksums: Mapping[str, tuple[int, str]]


class Segment:
    """A segment, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the segment in `folder`.

        Raises:
            SnapshotCorrupt: a file is missing, cut short or unreadable.
        """
        self.name = folder.name
        self._folder = folder
        self.contents = read_contents(folder)
        require_sizes(folder, self.contents.checksums)
        self.archive = ArchivePart(folder)
        try:
            self.vectors = FaissVectors.load(folder)
            self.postings = Postings.load(folder / _KEYWORDS)
            self.words = WordList.load(folder / _WORDS)
            self.copies = CopyIndex.load(folder)
            self.keys: NDArray[np.uint64] = open_array(folder / _KEYS)
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Run `python -m index rollback`.") from error
        self._require_equal_counts(folder)

    def close(self) -> None:
        """Close the files."""
        self.archive.close()

    @property
    def files(self) -> list[Path]:
        """All that it consists of."""
        return [self._folder / name for name in self.contents.checksums]

    def live_passages(self, dead: frozenset[int]) -> NDArray[np.bool_]:
        """Return (n_passages,): false for those of the articles at the rows `dead`."""
        if not dead:
            return np.ones(self.contents.n_passages, np.bool_)
        return ~np.isin(self.archive.article_rows, sorted(dead))

    def _require_equal_counts(self, folder: Path) -> None:
        expected = (self.contents.n_articles, self.contents.n_passages)
        articles = (self.archive.n_articles, len(self.copies.signatures), len(self.copies.groups))
        passages = (self.archive.n_passages, len(self.vectors), len(self.postings.lengths), len(self.keys))
        if set(articles) != {expected[0]} or set(passages) != {expected[1]}:
            raise SnapshotCorrupt(
                f"{folder}: its files hold {articles} articles and {passages} passages, expected {expected}. "
                "Run `python -m index rollback`, or build again."
            )


class SegmentWriter:
    """Writes one segment into an empty folder. A context: only what was finished within it is a segment.

    Passages and their vectors are rows that are counted alike, but vectors may come later than their articles.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._archive = ArchiveWriter(folder)
        self._postings = PostingsWriter()
        self._words: Counter[str] = Counter()
        self._has_ended = False
        self._keys = array("Q")
        self._vectors = VectorsWriter(dimension)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def n_passages(self) -> int:
        """How many passages were added, with or without their vectors."""
        return self._archive.n_passages

    def add_article(self, article: Article, passages: Sequence[Passage], keys: Iterable[int]) -> None:
        """Append an article, which needs an id of its own, and its passages with what their words are known by. What it
        raises leaves nothing of the article."""
        terms = [terms_of(search_text(article, passage)) for passage in passages]
        words = _words_in(article, passages)
        said = attribute(article.text, [sentence for passage in passages for sentence in passage.sentences])
        self._archive.add(article, passages, said)
        self._keys.extend(keys)
        for terms_of_one in terms:
            self._postings.add(terms_of_one)
        self._words.update(words)

    def add_segment(self, segment: Segment, live: NDArray[np.bool_]) -> None:
        """Append the articles of another segment, without those that are false in `live`, (n_articles,)."""
        live_passages = live[segment.archive.article_rows]
        self._archive.add_part(segment.archive, live)
        self._keys.frombytes(segment.keys[live_passages].tobytes())
        self._postings.add_part(segment.postings, live_passages)
        if segment.words is not None and live.all():
            self._words.update(segment.words.as_counts())
            return
        for row, article in segment.archive.articles():
            if live[row]:
                self._words.update(_words_in(article, segment.archive.passages_of(article.id)))

    def add_vectors(self, vectors: Vectors) -> None:
        """Append the vectors of the next passages: (n, dimension), float32."""
        self._vectors.add(vectors)

    def end_articles(self) -> None:
        """Write what was added of articles, and let go of it; vectors may follow."""
        if not self._has_ended:
            self._archive.finish()
            self._postings.finish().save(self._folder / _KEYWORDS)
            WordList.from_counts(self._words).save(self._folder / _WORDS)
            np.save(self._folder / _KEYS, np.array(self._keys, np.uint64))
            self._postings = PostingsWriter()
            self._words = Counter()
            self._has_ended = True

    def finish(self, copies: CopyIndex, *, codes_like: FaissVectors | None = None) -> None:
        """Write all that is left; `copies` is of the same articles. `codes_like`: see `FaissVectors.from_batches`."""
        self.end_articles()
        copies.save(self._folder)
        vectors = self._vectors.finish(codes_like=codes_like)
        vectors.save(self._folder)
        contents = SegmentContents(self._archive.n_articles, len(vectors), checksums_of(self._folder))
        (self._folder / SEGMENT_FILE).write_text(json.dumps(asdict(contents), indent=1), encoding="utf-8")


def open_words(folder: Path) -> tuple[ArchivePart, Postings]:
    """Open the articles of a segment and the words that find them, without its vectors.

    Raises:
        SnapshotCorrupt: a file is missing, cut short or unreadable.
    """
    try:
        return ArchivePart(folder), Postings.load(folder / _KEYWORDS)
    except (OSError, ValueError) as error:
        raise SnapshotCorrupt(f"{folder} cannot be read ({error}). Run `python -m index rollback`.") from error


def _words_in(article: Article, passages: Iterable[Passage]) -> Counter[str]:
    words = Counter(count_words(article.title))
    for passage in passages:
        words.update(count_words(passage.span.slice(article.text)))
    return words


def read_contents(folder: Path) -> SegmentContents:
    """Return what the segment in `folder` should hold.

    Raises:
        SnapshotCorrupt: its `segment.json` is missing or not readable.
    """
    try:
        fields = json.loads((folder / SEGMENT_FILE).read_text(encoding="utf-8"))
        checksums = {name: (int(size), str(digest)) for name, (size, digest) in fields["checksums"].items()}
        return SegmentContents(int(fields["n_articles"]), int(fields["n_passages"]), checksums)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotCorrupt(
            f"{folder / SEGMENT_FILE} cannot be read ({error}). Run `python -m index rollback`, or build again."
        ) from error
