"""Small stories, gathered and weighed by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bot.composing.gathering import Gathered, telling_in
from bot.composing.salience import likeness
from bot.composing.weighed import Weighed
from bot.reading.features import KNOWN, Candidate
from index import Article, Hit, Passage, Query, Span
from index.text.terms import terms_of


@dataclass(frozen=True)
class Line:
    """A sentence of an article, and what is made of it."""

    words: str
    chance: float = 0.5
    opening: float = 0.0


def story(
    articles: Mapping[str, Sequence[Line]],
    published: Mapping[str, str],
    on_subject: Mapping[str, float] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Weighed:
    """Return articles of these lines; `published`: the days they came out, by id."""
    sentences: list[Candidate] = []
    places: list[int] = []
    for rank, (name, lines) in enumerate(articles.items(), 1):
        text, spans = "", []
        for line in lines:
            spans.append(Span(len(text), len(text) + len(line.words)))
            text += f"{line.words} "
        day = datetime.fromisoformat(published[name]).replace(tzinfo=UTC) if name in published else None
        article = Article(name, name.title(), text, (sources or {}).get(name), day)
        hit = Hit(Passage(name, Span(0, len(text) - 1), tuple(spans)), rank, 1.0, 0.5, 1.0)
        sentences += [Candidate(article, hit, span, None, None) for span in spans]
        places += range(len(spans))
    terms = [frozenset(terms_of(one.text)) for one in sentences]
    rarity = dict.fromkeys(frozenset().union(*terms), 1.0)
    n = len(sentences)
    found = Gathered(
        Query("what happened"),
        tuple(sentences),
        np.zeros((n, len(KNOWN))),
        np.zeros(n),
        np.zeros(n),
        np.ones(n, bool),
        np.array(places, np.int64),
        rarity,
        telling_in(terms, rarity),
        0.0,
    )
    lines_ = [line for lines in articles.values() for line in lines]
    return Weighed(
        found,
        np.array([line.chance for line in lines_]),
        likeness(found),
        np.array([line.opening for line in lines_]),
        on_subject or dict.fromkeys(articles, 1.0),
    )


def words_of(weighed: Weighed, rows: Sequence[int]) -> list[str]:
    """Return the words of these sentences."""
    return [weighed.found.sentences[row].text for row in rows]
