"""Articles in, the files of one snapshot out, and a report of what changed since the last one."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive, ArchiveWriter
from index.article import Article, Passage, Skipped
from index.chunking import chunk_article
from index.embedding import Embedder, Vectors
from index.errors import ArticlesMissing
from index.keywords import KeywordIndex
from index.snapshot import FORMAT_VERSION, IndexSnapshot, Manifest, checksums_of, write_manifest
from index.terms import terms_of
from index.vectors import FaissVectors

_WINDOW = 4096
"""Passages whose texts are held and sorted by length together: bounds memory."""
_STEP = 128
"""Passages between two reports of progress."""


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is. `passages_total` is 0 until every article has been split."""

    articles: int
    passages_done: int
    passages_total: int


ProgressListener = Callable[[BuildProgress], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made. `added`, `changed` and `removed` are article ids, against the previous snapshot.

    `embedded` counts the passages whose vectors had to be computed; the others kept theirs.
    """

    snapshot: str
    articles: int
    passages: int
    embedded: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    seconds: float


class SnapshotBuilder:
    """Builds one snapshot in an empty folder, reusing the vectors of the previous one where it can."""

    def __init__(
        self,
        embedder: Embedder,
        *,
        previous: IndexSnapshot | None = None,
        listener: ProgressListener = lambda _: None,
    ) -> None:
        self._embedder = embedder
        self._previous = previous
        self._listener = listener

    def build(self, items: Iterable[Article | Skipped], folder: Path, name: str) -> BuildReport:
        """Writes the snapshot `name` of the articles among `items` into `folder`; the manifest comes last.

        Raises:
            ArticlesMissing: not one passage came of them.
        """
        started = time.perf_counter()
        revisions, skipped = self._write_archive(items, folder)
        archive = Archive(folder)
        try:
            embedded = self._write_search_files(archive, folder)
            passages = archive.n_passages
        finally:
            archive.close()
        write_manifest(folder, self._manifest(folder, revisions, passages))
        before = self._previous.manifest.revisions if self._previous else {}
        return BuildReport(
            snapshot=name,
            articles=len(revisions),
            passages=passages,
            embedded=embedded,
            added=tuple(sorted(revisions.keys() - before.keys())),
            changed=tuple(sorted(i for i in revisions.keys() & before.keys() if revisions[i] != before[i])),
            removed=tuple(sorted(before.keys() - revisions.keys())),
            skipped=tuple(skipped),
            seconds=time.perf_counter() - started,
        )

    def _write_archive(self, items: Iterable[Article | Skipped], folder: Path) -> tuple[dict[str, str], list[Skipped]]:
        revisions: dict[str, str] = {}
        skipped: list[Skipped] = []
        writer = ArchiveWriter(folder)
        try:
            for item in items:
                if isinstance(item, Skipped):
                    skipped.append(item)
                    continue
                passages = chunk_article(item)
                if not passages:
                    skipped.append(Skipped(item.id, "no sentence is left once markup and boilerplate are set aside"))
                    continue
                writer.add(item, passages)
                revisions[item.id] = item.revision
                self._listener(BuildProgress(len(revisions), 0, 0))
        finally:
            writer.close()
        if not revisions:
            reasons = "; ".join(f"{skip.name}: {skip.reason}" for skip in skipped[:5]) or "there are no files"
            raise ArticlesMissing(f"Not one article could be indexed ({reasons}).")
        return revisions, skipped

    def _write_search_files(self, archive: Archive, folder: Path) -> int:
        keys = np.empty(archive.n_passages, np.uint64)
        terms: list[list[str]] = []
        for row, text in enumerate(_search_texts(archive)):
            keys[row] = _key(text)
            terms.append(terms_of(text))
        KeywordIndex.from_terms(terms).save(folder / "keywords")
        del terms
        vectors, embedded = self._vectors(archive, keys)
        FaissVectors.from_vectors(vectors).save(folder / "vectors.faiss")
        np.save(folder / "keys.npy", keys)
        return embedded

    def _vectors(self, archive: Archive, keys: NDArray[np.uint64]) -> tuple[Vectors, int]:
        """(n_passages, dimension) vectors, and how many of them had to be computed."""
        vectors = np.empty((len(keys), self._embedder.dimension), np.float32)
        known = self._reuse(keys, vectors)
        missing = int((~known).sum())
        done = 0
        n_articles = archive.n_articles
        self._listener(BuildProgress(n_articles, 0, missing))
        to_embed = ((row, text) for row, text in enumerate(_search_texts(archive)) if not known[row])
        while window := list(islice(to_embed, _WINDOW)):
            window.sort(key=lambda item: len(item[1]))
            for first in range(0, len(window), _STEP):
                rows, texts = zip(*window[first : first + _STEP], strict=True)
                vectors[list(rows)] = self._embedder.embed(texts)
                done += len(rows)
                self._listener(BuildProgress(n_articles, done, missing))
        return vectors, missing

    def _reuse(self, keys: NDArray[np.uint64], vectors: Vectors) -> NDArray[np.bool_]:
        """Fills in the vectors that the previous snapshot has for the same texts; says which rows those are."""
        known = np.zeros(len(keys), np.bool_)
        if self._previous is None or self._previous.manifest.model_fingerprint != self._embedder.fingerprint:
            return known
        row_of = {int(key): row for row, key in enumerate(self._previous.keys)}
        old = np.array([row_of.get(int(key), -1) for key in keys], np.int64)
        known = old >= 0
        if known.any():
            vectors[known] = self._previous.vectors.reconstruct(old[known])
        return known

    def _manifest(self, folder: Path, revisions: dict[str, str], n_passages: int) -> Manifest:
        return Manifest(
            format_version=FORMAT_VERSION,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=self._embedder.name,
            model_fingerprint=self._embedder.fingerprint,
            model_backend=self._embedder.backend,
            dimension=self._embedder.dimension,
            n_articles=len(revisions),
            n_passages=n_passages,
            revisions=revisions,
            checksums=checksums_of(folder),
        )


def search_text(article: Article, passage: Passage) -> str:
    """What is embedded and searched for a passage: its article's title and date, then its words."""
    dated = f"{article.published_at:%-d %B %Y}. " if article.published_at else ""
    return f"{article.title}. {dated}{passage.span.slice(article.text)}"


def _search_texts(archive: Archive) -> Iterator[str]:
    for article in archive.articles():
        for passage in archive.passages_of(article.id):
            yield search_text(article, passage)


def _key(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))
