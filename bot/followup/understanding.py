"""What a message means in its conversation: whether it leans on what was said, and on what of it."""

from collections.abc import Sequence
from functools import lru_cache

from bot.conversation import SAID_ELSEWHERE, Conversation, Turn
from bot.followup.leaning import Leaning, said_of
from bot.followup.references import CitationRequest, chosen_option, citation_request
from bot.followup.resolution import Resolution
from bot.followup.signs import is_small_talk, keyword_in
from bot.followup.spoken_of import articles_of
from bot.followup.subject import named_in, subject_of
from bot.followup.thread import said_in, thread_of
from bot.query.article_words import words_held, written_as_names
from bot.query.topic_words import (
    LEAD_CHARS,
    is_mostly_unheard,
    names_something,
    naming_terms,
    surely_names_something,
)
from bot.reading.behind import BEHIND, put_behind
from index import Article, Query
from index.search.retrieval import Archive, Retriever
from index.text.terms import terms_of

_LEANS_FROM = 0.5
"""From this chance on the reader is given a message behind those before it, and people are told what it was taken to be
about; below it the words of the chat only count less in the search."""

_SURELY_LEANS_FROM = 0.75
"""From this chance on a message leans even on what no article has heard of, and only an article that tells of
something that the chat is about may answer it."""


def understand(asked: str, conversation: Conversation, retriever: Retriever, *, literally: bool = False) -> Resolution:
    """Return what a message means here.

    `literally`: take the words as typed, whatever was said before.
    """
    typed = " ".join(asked.split())
    said = said_in(conversation.turns)
    if literally or not said or not typed or is_small_talk(typed):
        return Resolution.alone(typed)
    thread = thread_of(said, lambda turn, before: _chance(turn.question, before, retriever) >= _LEANS_FROM)
    chance = _chance(typed, said, retriever)
    if chance < _SURELY_LEANS_FROM and _names_more(typed, thread, retriever):
        return Resolution.alone(typed)
    if not names_something(typed):
        chance = max(chance, _LEANS_FROM)
    elif keyword := keyword_in(typed):
        chance = _where_held(keyword, thread, retriever, chance)
    context = f"{said[-1].question} {said_of(said[-1])}".strip()
    archive = retriever.archive
    told_by = next(iter(_quoted(thread[:1], archive)), None)
    subject = subject_of(typed, thread, chance, retriever.rarity, told_by, _named_since(thread, archive))
    if not subject.terms:
        return Resolution.alone(typed, context)
    leans = chance >= _LEANS_FROM
    read = put_behind([turn.question for turn in thread], typed, said_of(thread[-1])) if leans else typed
    shown = f"{subject.shown}{BEHIND}{typed}" if leans and subject.shown else typed
    named = named_in(thread, retriever.rarity) if chance >= _SURELY_LEANS_FROM else frozenset[str]()
    return Resolution(typed, read, shown, leans, context, subject, named)


def named_alone(asked: str, retriever: Retriever) -> str:
    """Return the name that is all a message holds, written so in the article that it finds: "boeing" of "ok what about
    boeing"; an empty string where it asks for more."""
    keyword = keyword_in(asked)
    hits = retriever.search(Query(keyword), 1) if keyword else []
    found = (retriever.archive.article(hit.passage.article_id) for hit in hits)
    return keyword if any(_are_names(keyword, article) for article in found) else ""


def requested_citation(asked: str, conversation: Conversation) -> CitationRequest | None:
    """Return what a message wants to see around a quote of the last turn; None if it is an ordinary question."""
    n_citations = len(conversation.turns[-1].quotes) if conversation.turns else 0
    return citation_request(asked, n_citations) if n_citations else None


def taken_option(asked: str, conversation: Conversation) -> str | None:
    """Return the question that a message chooses of those that the bot has just offered; None if it chooses none."""
    offered = conversation.turns[-1].options if conversation.turns else ()
    place = chosen_option(asked, tuple(label for label, _ in offered))
    return None if place is None else offered[place][1]


