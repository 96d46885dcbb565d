"""Fit whether an article is about what is watched, and whether a quote of it is right, on chats about made-up news.

    python -m training.watching --newschat CHATS/train --measure CHATS/dev --work DIR [--out bot/watches/weights.json]

The first is fitted on the one folder, and measured on the other, whose stories no reader may have been trained on: the
second is fitted there. Right are the articles that answer a message. Wrong are those of other stories that are most
like it, by their beginnings and by the words that name it; and its own articles where one of these words was taken for
another, as a market is no school in the same town. Minutes, with indexes that DIR keeps.
"""

import argparse
import json
import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.answering import Answer, Answerer
from bot.app import load_models
from bot.query.topic_words import naming_terms, shipped_topic_words
from bot.reading.features import Floats
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.settings import Settings
from bot.watches.about import ABOUT_INPUTS, NamesOfAll, log_odds
from bot.watches.asking import read_of
from index.embedding.embedder import Vectors
from index.search.retrieval import Retriever
from index.text.terms import terms_of
from training.logistic import Example, Logistic, fit_logistic
from training.newschat import Message, Newschat
from training.searching import search_over

_KINDS: Final = ("factoid", "yesno", "why_how", "keywords", "said", "latest")
_A_STORY: Final = 3
_NEAREST: Final = 4
_WORD: Final = re.compile(r"[A-Za-z]{4,}")
_SEED: Final = 27
_KEPT: Final = (0.98, 0.95, 0.9, 0.8)
_READ: Final = 0.8
"""From the odds on that keep so much of what is right an article is read."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A message, as typed or with another name in it, and articles by their rows: what is known of them as ones about
    it, and which are."""

    text: str
    message: Message
    rows: Sequence[int]
    inputs: Floats
    right: NDArray[np.bool_]
    is_swapped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Articles:
    """All that is searched: of each article its terms and the vectors of its passages; `leads`: (n, dimension), the
    first of these."""

    ids: Sequence[str]
    story_of: Sequence[str]
    terms: Sequence[frozenset[str]]
    passages: Sequence[Vectors]
    leads: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What was asked of the articles of a folder, which are searched together."""

    asked: Sequence[Asked]
    ids: Sequence[str]
    retriever: Retriever


def ask_of_articles(talks: Newschat, work: Path) -> Told:
    """Return messages with the articles that are about them and those of other stories, and some with another name."""
    retriever = search_over((one for articles in talks.stories.values() for one in articles), work)
    articles, chance = _read(talks, retriever), random.Random(_SEED)
    messages, vocabulary = _sample(talks, chance), _naming_words(talks)
    texts = [_text(one) for one in messages]
    asked: list[Asked] = []
    for message, text, vector in zip(messages, texts, retriever.embed(texts), strict=True):
        right = [articles.ids.index(one) for one in dict.fromkeys(place.article_id for place in message.evidence)]
        wrong = _most_alike(message, text, vector, articles)
        inputs = _inputs(text, vector, [*right, *wrong], articles)
        asked.append(Asked(text, message, (*right, *wrong), inputs, np.arange(len(inputs)) < len(right)))
        if other := _with_another_name(text, right, message.story, articles, vocabulary, chance):
            of_it = _inputs(other, retriever.embed([other])[0], right, articles)
            asked.append(Asked(other, message, right, of_it, np.zeros(len(of_it), bool), is_swapped=True))
    return Told(asked, articles.ids, retriever)


def readings_of(told: Told, about: Logistic, threshold: float) -> Iterator[Example]:
    """Yield, a message each, how sure the reader is of each article that seems to be about it, with the odds of that,
    and whether what it quotes is right; without those that it would not quote."""
    answerer = Answerer(PassageReader(load_models(Settings.from_environment()).scorer, shipped_weights()))
    for one in told.asked:
        inputs, right = [], []
        for row, odds in zip(one.rows, _odds(about, one.inputs), strict=True):
            if odds < threshold:
                continue
            found = read_of(one.text, told.ids[row], answerer.for_one_message(), told.retriever)
            if found is not None and found.is_worth_quoting:
                inputs.append([log_odds(found.answer.confidence), odds])
                right.append(not one.is_swapped and _is_right(found.answer, one.message))
        if inputs:
            yield Example(np.array(inputs), np.array(right, bool), "")


def _is_right(answer: Answer, message: Message) -> bool:
    quotes = [cited.quote for cited in answer.citations[: answer.n_strong]]
    return any(
        quote.article_id == place.article_id and quote.span.overlaps(place.span)
        for quote in quotes
        for place in message.evidence
    )


def _text(message: Message) -> str:
    return message.complete if message.earlier else message.typed


def _read(talks: Newschat, retriever: Retriever) -> _Articles:
    articles = [(story, one) for story, some in talks.stories.items() for one in some]
    vectors = retriever.snapshot.vectors_of([one.id for _, one in articles])
    return _Articles(
        [one.id for _, one in articles],
        [story for story, _ in articles],
        [frozenset(terms_of(f"{one.title} {one.text}")) for _, one in articles],
        [vectors[one.id] for _, one in articles],
        np.stack([vectors[one.id][0] for _, one in articles]),
    )


def _sample(talks: Newschat, chance: random.Random) -> list[Message]:
    of_story: dict[str, list[Message]] = {}
    for one in talks.messages:
        if one.is_answerable and one.kind in _KINDS:
            of_story.setdefault(one.story, []).append(one)
    return [one for some in of_story.values() for one in chance.sample(some, min(_A_STORY, len(some)))]


def _naming_words(talks: Newschat) -> list[str]:
    """Return the words of messages that surely name what they are about."""
    return sorted({word for one in talks.messages for word in _WORD.findall(one.typed) if _names(word)})


def _names(word: str) -> bool:
    terms = terms_of(word)
    return bool(terms) and all(map(shipped_topic_words().surely_names_subject, terms))


def _most_alike(message: Message, text: str, vector: Vectors, articles: _Articles) -> list[int]:
    """Return the articles of other stories that begin most like a message, or have most of the words that name it."""
    rows = np.arange(len(articles.ids))
    by_lead = articles.leads @ vector
    named = naming_terms(terms_of(text))
    by_names = np.array([sum(named[term] for term in named.keys() & terms) for terms in articles.terms])
    found: list[int] = []
    for scores in (by_lead, by_names):
        others = (row for row in rows[np.argsort(-scores)] if articles.story_of[row] != message.story)
        found += [int(row) for row, _ in zip(others, range(_NEAREST), strict=False)]
    return list(dict.fromkeys(found))


def _with_another_name(
    text: str,
    right: Sequence[int],
    story: str,
    articles: _Articles,
    vocabulary: Sequence[str],
    chance: random.Random,
) -> str | None:
    """Return a message in which a word that names something is another that no article of its story has; None where
    none does."""
    held = frozenset[str]().union(*(articles.terms[row] for row in right))
    of_story = held.union(*(t for s, t in zip(articles.story_of, articles.terms, strict=True) if s == story))
    words = [word for word in _WORD.findall(text) if _names(word) and held.issuperset(terms_of(word))]
    others = _drawn(vocabulary, of_story, chance)
    if not words:
        return None
    word, other = chance.choice(words), next(others)
    return re.sub(rf"\b{word}\b", other.lower() if word.islower() else other.capitalize(), text)


def _drawn(vocabulary: Sequence[str], without: Collection[str], chance: random.Random) -> Iterator[str]:
    while True:
        word = chance.choice(vocabulary)
        if not any(term in without for term in terms_of(word)):
            yield word


def _inputs(text: str, vector: Vectors, rows: Sequence[int], articles: _Articles) -> Floats:
    """Return what is known of articles as ones about a text, (len(rows), len(ABOUT_INPUTS))."""
    names = NamesOfAll([text])
    inputs = []
    for row in rows:
        held, missing = names.compared(np.zeros(1, np.int64), articles.terms[row])
        inputs.append([float((articles.passages[row] @ vector).max()), held[0], missing[0]])
    return np.array(inputs)


def measures(model: Logistic, asked: Sequence[Asked]) -> dict[str, object]:
    """Return how much of what is wrong is left where so much of what is right is kept."""
    told, swapped = ([one for one in asked if one.is_swapped is each] for each in (False, True))
    wrong = np.concatenate([_odds(model, one.inputs[~one.right]) for one in told])
    others = _odds(model, np.vstack([one.inputs for one in swapped]))
    measured: dict[str, object] = {"messages": len(told)}
    for share in _KEPT:
        least = _least_odds(model, asked, share)
        measured[f"{share} kept"] = {
            "odds from": round(least, 2),
            "of other stories": round(float((wrong >= least).mean()), 3),
            "with another name": round(float((others >= least).mean()), 3),
        }
    return measured


def _least_odds(model: Logistic, asked: Sequence[Asked], kept: float) -> float:
    """Return the odds from which on so much of what is right is kept."""
    odds = np.concatenate([_odds(model, one.inputs[one.right]) for one in asked])
    return float(np.quantile(odds, 1 - kept))


def _odds(model: Logistic, inputs: Floats) -> Floats:
    odds: Floats = inputs @ model.weights + model.bias
    return odds


def main() -> None:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(
        "python -m training.watching", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--newschat", type=Path, required=True, help="chats to fit on")
    parser.add_argument("--measure", type=Path, required=True, help="chats about other stories")
    parser.add_argument("--work", type=Path, default=Path("var/watching"), help="where indexes are kept")
    parser.add_argument("--out", type=Path, default=Path("bot/watches/weights.json"))
    options = parser.parse_args()
    asked = ask_of_articles(Newschat.load(options.newschat), options.work).asked
    model = fit_logistic([Example(one.inputs, one.right, "") for one in asked])
    others = ask_of_articles(Newschat.load(options.measure), options.work)
    measured = measures(model, others.asked)
    print(json.dumps(measured, indent=1), flush=True)
    threshold = _least_odds(model, others.asked, _READ)
    telling = fit_logistic(list(readings_of(others, model, threshold)))
    stored = {
        "inputs": ABOUT_INPUTS,
        "weights": [round(float(one), 3) for one in model.weights],
        "bias": round(model.bias, 3),
        "threshold": round(threshold, 3),
        "telling": [round(float(one), 3) for one in telling.weights],
        "telling_bias": round(telling.bias, 3),
        "measured_on_other_stories": measured,
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
