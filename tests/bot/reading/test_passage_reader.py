"""The reader that ships: what it reads, how it weighs, when it stops, and what it hands on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.answering import N_HITS
from bot.reading.cascade import FittedWeights, ReadBudget, ReadingWeights, SentenceModel
from bot.reading.features import FEATURES, KNOWN
from bot.reading.open_passages import OpenPassages, window_of
from bot.reading.passage_reader import (
    OFFERED,
    PassageReader,
    open_for,
    shipped_weights,
    weights_from,
)
from bot.reading.reader import Reading
from index import Article, AskedDates, Query, Span
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.bot.examples import BRIDGE, FERRY, span_of
from tests.bot.reading.scorers import WordScorer
from tests.embedders import HashingEmbedder

_LONG = Article("long", "Rain", " ".join(f"It rained on day {number} of the long wet year." for number in range(200)))
_QUESTION = "Who opened the old bridge again?"
_OPENED = "The mayor, Ada Brook, opened it again on 3 May 2024."
_BRIDGE_ONLY = Query(_QUESTION, frozenset({"bridge"}))


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Over the bridge, the ferry and an article of a hundred sentences."""
    embedder = HashingEmbedder(dimension=128)
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild([BRIDGE, FERRY, _LONG], embedder)
    return Retriever(library.open_current(embedder), embedder)


def _weights(*, sure: float = 0.9, read: int = N_HITS, worth: float = 0.0, **ranking: float) -> FittedWeights:
    """Ranks by the named features, and is as sure as the ranking score says; the search says what to read first."""
    read_by, unread_by = _sentence_model(**ranking), _sentence_model(passage_rank=1.0)
    weights = ReadingWeights(unread_by, read_by, ReadBudget(read, sure, worth), threshold=0.4)
    return FittedWeights(weights, weights, weights)


def _sentence_model(**ranking: float) -> SentenceModel:
    confidence = np.zeros(len(FEATURES) + 3)
    confidence[-3] = 1.0
    by_name = np.array([ranking.get(name, 0.0) for name in FEATURES])
    return SentenceModel(by_name, confidence, 0.0, -confidence, 0.0, by_name, 0.0)


def test_the_shipped_weights_fit_the_features() -> None:
    weights = shipped_weights()

    for case in ("whole", "part", "typed"):
        of_case = weights.of(case)
        for one in (of_case.unread, of_case.read):
            assert one.ranking.shape == one.answering.shape == (len(FEATURES),)
            assert one.confidence.shape == one.unanswered.shape == (len(FEATURES) + 3,)
            assert np.isfinite([*one.ranking, *one.confidence, *one.unanswered, *one.answering]).all()
            assert np.isfinite([one.bias, one.unanswered_bias, one.answering_bias]).all()
        assert 0 < of_case.threshold < 1
        assert 1 <= of_case.budget.read <= OFFERED[case]


def test_weights_of_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match=r"run training\.ranking"):
        weights_from({"features": ["length"]})


def test_the_candidates_are_the_sentences_of_the_hits_in_order(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))

    opened = OpenPassages(Query(_QUESTION), hits, retriever, WordScorer())

    found = opened.candidates
    assert [(one.hit, one.span) for one in found] == [(hit, span) for hit in hits for span in hit.passage.sentences]
    assert [hits[passage] for passage in opened.passages] == [one.hit for one in found]
    assert [one.before for one in found[:3]] == [None, found[0].span, found[1].span]
    assert opened.scores == [None] * len(found)


