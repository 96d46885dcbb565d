"""Makes an Answer or a Refusal of hits and readings. Every quote is checked against its article here and only here."""

import logging
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import ClassVar, Final, Literal, Self

from bot.composing.composer import Composer
from bot.composing.confidence import ON_TOPIC_SIMILARITY
from bot.composing.draft import Draft, Part, Pick, Wanted
from bot.composing.found import search_for
from bot.composing.gathering import from_the_first_that_tells
from bot.pointing.pointer import MOST_SHOWN, Pointer
from bot.query.headlines import lead_of
from bot.query.kinds import Topic
from bot.query.topic_words import is_mostly_unheard
from bot.quoting.quotes import Citation, Quote, may_be_quoted, quote_from
from bot.quoting.speakers import speaker_in
from bot.reading.reader import Reader, Reading
from bot.reading.shared_scores import ScoredPairs
from index import Article, Hit, Query, Span
from index.search.retrieval import Archive, Retriever
from index.text.terms import terms_of

logger = logging.getLogger(__name__)

N_HITS = 15
"""So many passages are searched for."""
_TOLD = 10
"""So many of them are reported, the likeliest first."""
_CITATIONS = 5
_STRONG = 0.4
"""The probability from which further quotes are shown unasked."""
_ANNOUNCED: Final = timedelta(days=60)
"""So long before an event articles may foretell it."""
_SHORT_ANSWER_PROBABILITY = 0.5
"""A short answer on its own claims more than a sentence does: from here on it is more often right than not."""
_SHORT_ANSWER_CHARS = 80
"""Longer words are no short answer, but half of a sentence that is quoted anyway."""


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
    """A part of a reply: what stands above it, and the numbers of its citations, in the order shown.

    `is_later`: it tells what the voice of the part before says on a later day.
    """

    heading: str
    numbers: tuple[int, ...]
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """At least one citation, the best first. `confidence` is the probability that the first one answers.

    The first `n_strong` citations are likely enough to be shown unasked; the others are further places to look.
    `short_answer` is a slice of the first quote, or None where no short span stands out or it is too unsure. An answer
    composed of parts has `blocks`, and its citations stand in the order shown; `left_out` counts the sentences that
    would have belonged in it, too.
    """

    kind: ClassVar[OutcomeKind] = "answered"
    confidence: float
    citations: tuple[Citation, ...]
    n_strong: int
    short_answer: str | None
    hits: tuple[Hit, ...]
    blocks: tuple[Block, ...] = ()
    left_out: int = 0

    @property
    def of_first_article(self) -> tuple[Citation, ...]:
        """Those of the citations shown unasked that are of the first one's article."""
        first = self.citations[0].quote.article_id
        return tuple(one for one in self.citations[: max(self.n_strong, 1)] if one.quote.article_id == first)


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

    def __init__(self, reader: Reader, *, threshold: float | None = None, composer: Composer | None = None) -> None:
        """`threshold`: answer only when at least this sure; None leaves it to the reader, or to the composer.

        `composer` makes replies of several quotes; without it every message is answered by the reader.
        """
        self._reader = reader
        self._threshold = threshold
        self._composer = composer
        self._pointer: Pointer | None = None

    def for_one_message(self, pointer: Pointer | None = None) -> Self:
        """Return the same for one message: nothing is read twice for it, however often it is read or composed.

        `pointer` may put some of the likeliest sentences first.
        """
        scores: ScoredPairs = {}
        answerer = copy(self)
        answerer._pointer = pointer
        answerer._reader = self._reader.sharing(scores)
        answerer._composer = self._composer.sharing(scores) if self._composer else None
        return answerer

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
        found = list(self._reader.read(query, hits, retriever))
        readings = _verbatim(found, retriever.archive, MOST_SHOWN if self._pointer else _CITATIONS)
        if self._pointer is not None:
            readings = self._pointer.reorder(query.text, readings)[:_CITATIONS]
        citations = _citations(readings, retriever.archive)
        ordered = _with_first(hits, [one.hit for one in (*readings, *found)])
        confidence = citations[0].score if citations else 0.0
        if not citations or not self._is_worth_quoting(readings[0]):
            return Refusal(_reason(query, hits, citations, retriever), confidence, citations, ordered)
        strong = max(min(confidence, _STRONG if self._threshold is None else self._threshold), confidence / 2)
        n_strong = sum(citation.score >= strong for citation in citations)
        return Answer(confidence, citations, n_strong, _short_answer(readings[0]), ordered)

    def compose(self, wanted: Wanted, query: Query, asked: str, retriever: Retriever) -> Answer | Refusal | None:
        """Return a reply of several quotes, of a kind that is composed.

        `query` is searched, `asked` is what the message is read as. None where no reply can be composed: then it is
        read like a question for a fact.
        """
        if self._composer is None or not query.text:
            return None
        found = search_for(wanted.kind, query, retriever)
        hits = [hit for hit in found if _may_report(hit, query, retriever.archive)]
        if not hits:
            return None
        draft = self._composer.compose(wanted, replace(query, text=asked), hits, retriever)
        if draft is None:
            return None
        parts = [replace(part, picks=_checked(part.picks, retriever.archive)) for part in draft.parts]
        citations, blocks = _numbered(parts, retriever.archive)
        if not citations:
            return None
        ordered = _with_first(hits, [pick.hit for part in parts for pick in part.picks])
        if not wanted.is_about_it and not self._is_worth_composing(draft):
            return Refusal(
                _reason(query, hits, citations, retriever), draft.confidence, citations[:_CITATIONS], ordered
            )
        return Answer(draft.confidence, citations, len(citations), None, ordered, blocks, draft.left_out)

    def _is_worth_composing(self, draft: Draft) -> bool:
        return draft.is_worth_quoting if self._threshold is None else draft.confidence >= self._threshold

    def _is_worth_quoting(self, first: Reading) -> bool:
        if self._threshold is None:
            return first.is_worth_quoting
        return first.probability >= self._threshold


