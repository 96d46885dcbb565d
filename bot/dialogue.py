"""Dialogue: a conversation id and a text in, a Reply out. The core's one door; it knows no messenger."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import pairwise
from typing import Protocol

from bot.answering import Answer, Answerer, Refusal
from bot.conversation import Conversation, Turn
from bot.followup import resolve
from bot.quotes import Citation, quote_from
from index import Article, Query, Span
from index.errors import UnknownArticle
from index.retrieval import Retriever

logger = logging.getLogger(__name__)

_REMEMBERED_TURNS = 8
_CONTEXT_SENTENCES = 2
_LEAD_SENTENCES = 3
_MAX_LEAD_CHARS = 600
_MAX_QUESTION_CHARS = 2000
"""What is beyond is not searched: no question needs it, and an encoder reads no more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be answered from: None means no restriction. `before` leaves that day out."""

    articles: frozenset[str] | None = None
    before: date | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """An earlier reply that a message answers, and the number of the citation it is about, if it names one."""

    reply_id: str
    citation: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an adapter shows. `id` names this answer in buttons, votes and logs.

    `resolved_question` differs from `question` when a follow-up was understood from what came before.
    `timings_ms` maps a stage's name to its milliseconds.
    """

    id: str
    conversation_id: str
    question: str
    resolved_question: str
    outcome: Answer | Refusal
    timings_ms: Mapping[str, float]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the answer quotes, or the closest passages of a refusal."""
        return self.outcome.citations if isinstance(self.outcome, Answer) else self.outcome.closest


class Vote(Enum):
    """A reader's opinion of one answer; the value is what is stored."""

    UP = 1
    DOWN = -1


@dataclass(frozen=True, slots=True)
class QuoteContext:
    """A quote with the sentences around it, which join it as they stand: `before` ends and `after` begins with a
    space or, at a paragraph's end, an empty line. Both are empty when there is nothing, and when `current` is
    false: the article has changed or gone since."""

    citation: Citation
    before: str
    after: str
    current: bool


class Memory(Protocol):
    """What the dialogue needs kept: see `bot.store.Store`."""

    def conversation(self, conversation_id: str, *, last: int) -> Conversation:
        """The newest turns, oldest first."""

    def add_turn(self, conversation_id: str, turn: Turn) -> None:
        """Keeps a turn that came from elsewhere."""

    def save_reply(self, reply: Reply) -> None:
        """Keeps a reply and its turn, whole or not at all."""

    def load_reply(self, reply_id: str) -> Reply | None:
        """The reply as it was given, without its hits."""

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keeps the voter's last vote; False if there is no such reply."""

    def start_over(self, conversation_id: str) -> None:
        """Leaves the turns so far out of the conversation."""


class RetrieverSource(Protocol):
    """Where the current retriever comes from: see `index.live.LiveIndex`."""

    def retriever(self) -> Retriever:
        """The one to answer the next question with."""


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds of each stage, in the order they ran."""

    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Times the block under it."""
        started = time.perf_counter()
        yield
        self.stages[stage] = round((time.perf_counter() - started) * 1000, 2)


