"""What only a library on a vector server can meet: a server that dies, others who write, readers elsewhere."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from index import Article, Query
from index.errors import (
    IndexBusy,
    SettingsInvalid,
    SnapshotCorrupt,
    SnapshotMismatch,
    SnapshotRejected,
    VectorServerRefused,
    VectorServerUnavailable,
)
from index.library.live import LiveIndex
from index.library.milvus import ClusterLibrary
from index.library.milvus.calls import TimeLimits
from index.library.milvus.layout import WRITER, seen_by, snapshot_collection
from index.library.milvus.manifest import ClusterManifest
from index.library.milvus.server import Server
from index.library.milvus.writing import WriterLock
from index.manifest import FORMAT_VERSION
from index.settings import IndexSettings
from tests.embedders import HashingEmbedder
from tests.milvus import Vectors, VectorServer

_BRIDGE = Article("bridge", "Bridge", "The bridge opened again on Friday.")
_FERRY = Article("ferry", "Ferry", "The ferry ran for the last time on Sunday.")
_ROOF = Article("roof", "Roof", "The library gets a new roof in October.")
_HASTY = TimeLimits(connecting=1.0, asking=2.0, asking_in_all=1.0, building=4.0, building_in_all=2.0)
_RECOVERY_SECONDS = 60.0


def _story(number: int) -> Article:
    return Article(f"story {number}", f"Story {number}", f"Number {number} and {number * 7919 % 100_003} went home.")


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def library(tmp_path: Path, vector_server: Vectors) -> ClusterLibrary:
    return ClusterLibrary(tmp_path / "one", vector_server.address(), grace=timedelta(0))


@pytest.fixture
def server(library: ClusterLibrary) -> Server:
    """Return a connection to the same database of its own."""
    return Server(library.address)


@pytest.fixture
def mortal_server(tmp_path: Path) -> Iterator[VectorServer]:
    """Start a server for one test, which may kill it."""
    server = VectorServer(tmp_path / "data")
    server.start()
    yield server
    server.kill()


def _elsewhere(library: ClusterLibrary, tmp_path: Path) -> ClusterLibrary:
    """Return the same library as another machine sees it, which shares no folder with the first."""
    return ClusterLibrary(tmp_path / "another machine", library.address)


def _answered(live: LiveIndex, query: Query) -> str:
    """Return the article of the first hit, asking again until the server is there."""
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while True:
        try:
            return live.retriever().search(query)[0].passage.article_id
        except VectorServerUnavailable:
            assert time.monotonic() < deadline


def _manifest(library: ClusterLibrary) -> ClusterManifest:
    manifest = library.manifests()[library.current_name()]
    assert isinstance(manifest, ClusterManifest)
    return manifest


def test_another_machine_needs_no_folder_of_the_first(
    library: ClusterLibrary, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    live = LiveIndex(_elsewhere(library, tmp_path), embedder)

    hits = live.retriever().search(Query("bridge"))

    assert hits[0].passage.span.slice(live.retriever().archive.article("bridge").text) == _BRIDGE.text
    assert not (tmp_path / "another machine").exists()


def test_a_snapshot_published_by_another_process_is_followed_and_so_is_a_roll_back(
    library: ClusterLibrary, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    library.rebuild([_BRIDGE], embedder)
    live = LiveIndex(_elsewhere(library, tmp_path), embedder)

    library.rebuild([_FERRY], embedder)
    time.sleep(1.1)
    assert [article.id for article in live.retriever().archive.articles()] == ["ferry"]

    library.roll_back()
    time.sleep(1.1)
    assert [article.id for article in live.retriever().archive.articles()] == ["bridge"]


def test_no_question_fails_while_the_alias_is_switched(
    library: ClusterLibrary, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    live = LiveIndex(_elsewhere(library, tmp_path), embedder)
    library = ClusterLibrary(tmp_path / "one", library.address)  # with the usual time of grace
    found: list[str] = []
    failures: list[Exception] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                retriever = live.retriever()
                hits = retriever.search(Query("the"), 2)
                found.extend(retriever.archive.article(hit.passage.article_id).id for hit in hits)
            except Exception as error:  # whatever it is, the test shows it
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    library.add([_ROOF], embedder)
    live.refresh()
    library.remove(["bridge"], embedder)
    library.roll_back()
    live.refresh()
    library.add([replace(_FERRY, text="The ferry runs on.")], embedder)
    live.refresh()
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert set(found) == {"bridge", "ferry", "roof"}


def test_a_killed_server_is_told_and_questions_are_answered_once_it_is_back(
    mortal_server: VectorServer, embedder: HashingEmbedder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "index.library.live")
    library = ClusterLibrary(tmp_path / "index", mortal_server.address(), limits=_HASTY)
    library.rebuild([_BRIDGE, _FERRY], embedder)
    live = LiveIndex(library, embedder)

    mortal_server.kill()
    with pytest.raises(VectorServerUnavailable, match=r"milvus://127.0.0.1:\d+/test_.* Start it"):
        live.retriever().search(Query("bridge"))
    live.refresh()
    live.refresh()
    with pytest.raises(VectorServerUnavailable):
        library.add([_ROOF], embedder)
    mortal_server.start()

    assert _answered(live, Query("bridge")) == "bridge"
    live.refresh()
    assert library.add([_ROOF], embedder).articles == 3
    messages = [record.message for record in caplog.records if record.name == "index.library.live"]
    assert len([line for line in messages if line.startswith("no newer snapshot can be looked for")]) == 1
    assert "the vector server is back" in messages


def test_a_server_that_never_was_there_is_told_at_the_start(embedder: HashingEmbedder, tmp_path: Path) -> None:
    library = ClusterLibrary(tmp_path, VectorServer(tmp_path / "never started").address(), limits=_HASTY)

    with pytest.raises(VectorServerUnavailable, match="VECTOR_URL"):
        LiveIndex(library, embedder)
    with pytest.raises(VectorServerUnavailable, match="VECTOR_URL"):
        library.rebuild([_BRIDGE], embedder)


def test_a_build_that_was_killed_in_the_middle_leaves_nothing_behind(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("index.library.milvus.publishing.write_manifest", killed)
        with pytest.raises(SystemExit):
            library.rebuild([_BRIDGE, _ROOF], embedder)
    lineage = _manifest(library).lineage
    assert server.count(lineage.passages, "id >= 0") == 3
    assert [article.id for article in library.open_current(embedder).archive.articles()] == ["bridge", "ferry"]

    report = library.add([_ROOF], embedder)

    assert (report.articles, library.verify()) == (3, [])
    assert server.count(lineage.passages, "id >= 0") == 3


def test_writing_the_same_again_changes_no_row(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    manifest = _manifest(library)
    rows = server.rows(manifest.lineage.passages, seen_by(manifest.generation), ["*"], is_strict=True)

    server.write(manifest.lineage.passages, rows)
    library.rebuild([_BRIDGE, _FERRY], embedder)

    assert server.count(manifest.lineage.passages, "id >= 0") == 2
    assert (_manifest(library), library.verify()) == (manifest, [])


def test_what_no_kept_snapshot_needs_is_dropped_after_the_time_of_grace(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server, tmp_path: Path
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    lineage = _manifest(library).lineage
    patient = ClusterLibrary(tmp_path / "one", library.address, keep=2, grace=timedelta(hours=1))
    for number in range(3):
        patient.add([replace(_FERRY, text=f"The ferry ran {number} times on Sunday.")], embedder)
    assert len(patient.names()) == 2
    assert server.count(lineage.passages, "id >= 0") == 5

    ClusterLibrary(tmp_path / "one", library.address, keep=2).add([_ROOF], embedder)  # a minute of grace
    assert server.count(lineage.passages, "id >= 0") == 6
    hasty = ClusterLibrary(tmp_path / "one", library.address, keep=2, grace=timedelta(0))
    hasty.add([_story(1)], embedder)

    assert server.count(lineage.passages, "id >= 0") == 4  # bridge, ferry, roof, story
    assert hasty.verify() == []


def test_a_full_build_of_another_model_drops_the_collections_of_the_former(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server
) -> None:
    library.rebuild([_BRIDGE], embedder)
    for dimension in (32, 16, 8):
        library.rebuild([_BRIDGE], HashingEmbedder("hashing", dimension))

    lineages = {one.rpartition("_")[0] for one in server.collections() if one.endswith("_passages")}
    assert len(lineages) == 3


def test_passages_that_became_longer_get_weights_for_their_length(
    library: ClusterLibrary, embedder: HashingEmbedder
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    before = _manifest(library)
    long = Article("long", "Long", " ".join(f"The mayor said that road {n} would be closed." for n in range(8)))

    library.add([long], embedder)

    after = _manifest(library)
    assert after.lineage != before.lineage
    assert after.mean_length == pytest.approx(after.total_length / after.n_passages)
    assert len(library.names()) == 2
    library.roll_back()
    assert [article.id for article in library.open_current(embedder).archive.articles()] == ["bridge", "ferry"]


def test_an_index_that_finds_nothing_is_not_put_in_service(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server
) -> None:
    library.rebuild([_story(number) for number in range(30)], embedder)
    manifest = _manifest(library)
    assert len(manifest.canaries) == 8
    rows = server.rows(manifest.lineage.passages, seen_by(manifest.generation), ["*"], is_strict=True)
    ruined = {"vector": [0.0] * manifest.dimension, "weights": {1: 1.0}}
    server.write(manifest.lineage.passages, [{**row, **ruined} for row in rows])

    with pytest.raises(SnapshotRejected, match=r"no longer finds [5-8] of 8 articles"):
        library.add([_BRIDGE], embedder)

    assert _manifest(library) == manifest


def test_verify_names_what_was_changed_on_the_server(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    manifest = _manifest(library)
    seen = seen_by(manifest.generation)
    (bridge, _) = sorted(server.rows(manifest.lineage.articles, seen, ["*"]), key=lambda row: str(row["text"]))
    ferry = max(server.rows(manifest.lineage.passages, seen, ["*"]), key=lambda row: int(row["id"]))

    server.write(manifest.lineage.articles, [{**bridge, "text": "The bridge is closed for good."}])
    server.write(manifest.lineage.passages, [{**ferry, "vector": [1.0] + [0.0] * (manifest.dimension - 1)}])

    assert library.verify() == [
        "article bridge: contents changed (fingerprint differs)",
        "article ferry, passage [0:42]: vector changed (checksum differs)",
    ]


def test_rows_that_are_missing_are_noticed_when_a_snapshot_is_opened(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server
) -> None:
    library.rebuild([_BRIDGE, _FERRY], embedder)
    server.delete(_manifest(library).lineage.passages, "id == 1")

    with pytest.raises(SnapshotCorrupt, match="holds 2 articles and 1 passages, expected 2 and 2"):
        library.open_current(embedder)
    assert library.rebuild([_BRIDGE, _FERRY], embedder).articles == 2
    assert library.verify() == []


def test_a_snapshot_of_another_format_or_model_is_refused_with_what_to_do(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server
) -> None:
    name = library.rebuild([_BRIDGE], embedder).snapshot

    with pytest.raises(SnapshotMismatch, match=r"64 dimensions\), but .* Run `python -m index renew"):
        library.open_current(HashingEmbedder("hashing", 32))

    (row,) = (row for row in server.rows(snapshot_collection(name), "id >= 0", ["*"]) if row["id"] == 0)
    changed = str(row["words"]).replace(f'"format_version": {FORMAT_VERSION}', '"format_version": 99')
    server.write(snapshot_collection(name), [{**row, "words": changed}])
    with pytest.raises(SnapshotMismatch, match=f"format 99, this program reads format {FORMAT_VERSION}"):
        library.open_current(embedder)


def test_two_do_not_write_at_once(
    library: ClusterLibrary, embedder: HashingEmbedder, server: Server, tmp_path: Path
) -> None:
    library.rebuild([_BRIDGE], embedder)

    with WriterLock(server).held(), pytest.raises(IndexBusy, match="milvus://"):
        _elsewhere(library, tmp_path).add([_FERRY], embedder)

    assert _elsewhere(library, tmp_path).add([_FERRY], embedder).articles == 2
    assert WRITER not in server.collections()


def test_a_dead_writer_does_not_keep_others_from_writing(library: ClusterLibrary, server: Server) -> None:
    server.ensure_database()
    dead, other = WriterLock(server), WriterLock(server, dead_after_seconds=0.0)

    with dead.held(), other.held(), pytest.raises(IndexBusy, match="took over"):
        dead.require()

    assert WRITER not in server.collections()


def test_the_longest_title_source_and_address_fit_on_the_server(
    library: ClusterLibrary, embedder: HashingEmbedder
) -> None:
    address = "https://a.example/" + "\U0001d11e" * 1_900
    endless = Article(address, "\U0001d11e" * 20_000, "It has a text as well.", "\U0001d11e" * 20_000, None, address)
    library.rebuild([endless, _BRIDGE], embedder)
    article = library.open_current(embedder).archive.article(address)
    assert (len(article.title), len(article.source or ""), article.url) == (300, 100, address)


def test_what_the_server_refuses_is_told_in_its_words(server: Server) -> None:
    server.ensure_database()

    with pytest.raises(VectorServerRefused, match=r"milvus://127.0.0.1:\d+/test_.* refused: .*nowhere"):
        server.rows("nowhere", "id >= 0", ["id"])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("milvus://vectors:19531", "milvus://vectors:19531"),
        ("milvus://vectors", "milvus://vectors:19530"),
        ("milvus+tls://me:secr%40t@vectors.example:443/news", "milvus+tls://vectors.example:443/news"),
    ],
)
def test_a_vector_url_names_a_server(monkeypatch: pytest.MonkeyPatch, url: str, shown: str) -> None:
    monkeypatch.setenv("VECTOR_URL", url)

    settings = IndexSettings.from_environment()

    assert str(settings.vector_url) == shown
    assert "secr" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["http://vectors:19530", "vectors:19530", "milvus://", "milvus://a/b/c", "milvus://a:b"]
)
def test_another_vector_url_is_refused_with_what_to_write(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("VECTOR_URL", url)

    with pytest.raises(SettingsInvalid, match=r"VECTOR_URL should be milvus://HOST:PORT, such as .*; its value is not"):
        IndexSettings.from_environment()


def test_without_a_vector_url_nothing_of_the_cluster_is_imported() -> None:
    unwanted = {"pymilvus", "grpc", "tenacity"}
    program = f"import sys, index.__main__, bot.__main__, bot.app; print({unwanted} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
