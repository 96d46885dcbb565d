"""The reader that ships: what it reads, how it weighs, when it stops, and what it hands on."""

import numpy as np
import pytest

from bot.passage_reader import PassageReader, ReadingWeights, read_sentences, score_candidates
from bot.sentence_features import FEATURES
from index import Article, Query
from index.library import Library
from index.retrieval import Retriever
from tests.bot.examples import BRIDGE, FERRY, span_of
from tests.bot.scorers import WordScorer
from tests.embedders import HashingEmbedder

_LONG = Article("long", "Rain", " ".join(f"It rained on day {number} of the long wet year." for number in range(100)))
_QUESTION = "Who opened the old bridge again?"
_BRIDGE_ONLY = Query(_QUESTION, frozenset({"bridge"}))


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Over the bridge, the ferry and an article of a hundred sentences."""
    embedder = HashingEmbedder(dimension=128)
    library = Library(tmp_path_factory.mktemp("index"))
    library.rebuild([BRIDGE, FERRY, _LONG], embedder)
    return Retriever(library.open_current(embedder), embedder)


def _weights(*, sure: float = 0.9, **ranking: float) -> ReadingWeights:
    """Ranks by the named features, and is as sure as the ranking score says."""
    confidence = np.zeros(len(FEATURES) + 2)
    confidence[-2] = 1.0
    weights = np.array([ranking.get(name, 0.0) for name in FEATURES])
    return ReadingWeights(weights, confidence, bias=0.0, threshold=0.4, sure=sure)


def test_the_shipped_weights_fit_the_features() -> None:
    weights = ReadingWeights.shipped()

    assert (weights.ranking.shape, weights.confidence.shape) == ((len(FEATURES),), (len(FEATURES) + 2,))
    assert 0 < weights.threshold < weights.sure < 1
    assert np.isfinite([*weights.ranking, *weights.confidence, weights.bias]).all()


def test_the_candidates_are_the_sentences_of_the_hits_in_order(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))

    found = read_sentences(_QUESTION, hits, retriever, WordScorer({"Brook": 4.0}))

    sentences = [(hit, sentence) for hit in hits for sentence in hit.passage.sentences]
    assert [(candidate.hit, candidate.span) for candidate in found] == sentences
    assert [candidate.before for candidate in found[:3]] == [None, found[0].span, found[1].span]
    assert found[1].scores.answer == span_of("Brook")


def test_scores_are_those_of_the_two_logistic_models() -> None:
    features = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
    weights = ReadingWeights(np.array([1.0, 2.0]), np.array([0.5, -0.5, 0.25, 1.0]), -1.0, threshold=0.5, sure=0.9)

    ranks, probabilities = score_candidates(features, weights)

    leads = [1.0 - 6.0, 4.0 - 6.0, 6.0 - 4.0]
    inputs = features @ [0.5, -0.5] + 0.25 * ranks + leads - 1
    assert ranks.tolist() == [1.0, 4.0, 6.0]
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-inputs)))


def test_a_single_sentence_has_no_lead() -> None:
    weights = ReadingWeights(np.array([2.0]), np.array([0.0, 0.0, 1.0]), bias=0.0, threshold=0.5, sure=0.9)

    _, probabilities = score_candidates(np.array([[3.0]]), weights)

    assert probabilities.tolist() == [0.5]


def test_the_sentence_that_the_model_prefers_comes_first(retriever: Retriever) -> None:
    reader = PassageReader(WordScorer({"Brook": 4.0}), _weights(answer_odds=0.5))

    first, *others = reader.read(_QUESTION, retriever.search(_BRIDGE_ONLY), retriever)

    assert first.span.slice(first.article.text) == "The mayor, Ada Brook, opened it again on 3 May 2024."
    assert first.answer == span_of("Brook")
    assert first.highlights == (first.answer,)
    probabilities = [first.probability, *(other.probability for other in others)]
    assert probabilities == sorted(probabilities, reverse=True)


def test_equal_sentences_keep_the_order_of_the_hits(retriever: Retriever) -> None:
    hits = retriever.search(_BRIDGE_ONLY)

    readings = PassageReader(WordScorer(), _weights()).read(_QUESTION, hits, retriever)

    assert [reading.span for reading in readings] == list(hits[0].passage.sentences)


def test_reading_stops_when_a_sentence_surely_answers(retriever: Retriever) -> None:
    hits = retriever.search(Query("rain on day 7 of the wet year"), 10)
    surely, unsure = WordScorer({"day": 3.0}), WordScorer({"day": -3.0})

    PassageReader(surely, _weights(answer_odds=1.0)).read("rain", hits, retriever)
    PassageReader(unsure, _weights(answer_odds=1.0)).read("rain", hits, retriever)

    assert len(surely.read) < len(unsure.read) == len(hits)
    assert unsure.read[: len(surely.read)] == surely.read


def test_no_hits_no_readings(retriever: Retriever) -> None:
    reader = PassageReader(WordScorer(), ReadingWeights.shipped())

    assert reader.read(_QUESTION, [], retriever) == []


@pytest.mark.parametrize("question", ["", " ", "?", "the", "😀", "<b>", "\x00", "x" * 2000, "Who? What? When? Where?"])
def test_any_question_is_read_with_finite_probabilities(retriever: Retriever, question: str) -> None:
    reader = PassageReader(WordScorer({"Brook": 2.0}), ReadingWeights.shipped())

    readings = reader.read(question, retriever.search(Query(question)), retriever)

    assert readings
    assert all(0 <= reading.probability <= 1 for reading in readings)