@pytest.mark.parametrize(
    ("reported_from", "doubt"),
    [(None, 0.0), (date(2024, 5, 4), 0.0), (date(2024, 5, 5), 0.03), (date(2024, 6, 3), 0.63), (date(2026, 5, 4), 1.0)],
)
def test_the_longer_before_the_days_asked_about_the_less_an_article_can_tell(
    retriever: Retriever, reported_from: date | None, doubt: float
) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))

    query = Query(_QUESTION, dates=AskedDates(reported_from, certain=True))
    opened = OpenPassages(query, hits, retriever, WordScorer())

    columns = zip(opened.candidates, opened.known[:, KNOWN.index("published_before")], strict=True)
    by_article = {one.article.id: value for one, value in columns}
    assert by_article == {"bridge": pytest.approx(doubt, abs=0.005), "ferry": 0.0}  # the ferry has no date


def test_of_a_sentence_is_known_whether_the_chat_has_quoted_it(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))

    query = Query(_QUESTION, quoted=(("bridge", f"{_OPENED} It rained."), ("ferry", _OPENED)))
    opened = OpenPassages(query, hits, retriever, WordScorer())

    columns = zip(opened.candidates, opened.known[:, KNOWN.index("quoted_before")], strict=True)
    assert [(one.article.id, one.text) for one, is_quoted in columns if is_quoted] == [("bridge", _OPENED)]


def test_a_message_behind_others_is_read_alone_as_well(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))
    scorer = WordScorer({"Brook": 4.0})

    _, opened = open_for(Query(f"the old bridge – {_QUESTION}"), hits[:1], retriever, scorer)
    opened.read(0)

    assert scorer.asked == [f"the old bridge – {_QUESTION}", _QUESTION]


def test_reading_says_where_the_answer_stands(retriever: Retriever) -> None:
    hits = retriever.search(Query(_QUESTION, frozenset({"bridge", "ferry"})))
    scorer = WordScorer({"Brook": 4.0})
    opened = OpenPassages(Query(_QUESTION), hits, retriever, scorer)

    bridge = next(number for number, hit in enumerate(hits) if hit.passage.article_id == "bridge")
    rows, said = opened.read(bridge)

    surest = rows[np.argmax(said[:, 0])]
    scores = opened.scores[surest]
    assert len(scorer.read) == 1
    assert opened.candidates[surest].span == span_of(_OPENED)
    assert scores is not None
    assert scores.answer == span_of("Brook")


@pytest.mark.parametrize(("reads_headings", "above"), [(True, ["Old bridge opens again (4 May 2024): "]), (False, [])])
def test_a_model_that_reads_headings_is_given_the_articles(
    retriever: Retriever, reads_headings: bool, above: list[str]
) -> None:
    scorer = WordScorer(reads_headings=reads_headings)
    opened = OpenPassages(_BRIDGE_ONLY, retriever.search(_BRIDGE_ONLY), retriever, scorer)

    opened.read(0)

    assert scorer.above == above


def test_passages_that_are_likely_next_are_read_beside_where_nobody_else_waits(retriever: Retriever) -> None:
    hits = retriever.search(Query("rain on day 7 of the wet year"), 4)
    scorer = WordScorer({"day": -3.0}, spare=3)
    opened, one_by_one = (
        OpenPassages(Query("rain"), hits, retriever, one) for one in (scorer, WordScorer({"day": -3.0}))
    )

    read = [opened.read(0, [1, 2, 3])]
    assert len(scorer.read) == 3
    read.append(opened.read(1, [2, 3]))

    assert len(scorer.read) == 3
    for passage, found in enumerate(read):
        rows, said = one_by_one.read(passage)
        np.testing.assert_array_equal(found[0], rows)
        np.testing.assert_array_equal(found[1], said)
    read_to_the_end = {int(passage) for passage in opened.passages[[one is not None for one in opened.scores]]}
    assert read_to_the_end == {0, 1}


def test_of_a_long_passage_the_sentences_around_the_shared_words_are_read(retriever: Retriever) -> None:
    hit, *_ = retriever.search(Query("rain on day 30", frozenset({"long"})))
    scorer = WordScorer({"30": 4.0})
    opened = OpenPassages(Query("On which day, 30, did it rain?"), [hit], retriever, scorer)

    rows, _ = opened.read(0)

    assert len(hit.passage.span) > 400
    assert len(scorer.read[0]) <= 400
    assert scorer.read[0] in hit.passage.span.slice(_LONG.text)
    answers = [opened.scores[row] for row in rows]
    assert any(one and one.answer and one.answer.slice(_LONG.text) == "30" for one in answers)


