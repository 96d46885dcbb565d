"""Dialogue: a conversation id and a text in, a Reply out. The core's one door; it knows no messenger."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import Protocol, TypeGuard

from bot.answering import Answer, Answerer, Clarification, Option, Outcome, Refusal, quote_passage
from bot.conversation import SAID_ELSEWHERE, Conversation, Turn
from bot.followup import CitationRequest, Resolution, Side, chosen_option, citation_request, resolve
from bot.query.event_dates import since_event
from bot.query.headlines import article_asked_for, lead_of
from bot.query.operators import EVERYTHING, Scope, read_scope
from bot.quoting.quotes import Citation
from index import Article, Hit, Query, Span
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever

logger = logging.getLogger(__name__)

_REMEMBERED_TURNS = 8
_CONTEXT_SENTENCES = 2
_REMEMBERED_CHARS = 20_000
_BACKGROUND_CHARS = 20_000
_CLEARLY_BETTER = 1.5
"""One reading answers clearly better than another if it is so many times as likely right."""
_TOLD = {Answer: "answered", Refusal: "refused", Clarification: "asked back"}
_MAX_QUESTION_CHARS = 2000
"""What is beyond is not searched: no question needs it, and an encoder reads no more."""


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """An earlier reply that a message is an answer to; with a citation, it is about that quote alone."""

    reply_id: str
    citation: int | None = None


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
    outcome: Outcome
    timings_ms: Mapping[str, float]

    @property
    def is_reworded(self) -> bool:
        """Whether something other than the words as typed was searched."""
        return " ".join(read_scope(self.question)[0].split()) != " ".join(self.resolved_question.split())

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the answer quotes, or the closest passages of a refusal, or what the likeliest reading would quote."""
        match self.outcome:
            case Answer(citations=citations) | Refusal(closest=citations):
                return citations
            case Clarification(likeliest=likeliest):
                return likeliest.citations


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
        """Return the newest turns, oldest first."""

    def add_turn(self, conversation_id: str, turn: Turn) -> None:
        """Keep a turn that came from elsewhere."""

    def save_reply(self, reply: Reply) -> None:
        """Keep a reply and its turn, whole or not at all."""

    def load_reply(self, reply_id: str) -> Reply | None:
        """Return the reply as it was given, without its hits."""

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keep the voter's last vote; False if there is no such reply."""

    def start_over(self, conversation_id: str) -> None:
        """Leave the turns so far out of the conversation."""

    def forget(self, conversation_id: str) -> int:
        """Delete all that is kept of a conversation; how many turns that were."""


class RetrieverSource(Protocol):
    """Where the current retriever comes from: see `index.library.live.LiveIndex`."""

    def retriever(self) -> Retriever:
        """Return the one to answer the next question with."""


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds of each stage, in the order they ran."""

    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Times the block under it."""
        started = time.perf_counter()
        yield
        spent = (time.perf_counter() - started) * 1000
        self.stages[stage] = round(self.stages.get(stage, 0.0) + spent, 2)


