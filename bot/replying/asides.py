"""Replies that need no search: small talk, where a quote is from, whatever is new."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from bot.answering import Answer, Outcome, Refusal, Remark, quote_passages
from bot.composing.gathering import from_the_first_that_tells, tells
from bot.conversation import Conversation, Turn
from bot.followup import Resolution, keyword_in, named_citation, understand
from bot.query.headlines import lead_of
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.operators import Scope
from bot.query.topic_words import names_something
from index import Article, Query, Span
from index.errors import UnknownArticle
from index.search.retrieval import Archive, Retriever
from index.text.terms import terms_of

_NEWEST: Final = 5
"""So many of the newest articles are quoted."""
_SURE_ANSWER: Final = 0.7
"""Below it an answer to a message in another language is as likely wrong."""
_PERHAPS_ABOUT_ARTICLE: Final = 0.1
"""The chance from which on a message that nothing answers is taken to ask about an article."""
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
_LONGEST_LEAD: Final = 300
_LONGEST_BYLINE: Final = 200
_LETTER: Final = re.compile(r"\w")
_ABOUT_ARTICLES: Final = frozenset(
    terms_of(
        "article articles paper newspaper outlet agency site website source sources link url title headline author "
        "reporter journalist publish published written write wrote read report reported date day dated say says said "
        "find found get story quote one where which who when what old recent new today news full original whole"
    )
)
"""Terms that ask about an article and tell nothing of what it is about."""
_OF_NEWS: Final = frozenset(terms_of("news latest newest new headline headlines update updates today world"))
"""Terms that ask for whatever is new."""


def is_wordless(message: str) -> bool:
    """Return whether a message holds nothing but signs, such as a thumb: there is nothing to search for."""
    signs = "".join(message.split())
    return bool(signs) and not _LETTER.search(signs) and not signs.isascii()


def aside(told: ToldKind, asked: str, conversation: Conversation, scope: Scope, retriever: Retriever) -> Outcome | None:
    """Return the reply to a message that asks nothing of what the articles tell; None for any other."""
    if not told.is_sure:
        return None
    match told.topic:
        case None | Topic.LANGUAGE:
            return None
        case Topic.NEWEST if _names_a_subject(asked, retriever):
            return None
        case Topic.NEWEST:
            return newest(scope, retriever.archive) or Remark(Topic.NEWEST)
        case Topic.ARTICLE:
            if conversation.turns:
                return quoted_before(asked, conversation, retriever)
            return article_named(told, asked, scope, retriever) or Remark(Topic.ARTICLE)
        case topic:
            return Remark(topic)


def _names_a_subject(asked: str, retriever: Retriever) -> bool:
    """Return whether a message asks for the news of what an article is about by its title: "pope news"."""
    keyword = keyword_in(_without(_OF_NEWS, asked))
    hits = retriever.search(Query(keyword), 1) if keyword else []
    titles = (retriever.archive.article(hit.passage.article_id).title for hit in hits)
    return any(set(terms_of(keyword)).issubset(terms_of(title)) for title in titles)


def instead_of_refusal(told: ToldKind, asked: str, outcome: Outcome, scope: Scope, retriever: Retriever) -> Outcome:
    """Return an outcome; a remark in place of one that is no sure answer to a message in another language, and the
    article itself in place of a refusal, where that may be what is asked about.

    Names and numbers may find an answer all the same, and a short message may be a name after all.
    """
    if told.topic is Topic.LANGUAGE and not (isinstance(outcome, Answer) and outcome.confidence >= _SURE_ANSWER):
        return Remark(Topic.LANGUAGE, told.language)
    if isinstance(outcome, Refusal):
        return article_named(told, asked, scope, retriever) or outcome
    return outcome


def article_named(told: ToldKind, asked: str, scope: Scope, retriever: Retriever) -> Answer | None:
    """Return how the article begins that a message asks about by what it is on, with who wrote it; None where it names
    nothing that an article is on, or hardly asks about one."""
    chance = told.chances.get(MessageKind.ABOUT_ARTICLE, 0.0)
    named = _without(_ABOUT_ARTICLES, asked)
    if chance < _PERHAPS_ABOUT_ARTICLE or not names_something(named):
        return None
    hits = retriever.search(scope.query(named), 1)
    if not hits:
        return None
    article = retriever.archive.article(hits[0].passage.article_id)
    lead = lead_of(retriever.archive.sentences_of(article.id), article.text)
    if lead is None or not _is_on(f"{article.title} {lead.slice(article.text)}", named, retriever.rarity):
        return None
    begun = Span(0, lead.end) if lead.start <= _LONGEST_LEAD else lead
    shown = quote_passages([(article, begun)], retriever.archive)
    return replace(shown, confidence=chance, hits=tuple(hits)) if shown else None


def _without(terms: Collection[str], message: str) -> str:
    """Return a message without the words that are nothing but these terms."""
    return " ".join(word for word in message.split() if not set(terms_of(word)).issubset(terms))


def _is_on(beginning: str, named: str, rarity: Callable[[str], float]) -> bool:
    """Return whether an article that begins so is on what is named, rather than telling of it among other things."""
    weights = {term: rarity(term) for term in terms_of(named)}
    held = weights.keys() & set(terms_of(beginning))
    return 2 * sum(weights[term] for term in held) >= sum(weights.values())


def asked_before(told: ToldKind, conversation: Conversation, retriever: Retriever) -> Resolution | None:
    """Return what the question meant in its chat whose answer a message asks the source of, to be searched with that
    answer, where it is not known what was quoted: what was said elsewhere comes without quotes."""
    turns = conversation.turns
    if not told.is_sure or told.topic is not Topic.ARTICLE or not turns or any(turn.quotes for turn in turns):
        return None
    meant = understand(turns[-1].question, conversation.before_last, retriever)
    return replace(meant, searched=f"{meant.searched} {turns[-1].answer or ''}".strip())


def newest(scope: Scope, archive: Archive) -> Answer | None:
    """Return how the newest articles within a scope begin, the newest first; None where there are none.

    Of near copies only one is quoted.
    """
    return quote_passages(islice(_leads(scope, archive), _NEWEST), archive, n_strong=_NEWEST)


def quoted_before(asked: str, conversation: Conversation, retriever: Retriever) -> Answer | None:
    """Return once more what was quoted last, or the quote that a message names by its number or its words, and who
    wrote the article, where it says so; None where nothing fits."""
    for turn in reversed(conversation.turns):
        if turn.quotes:
            number = named_citation(asked, len(turn.quotes)) or _number_of_words(asked, turn, retriever.rarity)
            places = list(_places(turn, number - 1, retriever.archive)) if number else []
            written_by = [(article, line) for article, _ in places for line in _bylines(article, retriever.archive)]
            return quote_passages(places + written_by, retriever.archive, n_strong=2)
    return None


def _bylines(article: Article, archive: Archive) -> Iterator[Span]:
    """Yield what stands above the first sentence that tells something, such as who wrote it, if that is no more than
    a few words and not the headline once more."""
    sentences = archive.sentences_of(article.id)
    first = next((span for span in sentences if tells(span.slice(article.text))), None)
    above = article.text[: first.start].strip() if first else ""
    if first and above and len(above) <= _LONGEST_BYLINE and article.title not in above:
        start = article.text.index(above)
        yield Span(start, start + len(above))


def _number_of_words(asked: str, turn: Turn, rarity: Callable[[str], float]) -> int | None:
    """Return the number of the quote that holds most of what a message names; the first if it names nothing that is in
    any article; None if what it names is in other articles."""
    named = {term for term in terms_of(asked) if term not in _ABOUT_ARTICLES and rarity(term) < 1.0}
    if not named:
        return 1
    held = [len(named.intersection(terms_of(quote))) for quote in turn.quotes]
    return held.index(max(held)) + 1 if max(held) else None


def _places(turn: Turn, place: int, archive: Archive) -> Iterator[tuple[Article, Span]]:
    """Yield a quote of a turn, unless its article has changed since."""
    try:
        article = archive.article(turn.article_ids[place])
    except UnknownArticle:
        return
    start = article.text.find(turn.quotes[place])
    if start >= 0:
        yield article, Span(start, start + len(turn.quotes[place]))


def _leads(scope: Scope, archive: Archive) -> Iterator[tuple[Article, Span]]:
    """Yield articles with how they begin, the newest first."""
    groups: set[int | None] = set()
    dated = [one for one in archive.headlines() if one.published_at is not None and scope.allows(one)]
    for one in sorted(dated, key=lambda one: one.published_at or _LONG_AGO, reverse=True):
        group = archive.copy_group(one.id)
        sentences = archive.sentences_of(one.id)
        if sentences and (group is None or group not in groups):
            groups.add(group)
            article = archive.article(one.id)
            yield article, _beginning(from_the_first_that_tells(sentences, article.text))


def _beginning(sentences: Sequence[Span]) -> Span:
    """Return the first sentence; the first two if they are short."""
    first = sentences[0]
    if len(sentences) > 1 and sentences[1].end - first.start <= _LONGEST_LEAD // 2:
        return Span(first.start, sentences[1].end)
    return first
