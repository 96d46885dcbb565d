"""Matching: which of all that is watched the articles that arrived have something to say to."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.answering import Answer, Answerer
from bot.query.said_requests import SaidRequest
from bot.watches.about import names_another, without_missing_name
from bot.watches.asking import Found, ask_of, said_in
from bot.watches.catalogue import Catalogue
from bot.watches.watch import Watch
from index.attribution.names import NameCorrections, name_key
from index.embedding.embedder import Vectors
from index.search.retrieval import Archive, Retriever
from index.text.terms import terms_of

logger = logging.getLogger(__name__)

_READ_AN_ARTICLE: Final = 40
"""So many watched questions an article is read for, the likeliest first."""
_ARTICLES_A_QUESTION: Final = 6
"""So many articles that arrived at once a question is asked of, the likeliest first."""
_SURE: Final = 0.62
"""How likely right a quote must be that nobody asked for at that moment; a watch's bar comes on top."""


@dataclass(frozen=True, slots=True)
class Match:
    """What articles say to something that is watched."""

    watch: Watch
    answer: Answer


class Matching:
    """Matches for what is watched at one time, over snapshots made by one embedder."""

    def __init__(
        self, watches: Iterable[Watch], vectors_of: Callable[[Sequence[str]], Vectors], retriever: Retriever
    ) -> None:
        """`vectors_of` gives the vectors of watched words, (n, dimension)."""
        self._fingerprint = retriever.fingerprint
        self._by_words: dict[str, list[Watch]] = {}
        self._by_name: dict[str, dict[SaidRequest, list[Watch]]] = {}
        for watch in watches:
            if (request := watch.request) is not None:
                self._by_name.setdefault(name_key(request.name), {}).setdefault(request, []).append(watch)
            else:
                self._by_words.setdefault(watch.words, []).append(watch)
        texts = list(self._by_words)
        self._catalogue = Catalogue(texts, vectors_of(texts), retriever.rarity)

    def fits(self, retriever: Retriever) -> bool:
        """Return whether the vectors compare with those of a snapshot."""
        return retriever.fingerprint == self._fingerprint

    def matches(
        self,
        article_ids: Sequence[str],
        answerer: Answerer,
        retriever: Retriever,
        corrections: NameCorrections,
    ) -> list[Match]:
        """Return what each of these articles says to what is watched.

        One by one: where one answers surely, the others would not be read on.
        """
        found: list[Match] = []
        for words, about in self._likely(article_ids, retriever).items():
            for article_id, odds in about.items():
                reader = answerer.for_one_message()
                told = _told(ask_of(words, article_id, odds, reader, retriever), self._by_words[words])
                if told and not _is_of_another(words, article_id, retriever):
                    found += told
        for article_id in article_ids:
            for request, watches in self._named_in(article_id, retriever.archive).items():
                found += _told(said_in(request, [article_id], retriever, corrections), watches)
        return found

    def n_likely(self, article_ids: Sequence[str], retriever: Retriever) -> int:
        """Return how many watched questions are read for these articles."""
        return len(self._likely(article_ids, retriever))

    def _likely(self, article_ids: Sequence[str], retriever: Retriever) -> Mapping[str, Mapping[str, float]]:
        """Return the watched questions that some of the articles may answer, each with the likeliest of those and the
        odds that these are about it."""
        scored: dict[str, list[tuple[float, str]]] = {}
        for article_id, passages in retriever.snapshot.vectors_of(article_ids).items():
            terms = article_terms(article_id, retriever.archive)
            for one in self._catalogue.candidates(passages, terms, most=_READ_AN_ARTICLE):
                scored.setdefault(self._catalogue.texts[one.row], []).append((one.about, article_id))
        return {
            words: {article_id: about for about, article_id in sorted(some, reverse=True)[:_ARTICLES_A_QUESTION]}
            for words, some in scored.items()
        }

    def _named_in(self, article_id: str, archive: Archive) -> Mapping[SaidRequest, Sequence[Watch]]:
        """Return the watches of people that speak in an article, by their last names, those of the same words
        together."""
        keys = {
            name_key(said.speaker.name)
            for said in (archive.attributions_of(article_id) if self._by_name else ())
            if said.speaker is not None and said.is_speech
        }
        return {
            request: watches
            for key in sorted(keys & self._by_name.keys())
            for request, watches in self._by_name[key].items()
        }


def article_terms(article_id: str, archive: Archive) -> set[str]:
    """Return the search terms of an article, those of its title included."""
    article = archive.article(article_id)
    return set(terms_of(f"{article.title} {article.text}"))


def _is_of_another(words: str, article_id: str, retriever: Retriever) -> bool:
    """Return whether an article has another name in the place of one that it lacks of what is watched."""
    without_name = without_missing_name(words, article_terms(article_id, retriever.archive))
    if not without_name:
        return False
    nearness, nearness_without = (retriever.nearness(text, [article_id]) for text in (words, without_name))
    return names_another(nearness, nearness_without)


def _told(found: Found | None, watches: Sequence[Watch]) -> list[Match]:
    if found is None:
        return []
    return [Match(watch, found.answer) for watch in watches if _is_wanted(found, watch)]


def _is_wanted(found: Found, watch: Watch) -> bool:
    """Return whether what was found is sure enough for a watch: a raised bar asks for more, a lowered one for less
    than an answer does."""
    if watch.bar >= 0 and not found.is_worth_quoting:
        return False
    return found.answer.confidence >= _SURE + watch.bar
