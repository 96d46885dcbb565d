"""The sentences that a reply of several quotes is chosen from: those of the passages found, and how articles begin."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.composing.on_subject import on_the_subject
from bot.query.topic_words import unheard_share
from bot.reading.cascade import ReadingWeights, likeliest_passages
from bot.reading.features import N_SAID, SAID, Candidate, Floats, to_features
from bot.reading.open_passages import WINDOW_CHARS, OpenPassages
from bot.reading.span_scoring import SpanScorer
from index import Hit, Query, Span
from index.search.retrieval import Retriever
from index.text.terms import terms_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

READ_PASSAGES = 8
"""So many are read by the model, which is most of what a composed reply costs."""
FURTHER_READ = 6
"""So many, where what is composed only follows an answer."""
_LED_ARTICLES = 5
"""The first passages of so many articles are looked at wherever the search found them: news begins with the news."""
NOWHERE = 99
"""Stands for the place of what is no sentence."""
_LEAST_WORDS = 5
_WHOLE_PASSAGE_CHARS = 600
_ENDS = re.compile(r"[.!?…:;,][\"”’')\]]*$|[\"”’]$")
_CREDIT = re.compile(r"(?:[A-Z][\w.’'-]*,? ){0,5}[A-Z][\w.’'-]*/[A-Z]")
"""Whoever took a picture, and for whom, in front of what is seen in it: "Jae C. Hong/AP"."""
_CAPTION = re.compile(
    r"^(?:In )?[Tt]h(?:is|ese) (?:[\w-]+ ){0,3}(?:photos?|images?|pictures?)\b|"
    r"\b(?:[Ff]ile photo|[Pp]hoto by|[Pp]rev [Nn]ext)\b|^(?:SOURCES?|MUST WATCH|Contributing|Read more|READ MORE)\b"
)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What was found for a message: n sentences, in the order of the search, none twice.

    `known`: (n, len(KNOWN)), as `bot.reading.features` has it. `evidence`: (n,) the odds, as a logarithm, that each
    answers, and `ranks`: (n,) what the reader's own weights make of it, both 0 where it was not read; `is_read`: (n,).
    `places`: (n,) which of the sentences of its article that tell something each is, from 0; `NOWHERE` for those that
    tell nothing, such as a byline. `rarity`: how telling each of their m terms is, in [0, 1]; `telling`: (n, m) the
    same in the sentences that hold it. `are_about_it`: an article begins with what the query names; else these are
    sentences that mention it.
    """

    query: Query
    sentences: tuple[Candidate, ...]
    known: Floats
    evidence: Floats
    ranks: Floats
    is_read: NDArray[np.bool_]
    places: NDArray[np.int64]
    rarity: dict[str, float]
    telling: "csr_array[np.float64]"
    unheard: float
    are_about_it: bool = True


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What reads, the reader's own weights, and how many passages are read: of each as much as for a single quote, so
    that what was read for one is not read again. `of_each`: the likeliest of each article before a second of any, and
    to their ends."""

    scorer: SpanScorer
    weights: ReadingWeights
    most_read: int = READ_PASSAGES
    of_each: bool = False


def gather(query: Query, hits: Sequence[Hit], retriever: Retriever, plan: ReadingPlan) -> Gathered:
    """Return the sentences of these passages and of the beginnings of their first articles; the likeliest are read.

    `hits`: at least one, best first.
    """
    subject = on_the_subject(query.text, hits, retriever)
    found = [*subject.hits, *(_leads(subject.hits, retriever) if subject.are_about_it else ())]
    window = _WHOLE_PASSAGE_CHARS if plan.of_each else WINDOW_CHARS
    opened = OpenPassages(query, found, retriever, plan.scorer, window)
    likeliest = likeliest_passages(opened, plan.weights)
    reading = (_one_of_each_first(likeliest, opened) if plan.of_each else likeliest)[: plan.most_read]
    opened.read_together(reading)
    n = len(opened.candidates)
    said, is_read, ranks = np.zeros((n, N_SAID)), np.zeros(n, bool), np.zeros(n)
    for passage in reading:
        rows, said[rows] = opened.read(passage)
        is_read[rows] = True
    ranks[is_read] = plan.weights.read.ranks(to_features(opened.known[is_read], said[is_read]))
    terms = [frozenset(terms_of(one.text)) for one in opened.candidates]
    rarity = {term: retriever.rarity(term) for term in frozenset().union(*terms)}
    return Gathered(
        query,
        tuple(opened.candidates),
        opened.known,
        said[:, SAID.index("evidence")],
        ranks,
        is_read,
        _places(opened.candidates, retriever),
        rarity,
        telling_in(terms, rarity),
        unheard_share(terms_of(query.text), retriever.rarity),
        subject.are_about_it,
    )


def telling_in(sentences: Sequence[frozenset[str]], rarity: Mapping[str, float]) -> "csr_array[np.float64]":
    """Return how telling each term is in those of these sentences, of their terms, that hold it,
    (len(sentences), len(rarity))."""
    # takes a tenth of a second to import, which most commands have no use for
    from scipy.sparse import csr_array

    columns = {term: column for column, term in enumerate(rarity)}
    held = np.array([columns[term] for terms in sentences for term in terms], np.int32)
    ends = np.cumsum([0, *map(len, sentences)], dtype=np.int32)
    weights = np.fromiter(rarity.values(), np.float64, len(rarity))[held]
    return csr_array((weights, held, ends), shape=(len(sentences), len(rarity)))


def _one_of_each_first(passages: Sequence[int], opened: OpenPassages) -> list[int]:
    """Return passages with the first of each article in front, in their order."""
    of_article: dict[str, int] = {}
    for passage in passages:
        row = int(np.argmax(opened.passages == passage))
        of_article.setdefault(opened.candidates[row].article.id, passage)
    first = list(of_article.values())
    return [*first, *(passage for passage in passages if passage not in first)]


def _leads(hits: Sequence[Hit], retriever: Retriever) -> list[Hit]:
    """Return the first passages of the first articles that are not among the hits, as hits that no search found."""
    found = {hit.passage for hit in hits}
    leads: list[Hit] = []
    for article_id in list(dict.fromkeys(hit.passage.article_id for hit in hits))[:_LED_ARTICLES]:
        first = next(iter(retriever.archive.passages_of(article_id)), None)
        if first is not None and first not in found:
            leads.append(Hit(first, len(hits) + len(leads) + 1, 0.0, 0.0, 0.0))
    return leads


def _places(sentences: Sequence[Candidate], retriever: Retriever) -> NDArray[np.int64]:
    places: dict[str, dict[int, int]] = {}
    for one in sentences:
        article = one.article
        if article.id not in places:
            spans = retriever.archive.sentences_of(article.id)
            telling = (span.start for span in spans if tells(span.slice(article.text)))
            places[article.id] = {start: place for place, start in enumerate(telling)}
    return np.array([places[one.article.id].get(one.span.start, NOWHERE) for one in sentences], np.int64)


def tells(sentence: str) -> bool:
    """Return whether a sentence is one, rather than a byline, a dateline, a caption or a time."""
    if not _ENDS.search(sentence) or len(sentence.split()) < _LEAST_WORDS:
        return False
    return not (_CREDIT.match(sentence) or _CAPTION.search(sentence))


def from_the_first_that_tells(sentences: Sequence[Span], text: str) -> Sequence[Span]:
    """Return the sentences of an article without those at its beginning that tell nothing; all where none tells."""
    first = next((place for place, span in enumerate(sentences) if tells(span.slice(text))), 0)
    return sentences[first:]
