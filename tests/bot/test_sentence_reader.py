"""The reader that weighs sentences: what it reads, how it scores, and what it hands on."""

import numpy as np
import pytest

from bot.sentence_features import FEATURES
from bot.sentence_reader import MAX_SENTENCES, SentenceReader, SentenceWeights, candidates_of, score_candidates
from index import Article, Query
from index.library import Library
from index.retrieval import Retriever
from tests.bot.examples import BRIDGE, FERRY
from tests.embedders import HashingEmbedder

_LONG = Article("long", "Rain", " ".join(f"It rained on day {number} of the long wet year." for number in range(100)))
_QUESTION = "Who opened the old bridge again?"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Over the bridge, the ferry and an article of a hundred sentences."""
    embedder = HashingEmbedder(dimension=128)
    library = Library(tmp_path_factory.mktemp("index"))
    library.rebuild([BRIDGE, FERRY, _LONG], embedder)
    return Retriever(library.open_current(embedder), embedder)


def _weights(**ranking: float) -> SentenceWeights:
    """Ranks by the named features, and is as sure as the ranking score says."""
    confidence = np.zeros(len(FEATURES) + 2)
    confidence[-2] = 1.0
    return SentenceWeights(np.array([ranking.get(name, 0.0) for name in FEATURES]), confidence, -1.0, 0.4)


def test_the_shipped_weights_fit_the_features() -> None:
    weights = SentenceWeights.shipped()

    assert (weights.ranking.shape, weights.confidence.shape) == ((len(FEATURES),), (len(FEATURES) + 2,))
    assert 0 < weights.threshold < 1
    assert np.isfinite([*weights.ranking, *weights.confidence, weights.bias]).all()


def test_the_candidates_are_the_sentences_of_the_hits_in_order(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))

    found = candidates_of(hits, retriever)

    sentences = [(hit, sentence) for hit in hits for sentence in hit.passage.sentences]
    assert [(candidate.hit, candidate.span) for candidate in found] == sentences
    assert [candidate.before for candidate in found[:3]] == [None, found[0].span, found[1].span]
    assert found[0].text == found[0].span.slice(found[0].article.text)


def test_no_more_sentences_are_read_than_time_allows(retriever: Retriever) -> None:
    hits = retriever.search(Query("rain on a wet day", frozenset({"long"})), 20)

    assert len(candidates_of(hits, retriever)) == MAX_SENTENCES


def test_scores_are_those_of_the_two_logistic_models() -> None:
    features = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
    weights = SentenceWeights(np.array([1.0, 2.0]), np.array([0.5, -0.5, 0.25, 1.0]), bias=-1.0, threshold=0.5)

    ranks, probabilities = score_candidates(features, weights)

    leads = [1.0 - 6.0, 4.0 - 6.0, 6.0 - 4.0]
    inputs = features @ [0.5, -0.5] + 0.25 * ranks + leads - 1
    assert ranks.tolist() == [1.0, 4.0, 6.0]
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-inputs)))


def test_a_single_sentence_has_no_lead() -> None:
    weights = SentenceWeights(np.array([2.0]), np.array([0.0, 0.0, 1.0]), bias=0.0, threshold=0.5)

    _, probabilities = score_candidates(np.array([[3.0]]), weights)

    assert probabilities.tolist() == [0.5]


def test_the_best_ranked_sentence_comes_first_and_answers(retriever: Retriever) -> None:
    reader = SentenceReader(_weights(sentence_overlap=3.0, has_kind=1.0))

    first, *others = reader.read(_QUESTION, retriever.search(Query(_QUESTION)), retriever)

    assert first.span.slice(first.article.text) == "The mayor, Ada Brook, opened it again on 3 May 2024."
    assert first.answer is not None
    assert first.answer.slice(first.article.text) == "Ada Brook"
    assert first.highlights == (first.answer,)
    probabilities = [first.probability, *(other.probability for other in others)]
    assert probabilities == sorted(probabilities, reverse=True)


def test_equal_sentences_keep_the_order_of_the_hits(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge"})))

    readings = SentenceReader(_weights()).read(_QUESTION, hits, retriever)

    assert [reading.span for reading in readings] == list(hits[0].passage.sentences)


def test_no_hits_no_readings(retriever: Retriever) -> None:
    reader = SentenceReader(SentenceWeights.shipped())

    assert reader.read(_QUESTION, [], retriever) == []


@pytest.mark.parametrize("question", ["", " ", "?", "the", "😀", "<b>", "\x00", "x" * 2000, "Who? What? When? Where?"])
def test_any_question_is_read_with_finite_probabilities(retriever: Retriever, question: str) -> None:
    reader = SentenceReader(SentenceWeights.shipped())

    readings = reader.read(question, retriever.search(Query(question)), retriever)

    assert readings
    assert all(0 <= reading.probability <= 1 for reading in readings)
