"""Dialogue: answers a text in a conversation with a Reply. It is the core's one door, and knows no messenger."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from bot.answering import Answer, Answerer, Refusal, quote_lead
from bot.conversation import SAID_ELSEWHERE, Conversation, Turn, still_going
from bot.digests import DigestMaker, RetrieverSource
from bot.pointing import Pointing
from bot.query.kinds import MessageKind
from bot.query.operators import EVERYTHING, Scope, read_scope
from bot.quoting.context import QuoteContext, in_context
from bot.quoting.quotes import Citation
from bot.replies import Reply, ReplyTo, Vote, followed_up
from bot.replying.answers import read
from bot.replying.further import further_questions, is_answered_anew, seen_in
from bot.replying.listing import articles_found
from bot.replying.meaning import Said, searchable
from bot.replying.replier import Replier
from bot.replying.telling import in_english, tell_kind
from bot.stopwatch import Stopwatch
from index import Article
from index.attribution.names import NameCorrections
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever

logger = logging.getLogger(__name__)

_REMEMBERED_TURNS = 8
_ABOUT_CHARS = 400
"""So much of a message that another one is about says what it is about."""


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

    def replies(self, conversation_id: str, *, last: int) -> Sequence[Reply]:
        """Return the newest replies since the conversation was started over, oldest first, without their hits."""

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keep the voter's last vote, and return False if there is no such reply."""

    def name_corrections(self) -> NameCorrections:
        """Return what admins said of names."""

    def start_over(self, conversation_id: str) -> None:
        """Leave the turns so far out of the conversation."""

    def forget(self, conversation_id: str) -> int:
        """Delete all that is kept of a conversation, and return how many turns that were."""


