"""What a language model is asked of a message, and how its kind is weighed with ours; see `bot.pointing`."""

from dataclasses import replace
from typing import Final

from bot.conversation import Conversation
from bot.followup import is_small_talk, requested_citation
from bot.pointing import Pointer, Understood
from bot.query.glossing import GLOSSED_LANGUAGES
from bot.query.kinds import MessageKind, ToldKind
from bot.query.operators import Scope
from bot.query.summaries import asks_for_a_summary_of_it
from bot.replying.exactly import exact_phrases
from bot.replying.telling import language_of, tell_kind
from index.search.retrieval import Retriever

_MAY_BE: Final = 0.1
"""A kind that a model names is sure from this chance on that we give it ourselves."""


def understood_by(
    pointer: Pointer, asked: str, conversation: Conversation, scope: Scope, retriever: Retriever
) -> Understood | None:
    """Return what a model takes a message for; None where it is not asked, or says nothing that can be used.

    It is not asked of what is plain: small talk, words to be found exactly, a quote that is named by its number, the
    article at hand to be summed up.
    """
    if not asked.strip() or is_small_talk(asked) or exact_phrases(asked) or requested_citation(asked, conversation):
        return None
    if asks_for_a_summary_of_it(asked) and _is_at_hand(conversation, scope):
        return None
    told = tell_kind(asked, retriever)
    if told.is_sure and told.kind is MessageKind.SMALL_TALK:
        return None
    return pointer.understand(asked, conversation, retriever.rarity)


def _is_at_hand(conversation: Conversation, scope: Scope) -> bool:
    """Return whether it is known which article is spoken of."""
    is_only_one = scope.articles is not None and len(scope.articles) == 1
    return is_only_one or any(turn.article_ids for turn in conversation.turns)


def weighed_with(told: ToldKind, understood: Understood | None) -> ToldKind:
    """Return what a message asks for, given the kind that a model names: the mean of both."""
    kind = understood.kind if understood else None
    if kind is None or (told.is_sure and told.topic is not None):
        return told
    ours = told.chances.get(kind, 0.0)
    chances = {one: chance / 2 for one, chance in told.chances.items()} | {kind: (ours + 1) / 2}
    return replace(told, kind=kind, chances=chances, is_sure=ours >= _MAY_BE, topic=None)


def language_for(understood: Understood | None, asked: str) -> str | None:
    """Return the language that a message was in which a model put into English: what the model says, if the message
    looks like it; None for English."""
    said = understood.language if understood else None
    return said if said in GLOSSED_LANGUAGES and language_of(asked) == said else None
