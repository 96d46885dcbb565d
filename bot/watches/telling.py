"""Telling: what of the matches a chat has not been told yet, and what is new in it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.answering import Answer
from bot.query.topic_words import naming_terms
from bot.quoting.quotes import Citation
from bot.watches.matching import Match
from bot.watches.novelty import novelty_of
from bot.watches.watch import Watch
from index import Span
from index.search.retrieval import Archive
from index.text.terms import terms_of

_MOST_QUOTES: Final = 3
"""So many quotes are shown at once: what is over would be more than a phone's screen."""


class Telling:
    """Speaks to one place: what it has told once, or a near copy of it, it tells no more."""

    def __init__(self, told: Iterable[tuple[str, str]], archive: Archive) -> None:
        """`told`: the quotes that were shown there, each with the id of its article."""
        self._archive = archive
        self._quotes: list[str] = []
        self._quotes_of: dict[str, list[str]] = {}
        self._article_of_group: dict[int, str] = {}
        for quote, article_id in told:
            self._note(quote, article_id)

    def news_of(self, matches: Sequence[Match]) -> Iterator[tuple[Watch, Answer]]:
        """Yield an answer for each story that is news here, with the likeliest watch that it is for; what came at once
        for one watch together, in as many answers as it takes.

        Its citations are those that tell something new, with that as their highlights.
        """
        by_watch: dict[Watch, list[Match]] = {}
        for match in sorted(matches, key=lambda match: -match.answer.confidence):
            by_watch.setdefault(match.watch, []).append(match)
        for watch, some in by_watch.items():
            about = naming_terms(terms_of(watch.words))
            news = [cited for match in some for cited in self._told_now(match.answer, about)]
            for first in range(0, len(news), _MOST_QUOTES):
                shown = news[first : first + _MOST_QUOTES]
                numbered = tuple(replace(one, number=number) for number, one in enumerate(shown, start=1))
                yield watch, Answer(some[0].answer.confidence, numbered, len(numbered), None, ())

    def _told_now(self, answer: Answer, about: Collection[str]) -> list[Citation]:
        """Return what an answer has of news, as much as is shown at once, and remember it as told."""
        cited = [one for one in answer.citations[: answer.n_strong] if self._is_news(one, about)]
        news = [self._with_news(one, about) for one in cited[:_MOST_QUOTES]]
        for one in news:
            self._note(one.quote.text, one.quote.article_id)
        return news

    def _is_news(self, citation: Citation, about: Collection[str]) -> bool:
        group = self._archive.copy_group(citation.quote.article_id)
        known = self._article_of_group.get(group) if group is not None else None
        if known is not None and known != citation.quote.article_id:
            return False  # a near copy was told
        if any(quote in citation.quote.text for quote in self._quotes_of.get(citation.quote.article_id, ())):
            return False  # the article was quoted, in fewer sentences
        return novelty_of(citation.quote.text, self._quotes, about).is_news

    def _with_news(self, citation: Citation, about: Collection[str]) -> Citation:
        if not self._quotes:
            return citation
        start = citation.quote.span.start
        new = novelty_of(citation.quote.text, self._quotes, about).spans
        return replace(citation, highlights=tuple(Span(start + each.start, start + each.end) for each in new))

    def _note(self, quote: str, article_id: str) -> None:
        self._quotes.append(quote)
        self._quotes_of.setdefault(article_id, []).append(quote)
        group = self._archive.copy_group(article_id)
        if group is not None:
            self._article_of_group.setdefault(group, article_id)


def watch_conversation(chat: str) -> str:
    """Return the id of the conversation that a chat's alerts are kept in: /forget finds it by its end."""
    messenger, _, number = chat.partition(":")
    return f"{messenger}:watch:{number}"


def conversations_of(chat: str) -> Sequence[str]:
    """Return in which conversations a chat was told things: its own, those of people in it, and its alerts'."""
    return chat, f"{chat}:", watch_conversation(chat)