class OwnArticles(Protocol):
    """What a conversation has of its own beside the library: see `bot.brought.BroughtArticles`."""

    def retriever(self, conversation_id: str) -> Retriever | None:
        """Return what finds passages in it; None where there is nothing."""


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
        pointing: Pointing | None = None,
        own: OwnArticles | None = None,
    ) -> None:
        """`on_reply` is called with every reply once it is kept.

        `idle_after`: a pause after which a conversation is over, and the next message stands alone. `pointing`: a
        language model that says what messages mean, and points at sentences; None: nothing is asked of any. `own`: the
        articles that a conversation has of its own, if any may.
        """
        self._idle_after = idle_after
        self._pointing = pointing
        self._own = own
        self._index = index
        self._answerer = answerer
        self._replier = Replier(answerer, memory.name_corrections)
        self._memory = memory
        self._on_reply = on_reply
        self.digests = DigestMaker(index)
        """Makes digests of the articles that it answers from."""

    def reply(
        self,
        conversation_id: str,
        text: str,
        *,
        scope: Scope = EVERYTHING,
        literally: bool = False,
        replying_to: ReplyTo | None = None,
        kind: MessageKind | None = None,
    ) -> Reply:
        """Return the reply to one message of one conversation, kept in the memory before it is returned.

        `literally`: search the words as typed, however they are spelt and whatever was said before. `replying_to`: the
        message follows up this earlier reply rather than the last one. `kind`: what is asked for, where that need
        not be told from the words.
        """
        retriever = self._index.retriever()
        said = Said(text, literally=literally, kind=kind)
        with (watch := Stopwatch()).measure("total"):
            conversation = self._conversation(conversation_id, replying_to)
            pointer = self._pointing.for_one_message() if self._pointing and not (literally or kind) else None
            reply = self._replier.reply(said, conversation, scope, retriever, watch, pointer)
            reply = self._or_from_its_own(reply, said, conversation, watch)
        self._memory.save_reply(reply)
        self._on_reply(reply)
        logger.info("%s: %s in %.0f ms", conversation_id, reply.outcome.kind, watch.stages["total"])
        return reply

    def _or_from_its_own(self, reply: Reply, said: Said, conversation: Conversation, watch: Stopwatch) -> Reply:
        """Return what the articles of the conversation's own say, where they answer and the library does not do so more
        surely; else the reply."""
        own = self._own.retriever(conversation.id) if self._own is not None else None
        if own is None or not isinstance(reply.outcome, Answer | Refusal):
            return reply
        with watch.measure("own"):
            other = self._replier.reply(said, conversation, EVERYTHING, own, Stopwatch())
        if not isinstance(other.outcome, Answer):
            return reply
        is_surer = isinstance(reply.outcome, Answer) and reply.outcome.confidence > other.outcome.confidence
        return reply if is_surer else replace(other, timings_ms=watch.stages)

    def _archive_of(self, citation: Citation, conversation_id: str) -> Archive:
        """Return where a quote of a conversation is from: the library, or what it has of its own."""
        archive = self._index.retriever().archive
        if self._own is None or archive.find(citation.quote.article_id) is not None:
            return archive
        own = self._own.retriever(conversation_id)
        return own.archive if own is not None else archive

    def reply_once(self, text: str, *, about: str = "", scope: Scope = EVERYTHING) -> Reply:
        """Return the reply to a message of which nothing is kept, as if `about` had been asked just before."""
        retriever = self._index.retriever()
        with (watch := Stopwatch()).measure("total"):
            before: tuple[Turn, ...] = ()
            if about.strip():
                nothing = Conversation("")
                before_it = Said(_beginning(about, _ABOUT_CHARS))
                before = (followed_up(self._replier.reply(before_it, nothing, scope, retriever, Stopwatch()), None),)
            pointer = self._pointing.for_one_message() if self._pointing else None
            reply = self._replier.reply(Said(text), Conversation("", before), scope, retriever, watch, pointer)
        self._on_reply(reply)
        logger.info("once: %s in %.0f ms", reply.outcome.kind, watch.stages["total"])
        return reply

    def further_questions(self, reply: Reply, most: int, may_go_on: Callable[[], bool] = lambda: True) -> list[str]:
        """Return questions that may be asked after an answer just given, each of which was asked here and is answered
        with something new. Nothing is kept of that. It is looked for as long as it `may_go_on`."""
        retriever = self._index.retriever()
        conversation = Conversation(reply.conversation_id, (followed_up(reply, None),))
        seen, found = seen_in(reply), list[str]()
        for further in further_questions(reply, retriever.archive):
            if len(found) == most or not may_go_on():
                break
            asked = self._replier.reply(Said(further.question), conversation, EVERYTHING, retriever, Stopwatch())
            if is_answered_anew(further, asked, seen):
                seen |= seen_in(asked)
                found.append(further.question)
        return found

    def look_up(self, text: str, *, scope: Scope = EVERYTHING) -> Reply:
        """Return the reply to a question that stands alone.

        Nothing is kept of it: it may be asked at every keystroke, and a word half typed is not misspelt.
        """
        retriever = self._index.retriever()
        asked, scope = read_scope(searchable(text), scope)
        asked, language = in_english(asked, retriever)
        query = scope.query(" ".join(asked.split()))
        watch = Stopwatch()
        with watch.measure("total"):
            told = tell_kind(query.text, retriever, is_english=language is not None)
            outcome = read(self._answerer, query, self._answerer.find(query, retriever), retriever)
        return Reply(secrets.token_hex(8), "", text, query.text, outcome, watch.stages, kind=told.kind)

    def recall(self, reply_id: str) -> Reply | None:
        """Return a reply given earlier, or None if it is not (or no longer) known. Its hits are not kept: empty."""
        return self._memory.load_reply(reply_id)

    def history(self, conversation_id: str, *, last: int) -> Sequence[Reply]:
        """Return the newest replies of a conversation, oldest first, small talk included. Their hits are not kept:
        empty."""
        return self._memory.replies(conversation_id, last=last)

    def articles_found(self, reply_id: str) -> list[Article] | None:
        """Return the articles that a reply quotes, and those that are found for its question, without their texts; None
        if the reply is not known."""
        reply = self._memory.load_reply(reply_id)
        return articles_found(reply, self._index.retriever()) if reply else None

    def context(self, reply_id: str, number: int) -> QuoteContext | None:
        """Return the sentences around citation `number` of a reply, or None if there is no such citation."""
        reply = self._memory.load_reply(reply_id)
        citation = next((cited for cited in reply.citations if cited.number == number), None) if reply else None
        return in_context(citation, self._archive_of(citation, reply.conversation_id)) if citation and reply else None

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keep a vote, the last of each voter on each reply, and return False if the reply is not known."""
        return self._memory.vote(reply_id, voter, vote)

    def start_over(self, conversation_id: str) -> None:
        """Forget the turns of a conversation; the next question stands alone."""
        self._memory.start_over(conversation_id)

    def forget(self, conversation_id: str) -> int:
        """Delete the turns, answers and votes of a conversation, and return how many turns that were."""
        return self._memory.forget(conversation_id)

    def keep(self, reply: Reply) -> None:
        """Keep a reply that was made elsewhere, so that it can be recalled, replied to and asked about; once, however
        often it is kept."""
        self._memory.save_reply(reply)

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
        shown = quote_lead(article, archive)
        return shown.citations[0] if shown else None

    def sources(self) -> Sequence[Article]:
        """Return every article that can be quoted, without its text, by title."""
        return self._index.retriever().archive.headlines()

    def _conversation(self, conversation_id: str, replying_to: ReplyTo | None) -> Conversation:
        """Return what the message is said in: the recent turns, or the one turn that it replies to."""
        earlier = self._memory.load_reply(replying_to.reply_id) if replying_to else None
        if earlier is None or replying_to is None or earlier.conversation_id != conversation_id:
            recent = self._memory.conversation(conversation_id, last=_REMEMBERED_TURNS)
            return still_going(recent, self._idle_after)
        return Conversation(conversation_id, (followed_up(earlier, replying_to.citation),))


def _beginning(text: str, most: int) -> str:
    """Return the whole words that a text begins with, of so many characters together."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rpartition(" ")[0] or text[:most]
