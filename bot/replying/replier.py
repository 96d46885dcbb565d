"""Replier: the Reply to one message in its conversation. It keeps nothing: see `bot.dialogue`."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from bot.answering import Answer, Answerer, Outcome, Refusal, Remark, withheld
from bot.conversation import Conversation
from bot.followup import Resolution, behind_thanks, requested_citation
from bot.freshness import newest_worth_telling
from bot.pointing import Pointer
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.operators import Scope
from bot.query.summaries import asks_for_a_summary_of_it
from bot.query.topic_words import names_something
from bot.replies import Reply
from bot.replying.answers import MessageAnswerer
from bot.replying.asides import aside, asked_before, instead_of_refusal, newest
from bot.replying.beside_quotes import beside
from bot.replying.exactly import search_exactly
from bot.replying.meaning import Meant, Said, meaning_of
from bot.replying.said import said_by
from bot.stopwatch import Stopwatch
from index.attribution.names import NameCorrections
from index.search.retrieval import Archive, Retriever


class _Found(NamedTuple):
    """What a message is replied with. `question`: what people are told that it was understood as."""

    question: str
    outcome: Outcome
    told: ToldKind


class Replier:
    """Replies to messages. Safe to call from several threads."""

    def __init__(self, answerer: Answerer, name_corrections: Callable[[], NameCorrections]) -> None:
        """`name_corrections` returns what admins said of names."""
        self._answerer = answerer
        self._name_corrections = name_corrections

    def reply(
        self,
        said: Said,
        conversation: Conversation,
        scope: Scope,
        retriever: Retriever,
        watch: Stopwatch,
        pointer: Pointer | None = None,
    ) -> Reply:
        """Return the reply to a message in a conversation.

        `watch` measures its stages; `pointer`: a language model that says what it means, and points at sentences.
        """
        with watch.measure("resolve"):
            meant = meaning_of(said, conversation, scope, retriever, pointer)
        answers = MessageAnswerer(self._answerer, retriever, watch, pointer)
        shown = self._shown(said, meant, answers, retriever)
        question, outcome, told = shown or self._answered(said, meant, answers, retriever)
        return Reply(
            secrets.token_hex(8),
            conversation.id,
            said.text,
            question,
            outcome,
            watch.stages,
            meant.corrected,
            told.kind,
            meant.language,
            pointer.note if pointer else None,
            None if said.literally else newest_worth_telling(outcome, told, meant.asked, meant.scope, retriever),
        )

    def _shown(self, said: Said, meant: Meant, answers: MessageAnswerer, retriever: Retriever) -> _Found | None:
        """Return the reply to a message that need not be answered; None for a question."""
        asked, told, scope = " ".join(meant.asked.split()), meant.told, meant.scope
        if meant.request is not None:
            shown = said_by(meant.request, scope, retriever, self._name_corrections())
            return _Found(" ".join(meant.request.in_words.split()), shown, told)
        if said.literally or said.kind is not None:
            return None
        outcome = self._words_wanted(meant, retriever) or aside(told, meant.asked, meant.conversation, scope, retriever)
        if outcome is not None:
            return _Found(asked, outcome, told)
        if asks_for_a_summary_of_it(meant.asked) or (_opens(meant) and told.kind is MessageKind.OVERVIEW):
            gist = answers.sum_up(meant.conversation, scope) or newest(scope, retriever.archive)
            return _Found(asked, gist, ToldKind.surely(MessageKind.OVERVIEW)) if gist else None
        return self._news(meant, retriever)

    def _news(self, meant: Meant, retriever: Retriever) -> _Found | None:
        """Return the newest articles, to who asks for the latest of nothing; None for any other message."""
        if not _opens(meant) or meant.told.kind is not MessageKind.LATEST:
            return None
        found = newest(meant.scope, retriever.archive) or Remark(Topic.NEWEST)
        return _Found(" ".join(meant.asked.split()), found, meant.told)

    def _words_wanted(self, meant: Meant, retriever: Retriever) -> Outcome | None:
        """Return the words of an article that a message wants to see: those beside a quote, or those it quotes."""
        request = requested_citation(meant.asked, meant.conversation)
        shown = beside(request, meant.conversation, retriever) if request else None
        if shown is None and meant.phrases:
            return search_exactly(meant.asked, meant.phrases, meant.scope, self._answerer, retriever)
        return shown

    def _answered(self, said: Said, meant: Meant, answers: MessageAnswerer, retriever: Retriever) -> _Found:
        before = None if said.literally else asked_before(meant.told, meant.conversation, retriever)
        if before is not None:
            meant = replace(meant, resolution=before, conversation=meant.conversation.before_last)
        found = _of_the_chat(answers.answer(meant), meant.resolution, retriever.archive)
        question = _shown_above(found, meant.resolution, retriever.archive)
        outcome: Outcome = found
        if not said.literally:
            outcome = instead_of_refusal(meant.told, meant.asked, found, meant.scope, retriever)
        return _Found(question, outcome, meant.told)


def _opens(meant: Meant) -> bool:
    """Return whether a message is the first of its chat and names nothing: "hey, whats this about"."""
    return not (meant.conversation.turns or names_something(behind_thanks(meant.asked)))


def _of_the_chat(outcome: Answer | Refusal, resolution: Resolution, archive: Archive) -> Answer | Refusal:
    """Return an outcome; a refusal in place of an answer from an article that tells of nothing that the chat is about,
    to a message that surely is about that."""
    if isinstance(outcome, Refusal):
        return outcome
    answering = archive.article(outcome.citations[0].quote.article_id)
    return outcome if resolution.may_be_answered_by(answering) else withheld(outcome)


def _shown_above(outcome: Answer | Refusal, resolution: Resolution, archive: Archive) -> str:
    """Return what people are told that a message was understood as, above this outcome."""
    if isinstance(outcome, Refusal):
        return resolution.shown
    return resolution.shown_above(archive.article(outcome.citations[0].quote.article_id))
