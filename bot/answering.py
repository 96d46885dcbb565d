"""Makes an Answer or a Refusal of hits and readings. Every quote is checked against its article here and only here."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar, Literal

from bot.query.headlines import lead_of
from bot.query.kinds import Topic
from bot.quoting.quotes import Citation, may_be_quoted, quote_from
from bot.quoting.speakers import speaker_in
from bot.reading.reader import Reader, Reading
from index import Article, Hit, Query, Span
from index.search.retrieval import Archive, Retriever

logger = logging.getLogger(__name__)

N_HITS = 10
"""So many passages are searched for."""
_CITATIONS = 5
_STRONG = 0.4
"""The probability from which further quotes are shown unasked."""
_SHORT_ANSWER_PROBABILITY = 0.5
"""A short answer on its own claims more than a sentence does: from here on it is more often right than not."""
_ON_TOPIC_SIMILARITY = 0.25
"""Below this cosine to every passage a question is about something else. It only chooses a refusal's words."""


OutcomeKind = Literal["answered", "refused", "asked back", "remarked"]
"""How an outcome is counted, in metrics, figures and logs."""


class RefusalReason(Enum):
    """Why there is no answer; the value is what the JSON says."""

    NOTHING_ON_TOPIC = "nothing on the topic"
    NOT_ANSWERED = "on the topic, but not answered"
    OUTSIDE_SCOPE = "outside the dates or articles asked for"
    EMPTY_QUESTION = "no question"
    NOBODY_SPEAKS = "nobody of that name says anything"
    NO_SUCH_PHRASE = "no article holds these very words"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a reply: what stands above it, and the numbers of its citations, in the order shown."""

    heading: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """At least one citation, the best first. `confidence` is the probability that the first one answers.

    The first `n_strong` citations are likely enough to be shown unasked; the others are further places to look.
    `short_answer` is a slice of the first quote, or None where no short span stands out or it is too unsure. An answer
    composed of parts has `blocks`, and its citations stand in the order shown.
    """

    kind: ClassVar[OutcomeKind] = "answered"
    confidence: float
    citations: tuple[Citation, ...]
    n_strong: int
    short_answer: str | None
    hits: tuple[Hit, ...]
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason there is no answer, and the closest passages, to be shown only when asked for."""

    kind: ClassVar[OutcomeKind] = "refused"
    reason: RefusalReason
    confidence: float
    closest: tuple[Citation, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things that a question may mean: `label` tells it from the others, `question` says it in full."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back: `options` are about as likely meant and are answered differently.

    `likeliest` answers the first of them, for callers that nobody can ask.
    """

    kind: ClassVar[OutcomeKind] = "asked back"
    options: tuple[Option, ...]
    likeliest: Answer

    @property
    def confidence(self) -> float:
        """The probability that the first option is meant and that what it would quote answers it."""
        return self.likeliest.confidence / len(self.options)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What was found for the first option."""
        return self.likeliest.hits


@dataclass(frozen=True, slots=True)
class Remark:
    """A few words of the bot's own on what is nothing in the news. `language`: the one that the message is in."""

    kind: ClassVar[OutcomeKind] = "remarked"
    confidence: ClassVar[float] = 0.0
    hits: ClassVar[tuple[Hit, ...]] = ()
    topic: Topic
    language: str | None = None


Outcome = Answer | Refusal | Clarification | Remark


class Answerer:
    """Answers self-contained questions from one reader; the retriever comes with each question."""

    def __init__(self, reader: Reader, *, threshold: float | None = None) -> None:
        """`threshold`: answer only when at least this sure; None leaves it to the reader."""
        self._reader = reader
        self._threshold = threshold

    @property
    def reader_name(self) -> str:
        """The name of the reader that answers."""
        return self._reader.name

    def find(self, query: Query, retriever: Retriever) -> list[Hit]:
        """Return the passages to read for `query`, best first."""
        return retriever.search(query, N_HITS) if query.text else []

    def read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Answer | Refusal:
        """Return what these hits say to the question."""
        if not query.text:
            return Refusal(RefusalReason.EMPTY_QUESTION, 0.0, (), ())
        found = self._reader.read(query, hits, retriever)
        readings = _verbatim(found, retriever.archive)
        citations = _citations(readings, retriever.archive)
        reranked = _reranked(hits, readings)
        confidence = citations[0].score if citations else 0.0
        if not citations or not self._is_worth_quoting(readings[0]):
            return Refusal(_reason(query, hits, citations), confidence, citations, reranked)
        strong = max(min(confidence, _STRONG if self._threshold is None else self._threshold), confidence / 2)
        n_strong = sum(citation.score >= strong for citation in citations)
        return Answer(confidence, citations, n_strong, _short_answer(readings[0]), reranked)

    def _is_worth_quoting(self, first: Reading) -> bool:
        if self._threshold is None:
            return first.is_worth_quoting
        return first.probability >= self._threshold


def quote_passage(article: Article, spans: Sequence[Span], archive: Archive) -> Answer | None:
    """Return an answer that only shows these words of an article, as one quote; None if they cannot be quoted."""
    return quote_passages([(article, Span(spans[0].start, spans[-1].end))], archive) if spans else None


def quote_passages(places: Iterable[tuple[Article, Span]], archive: Archive, *, n_strong: int = 1) -> Answer | None:
    """Return an answer that only shows these words, a quote each, the first `n_strong` unasked; None if none can be
    quoted."""
    citations: list[Citation] = []
    for article, span in places:
        quote = quote_from(article, span)
        if not may_be_quoted(quote, archive):
            logger.error("dropped a quote that is not verbatim: article %s, %s", article.id, span)
            continue
        told = (article.title, article.source, article.published_at, article.url)
        citations.append(
            Citation(
                len(citations) + 1,
                quote,
                *told,
                highlights=(),
                score=1.0,
                copies=archive.copies_of(article.id),
                speaker=speaker_in(archive, article.id, span),
            )
        )
    return Answer(1.0, tuple(citations), min(n_strong, len(citations)), None, ()) if citations else None


def quote_lead(article: Article, archive: Archive) -> Answer | None:
    """Return how an article begins, as one quote; None if it holds nothing to quote."""
    span = lead_of(archive.sentences_of(article.id), article.text)
    return quote_passage(article, [span], archive) if span else None


def _verbatim(readings: Iterable[Reading], archive: Archive) -> list[Reading]:
    """Return the best readings, each quoting other words, whose quotes equal the stored text.

    The rest is never sent.
    """
    chosen: list[Reading] = []
    for reading in readings:
        words = reading.span.slice(reading.article.text)
        if any(_same_words(reading, words, other) for other in chosen):
            continue
        if may_be_quoted(quote_from(reading.article, reading.span), archive):
            chosen.append(reading)
        else:
            logger.error("dropped a quote that is not verbatim: article %s, %s", reading.article.id, reading.span)
        if len(chosen) == _CITATIONS:
            break
    return chosen


def _reranked(hits: Sequence[Hit], readings: Sequence[Reading]) -> tuple[Hit, ...]:
    """Return the passages with those first that are cited, in their order, and ranks in the new one."""
    cited = dict.fromkeys(reading.hit.rank for reading in readings)
    places = {rank: place for place, rank in enumerate(cited)}
    ordered = sorted(hits, key=lambda hit: places.get(hit.rank, len(places)))
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(ordered, start=1))


