"""Readings to an answer or a refusal, and what becomes of a quote that is not in the article."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import pytest

from bot.answering import Answer, Answerer, Refusal, RefusalReason
from bot.reading.reader import Reading
from bot.reading.shared_scores import ScoredPairs
from index import Article, AskedDates, Hit, Passage, Query, Span
from index.library.disk.library import DiskLibrary
from index.search.retrieval import Retriever
from tests.bot.examples import BRIDGE, FERRY, span_of
from tests.embedders import HashingEmbedder

_OPENED = "The mayor, Ada Brook, opened it again on 3 May 2024."
_LANES = "Cyclists may use both lanes."
_COST = "The work cost 4.2 million euros, the council said."
_TWIN = replace(FERRY, id="twin", text=f"{BRIDGE.text} So it was said.")
"""Has the same sentences as BRIDGE."""
_QUESTION = Query("Who opened the old bridge?")


@dataclass(frozen=True)
class ScriptedReader:
    """Reads the same into every passage."""

    readings: Sequence[Reading] = ()
    name: str = "scripted"

    def sharing(self, scores: ScoredPairs) -> Self:
        """The same: nothing is scored."""
        return self

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> list[Reading]:
        """The readings it was made with."""
        return list(self.readings)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Over the bridge, its twin and the ferry."""
    embedder = HashingEmbedder(dimension=256)
    library = DiskLibrary(tmp_path_factory.mktemp("index"))
    library.rebuild([BRIDGE, _TWIN, FERRY], embedder)
    return Retriever(library.open_current(embedder), embedder)


def _reading(
    words: str, probability: float, *, article: Article = BRIDGE, answering: Span | None = None, grow: int = 0
) -> Reading:
    span = span_of(words, article)
    return Reading(
        article=article,
        hit=Hit(Passage(article.id, span, (span,)), 1, 1.0, similarity=0.9, keyword_score=1.0),
        span=Span(span.start, span.end + grow),
        highlights=(answering,) if answering else (),
        answer=answering,
        probability=probability,
        is_worth_quoting=probability >= 0.5,
    )


def _outcome(retriever: Retriever, *readings: Reading, query: Query = _QUESTION) -> Answer | Refusal:
    answerer = Answerer(ScriptedReader(readings))
    return answerer.read(query, answerer.find(query, retriever), retriever)


def _quoted(outcome: Answer | Refusal) -> list[str]:
    citations = outcome.citations if isinstance(outcome, Answer) else outcome.closest
    return [citation.quote.text for citation in citations]


def test_a_citation_says_where_the_words_stand(retriever: Retriever) -> None:
    mayor = span_of("Ada Brook")

    outcome = _outcome(retriever, _reading(_OPENED, 0.9, answering=mayor))

    assert isinstance(outcome, Answer)
    (citation,) = outcome.citations
    quote = citation.quote
    assert (quote.article_id, quote.revision, quote.span) == ("bridge", BRIDGE.revision, span_of(_OPENED))
    assert (citation.number, citation.highlights, citation.score) == (1, (mayor,), 0.9)
    fields = (citation.title, citation.source, citation.published_at, citation.url)
    assert fields == (BRIDGE.title, BRIDGE.source, BRIDGE.published_at, BRIDGE.url)
    assert (outcome.confidence, outcome.short_answer) == (0.9, "Ada Brook")


@pytest.mark.parametrize(
    "altered",
    [
        replace(BRIDGE, text=BRIDGE.text.replace("Ada Brook", "Tom Reed!")),
        replace(BRIDGE, text=f"{BRIDGE.text} And more."),
    ],
    ids=["other words", "another revision"],
)
def test_a_quote_that_is_not_verbatim_is_dropped_and_logged(
    retriever: Retriever, altered: Article, caplog: pytest.LogCaptureFixture
) -> None:
    words = span_of(_OPENED).slice(altered.text)

    outcome = _outcome(retriever, _reading(words, 0.9, article=altered), _reading(_COST, 0.8))

    assert _quoted(outcome) == [_COST]
    assert outcome.confidence == 0.8
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ["dropped a quote that is not verbatim: article bridge, Span(start=41, end=93)"]