@pytest.mark.parametrize(
    ("lengths", "overlaps", "window"),
    [
        ([150, 150, 150], [0.0, 0.5, 0.0], (1, 2)),
        ([150, 150, 150], [0.1, 0.5, 0.0], (0, 1)),
        ([500, 100], [0.9, 0.1], (0, 0)),
        ([500, 100], [0.1, 0.9], (1, 1)),
        ([50, 50, 50], [0.0, 0.0, 0.0], (0, 2)),
    ],
    ids=["news goes on", "more shared before", "one endless", "not beside an endless one", "all"],
)
def test_the_window_grows_where_more_is_shared(
    lengths: list[int], overlaps: list[float], window: tuple[int, int]
) -> None:
    starts = np.cumsum([0, *lengths])[:-1]
    spans = [Span(int(start), int(start) + length) for start, length in zip(starts, lengths, strict=True)]

    assert window_of(spans, np.array(overlaps)) == window


def _searching(article: Article, folder: Path) -> Retriever:
    library, embedder = DiskLibrary(folder), HashingEmbedder(dimension=64)
    library.rebuild([article], embedder)
    return Retriever(library.open_current(embedder), embedder)


def _first(readings: Iterable[Reading]) -> Reading:
    return next(iter(readings))


def test_the_sentence_that_the_model_prefers_comes_first(retriever: Retriever) -> None:
    reader = PassageReader(WordScorer({"Brook": 4.0}), _weights(answer_odds=0.5))

    first, *others = reader.read(Query(_QUESTION), retriever.search(_BRIDGE_ONLY), retriever)

    assert first.span.slice(first.article.text) == _OPENED
    assert first.answer == span_of("Brook")
    assert first.highlights == (first.answer,)
    probabilities = [first.probability, *(other.probability for other in others)]
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_neighbour_that_nearly_answers_is_quoted_with_the_first(retriever: Retriever) -> None:
    together = _weights(answer_odds=0.5).with_each(lambda one: replace(one, read=replace(one.read, within=2.0)))
    scorer = WordScorer({"Brook": 4.0, "closed": 2.5})

    first = _first(PassageReader(scorer, together).read(Query(_QUESTION), retriever.search(_BRIDGE_ONLY), retriever))

    assert first.span.slice(BRIDGE.text) == f"The old bridge was closed for two years. {_OPENED}"
    assert first.answer == span_of("Brook")


def test_a_heading_that_asks_is_not_quoted_with_what_answers_it(tmp_path: Path) -> None:
    article = Article("fire", "Fire", "Are there any survivors?\n\nThe captain and two sailors were saved.")
    retriever = _searching(article, tmp_path)
    together = _weights(answer_odds=0.5).with_each(lambda one: replace(one, read=replace(one.read, within=9.0)))
    scorer = WordScorer({"captain": 4.0, "survivors": 3.5})

    query = Query("who was saved")
    first = _first(PassageReader(scorer, together).read(query, retriever.search(query), retriever))

    assert first.span.slice(article.text) == "The captain and two sailors were saved."


def test_a_sentence_with_the_roles_exchanged_is_no_answer(tmp_path: Path) -> None:
    border = Article("border", "Border", "Norland accused Sudland of theft. Later, Sudland accused Norland of lies.")
    retriever = _searching(border, tmp_path)
    reader = PassageReader(WordScorer({"theft": 4.0, "lies": 2.0}), _weights(answer_odds=0.5))

    asked = ["What did Norland accuse Sudland of?", "What did Sudland accuse Norland of?"]
    first, second = (_first(reader.read(Query(one), retriever.search(Query(one)), retriever)) for one in asked)

    assert [one.answer.slice(border.text) if one.answer else None for one in (first, second)] == ["theft", "lies"]


