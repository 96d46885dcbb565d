"""Matching: which of all that is watched the articles that arrived have something to say to."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from bot.answering import Answer, Answerer
from bot.query.said_requests import SaidRequest
from bot.watches.asking import Found, ask_of, said_in
from bot.watches.catalogue import Catalogue
from bot.watches.naming import MissingName, missing_name, only_asks
from bot.watches.watch import Watch
from index.attribution.names import NameCorrections, name_key
from index.embedding.embedder import Vectors
from index.search.retrieval import Archive, Retriever
from index.text.terms import terms_of

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 4
"""So many watched questions an article is read for at once, the likeliest first."""
_READ_AN_ARTICLE: Final = 32
"""So many at most, in one round after the other."""
_ARTICLES_A_QUESTION: Final = 6
"""So many articles that arrived at once a question is asked of, the likeliest first."""
_SURE: Final = 0.62
"""How likely right a quote must be that nobody asked for at that moment; a watch's bar comes on top."""


@dataclass(frozen=True, slots=True)
class Match:
    """What articles say to something that is watched."""

    watch: Watch
    answer: Answer


@dataclass(frozen=True, slots=True)
class Candidacy:
    """A watched question that an article may answer, and the odds, as a logarithm, that it is about it."""

    words: str
    article_id: str
    about: float


Round = Sequence[Candidacy]
"""What is read in one go: of each article the likeliest few questions that were not read yet."""


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
        """Return what each of these articles says to what is watched."""
        rounds = self.rounds(article_ids, retriever)
        found = [match for one in rounds for match in self.read(one, answerer, retriever)]
        return found + self.said(article_ids, retriever, corrections)

    def rounds(self, article_ids: Sequence[str], retriever: Retriever) -> Sequence[Round]:
        """Return the watched questions that some of the articles may answer, each with the likeliest of those, in the
        order to read them in."""
        likely: dict[str, list[Candidacy]] = {}
        round_of: dict[str, int] = {}
        for article_id, passages in retriever.snapshot.vectors_of(article_ids).items():
            terms = article_terms(article_id, retriever.archive)
            for place, one in enumerate(self._catalogue.candidates(passages, terms, most=_READ_AN_ARTICLE)):
                words, number = self._catalogue.texts[one.row], place // _AT_ONCE
                likely.setdefault(words, []).append(Candidacy(words, article_id, one.about))
                round_of[words] = min(number, round_of.get(words, number))
        rounds: dict[int, list[Candidacy]] = {}
        for words, some in likely.items():
            some.sort(key=lambda one: -one.about)
            rounds.setdefault(round_of[words], []).extend(some[:_ARTICLES_A_QUESTION])
        return [rounds[number] for number in sorted(rounds)]

    def read(
        self,
        candidacies: Round,
        answerer: Answerer,
        retriever: Retriever,
        give_way: Callable[[], object] = lambda: None,
    ) -> list[Match]:
        """Return what the articles say to these questions. `give_way` is called between any two, and may take its time.

        One by one: where one answers surely, the others would not be read on.
        """
        found: list[Match] = []
        terms_of_article = cache(partial(article_terms, archive=retriever.archive))
        for one in candidacies:
            give_way()
            missing = missing_name(one.words, terms_of_article(one.article_id))
            found += _told(_found(one, missing, answerer.for_one_message(), retriever), self._by_words[one.words])
        return found

    def said(self, article_ids: Iterable[str], retriever: Retriever, corrections: NameCorrections) -> list[Match]:
        """Return what people say in these articles whose words are watched for."""
        return [
            match
            for article_id in article_ids
            for request, watches in self._named_in(article_id, retriever.archive).items()
            for match in _told(said_in(request, [article_id], retriever, corrections), watches)
        ]

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


def _found(one: Candidacy, missing: MissingName | None, answerer: Answerer, retriever: Retriever) -> Found | None:
    """Return what an article says to a question; None if nothing, or it is of another thing. `missing`: the name of
    the question that the article lacks."""
    if missing is not None and missing.is_replaced_in(one.article_id, retriever):
        return None
    found = ask_of(one.words, one.article_id, one.about, answerer, retriever)
    if found is None:
        return None
    first = found.answer.citations[0].quote.text
    if only_asks(first) or (missing is not None and missing.is_replaced_by(first, retriever)):
        return None
    return found


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