def test_the_short_answer_of_a_dropped_quote_goes_with_it(retriever: Retriever) -> None:
    altered = replace(BRIDGE, text=BRIDGE.text.replace("Ada Brook", "Tom Reed!"))
    forged = _reading("The mayor, Tom Reed!, opened it again on 3 May 2024.", 0.9, article=altered)
    forged = replace(forged, answer=span_of("Tom Reed!", altered), highlights=(span_of("Tom Reed!", altered),))

    outcome = _outcome(retriever, forged, _reading(_COST, 0.8))

    assert isinstance(outcome, Answer)
    assert (outcome.short_answer, _quoted(outcome)) == (None, [_COST])


def test_only_altered_words_are_no_answer(retriever: Retriever) -> None:
    altered = replace(BRIDGE, text=BRIDGE.text.replace("Ada Brook", "Tom Reed!"))

    outcome = _outcome(retriever, _reading(_LANES, 0.9, article=altered))

    assert isinstance(outcome, Refusal)
    assert (outcome.reason, outcome.confidence, outcome.closest) == (RefusalReason.NOT_ANSWERED, 0.0, ())


@pytest.mark.parametrize(("threshold", "answers"), [(None, False), (0.0, True), (0.49, True), (0.4901, False)])
def test_it_answers_from_its_threshold_on(retriever: Retriever, threshold: float | None, answers: bool) -> None:
    reader = ScriptedReader([_reading(_OPENED, 0.49)])
    answerer = Answerer(reader, threshold=threshold)

    outcome = answerer.read(_QUESTION, answerer.find(_QUESTION, retriever), retriever)

    assert isinstance(outcome, Answer) is answers
    assert (_quoted(outcome), outcome.confidence) == ([_OPENED], 0.49)


@pytest.mark.parametrize(("probabilities", "n_strong"), [((0.9, 0.6, 0.5), 3), ((0.9, 0.6, 0.4), 2), ((0.9, 0.1), 1)])
def test_strong_citations_pass_the_threshold_themselves(
    retriever: Retriever, probabilities: Sequence[float], n_strong: int
) -> None:
    readings = map(_reading, (_OPENED, _COST, _LANES), probabilities)

    outcome = _outcome(retriever, *readings)

    assert isinstance(outcome, Answer)
    assert (outcome.n_strong, len(outcome.citations)) == (n_strong, len(probabilities))


def test_no_words_are_quoted_twice(retriever: Retriever) -> None:
    overlapping = _reading(_OPENED, 0.7, grow=len(_LANES) + 1)
    twin = _reading(_OPENED, 0.6, article=_TWIN)

    outcome = _outcome(retriever, _reading(_OPENED, 0.9), overlapping, twin, _reading(_COST, 0.55, article=_TWIN))

    assert _quoted(outcome) == [_OPENED, _COST]
    assert isinstance(outcome, Answer)
    assert [citation.number for citation in outcome.citations] == [1, 2]


def test_a_citation_counts_the_articles_that_say_nearly_the_same(retriever: Retriever) -> None:
    outcome = _outcome(retriever, _reading(_OPENED, 0.9), _reading("The ferry ran", 0.8, article=FERRY))

    assert isinstance(outcome, Answer)
    assert [citation.copies for citation in outcome.citations] == [1, 0]


def test_the_passages_that_are_cited_come_first(retriever: Retriever) -> None:
    found = retriever.search(_QUESTION, 10)
    last = replace(_reading(_COST, 0.9), hit=found[-1])
    again = replace(_reading(_OPENED, 0.8), hit=found[-1])

    hits = _outcome(retriever, last, again, replace(_reading(_LANES, 0.7), hit=found[0])).hits

    assert [hit.rank for hit in hits] == list(range(1, len(found) + 1))
    assert [hit.passage for hit in hits] == [found[-1].passage, *(hit.passage for hit in found[:-1])]