def _may_report(hit: Hit, query: Query, archive: Archive) -> bool:
    """Return whether a passage is not from long before the days asked about: it could tell nothing of them."""
    if query.reported_from is None:
        return True
    published = archive.article(hit.passage.article_id).published_at
    return published is None or published.date() >= query.reported_from - _ANNOUNCED


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
        citations.append(_citation_of(len(citations) + 1, article, quote, 1.0, archive))
    return Answer(1.0, tuple(citations), min(n_strong, len(citations)), None, ()) if citations else None


def quote_lead(article: Article, archive: Archive) -> Answer | None:
    """Return how an article begins, as one quote; None if it holds nothing to quote."""
    span = lead_of(from_the_first_that_tells(archive.sentences_of(article.id), article.text), article.text)
    return quote_passage(article, [span], archive) if span else None


def withheld(answer: Answer) -> Refusal:
    """Return a refusal in place of an answer that is too unsure."""
    return Refusal(RefusalReason.NOT_ANSWERED, answer.confidence, answer.citations[:_CITATIONS], answer.hits)


def with_further(answer: Answer, composed: Answer) -> Answer:
    """Return an answer that quotes what a composed one does after its own strong quotes, to be shown when asked for."""
    own = list(answer.citations[: answer.n_strong])
    for citation in (*composed.citations, *answer.citations[answer.n_strong :]):
        if not any(_repeats(citation.quote, cited.quote) for cited in own):
            own.append(citation)
    numbered = tuple(replace(citation, number=number) for number, citation in enumerate(own, start=1))
    return replace(answer, citations=numbered)


def _verbatim(readings: Iterable[Reading], archive: Archive, most: int) -> list[Reading]:
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
        if len(chosen) == most:
            break
    return chosen


