"""What a search finds, against brute force in numpy over the same passages."""

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import Article, Query
from index.embedding.embedder import Embedder
from index.library.disk.library import DiskLibrary
from index.search.bm25 import rarity
from index.search.retrieval import Retriever
from index.text.chunking import chunk_article
from index.text.terms import search_text, terms_of
from tests.embedders import HashingEmbedder

_WORDS = ["bridge", "ferry", "mayor", "council", "roof", "river", "storm", "harbour", "train", "museum", "strike"]
_SOURCES = ["The Courier", "Gazette", None]
_FIRST_DAY = datetime(2024, 1, 1, 12, tzinfo=UTC)
_DEPTH = 100
"""How deep a search reads each ranking."""
_DENSE_WEIGHT, _DENSE_WEIGHT_TYPED = 0.3, 0.5
_COVERED = 0.4
_KEPT_IN_FEWER_BITS = 5e-3
"""So much a score may differ where all articles are nearly as like the query, since scores are stretched to [0, 1]."""


def _article(number: int) -> Article:
    """Return one sentence of words drawn by lot; every fifth article has no date."""
    drawn = np.random.default_rng(number).choice(_WORDS, 6)
    published_at = None if number % 5 == 0 else _FIRST_DAY + timedelta(days=number)
    source = _SOURCES[number % 3]
    return Article(f"a{number}", f"Report {number}", f"The {' '.join(drawn)} report.", source, published_at)


_ARTICLES = [_article(number) for number in range(130)]
_IDS = [article.id for article in _ARTICLES]
_TEXTS = [search_text(article, chunk_article(article)[0]) for article in _ARTICLES]
_EMBEDDER = HashingEmbedder(dimension=16)
_VECTORS = _EMBEDDER.embed_passages([article.text for article in _ARTICLES])
_QUERIES = st.builds(
    Query,
    st.builds(
        lambda words, form: form.format(" ".join(words)),
        st.lists(st.sampled_from([*_WORDS, "nonsense", "the"]), max_size=5),
        st.sampled_from(["{}", "The {}?"]),
    ),
    st.none() | st.frozensets(st.sampled_from([*_IDS, "unknown"]), max_size=20),
    st.none() | st.dates(date(2023, 12, 30), date(2024, 6, 1)),
    sources=st.none() | st.frozensets(st.sampled_from(["the courier", "Gazette", "Reuters"])),
)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Return a retriever over 130 passages, one an article."""
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild(_ARTICLES, _EMBEDDER)
    return Retriever(library.open_current(_EMBEDDER), _EMBEDDER)


@given(_QUERIES)
def test_a_search_finds_what_brute_force_finds(retriever: Retriever, query: Query) -> None:
    expected = _brute_force(query)

    hits = retriever.search(query, 10)

    assert [hit.rank for hit in hits] == list(range(1, min(10, len(expected)) + 1))
    best = sorted((score for score, _, _ in expected.values()), reverse=True)[:10]
    assert [hit.score for hit in hits] == pytest.approx(best, abs=_KEPT_IN_FEWER_BITS)
    for hit in hits:
        scores = (hit.score, hit.similarity, hit.keyword_score)
        assert scores == pytest.approx(expected[hit.passage.article_id], abs=_KEPT_IN_FEWER_BITS)


@given(_QUERIES)
def test_a_search_stays_within_its_scope(retriever: Retriever, query: Query) -> None:
    found = {hit.passage.article_id for hit in retriever.search(query, len(_ARTICLES))}

    assert found <= {article.id for article in _ARTICLES if _is_allowed(article, query)}


def test_equal_scores_are_in_the_order_of_the_articles(tmp_path: Path) -> None:
    twins = [
        Article(name, "", f"{word} ferry stops on Sunday.")
        for name, word in zip("zam", ("The", "A", "Any"), strict=True)
    ]
    library = DiskLibrary(tmp_path)
    library.rebuild(twins, _EMBEDDER)

    hits = Retriever(library.open_current(_EMBEDDER), _EMBEDDER).search(Query("ferry"))

    assert [hit.passage.article_id for hit in hits] == ["z", "a", "m"]


def test_an_undated_article_is_before_no_day(retriever: Retriever) -> None:
    hits = retriever.search(Query("report", before=date(9999, 12, 31)), len(_ARTICLES))

    assert "a5" not in {hit.passage.article_id for hit in hits}
    assert {hit.passage.article_id for hit in retriever.search(Query("report", before=date(2024, 1, 3)))} == {"a1"}


def test_a_scope_that_holds_nothing_finds_nothing(retriever: Retriever) -> None:
    assert retriever.search(Query("bridge", frozenset({"unknown"}))) == []
    assert retriever.search(Query("bridge", frozenset())) == []
    assert retriever.search(Query("bridge", before=date(2024, 1, 1))) == []


def test_the_real_model_finds_a_passage_that_shares_no_word(tmp_path: Path, shipped_embedder: Embedder) -> None:
    library = DiskLibrary(tmp_path)
    doctor = Article("doctor", "Health", "The physician prescribed an antibiotic.")
    library.rebuild([Article("oil", "Oil", "Crude became dearer."), doctor], shipped_embedder)

    hits = Retriever(library.open_current(shipped_embedder), shipped_embedder).search(Query("Which drug?"), 1)

    assert [(hit.passage.article_id, hit.keyword_score) for hit in hits] == [("doctor", 0.0)]


def _brute_force(query: Query) -> dict[str, tuple[float, float, float]]:
    """Return article id to (fused score, cosine, BM25) of every passage that either ranking holds."""
    similarities = _VECTORS @ _EMBEDDER.embed([query.text])[0]
    allowed = np.array([_is_allowed(article, query) for article in _ARTICLES])
    keywords = _bm25(query.text)
    near = set(_top(np.where(allowed, similarities, -np.inf)))
    matching = {row for row in _top(np.where(allowed, keywords, -np.inf)) if keywords[row] > 0}
    rows = sorted(row for row in near | matching if allowed[row])
    dense = _DENSE_WEIGHT if query.text.startswith("The ") else _DENSE_WEIGHT_TYPED
    words = (1 - dense) * _trust(query.text, keywords[rows])
    fused = dense * _scaled(similarities[rows]) + words * _scaled(keywords[rows])
    return {
        _IDS[row]: (float(score), float(similarities[row]), float(keywords[row]))
        for row, score in zip(rows, fused, strict=True)
    }


def _trust(question: str, keywords: NDArray[np.float64]) -> float:
    """Return how much words count: in full where the best passage holds two fifths of what the question weighs."""
    holding = [sum(term in terms_of(text) for text in _TEXTS) for term in set(terms_of(question))]
    whole = math.log(2 * len(_TEXTS) + 2) * sum(rarity(count, len(_TEXTS)) for count in holding)
    return min(1.0, float(keywords.max()) / (_COVERED * whole)) if whole and len(keywords) else 1.0


def _top(scores: NDArray[np.float64]) -> list[int]:
    rows: list[int] = np.argsort(-scores, kind="stable")[:_DEPTH].tolist()
    return rows


def _scaled(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(scores):
        return scores
    return np.asarray((scores - scores.min()) / (np.ptp(scores) or 1.0))


def _bm25(question: str) -> NDArray[np.float64]:
    """Return Lucene's BM25 with k1 1.2, b 0.75."""
    passages = [terms_of(text) for text in _TEXTS]
    mean_length = sum(map(len, passages)) / len(passages)
    scores = np.zeros(len(passages))
    for term in set(terms_of(question)):
        holding = sum(term in passage for passage in passages)
        idf = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
        for row, passage in enumerate(passages):
            count = passage.count(term)
            scores[row] += idf * count / (count + 1.2 * (0.25 + 0.75 * len(passage) / mean_length))
    return scores


