"""A search over articles that are trained or measured on."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from index import Article
from index.embedding.embedder import Embedder, OnnxEmbedder
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from index.settings import IndexSettings


def search_over(articles: Iterable[Article], work: Path, embedder: Embedder | None = None) -> Retriever:
    """Return a search over an index of these articles, which `work` keeps for the next run over the same
    with the same embedder.

    `embedder`: None takes the one that the settings name.
    """
    embedder = embedder or OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    kept = list(articles)
    digest = hashlib.sha256(json.dumps([(one.id, one.title, one.text) for one in kept]).encode()).hexdigest()[:12]
    library = DiskLibrary(work / f"index-{digest}-{embedder.fingerprint}")
    if not (library.root / "CURRENT").exists():
        library.rebuild(iter(kept), embedder)
    return Retriever(library.open_current(embedder), embedder)