class Dialogue:
    """Answers questions and remembers what was said. Safe to call from several threads."""

    def __init__(
        self,
        index: RetrieverSource,
        answerer: Answerer,
        memory: Memory,
        on_reply: Callable[[Reply], None] = lambda _: None,
    ) -> None:
        """`on_reply` is called with every reply once it is kept."""
        self._index = index
        self._answerer = answerer
        self._memory = memory
        self._on_reply = on_reply

    def reply(
        self,
        conversation_id: str,
        text: str,
        *,
        scope: Scope = EVERYTHING,
        literally: bool = False,
        replying_to: ReplyTo | None = None,
    ) -> Reply:
        """The reply to one message of one conversation, kept in the memory before it is returned."""
        watch = _Stopwatch()
        with watch.measure("total"):
            retriever = self._index.retriever()
            with watch.measure("resolve"):
                conversation = self._memory.conversation(conversation_id, last=_REMEMBERED_TURNS)
                resolved = _searchable(text) if literally else resolve(_searchable(text), conversation)
            query = Query(resolved, scope.articles, scope.before)
            with watch.measure("retrieve"):
                hits = self._answerer.find(query, retriever)
            with watch.measure("read"):
                outcome = self._answerer.read(query, hits, retriever)
        reply = Reply(secrets.token_hex(8), conversation_id, text, resolved, outcome, watch.stages)
        self._memory.save_reply(reply)
        self._on_reply(reply)
        answered = isinstance(outcome, Answer)
        logger.info("%s: %s in %.0f ms", conversation_id, "answered" if answered else "refused", watch.stages["total"])
        return reply

    def look_up(self, text: str, *, scope: Scope = EVERYTHING) -> Reply:
        """The reply to a question that stands alone. Nothing is kept of it: it may be asked at every keystroke."""
        retriever = self._index.retriever()
        query = Query(" ".join(_searchable(text).split()), scope.articles, scope.before)
        watch = _Stopwatch()
        with watch.measure("total"):
            outcome = self._answerer.read(query, self._answerer.find(query, retriever), retriever)
        return Reply(secrets.token_hex(8), "", text, query.text, outcome, watch.stages)

    def recall(self, reply_id: str) -> Reply | None:
        """A reply given earlier, or None if it is not (or no longer) known. Its hits are not kept: empty."""
        return self._memory.load_reply(reply_id)

    def context(self, reply_id: str, number: int) -> QuoteContext | None:
        """The sentences around citation `number` of a reply, or None if there is no such citation."""
        reply = self._memory.load_reply(reply_id)
        citation = next((one for one in reply.citations if one.number == number), None) if reply else None
        return _in_context(citation, self._index.retriever()) if citation else None

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keeps one vote a voter and reply, the last one counts; False if the reply is not known."""
        return self._memory.vote(reply_id, voter, vote)

    def start_over(self, conversation_id: str) -> None:
        """Forgets the turns of a conversation; the next question stands alone."""
        self._memory.start_over(conversation_id)

    def remember(self, conversation_id: str, turns: Sequence[Turn]) -> None:
        """Adds turns that happened elsewhere, oldest first, as if they had been said here."""
        for turn in turns:
            self._memory.add_turn(conversation_id, turn)

    def lead(self, article_id: str) -> Citation | None:
        """How an article begins, in a few whole sentences; None if it is not there or holds nothing to quote."""
        archive = self._index.retriever().archive
        try:
            article = archive.article(article_id)
        except UnknownArticle:
            return None
        span = _lead(archive.sentences_of(article_id), article.text)
        if span is None:
            return None
        quote = quote_from(article, span)
        return Citation(1, quote, article.title, article.source, article.published_at, article.url, (), 1.0)

    def sources(self) -> Sequence[Article]:
        """Every article that can be quoted, without its text, by title."""
        return self._index.retriever().archive.headlines()


def _lead(sentences: Sequence[Span], text: str) -> Span | None:
    """The first few sentences, as long as nothing but blanks, and no debris, lies between them."""
    end = sentences[0].end if sentences else 0
    for before, after in pairwise(sentences[:_LEAD_SENTENCES]):
        if text[before.end : after.start].strip() or after.end - sentences[0].start > _MAX_LEAD_CHARS:
            break
        end = after.end
    return Span(sentences[0].start, end) if sentences else None


def _searchable(text: str) -> str:
    """What of a message is searched: not more than any question needs, and only what can be encoded."""
    return text[:_MAX_QUESTION_CHARS].encode("utf-8", "replace").decode("utf-8")


def _in_context(citation: Citation, retriever: Retriever) -> QuoteContext:
    quote = citation.quote
    try:
        article = retriever.archive.article(quote.article_id)
    except UnknownArticle:
        return QuoteContext(citation, "", "", current=False)
    if article.revision != quote.revision:
        return QuoteContext(citation, "", "", current=False)
    sentences = retriever.archive.sentences_of(article.id)
    before = [span for span in sentences if span.end <= quote.span.start][-_CONTEXT_SENTENCES:]
    after = [span for span in sentences if span.start >= quote.span.end][:_CONTEXT_SENTENCES]
    around = _joined([*before, quote.span, *after], article.text)
    place = around.index(quote.text, len(_joined(before, article.text)))
    return QuoteContext(citation, around[:place], around[place + len(quote.text) :], current=True)


def _joined(spans: Sequence[Span], text: str) -> str:
    """The words of the spans, a paragraph's end as an empty line; debris between them is left out."""
    words = "".join(span.slice(text) + _gap(text[span.end : after.start]) for span, after in pairwise(spans))
    return words + spans[-1].slice(text) if spans else ""


def _gap(between: str) -> str:
    return "\n\n" if "\n" in between else " "