def _checked(picks: Iterable[Pick], archive: Archive) -> tuple[Pick, ...]:
    """Return the picks whose quotes equal the stored text; the rest is never sent."""
    checked: list[Pick] = []
    for pick in picks:
        if may_be_quoted(quote_from(pick.article, pick.span), archive):
            checked.append(pick)
        else:
            logger.error("dropped a quote that is not verbatim: article %s, %s", pick.article.id, pick.span)
    return tuple(checked)


def _numbered(parts: Sequence[Part], archive: Archive) -> tuple[tuple[Citation, ...], tuple[Block, ...]]:
    """Return the picks as citations, numbered in the order shown, and the parts that have a heading as blocks; words
    that were quoted already are left out."""
    citations: list[Citation] = []
    blocks: list[Block] = []
    for part in parts:
        first = len(citations) + 1
        for pick in part.picks:
            quote = quote_from(pick.article, pick.span)
            if not any(_repeats(quote, cited.quote) for cited in citations):
                citations.append(_citation_of(len(citations) + 1, pick.article, quote, pick.chance, archive))
        if part.heading and len(citations) >= first:
            blocks.append(Block(part.heading, tuple(range(first, len(citations) + 1)), part.is_later))
    return tuple(citations), tuple(blocks)


def _repeats(quote: Quote, other: Quote) -> bool:
    return quote.text == other.text or (quote.article_id == other.article_id and quote.span.overlaps(other.span))


def _citation_of(
    number: int, article: Article, quote: Quote, score: float, archive: Archive, highlights: tuple[Span, ...] = ()
) -> Citation:
    """Return the citation of words of an article."""
    return Citation(
        number=number,
        quote=quote,
        title=article.title,
        source=article.source,
        published_at=article.published_at,
        url=article.url,
        highlights=highlights,
        score=score,
        copies=archive.copies_of(article.id),
        speaker=speaker_in(archive, article.id, quote.span),
    )


def _with_first(hits: Sequence[Hit], first: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return the passages with those `first` that are named so, in that order, and ranks in the new one."""
    places = {rank: place for place, rank in enumerate(dict.fromkeys(hit.rank for hit in first))}
    in_order = sorted(hits, key=lambda hit: places.get(hit.rank, len(places)))
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(in_order[:_TOLD], start=1))


def _same_words(reading: Reading, words: str, other: Reading) -> bool:
    if reading.article.id == other.article.id and reading.span.overlaps(other.span):
        return True
    return words == other.span.slice(other.article.text)


def _citations(readings: Sequence[Reading], archive: Archive) -> tuple[Citation, ...]:
    return tuple(
        _citation_of(
            number,
            reading.article,
            quote_from(reading.article, reading.span),
            reading.probability,
            archive,
            tuple(span for span in reading.highlights if reading.span.contains(span)),
        )
        for number, reading in enumerate(readings, start=1)
    )


def _short_answer(reading: Reading) -> str | None:
    answer: Span | None = reading.answer
    if answer is None or reading.probability < _SHORT_ANSWER_PROBABILITY or not reading.span.contains(answer):
        return None
    return answer.slice(reading.article.text) if len(answer) <= _SHORT_ANSWER_CHARS else None


def _reason(query: Query, hits: Sequence[Hit], closest: Sequence[Citation], retriever: Retriever) -> RefusalReason:
    if not hits:
        return RefusalReason.OUTSIDE_SCOPE if query.is_restricted else RefusalReason.NOTHING_ON_TOPIC
    named = [*terms_of(query.text), *(term for term, _ in query.subject)]
    if is_mostly_unheard(named, retriever.rarity):
        return RefusalReason.NOTHING_ON_TOPIC
    if not query.leans and max(hit.similarity for hit in hits) < ON_TOPIC_SIMILARITY:
        return RefusalReason.NOTHING_ON_TOPIC
    day, published = query.reported_from, closest[0].published_at if closest else None
    if day and published and published.date() < day:
        return RefusalReason.OUTSIDE_SCOPE
    return RefusalReason.NOT_ANSWERED
