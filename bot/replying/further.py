"""What may be asked next: questions made of what the articles of an answer say, by whom else, and when.

Nothing here knows whether they are answered: `Dialogue.further_questions` asks them before anybody is offered one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, zip_longest
from typing import Final

from bot.answering import Answer
from bot.composing.event_days import Precision, event_day
from bot.query.said_requests import SaidRequest
from bot.quoting.quotes import Citation
from bot.replies import Reply
from index import Article, Span
from index.attribution.word_sets import word_set
from index.errors import UnknownArticle
from index.search.retrieval import Archive
from index.text.terms import terms_of

LONGEST_QUESTION: Final = 60
"""A longer one does not fit the button that asks it."""
WHEN: Final = "When was that?"
_MOST_OF_A_SORT: Final = 3
_SHORTEST_TITLE_WORDS: Final = 3
_SHARED_TERMS: Final = 2
"""So much a headline has in common with the question and the article quoted first: a single word may be any."""
_CUT_SHORT: Final = ("...", "…")
_OUTLET: Final = re.compile(r"\s+[-–—|]\s+(?:[A-Z][\w.&]*\s?){1,3}$")
"""Where a headline was published, which many have at their end."""
_SHOWS: Final = re.compile(r"(?:photos?|pictures|in pictures|videos?|watch|listen|gallery|live|podcast|quiz)\b", re.I)
"""How headlines begin of what has little text."""
_DOCUMENTS: Final = word_set("act amendment bill code constitution law order report ruling statement treaty")
"""Last words of names of what speaks in an article, and of which nobody asks what it said."""
_BODIES: Final = word_set(
    """administration agency association authority board bureau centre center coalition commission committee council
    court department emirates federation force forces foundation government guard institute kingdom ministry nations
    office organisation organization party police service services society states union"""
)
"""Words of names in front of which a question has an article."""

Seen = set[tuple[str, Span]]
"""Quotes that were shown: of which article, and where they stand in it."""


@dataclass(frozen=True, slots=True)
class Further:
    """A question that may be asked next. `dated`: its answer has to hold a day. `speaker`: who has to say it; empty:
    whoever does."""

    question: str
    dated: bool = False
    speaker: str = ""


def further_questions(reply: Reply, archive: Archive) -> Iterator[Further]:
    """Yield questions that the articles of an answer suggest, one of each sort in turn: of somebody else who speaks in
    the article quoted first, of the days that it tells, of the headlines of others that were found."""
    answer = reply.outcome
    if not isinstance(answer, Answer) or not answer.citations:
        return
    try:
        article = archive.article(answer.citations[0].quote.article_id)
    except UnknownArticle:
        return
    shown = seen_in(reply)
    about = set(terms_of(f"{reply.resolved_question} {article.title}"))
    sorts = (
        _of_speakers(_shown(reply), article, archive),
        _of_days(article, archive, shown),
        _of_headlines(answer, shown, about, archive),
    )
    for further in filter(None, chain.from_iterable(zip_longest(*(list(one)[:_MOST_OF_A_SORT] for one in sorts)))):
        if len(further.question) <= LONGEST_QUESTION:
            yield further


def seen_in(reply: Reply) -> Seen:
    """Return what a reply quotes and shows at once: not what is less likely to answer."""
    return {(citation.quote.article_id, citation.quote.span) for citation in _shown(reply)}


def _shown(reply: Reply) -> Sequence[Citation]:
    answer = reply.outcome
    return answer.citations[: max(answer.n_strong, 1)] if isinstance(answer, Answer) else ()


def is_answered_anew(further: Further, reply: Reply, seen: Iterable[tuple[str, Span]]) -> bool:
    """Return whether a reply answers a question, and the words that do so were not shown before."""
    answer = reply.outcome
    if not isinstance(answer, Answer) or not answer.citations:
        return False
    first = answer.citations[0]
    told = first.highlights or (first.quote.span,)
    known = [span for article_id, span in seen if article_id == first.quote.article_id]
    if any(one.overlaps(span) for one in told for span in known) or not _is_said_by(further.speaker, first):
        return False
    if not further.dated:
        return True
    return first.published_at is not None and _tells_a_day(first.quote.text, first.published_at.date())


def _of_speakers(shown: Sequence[Citation], article: Article, archive: Archive) -> Iterator[Further]:
    heard = {citation.speaker.name for citation in shown if citation.speaker is not None}
    named = [
        said.speaker.name
        for said in archive.attributions_of(article.id)
        if said.is_speech and said.speaker is not None and said.speaker.is_named
    ]
    for name in dict.fromkeys(named):
        if name not in heard and name.split()[-1].casefold() not in _DOCUMENTS:
            yield Further(SaidRequest(in_a_question(name)).in_words, speaker=name)


def in_a_question(name: str) -> str:
    """Return a name as it stands in a question: that of a body with an article."""
    bare = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    last = bare.partition(" of ")[0].partition(" for ")[0].split()[-1:]
    return f"the {bare}" if bare != name or any(word.casefold() in _BODIES for word in last) else name


def _is_said_by(name: str, citation: Citation) -> bool:
    """Return whether a quote is of somebody, whose name an article may have in full or in part."""
    if not name:
        return True
    said_by = citation.speaker.name.casefold().split() if citation.speaker is not None else []
    return name.casefold().split()[-1] in said_by


def _of_days(article: Article, archive: Archive, shown: Seen) -> Iterator[Further]:
    if article.published_at is None:
        return
    published = article.published_at.date()
    for sentence in archive.sentences_of(article.id):
        is_shown = any(article_id == article.id and span.overlaps(sentence) for article_id, span in shown)
        if not is_shown and _tells_a_day(sentence.slice(article.text), published):
            yield Further(WHEN, dated=True)
            return


def _of_headlines(answer: Answer, shown: Seen, about: set[str], archive: Archive) -> Iterator[Further]:
    quoted = {article_id for article_id, _ in shown}
    found = [hit.passage.article_id for hit in answer.hits]
    for article_id in dict.fromkeys(found):
        if article_id in quoted:
            continue
        title = _OUTLET.sub("", " ".join(archive.article(article_id).title.split()))
        is_whole = len(title.split()) >= _SHORTEST_TITLE_WORDS and not title.endswith(_CUT_SHORT)
        if is_whole and not _SHOWS.match(title) and len(about & set(terms_of(title))) >= _SHARED_TERMS:
            yield Further(title)


def _tells_a_day(sentence: str, published: date) -> bool:
    day = event_day(sentence, published)
    return day is not None and day.precision is Precision.DAY