class Dialogue:
    """Answers questions and remembers what was said. Safe to call from several threads."""

    def __init__(
        self,
        index: RetrieverSource,
        answerer: Answerer,
        memory: Memory,
        on_reply: Callable[[Reply], None] = lambda _: None,
        *,
        idle_after: timedelta = timedelta(hours=12),
    ) -> None:
        """`on_reply` is called with every reply once it is kept.

        `idle_after`: a pause after which a conversation is over, and the next message stands alone.
        """
        self._idle_after = idle_after
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
        """Return the reply to one message of one conversation, kept in the memory before it is returned.

        `literally`: search the words as typed, whatever was said before. `replying_to`: the message follows up this
        earlier reply rather than the last one.
        """
        watch = _Stopwatch()
        with watch.measure("total"):
            retriever = self._index.retriever()
            with watch.measure("resolve"):
                asked, scope = read_scope(_searchable(text), scope)
                conversation = self._conversation(conversation_id, replying_to)
                request = None if literally else _request(asked, conversation)
                resolution = _understood(asked, conversation, scope, retriever, literally=literally)
            shown = self._show(request, conversation, retriever) if request else None
            question, outcome = (
                (" ".join(asked.split()), shown)
                if shown is not None
                else self._answer(resolution, conversation, scope, retriever, watch)
            )
        reply = Reply(secrets.token_hex(8), conversation_id, text, question, outcome, watch.stages)
        self._memory.save_reply(reply)
        self._on_reply(reply)
        logger.info("%s: %s in %.0f ms", conversation_id, _TOLD[type(outcome)], watch.stages["total"])
        return reply

    def look_up(self, text: str, *, scope: Scope = EVERYTHING) -> Reply:
        """Return the reply to a question that stands alone.

        Nothing is kept of it: it may be asked at every keystroke.
        """
        retriever = self._index.retriever()
        asked, scope = read_scope(_searchable(text), scope)
        query = scope.query(" ".join(asked.split()))
        watch = _Stopwatch()
        with watch.measure("total"):
            outcome = self._read(query, self._answerer.find(query, retriever), retriever)
        return Reply(secrets.token_hex(8), "", text, query.text, outcome, watch.stages)

    def recall(self, reply_id: str) -> Reply | None:
        """Return a reply given earlier, or None if it is not (or no longer) known. Its hits are not kept: empty."""
        return self._memory.load_reply(reply_id)

    def context(self, reply_id: str, number: int) -> QuoteContext | None:
        """Return the sentences around citation `number` of a reply, or None if there is no such citation."""
        reply = self._memory.load_reply(reply_id)
        citation = next((one for one in reply.citations if one.number == number), None) if reply else None
        return _in_context(citation, self._index.retriever()) if citation else None

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keep one vote a voter and reply, the last one counts; False if the reply is not known."""
        return self._memory.vote(reply_id, voter, vote)

    def start_over(self, conversation_id: str) -> None:
        """Forget the turns of a conversation; the next question stands alone."""
        self._memory.start_over(conversation_id)

    def forget(self, conversation_id: str) -> int:
        """Delete all that is kept of a conversation: turns, answers and votes; how many turns that were."""
        return self._memory.forget(conversation_id)

    def remember(self, conversation_id: str, turns: Sequence[Turn]) -> None:
        """Add turns that happened elsewhere, oldest first, as if they had been said here."""
        for turn in turns:
            self._memory.add_turn(conversation_id, replace(turn, asked_at=SAID_ELSEWHERE))

    def lead(self, article_id: str) -> Citation | None:
        """Return how an article begins, in a few whole sentences; None if it is not there or holds nothing to quote."""
        archive = self._index.retriever().archive
        try:
            article = archive.article(article_id)
        except UnknownArticle:
            return None
        shown = _quote_lead(article, archive)
        return shown.citations[0] if shown else None

    def sources(self) -> Sequence[Article]:
        """Return every article that can be quoted, without its text, by title."""
        return self._index.retriever().archive.headlines()

    def _conversation(self, conversation_id: str, replying_to: ReplyTo | None) -> Conversation:
        """Return what the message is said in: the recent turns, or the one turn that it replies to."""
        earlier = self._memory.load_reply(replying_to.reply_id) if replying_to else None
        if earlier is None or replying_to is None or earlier.conversation_id != conversation_id:
            recent = self._memory.conversation(conversation_id, last=_REMEMBERED_TURNS)
            return _still_going(recent, self._idle_after)
        return Conversation(conversation_id, (_turn_of(earlier, replying_to.citation),))

    def _show(self, request: CitationRequest, conversation: Conversation, retriever: Retriever) -> Answer | None:
        """Return the words beside a quote of the last turn; None where the article has changed or there are none."""
        turn = conversation.turns[-1]
        words, article_id = turn.quotes[request.number - 1], turn.article_ids[request.number - 1]
        try:
            article = retriever.archive.article(article_id)
        except UnknownArticle:
            return None
        start = article.text.find(words)
        sentences = retriever.archive.sentences_of(article_id) if start >= 0 else ()
        before, after = _neighbours(sentences, Span(start, start + len(words)))
        around = {Side.BEFORE: before, Side.AFTER: after, Side.AROUND: [*before, *after]}
        return quote_passage(article, around[request.side], retriever.archive)

    def _answer(
        self,
        resolution: Resolution,
        conversation: Conversation,
        scope: Scope,
        retriever: Retriever,
        watch: _Stopwatch,
    ) -> tuple[str, Outcome]:
        """Return the question that was answered, and what the articles say to it; a question back where two readings of
        it lead to answers about as good."""
        preferred = frozenset(conversation.turns[-1].article_ids[:1]) if resolution.leans else frozenset[str]()

        def read(question: str) -> Answer | Refusal:
            query = scope.query(question, resolution.context, preferred)
            with watch.measure("retrieve"):
                query = since_event(query, scope.asked_on, retriever)
                hits = self._answerer.find(query, retriever)
            with watch.measure("read"):
                return self._read(query, hits, retriever)

        first = read(resolution.question)
        if resolution.rival is None:
            return resolution.question, first
        rival = read(resolution.rival)
        if not conversation.turns[-1].options and _lead_apart(first, rival):
            options = map(Option, resolution.names, (resolution.question, resolution.rival))
            return resolution.question, Clarification(tuple(options), first)
        if _goodness(rival) > _goodness(first):
            return resolution.rival, rival
        return resolution.question, first

    def _read(self, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Answer | Refusal:
        """Return what the articles say to a question; to one that only names a headline, how that article begins."""
        named = article_asked_for(query.text, hits, retriever.archive)
        shown = _quote_lead(named, retriever.archive) if named else None
        return replace(shown, hits=tuple(hits)) if shown else self._answerer.read(query, hits, retriever)


def _understood(
    asked: str, conversation: Conversation, scope: Scope, retriever: Retriever, *, literally: bool
) -> Resolution:
    """Return what a message means here; one of the options that were offered, if it names one."""
    if literally or not conversation.turns:
        return Resolution(" ".join(asked.split()))
    options = conversation.turns[-1].options
    taken = chosen_option(asked, tuple(label for label, _ in options)) if options else None
    if taken is not None:
        return Resolution(options[taken][1], leans=True)
    return resolve(asked, conversation, _background(conversation, scope, retriever))


def _request(asked: str, conversation: Conversation) -> CitationRequest | None:
    n_citations = len(conversation.turns[-1].quotes) if conversation.turns else 0
    return citation_request(asked, n_citations) if n_citations else None


def _background(conversation: Conversation, scope: Scope, retriever: Retriever) -> str:
    """Return the beginning of the article under discussion: the only one that may be searched, or the one quoted
    last."""
    cited = next((turn.article_ids[0] for turn in reversed(conversation.turns) if turn.article_ids), None)
    article_id = next(iter(scope.articles)) if scope.articles is not None and len(scope.articles) == 1 else cited
    if article_id is None:
        return ""
    try:
        return retriever.archive.article(article_id).text[:_BACKGROUND_CHARS]
    except UnknownArticle:
        return ""


def _still_going(conversation: Conversation, idle_after: timedelta) -> Conversation:
    """Return the turns since the last long pause, and of long ones no more than are remembered, newest kept."""
    kept: list[Turn] = []
    chars, later = 0, datetime.now(UTC)
    for turn in reversed(conversation.turns):
        chars += sum(map(len, (turn.question, turn.resolved_question, turn.answer or "", *turn.quotes)))
        is_recent = turn.asked_at == SAID_ELSEWHERE or later - turn.asked_at <= idle_after
        if not is_recent or (kept and chars > _REMEMBERED_CHARS):
            break
        kept.insert(0, turn)
        later = later if turn.asked_at == SAID_ELSEWHERE else turn.asked_at
    return Conversation(conversation.id, tuple(kept))


def _turn_of(reply: Reply, citation: int | None) -> Turn:
    """Return an earlier reply as the turn that a message follows up; with a citation, only that quote of it."""
    cited = (
        [one for one in reply.citations if citation in (None, one.number)] if isinstance(reply.outcome, Answer) else []
    )
    answer = reply.outcome.short_answer if isinstance(reply.outcome, Answer) and citation in (None, 1) else None
    return Turn(
        reply.question,
        reply.resolved_question,
        SAID_ELSEWHERE,
        answer,
        tuple(one.quote.text for one in cited),
        tuple(one.quote.article_id for one in cited),
    )


def _lead_apart(one: Answer | Refusal, other: Answer | Refusal) -> TypeGuard[Answer]:
    """Return whether two readings are answered about as well, by different words."""
    if not (isinstance(one, Answer) and isinstance(other, Answer)):
        return False
    first, second = one.citations[0].quote, other.citations[0].quote
    if first.article_id == second.article_id and first.span.overlaps(second.span):
        return False
    low, high = sorted((one.confidence, other.confidence))
    return high <= _CLEARLY_BETTER * low


def _goodness(outcome: Answer | Refusal) -> tuple[bool, float]:
    return isinstance(outcome, Answer), outcome.confidence


def _neighbours(sentences: Sequence[Span], span: Span) -> tuple[list[Span], list[Span]]:
    """Return the sentences just before a span, and those just after it."""
    before = [one for one in sentences if one.end <= span.start][-_CONTEXT_SENTENCES:]
    return before, [one for one in sentences if one.start >= span.end][:_CONTEXT_SENTENCES]


def _quote_lead(article: Article, archive: Archive) -> Answer | None:
    """Return how an article begins, as one quote; None if it holds nothing to quote."""
    span = lead_of(archive.sentences_of(article.id), article.text)
    return quote_passage(article, [span], archive) if span else None


def _searchable(text: str) -> str:
    """Return what of a message is searched: not more than any question needs, and only what can be encoded."""
    return text[:_MAX_QUESTION_CHARS].encode("utf-8", "replace").decode("utf-8")


def _in_context(citation: Citation, retriever: Retriever) -> QuoteContext:
    quote = citation.quote
    try:
        article = retriever.archive.article(quote.article_id)
    except UnknownArticle:
        return QuoteContext(citation, "", "", current=False)
    if article.revision != quote.revision:
        return QuoteContext(citation, "", "", current=False)
    before, after = _neighbours(retriever.archive.sentences_of(article.id), quote.span)
    around = _joined([*before, quote.span, *after], article.text)
    place = around.index(quote.text, len(_joined(before, article.text)))
    return QuoteContext(citation, around[:place], around[place + len(quote.text) :], current=True)


def _joined(spans: Sequence[Span], text: str) -> str:
    """Return the words of the spans, a paragraph's end as an empty line; debris between them is left out."""
    words = "".join(span.slice(text) + _gap(text[span.end : after.start]) for span, after in pairwise(spans))
    return words + spans[-1].slice(text) if spans else ""


def _gap(between: str) -> str:
    return "\n\n" if "\n" in between else " "
