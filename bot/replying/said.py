"""What somebody said: their quotations and reported statements from all articles, newest first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from bot.answering import Answer, Clarification, Option, Outcome, Refusal, RefusalReason
from bot.query.operators import Scope
from bot.query.said_requests import SaidRequest
from bot.quoting.quotes import Citation, CitedSpeaker, may_be_quoted, quote_from
from bot.quoting.speakers import plain_role
from index import Article, Span
from index.attribution import Appearance, Attribution
from index.attribution.names import NO_CORRECTIONS, NameCorrections, name_words, people_of
from index.search.retrieval import Archive, Retriever

MOST_QUOTES = 30
_SHOWN_AT_ONCE = 5
_MOST_OFFERED = 5
_NEAR = 0.35
"""The least cosine of a passage to the subject for it to be about that, where it shares no word with it."""
_FOUND_ABOUT = 200
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SaidPerson:
    """Somebody who speaks in the articles: their names, the fullest first, and how often each article quotes them."""

    names: tuple[str, ...]
    appearances: tuple[Appearance, ...]

    @property
    def statements(self) -> int:
        """How many statements are theirs."""
        return sum(one.statements for one in self.appearances)


def said_by(
    request: SaidRequest, scope: Scope, retriever: Retriever, corrections: NameCorrections = NO_CORRECTIONS
) -> Outcome:
    """Return what somebody said, newest first; which of several people may be meant; or that nobody of that name does.

    `corrections`: what admins said of names.
    """
    people = people_named(request.name, retriever.archive, corrections)
    if not people:
        return Refusal(RefusalReason.NOBODY_SPEAKS, 0.0, (), ())
    if len(people) > 1:
        options = tuple(
            Option(person.names[0], replace(request, name=person.names[0]).typed) for person in people[:_MOST_OFFERED]
        )
        likeliest = _answer(people[0], request, scope, retriever)
        return Clarification(options, likeliest) if isinstance(likeliest, Answer) else likeliest
    return _answer(people[0], request, scope, retriever)


def people_named(name: str, archive: Archive, corrections: NameCorrections = NO_CORRECTIONS) -> list[SaidPerson]:
    """Return the people who have a name or a part of it, whoever speaks most first; a last name alone that may be
    several people's is nobody's."""
    wanted = set(name_words(name))
    if not wanted:
        return []
    found = set(archive.speaking(name))
    others = {other for known in (name, *(one.name for one in found)) for other in corrections.joined_with(known)}
    found |= {one for other in others for one in archive.speaking(other)}
    counts = Counter({one.name: 0 for one in found})
    for one in found:
        counts[one.name] += one.statements
    people = [
        SaidPerson(tuple(names), tuple(one for one in found if one.name in names))
        for names in people_of(counts.items(), corrections)
    ]
    meant = [one for one in people if any(wanted <= set(name_words(known)) for known in one.names)]
    exact = [
        one for one in meant if len(wanted) > 1 and any(name_words(known) == name_words(name) for known in one.names)
    ]
    in_full = [one for one in exact or meant if len(name_words(one.names[0])) > 1]
    return sorted(in_full or meant, key=lambda one: (-one.statements, one.names))


def _answer(person: SaidPerson, request: SaidRequest, scope: Scope, retriever: Retriever) -> Answer | Refusal:
    about = _passages_about(request.subject, person, scope, retriever) if request.subject else None
    quoted = (
        citation
        for article in _newest_first(person, scope, retriever.archive)
        if about is None or article.id in about
        for citation in _citations(person, article, retriever.archive, about[article.id] if about else None)
    )
    citations = tuple(
        replace(citation, number=number) for number, citation in enumerate(islice(quoted, MOST_QUOTES), start=1)
    )
    if not citations:
        reason = RefusalReason.NOT_ANSWERED if request.subject else RefusalReason.NOBODY_SPEAKS
        return Refusal(reason, 0.0, (), ())
    return Answer(1.0, citations, min(len(citations), _SHOWN_AT_ONCE), None, ())


def _newest_first(person: SaidPerson, scope: Scope, archive: Archive) -> Iterator[Article]:
    """Yield the articles in which somebody speaks that a scope allows, of near copies the newest."""
    articles = [archive.article(article_id) for article_id in {one.article_id for one in person.appearances}]
    seen: set[int | None] = set()
    for article in sorted(articles, key=lambda one: (one.published_at or _LONG_AGO, one.id), reverse=True):
        group = archive.copy_group(article.id)
        if group not in seen and scope.allows(article):
            seen.add(group)
            yield article


def _citations(
    person: SaidPerson, article: Article, archive: Archive, about: Sequence[Span] | None
) -> Iterator[Citation]:
    """Yield the sentences of an article that hold what somebody says, each once; with `about`, only of these spans."""
    sentences = archive.sentences_of(article.id)
    end = -1
    for one in archive.attributions_of(article.id):
        if not (one.is_speech and one.speaker is not None and one.speaker.name in person.names):
            continue
        span = _whole(one, sentences)
        if span is None or span.start < end or (about is not None and not any(span.overlaps(each) for each in about)):
            continue
        quote = quote_from(article, span)
        if may_be_quoted(quote, archive):
            end = span.end
            speaker = CitedSpeaker(person.names[0], plain_role(one.speaker.role), one.mention or one.span)
            about_article = (article.title, article.source, article.published_at, article.url)
            highlights = (one.span,) if span.contains(one.span) and one.kind == "direct" else ()
            yield Citation(1, quote, *about_article, highlights=highlights, score=1.0, speaker=speaker)


def _whole(one: Attribution, sentences: Sequence[Span]) -> Span | None:
    """Return the sentences that hold a statement."""
    holding = [sentence for sentence in sentences if sentence.overlaps(one.span)]
    return Span(holding[0].start, holding[-1].end) if holding else None


def _passages_about(subject: str, person: SaidPerson, scope: Scope, retriever: Retriever) -> dict[str, list[Span]]:
    """Return the passages that are about something, of the articles in which somebody speaks, one of near copies."""
    articles = frozenset(article.id for article in _newest_first(person, scope, retriever.archive))
    query = replace(scope.query(subject), articles=articles)
    found: dict[str, list[Span]] = {}
    for hit in retriever.search(query, _FOUND_ABOUT):
        if hit.keyword_score > 0 or hit.similarity >= _NEAR:
            found.setdefault(hit.passage.article_id, []).append(hit.passage.span)
    return found
