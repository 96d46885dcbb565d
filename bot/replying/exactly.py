"""Messages with words between quotation marks: only what holds these very words is quoted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.answering import N_HITS, Answer, Answerer, Refusal, RefusalReason, quote_passages
from bot.query.headlines import article_asked_for, is_asking_only
from bot.query.operators import Scope
from index import Article, Hit, Span
from index.search.retrieval import Archive, Retriever
from index.text.forms import is_in_full
from index.text.phrases import phrase_pattern, places_of

_QUOTED: Final = re.compile(r'"([^"\n]+)"|“([^“”\n]+)”|„([^„“”\n]+)[“”]|«([^«»\n]+)»')
_SHOWN: Final = 3
"""So many sentences that hold a phrase are shown unasked."""


def exact_phrases(message: str) -> tuple[str, ...]:
    """Return what a message wants to find word for word: what stands between quotation marks.

    In a question that is written in full they only name something, such as a film, and what answers need not name it.
    """
    found = tuple(filter(phrase_pattern, (next(filter(None, match.groups())) for match in _QUOTED.finditer(message))))
    rest = _QUOTED.sub(" ", message)
    return found if found and (is_asking_only(rest) or not is_in_full(message)) else ()


def search_exactly(
    message: str, phrases: Sequence[str], scope: Scope, answerer: Answerer, retriever: Retriever
) -> Answer | Refusal | None:
    """Return what the passages that hold the phrases say to a message, or the sentences that hold them; a refusal where
    there are none. None if the message names an article by its headline."""
    query = scope.query(message)
    if article_asked_for(message, answerer.find(query, retriever), retriever.archive):
        return None
    hits = retriever.search_phrases(query, phrases, N_HITS)
    if not hits:
        return Refusal(RefusalReason.NO_SUCH_PHRASE, 0.0, (), ())
    if not is_asking_only(_QUOTED.sub(" ", message)):
        read = answerer.read(query, hits, retriever)
        if isinstance(read, Answer):
            return read
    return _holding(phrases, hits, retriever.archive)


def _holding(phrases: Sequence[str], hits: Sequence[Hit], archive: Archive) -> Answer | None:
    """Return the sentences that hold the phrases, with those marked."""
    shown = quote_passages(dict.fromkeys(_sentences(phrases, hits, archive)), archive, n_strong=_SHOWN)
    if shown is None:
        return None
    marked = []
    for citation in shown.citations:
        at = citation.quote.span.start
        places = places_of(phrases, citation.quote.text) or ()
        marked.append(replace(citation, highlights=tuple(Span(at + one.start, at + one.end) for one in places)))
    return replace(shown, citations=tuple(marked), hits=tuple(hits))


def _sentences(phrases: Sequence[str], hits: Sequence[Hit], archive: Archive) -> Iterator[tuple[Article, Span]]:
    """Yield the sentence of each hit that holds the phrases, or the run of them from the first phrase to the last."""
    for hit in hits:
        article, passage = archive.article(hit.passage.article_id), hit.passage
        for sentence in passage.sentences:
            if places_of(phrases, sentence.slice(article.text)):
                yield article, sentence
                break
        else:
            at, text = passage.span.start, passage.span.slice(article.text)
            places = [Span(at + one.start, at + one.end) for one in places_of(phrases, text) or ()]
            held = [one for one in passage.sentences if any(one.overlaps(place) for place in places)]
            if held:
                yield article, Span(held[0].start, held[-1].end)