def test_the_passages_that_are_not_cited_come_in_the_order_of_what_was_read_in_them(retriever: Retriever) -> None:
    sentences = retriever.archive.sentences_of("bridge")
    hits = [Hit(Passage("bridge", span, (span,)), rank, 1.0, 0.9, 1.0) for rank, span in enumerate(sentences, 1)]
    cited = [_reading(span.slice(BRIDGE.text), 0.9) for span in sentences]
    cited += [_reading(words, 0.8, article=FERRY) for words in ("The ferry", "ran for", "the last time")]
    in_first = [replace(one, hit=hits[0]) for one in cited]
    reader = ScriptedReader([*in_first, *(replace(cited[0], hit=hit) for hit in reversed(hits))])

    outcome = Answerer(reader).read(_QUESTION, hits, retriever)

    assert len(_quoted(outcome)) == 5
    assert [hit.passage for hit in outcome.hits] == [hit.passage for hit in (hits[0], *reversed(hits[1:]))]


def test_at_most_five_are_cited(retriever: Retriever) -> None:
    sentences = [span.slice(BRIDGE.text) for span in retriever.archive.sentences_of("bridge")]
    readings = [_reading(words, 0.9) for words in sentences]
    more = [_reading(words, 0.8, article=FERRY) for words in ("The ferry", "ran for", "the last time")]

    assert len(_quoted(_outcome(retriever, *readings, *more))) == 5


def test_many_words_are_no_short_answer(retriever: Retriever) -> None:
    words = span_of(BRIDGE.text[:120])
    reading = replace(_reading(_OPENED, 0.9), span=words, highlights=(words,), answer=words)

    outcome = _outcome(retriever, reading)

    assert isinstance(outcome, Answer)
    assert (outcome.short_answer, outcome.citations[0].highlights) == (None, (words,))


def test_what_lies_outside_the_quote_is_not_its_answer(retriever: Retriever) -> None:
    outcome = _outcome(retriever, _reading(_OPENED, 0.9, answering=span_of("4.2 million")))

    assert isinstance(outcome, Answer)
    assert (outcome.short_answer, outcome.citations[0].highlights) == (None, ())


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (Query(""), RefusalReason.EMPTY_QUESTION),
        (Query("bridge", frozenset({"unknown"})), RefusalReason.OUTSIDE_SCOPE),
        (Query("bridge", before=date(1999, 1, 1)), RefusalReason.OUTSIDE_SCOPE),
        (Query("quantum chromodynamics"), RefusalReason.NOTHING_ON_TOPIC),
        (Query("who runs it now", subject=(("ftx", 1.0),)), RefusalReason.NOTHING_ON_TOPIC),
        (Query("who opened it", subject=(("bridg", 1.0),)), RefusalReason.NOT_ANSWERED),
        (Query(f"{BRIDGE.title}? {BRIDGE.text}"), RefusalReason.NOT_ANSWERED),
    ],
    ids=[
        "empty",
        "unknown article",
        "before everything",
        "off topic",
        "subject unheard of",
        "subject known",
        "on topic",
    ],
)
def test_a_refusal_says_why(retriever: Retriever, query: Query, reason: RefusalReason) -> None:
    outcome = _outcome(retriever, query=query)

    assert isinstance(outcome, Refusal)
    assert (outcome.reason, outcome.confidence, outcome.closest) == (reason, 0.0, ())


@pytest.mark.parametrize(
    ("dates", "context", "reason"),
    [
        (AskedDates(date(2024, 5, 5), certain=True), "", RefusalReason.OUTSIDE_SCOPE),
        (AskedDates(date(2024, 5, 4), certain=True), "", RefusalReason.NOT_ANSWERED),
        (AskedDates(date(2024, 5, 5)), "", RefusalReason.NOT_ANSWERED),
        (AskedDates(date(2024, 5, 5), certain=True), "The bridge opened.", RefusalReason.NOT_ANSWERED),
    ],
    ids=["earlier", "of that day", "perhaps other days", "a follow-up"],
)
def test_what_comes_closest_from_before_the_days_asked_about_is_outside_them(
    retriever: Retriever, dates: AskedDates, context: str, reason: RefusalReason
) -> None:
    query = Query(f"{BRIDGE.title}? {BRIDGE.text}", dates=dates, context=context)

    outcome = _outcome(retriever, _reading(_OPENED, 0.1), query=query)

    assert isinstance(outcome, Refusal)
    assert outcome.reason is reason


def test_what_was_found_is_told_whether_it_answers_or_not(retriever: Retriever) -> None:
    hits = tuple(retriever.search(_QUESTION, 10))

    assert _outcome(retriever).hits == _outcome(retriever, _reading(_OPENED, 0.9)).hits == hits