@lru_cache(1)
def shipped_leaning() -> Leaning:
    """Return what judges whether a message leans on those before, read once."""
    return Leaning.shipped()


def _names_more(typed: str, thread: Sequence[Turn], retriever: Retriever) -> bool:
    """Return whether a message names something behind turns about nothing, what no article has heard of, or what
    another article is about and those that the turns were answered from do not hold: "anything on the pope"."""
    if names_something(typed) and _is_of_nothing(thread, retriever):
        return True
    if not surely_names_something(typed):
        return False
    return _is_unheard(typed, retriever) or _names_another(typed, thread, retriever)


def _names_another(typed: str, thread: Sequence[Turn], retriever: Retriever) -> bool:
    named = naming_terms(terms_of(typed))
    quoted = _quoted(thread, retriever.archive)
    if not quoted or any(not words_held(article).isdisjoint(named) for article in quoted):
        return False
    found = (retriever.archive.article(hit.passage.article_id) for hit in retriever.search(Query(typed), 1))
    return any(words_held(article, LEAD_CHARS).issuperset(named) for article in found)


def _is_of_nothing(thread: Sequence[Turn], retriever: Retriever) -> bool:
    """Return whether these turns are about what no article has heard of, and were answered by nothing."""
    is_answered = any(turn.quotes or turn.answer for turn in thread)
    return not is_answered and is_mostly_unheard(terms_of(thread[0].resolved_question), retriever.rarity)


def _is_unheard(message: str, retriever: Retriever) -> bool:
    """Return whether a message is about what no article has heard of. A single word may be misspelt."""
    terms = terms_of(message)
    unheard = {term for term in terms if retriever.rarity(term) >= 1.0}
    return len(unheard) > 1 and is_mostly_unheard(terms, retriever.rarity)


def _chance(message: str, before: Sequence[Turn], retriever: Retriever) -> float:
    """Return how likely a message leans on these turns."""
    return shipped_leaning().chance(message, before, retriever)


def _where_held(keyword: str, thread: Sequence[Turn], retriever: Retriever, chance: float) -> float:
    """Return how likely a keyword leans: it does where an article quoted in the thread holds it, and not where only
    others do, unless it names nobody and surely leans ("anyone die"). Where none does, or what was quoted is not known,
    there is only the given chance."""
    terms = set(terms_of(keyword))
    quoted = _quoted(thread, retriever.archive)
    was_said_elsewhere = not quoted and any(turn.asked_at == SAID_ELSEWHERE for turn in thread)
    if was_said_elsewhere or any(retriever.rarity(term) >= 1.0 for term in terms):
        return chance
    is_held = any(terms <= words_held(article) for article in quoted)
    if is_held:
        return max(chance, _LEANS_FROM)
    return chance if chance >= _SURELY_LEANS_FROM and not named_alone(keyword, retriever) else 0.0


def _quoted(thread: Sequence[Turn], archive: Archive) -> list[Article]:
    """Return the article that each turn was answered from, where one still is there, each once."""
    return articles_of(tuple(dict.fromkeys(turn.article_ids[0] for turn in thread if turn.article_ids)), archive)


def _named_since(thread: Sequence[Turn], archive: Archive) -> str:
    """Return the last message that only named somebody or something, of whom another article told than those before;
    empty where there is none."""
    for place in range(len(thread) - 1, 0, -1):
        keyword = keyword_in(thread[place].question)
        told = _quoted(thread[place : place + 1], archive) if keyword else []
        if told and told[0] not in _quoted(thread[:place], archive) and _are_names(keyword, told[0]):
            return keyword
    return ""


def _are_names(keyword: str, article: Article) -> bool:
    """Return whether an article writes all words of a keyword that mean something as names."""
    terms = set(terms_of(keyword))
    return written_as_names(terms, article) == terms
