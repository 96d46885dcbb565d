"""A library as one file: out of one back end, into another, and nothing is lost on the way."""

import tarfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from index import Article, Query
from index.embedding.embedder import OnnxEmbedder
from index.errors import LibraryFileInvalid, SnapshotMismatch, SnapshotMissing
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.library.milvus import ClusterLibrary
from index.library.protocol import Library
from index.library.transfer import export_library, import_library
from index.search.retrieval import Retriever
from tests.embedders import HashingEmbedder
from tests.milvus import Vectors

_OLD = Article("old", "Old", "What was in service before.")
_ODD = Article("odd'\"\\ id é", "Tïtle\nof two lines", "“Quoted” 😀\r\n\tand a tab. It has\u2028two sentences.")
_BORDER = Article("border", "Border", "Talks about the border went on in Brussels. Nobody was killed there on Tuesday.")
_QUESTIONS = ["Who brokered the ceasefire?", "How many people were killed?", "talks in Brussels", "qwertz"]

MakeLibrary = Callable[[str, str], Library]


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> MakeLibrary:
    """Return an empty library of a kind; `name` tells it from others."""

    def make(kind: str, name: str) -> Library:
        if kind == "embedded":
            return DiskLibrary(tmp_path / name)
        server: Vectors = request.getfixturevalue("vector_server")
        return ClusterLibrary(tmp_path / name, server.address(), grace=timedelta(0))

    return make


def _hits(library: Library, embedder: OnnxEmbedder) -> list[object]:
    retriever = Retriever(library.open_current(embedder), embedder)
    return [
        [(hit.passage, round(hit.score, 4), round(hit.similarity, 4)) for hit in retriever.search(Query(question))]
        for question in _QUESTIONS
    ]


@pytest.mark.parametrize("source", ["embedded", "cluster"])
@pytest.mark.parametrize("target", ["embedded", "cluster"])
def test_a_library_is_the_same_on_the_other_side(
    make: MakeLibrary, source: str, target: str, seeds: Path, shipped_embedder: OnnxEmbedder, tmp_path: Path
) -> None:
    class Counting(HashingEmbedder):
        """The real model, which counts."""

        name, backend = shipped_embedder.name, shipped_embedder.backend
        fingerprint, dimension = shipped_embedder.fingerprint, shipped_embedder.dimension

        def __init__(self) -> None:
            self.embedded = []
            self.passages: list[str] = []

        def embed(self, questions):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            self.embedded += questions
            return shipped_embedder.embed(questions)

        def embed_passages(self, texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            self.passages += texts
            return shipped_embedder.embed_passages(texts)

    here, there, embedder = make(source, "here"), make(target, "there"), Counting()
    articles = [*read_articles(seeds), _ODD, _BORDER]
    here.rebuild(articles, shipped_embedder)
    there.rebuild([_OLD], shipped_embedder)

    report = export_library(here, embedder, tmp_path / "library.tar")
    import_library(there, embedder, tmp_path / "library.tar")

    assert report.n_articles == len(articles)
    assert list(there.open_current(shipped_embedder).archive.articles()) == articles
    assert _hits(there, shipped_embedder) == _hits(here, shipped_embedder)
    assert there.verify() == []
    assert len(embedder.embedded) <= len(articles)  # opening sentences of canaries
    assert embedder.passages == []
    there.roll_back()
    assert list(there.open_current(shipped_embedder).archive.articles()) == [_OLD]
    assert sorted(path.name for path in tmp_path.glob("library*")) == ["library.tar"]


def _exported(make: MakeLibrary, tmp_path: Path) -> Path:
    library, embedder = make("embedded", "exported"), HashingEmbedder()
    library.rebuild([_ODD, _BORDER], embedder)
    export_library(library, embedder, tmp_path / "library.tar")
    return tmp_path / "library.tar"


def _replace(file: Path, name: str, change: Callable[[bytes], bytes | None]) -> None:
    """Rewrite the archive with one member changed, or left out."""
    with tarfile.open(file) as archive:
        members = [(one, stream.read() if (stream := archive.extractfile(one)) else b"") for one in archive]
    with tarfile.open(file, "w") as archive:
        for member, content in members:
            new = change(content) if member.name == name else content
            if new is not None:
                member.size = len(new)
                archive.addfile(member, BytesIO(new))


@pytest.mark.parametrize("kind", ["embedded", "cluster"])
@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("segment/days.npy", lambda content: content[:-1] + b"x", "days.npy: contents changed"),
        ("segment/vectors.faiss", lambda _: None, "vectors.faiss: missing"),
        ("segment/segment.json", lambda content: content + b" ", "segment.json is missing or was changed"),
        ("library.json", lambda content: content.replace(b'"n_articles": 2', b'"n_articles": 3'), "digest differs"),
        ("library.json", lambda _: b"{", "cannot be read"),
        ("library.json", lambda _: None, "has no library.json"),
    ],
)
def test_a_damaged_file_changes_nothing(
    make: MakeLibrary, tmp_path: Path, kind: str, name: str, change: Callable[[bytes], bytes | None], complaint: str
) -> None:
    file, library, embedder = _exported(make, tmp_path), make(kind, "target"), HashingEmbedder()
    _replace(file, name, change)

    with pytest.raises(LibraryFileInvalid, match=complaint):
        import_library(library, embedder, file)

    with pytest.raises(SnapshotMissing):
        library.current_name()


def test_a_file_that_is_no_archive_is_refused(make: MakeLibrary, tmp_path: Path) -> None:
    library, embedder = make("embedded", "target"), HashingEmbedder()
    (tmp_path / "notes.txt").write_text("no archive at all")

    for file in (tmp_path / "notes.txt", tmp_path / "missing.tar"):
        with pytest.raises(LibraryFileInvalid, match="python -m index export"):
            import_library(library, embedder, file)


def test_vectors_of_another_model_are_refused(make: MakeLibrary, tmp_path: Path) -> None:
    file, library = _exported(make, tmp_path), make("embedded", "target")

    with pytest.raises(SnapshotMismatch, match=r"library\.tar was built with hashing .* the model in use is other"):
        import_library(library, HashingEmbedder("other"), file)


def test_a_file_that_cannot_be_written_is_told(make: MakeLibrary, tmp_path: Path) -> None:
    library, embedder = make("embedded", "source"), HashingEmbedder()
    library.rebuild([_BORDER], embedder)

    with pytest.raises(LibraryFileInvalid, match="cannot be written"):
        export_library(library, embedder, tmp_path / "nowhere" / "library.tar")
