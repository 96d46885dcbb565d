"""What a message means in its conversation: an option that was offered, a follow-up, or a wish to see more."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.conversation import SAID_ELSEWHERE, Conversation, Turn
from bot.followup.leaning import Leaning
from bot.followup.references import CitationRequest, chosen_option, citation_request
from bot.followup.resolution import Resolution, Wording, resolve
from bot.followup.signs import is_keyword, is_small_talk
from bot.followup.subject import Subject, subject_of
from bot.followup.thread import Thread, said_in
from bot.query.operators import Scope
from bot.reading.behind import BEHIND, put_behind
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever
from index.text.terms import terms_of

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
    said = said_in(turns)
    if not said or is_small_talk(typed):
        return Resolution(typed)
    thread = Thread.of(said, lambda turn, before: _has_leaned(turn, before, retriever))
    by_grammar = resolve(asked, conversation, _background(conversation, scope, retriever.archive), thread)
    chance = _chance(typed, said, retriever)
    if is_keyword(typed):
        chance = _where_held(typed, thread, retriever, chance)
    return _searched_for(typed, by_grammar, chance, thread, retriever)


def _chance(message: str, before: Sequence[Turn], retriever: Retriever) -> float:
    """Return how likely a message leans on these turns."""
    return shipped_leaning().chance(message, before, retriever.rarity, retriever.vectors_of, retriever.fingerprint)


def _has_leaned(turn: Turn, before: Sequence[Turn], retriever: Retriever) -> bool:
    """Return whether a turn leaned on those before it; a keyword that did was put behind its subject."""
    if is_keyword(turn.question) and turn.asked_at != SAID_ELSEWHERE:
        return False
    return _chance(turn.question, before, retriever) >= _LEANS_FROM


def _where_held(keyword: str, thread: Thread, retriever: Retriever, chance: float) -> float:
    """Return how likely a keyword leans: it does where an article quoted in the thread holds it, and not where only
    others do. Where none does, or what was quoted is not known, there is only the given chance."""
    terms = set(terms_of(keyword))
    quoted = dict.fromkeys(article_id for turn in thread.turns for article_id in turn.article_ids[:1])
    was_said_elsewhere = not quoted and any(turn.asked_at == SAID_ELSEWHERE for turn in thread.turns)
    if was_said_elsewhere or any(retriever.rarity(term) >= 1.0 for term in terms):
        return chance
    is_held = any(terms <= set(terms_of(_beginning(article_id, retriever.archive))) for article_id in quoted)
    return max(chance, _SHOWN_FROM) if is_held else 0.0


def _searched_for(
    typed: str, by_grammar: Resolution, chance: float, thread: Thread, retriever: Retriever
) -> Resolution:
    """Return what is read for the message by its grammar, searched for as typed among what the chat is about.

    `chance`: how likely the message leans on the chat.
    """
    if is_keyword(typed) and chance < _LEANS_FROM:
        by_grammar = Resolution(typed, context=by_grammar.context)
    leaning = max(chance, _GRAMMAR_LEANS) if by_grammar.leans else chance
    subject = subject_of(typed, thread.turns, leaning, retriever.rarity)
    if not subject.terms:
        return Resolution(typed, context=by_grammar.context)
    leans = by_grammar.leans or chance >= _LEANS_FROM
    return replace(
        by_grammar, leans=leans, subject=subject, told_apart=_worded(typed, by_grammar, chance, subject, thread)
    )


def _worded(typed: str, by_grammar: Resolution, chance: float, subject: Subject, thread: Thread) -> Wording:
    """Return what is searched, read and shown for a message: the only place that tells the three apart.

    What grammar makes of it is read and shown if it is a plain question; else the message is read behind those before
    it, as the reader was trained, and shown behind its subject.
    """
    question = by_grammar.question
    if BEHIND not in question and question != typed:
        return Wording(typed, question, question)
    leans = by_grammar.leans or chance >= _LEANS_FROM
    read = put_behind([turn.question for turn in thread.turns], typed) if leans else typed
    is_told = subject.shown and (BEHIND in question.removesuffix(typed) or chance >= _SHOWN_FROM)
    return Wording(typed, read, f"{subject.shown}{BEHIND}{typed}" if is_told else typed)


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
    return _beginning(article_id, archive) if article_id is not None else ""


def _beginning(article_id: str, archive: Archive) -> str:
    """Return the beginning of an article's text; nothing for one that is gone."""
    try:
        return archive.article(article_id).text[:_BACKGROUND_CHARS]
    except UnknownArticle:
        return ""