def _is_allowed(article: Article, query: Query) -> bool:
    if query.articles is not None and article.id not in query.articles:
        return False
    if query.sources is not None and (article.source or "-").casefold() not in map(str.casefold, query.sources):
        return False
    published_at = article.published_at
    return query.before is None or (published_at is not None and published_at.date() < query.before)


def test_of_equal_passages_the_one_that_leads_its_article_comes_first(tmp_path: Path) -> None:
    filler = " ".join(["The storm hit the old harbour again."] * 13)
    body = Article("body", "News", f"{filler}\n\nThe mayor opened the bridge.")
    lead = Article("lead", "News", f"The mayor opened the bridge.\n\n{filler}")
    library = DiskLibrary(tmp_path)
    library.rebuild([body, lead], _EMBEDDER)

    first, second, *_ = Retriever(library.open_current(_EMBEDDER), _EMBEDDER).search(Query("Who opened the bridge?"))

    assert [hit.passage.article_id for hit in (first, second)] == ["lead", "body"]
    assert (first.similarity, first.keyword_score) == (second.similarity, second.keyword_score)


_CHAT_ARTICLES = [
    Article(
        "tram",
        "Tram crash in Brno",
        "Two trams collided in Brno on Monday and twelve people were hurt. " * 8
        + "\n\nThe driver had worked since four in the morning, his union said. The driver is sixty. " * 8,
    ),
    Article("bus", "Bus festival", "The driver of the oldest bus won a prize. Every driver got a cup. " * 4),
    Article("ferry", "Ferry news", "The ferry sank off the coast and its captain was saved. " * 4),
]


@pytest.fixture(scope="module")
def chat_retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Return a retriever over three stories."""
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild(_CHAT_ARTICLES, _EMBEDDER)
    return Retriever(library.open_current(_EMBEDDER), _EMBEDDER)


def test_the_article_that_a_chat_is_about_goes_first(chat_retriever: Retriever) -> None:
    query = Query("the driver", subject=(("tram", 1.0), ("brno", 1.0)), said="tram crash brno – ")

    (first, *_) = chat_retriever.search(query)

    assert first.passage.article_id == "tram"
    assert "driver" in first.passage.span.slice(_CHAT_ARTICLES[0].text)


def test_a_message_about_something_else_finds_it_all_the_same(chat_retriever: Retriever) -> None:
    query = Query("captain of the sunk ferry", subject=(("tram", 0.3), ("brno", 0.3)), said="tram crash brno – ")

    assert chat_retriever.search(query)[0].passage.article_id == "ferry"


def test_a_subject_within_a_scope_that_holds_nothing_finds_nothing(chat_retriever: Retriever) -> None:
    query = Query("the driver", articles=frozenset({"unknown"}), subject=(("tram", 1.0),), said="tram – ")

    assert chat_retriever.search(query) == []