def test_equal_sentences_keep_the_order_of_the_hits(retriever: Retriever) -> None:
    hits = retriever.search(_BRIDGE_ONLY)

    readings = list(PassageReader(WordScorer(), _weights()).read(Query(_QUESTION), hits, retriever))

    assert [reading.span for reading in readings] == list(hits[0].passage.sentences)


def test_reading_stops_when_a_sentence_surely_answers(retriever: Retriever) -> None:
    hits = retriever.search(Query("rain on day 7 of the wet year"), 10)
    surely, unsure = WordScorer({"day": 3.0}), WordScorer({"day": -3.0})

    PassageReader(surely, _weights(answer_odds=1.0)).read(Query("Rain?"), hits, retriever)
    PassageReader(unsure, _weights(answer_odds=1.0)).read(Query("Rain?"), hits, retriever)

    assert surely.read == unsure.read[:1]
    assert len(unsure.read) == min(len(hits), OFFERED["part"])


def test_what_is_all_there_is_and_the_best_of_more_are_judged_by_weights_of_their_own(retriever: Retriever) -> None:
    shorter_first, in_order = _weights(length=-1.0), _weights()
    reader = PassageReader(WordScorer(), replace(in_order, whole=shorter_first.whole))
    all_there_is = retriever.search(_BRIDGE_ONLY, 10)
    best_of_more = retriever.search(Query("rain on day 7 of the wet year", frozenset({"long"})), 10)

    of_the_whole, of_the_part = (
        [len(one.span) for one in reader.read(Query(_QUESTION), hits, retriever)]
        for hits in (all_there_is, best_of_more)
    )

    assert len(all_there_is) <= OFFERED["whole"] < len(best_of_more)
    assert of_the_whole[:1] == [min(of_the_whole)]
    assert of_the_part[0] == len(best_of_more[0].passage.sentences[0])


def test_what_was_not_read_is_offered_too(retriever: Retriever) -> None:
    hits = retriever.search(Query("rain on day 7 of the wet year"), 10)
    scorer = WordScorer({"day": -3.0})

    readings = list(PassageReader(scorer, _weights(answer_odds=1.0, read=1)).read(Query("Rain?"), hits, retriever))

    assert len(scorer.read) == 1
    assert {reading.hit.rank for reading in readings} == {hit.rank for hit in hits[: OFFERED["part"]]}
    assert scorer.read[0] in readings[0].hit.passage.span.slice(_LONG.text)
    assert [reading.answer is None for reading in readings if reading.hit.rank > 1].count(False) == 0


def test_more_is_offered_for_what_people_type(retriever: Retriever) -> None:
    hits = retriever.search(Query("rain on day 7 of the wet year"), N_HITS)
    scorer = WordScorer({"day": -3.0})

    readings = list(PassageReader(scorer, _weights(answer_odds=1.0)).read(Query("rain"), hits, retriever))

    assert len(scorer.read) == OFFERED["typed"] == len(hits) > OFFERED["part"]
    assert {reading.hit.rank for reading in readings} == {hit.rank for hit in hits}


def test_no_hits_no_readings(retriever: Retriever) -> None:
    reader = PassageReader(WordScorer(), shipped_weights())

    assert list(reader.read(Query(_QUESTION), [], retriever)) == []


@pytest.mark.parametrize("question", ["", " ", "?", "the", "😀", "<b>", "\x00", "x" * 2000, "Who? What? When? Where?"])
def test_any_question_is_read_with_finite_probabilities(retriever: Retriever, question: str) -> None:
    reader = PassageReader(WordScorer({"Brook": 2.0}), shipped_weights())

    readings = list(reader.read(Query(question), retriever.search(Query(question)), retriever))

    assert readings
    assert all(0 <= reading.probability <= 1 for reading in readings)