def _same_words(reading: Reading, words: str, other: Reading) -> bool:
    if reading.article.id == other.article.id and reading.span.overlaps(other.span):
        return True
    return words == other.span.slice(other.article.text)


def _citations(readings: Sequence[Reading], archive: Archive) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            number=number,
            quote=quote_from(reading.article, reading.span),
            title=reading.article.title,
            source=reading.article.source,
            published_at=reading.article.published_at,
            url=reading.article.url,
            highlights=tuple(span for span in reading.highlights if reading.span.contains(span)),
            score=reading.probability,
            copies=archive.copies_of(reading.article.id),
            speaker=speaker_in(archive, reading.article.id, reading.span),
        )
        for number, reading in enumerate(readings, start=1)
    )


def _short_answer(reading: Reading) -> str | None:
    answer: Span | None = reading.answer
    if answer is None or reading.probability < _SHORT_ANSWER_PROBABILITY or not reading.span.contains(answer):
        return None
    return answer.slice(reading.article.text)


def _reason(query: Query, hits: Sequence[Hit], closest: Sequence[Citation]) -> RefusalReason:
    if not hits:
        return RefusalReason.OUTSIDE_SCOPE if query.is_restricted else RefusalReason.NOTHING_ON_TOPIC
    if not query.leans and max(hit.similarity for hit in hits) < _ON_TOPIC_SIMILARITY:
        return RefusalReason.NOTHING_ON_TOPIC
    day, published = query.reported_from, closest[0].published_at if closest else None
    if day and published and published.date() < day:
        return RefusalReason.OUTSIDE_SCOPE
    return RefusalReason.NOT_ANSWERED
