"""What a message means in its conversation: an option that was offered, a follow-up, or a wish to see more."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.conversation import Conversation, Turn
from bot.followup.leaning import Leaning
from bot.followup.references import CitationRequest, chosen_option, citation_request
from bot.followup.resolution import Resolution, resolve
from bot.followup.subject import subject_of
from bot.query.operators import Scope
from bot.reading.answer_types import BEHIND
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever

_BACKGROUND_CHARS = 20_000
_GRAMMAR_LEANS = 0.3
"""The least chance that a message leans in which grammar finds a word that stands for another."""
_LEANS_FROM = 0.5
_SHOWN_FROM = 0.7
"""From this chance on the reader is told what a message was taken to be about; below it that counts less."""


def understand(
    asked: str, conversation: Conversation, scope: Scope, retriever: Retriever, *, literally: bool = False
) -> Resolution:
    """Return what a message means here; one of the options that were offered, if it names one.

    `literally`: take the words as typed, whatever was said before.
    """
    typed = " ".join(asked.split())
    turns = conversation.turns
    if literally or not turns or not typed:
        return Resolution(typed)
    taken = chosen_option(asked, tuple(label for label, _ in turns[-1].options)) if turns[-1].options else None
    if taken is not None:
        return Resolution(turns[-1].options[taken][1], leans=True)
    by_grammar = resolve(asked, conversation, _background(conversation, scope, retriever.archive))
    chance = shipped_leaning().chance(typed, turns, retriever.rarity, retriever.vectors_of, retriever.fingerprint)
    return _searched_for(typed, by_grammar, chance, turns, retriever)


def _searched_for(
    typed: str, by_grammar: Resolution, chance: float, turns: Sequence[Turn], retriever: Retriever
) -> Resolution:
    """Return what is read for the message by its grammar, searched for as typed among what the chat is about.

    `chance`: how likely the message leans on the chat.
    """
    subject = subject_of(typed, turns, max(chance, _GRAMMAR_LEANS) if by_grammar.leans else chance, retriever.rarity)
    if not subject.terms:
        return Resolution(typed)
    if chance < _SHOWN_FROM and BEHIND not in by_grammar.question:
        subject = replace(subject, shown="")
    return replace(by_grammar, leans=by_grammar.leans or chance >= _LEANS_FROM, subject=subject, typed=typed)


@lru_cache(1)
def shipped_leaning() -> Leaning:
    """Return what judges whether a message leans on those before, read once."""
    return Leaning.shipped()


def requested_citation(asked: str, conversation: Conversation) -> CitationRequest | None:
    """Return what a message wants to see around a quote of the last turn; None if it is an ordinary question."""
    n_citations = len(conversation.turns[-1].quotes) if conversation.turns else 0
    return citation_request(asked, n_citations) if n_citations else None


def _background(conversation: Conversation, scope: Scope, archive: Archive) -> str:
    """Return the beginning of the article under discussion: the only one that may be searched, or the one quoted
    last."""
    cited = next((turn.article_ids[0] for turn in reversed(conversation.turns) if turn.article_ids), None)
    article_id = next(iter(scope.articles)) if scope.articles is not None and len(scope.articles) == 1 else cited
    if article_id is None:
        return ""
    try:
        return archive.article(article_id).text[:_BACKGROUND_CHARS]
    except UnknownArticle:
        return ""
