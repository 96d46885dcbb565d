"""Messages and question sets to what an embedder is trained on: a query, the passage to find, passages to leave behind.

Articles are cut into passages as the index cuts them, and only their own words are embedded, without titles. What
stands beside the right passage in the same story misleads most; but a sentence there that nobody marked may answer
all the same, so passages that repeat the evidence or hold the short answer are never taken for wrong.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.reading.behind import BEHIND
from index import Article, Span
from index.text.chunking import chunk_article
from index.text.terms import terms_of
from training.records import records_of

_SAID_BEFORE = 2
"""Earlier messages that go in front of a follow-up."""
_ALL = 1_000_000
_REPEATS = 0.5
"""Share of a sentence's terms that a passage holds which says the same again."""
_VAGUE = frozenset({"overview", "latest"})
"""Kinds of message that nearly every passage of their story answers a little."""
_FOUND = 8
"""Passages of other stories found by words, from which one is taken."""
_MARKS = re.compile(r"[?!.,;:'’\"“”]")
_SHORTEST_TYPED = 4
"""Letters of a word in which somebody may err."""


@dataclass(frozen=True, slots=True)
class PairExample:
    """A query, one passage that answers it, and passages that do not.

    `also_right` are further passages that answer, which must not be taken for wrong when they meet by chance.
    """

    query: str
    passage: str
    negatives: tuple[str, ...] = ()
    also_right: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Share:
    """How many questions of a set to take."""

    name: str
    questions: int = _ALL


QUESTION_SETS = (
    Share("squad1_train_part", 9_000),
    Share("squadshifts_new_wiki", 3_500),
    Share("nq_dev"),
    Share("boolq_passage", 2_500),
    Share("qamr", 1_200),
    Share("selqa", 1_500),
    Share("fairytaleqa", 1_200),
    Share("fairytaleqa_abstractive", 600),
    Share("timeqa", 800),
    Share("squadshifts_reddit", 600),
    Share("multispanqa"),
    Share("quoref_contrast", 400),
    Share("qed_nq"),
    Share("medquad_passage", 400),
    Share("covidqa", 300),
    Share("pubmedqa_passage", 200),
    Share("musique_part"),
    Share("hotpot_part"),
    Share("xquad_en"),
)
"""Questions as people ask them of texts of many kinds, so that what the embedder knew stays."""


def conversation_query(earlier: Sequence[str], message: str) -> str:
    """Join the last two of the earlier messages and the message, in order: what is embedded for a follow-up."""
    return BEHIND.join([*earlier[-_SAID_BEFORE:], message])


@dataclass(frozen=True, slots=True)
class Story:
    """The passages of a story's articles, each with its article and span."""

    passages: tuple[tuple[str, Span, str], ...]

    def holding(self, marks: Iterable[Mapping[str, Any]]) -> list[str]:
        """List the passages that hold some of these sentences, in the sentences' order."""
        found: dict[str, None] = {}
        for mark in marks:
            place = Span(mark["start"], mark["end"])
            for article, span, text in self.passages:
                if article == mark["article"] and span.overlaps(place):
                    found[text] = None
        return list(found)


@dataclass(frozen=True, slots=True)
class Conversations:
    """Messages about stories, with their passages and what was said before each message."""

    stories: Mapping[str, Story]
    articles: Mapping[str, Article]
    messages: Sequence[Mapping[str, Any]]
    earlier: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, folder: Path) -> "Conversations":
        """Read `articles.jsonl.gz` and `messages.jsonl.gz`."""
        articles: dict[str, Article] = {}
        passages: dict[str, list[tuple[str, Span, str]]] = defaultdict(list)
        for one in records_of(folder / "articles.jsonl.gz"):
            article = articles[one["id"]] = _article(one)
            for passage in chunk_article(article):
                passages[one["story"]].append((article.id, passage.span, passage.span.slice(article.text)))
        messages = sorted(records_of(folder / "messages.jsonl.gz"), key=lambda one: (one["conversation"], one["turn"]))
        said: dict[str, list[str]] = defaultdict(list)
        earlier: dict[str, Sequence[str]] = {}
        for one in messages:
            earlier[one["id"]] = tuple(said[one["conversation"]])
            said[one["conversation"]].append(one["question"])
        stories = {name: Story(tuple(some)) for name, some in passages.items()}
        return cls(stories, articles, messages, earlier)

    def words_at(self, mark: Mapping[str, Any]) -> str:
        """Return the words that a message's mark stands for."""
        return Span(mark["start"], mark["end"]).slice(self.articles[mark["article"]].text)


def load_conversation_examples(folder: Path, *, seed: int) -> list[PairExample]:
    """Make one example of each message that the articles answer; another seed gives other forms and negatives."""
    chance = random.Random(seed)
    talks = Conversations.load(folder)
    finder = _Finder({text: name for name, story in talks.stories.items() for *_, text in story.passages})
    return [one for message in talks.messages for one in _of_message(message, talks, finder, chance)]


def load_question_examples(folder: Path, shares: Sequence[Share], *, seed: int) -> list[PairExample]:
    """Make the examples of these sets. `folder` holds `NAME.jsonl.gz` and for most `NAME.hardneg.jsonl.gz`.

    Raises:
        FileNotFoundError: the folder lacks a set.
    """
    chance = random.Random(seed)
    return [one for share in shares for one in _of_set(folder, share, chance)]


def as_typed(text: str, chance: random.Random) -> str:
    """Write a text as somebody in a hurry may: now and then in lower case, without marks, with a letter wrong."""
    if chance.random() < 0.35:
        text = text.lower()
    if chance.random() < 0.3:
        text = _MARKS.sub("", text)
    if chance.random() < 0.15:
        text = _mistyped(text, chance)
    return text


def _of_message(
    message: Mapping[str, Any], talks: Conversations, finder: "_Finder", chance: random.Random
) -> Iterator[PairExample]:
    story = talks.stories[message["story"]]
    marks = [*message["evidence"], *(one for facet in message["facets"] or () for one in facet)]
    right = story.holding(marks)
    if not message["answerable"] or not right:
        return
    passage = right[0] if chance.random() < 0.6 else chance.choice(right)
    query = _query(message, talks.earlier[message["id"]], chance)
    wrong = _beside(message, story, right, marks, talks, chance)
    found = finder.find(message["standalone"], message["story"], chance)
    negatives = (*wrong[:2], found)[:2] if chance.random() < 0.6 else (*wrong[:1], found)
    yield PairExample(as_typed(query, chance), passage, tuple(filter(None, negatives)), frozenset(right))


def _query(message: Mapping[str, Any], earlier: Sequence[str], chance: random.Random) -> str:
    """Take a message in full or as it was typed: alone where it can stand alone, else behind what was said before."""
    form = chance.random()
    if form < 0.4:
        return str(message["standalone"])
    alone = not earlier or (not message["follow_up"] and form < 0.7)
    return str(message["question"]) if alone else conversation_query(earlier, message["question"])


def _beside(
    message: Mapping[str, Any],
    story: Story,
    right: Sequence[str],
    marks: Sequence[Mapping[str, Any]],
    talks: Conversations,
    chance: random.Random,
) -> list[str]:
    """List passages of the story that surely enough do not answer: the tempting first, then by chance."""
    tempting = story.holding(message["tempting"])
    others = [] if message["kind"] in _VAGUE else [text for *_, text in story.passages]
    chance.shuffle(others)
    said = [frozenset(terms_of(talks.words_at(one))) for one in marks]
    words = talks.words_at(message["answer"]).lower() if message["answer"] else ""
    return [
        text
        for text in dict.fromkeys([*tempting, *others])
        if text not in right and not (words and words in text.lower()) and not _repeats(text, said)
    ]


def _repeats(text: str, said: Sequence[frozenset[str]]) -> bool:
    terms = frozenset(terms_of(text))
    return any(one and len(one & terms) / len(one) >= _REPEATS for one in said)


def _article(record: Mapping[str, Any]) -> Article:
    published_at = datetime.fromisoformat(record["published"]).replace(tzinfo=UTC) if record["published"] else None
    return Article(record["id"], record["title"], record["text"], record["source"], published_at)


def _of_set(folder: Path, share: Share, chance: random.Random) -> Iterator[PairExample]:
    records = [one for one in records_of(folder / f"{share.name}.jsonl.gz") if one["answerable"]]
    chance.shuffle(records)
    beside = folder / f"{share.name}.hardneg.jsonl.gz"
    found = {one["question"]: one["context"] for one in records_of(beside)} if beside.exists() else {}
    for record in records[: share.questions]:
        yield from _of_record(record, found.get(record["question"]), chance)


def _of_record(record: Mapping[str, Any], found: str | None, chance: random.Random) -> Iterator[PairExample]:
    """Set the passage that answers against one that BM25 found, or a neighbour that lacks the answer."""
    context = record["context"]
    places = [Span(one["start"], one["start"] + len(one["text"])) for one in record["answers"]]
    places = places or [Span(one["start"], one["end"]) for one in record["evidence"]]
    texts = [span.slice(context) for span in _passages(context)]
    if not texts:
        return
    if not places:  # some passage answers, most likely the one most like the question
        likely = _most_alike(record["question"], context)
        yield PairExample(
            as_typed(record["question"], chance), likely, _found(record["question"], found), frozenset(texts)
        )
        return
    right = [one.slice(context) for one in _passages(context) if any(one.overlaps(place) for place in places)]
    answers = {place.slice(context).lower() for place in places}
    others = [text for text in texts if not any(answer in text.lower() for answer in answers)]
    if not right:
        return
    negatives = _found(record["question"], found)
    if others and (not negatives or chance.random() < 0.4):
        negatives = (chance.choice(others),)
    yield PairExample(as_typed(record["question"], chance), right[0], negatives, frozenset(right))


def _found(question: str, context: str | None) -> tuple[str, ...]:
    return (_most_alike(question, context),) if context else ()


def _passages(text: str) -> list[Span]:
    return [passage.span for passage in chunk_article(Article("context", "", text))]


def _most_alike(question: str, context: str) -> str:
    """Choose the passage that shares most terms with the question."""
    terms = frozenset(terms_of(question))
    spans = _passages(context) or [Span(0, len(context))]
    return max((span.slice(context) for span in spans), key=lambda text: len(terms.intersection(terms_of(text))))


@dataclass(slots=True)
class _Finder:
    """Passages of other stories that share rare words with a question."""

    stories: Mapping[str, str]
    _holders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for text in self.stories:
            for term in frozenset(terms_of(text)):
                self._holders[term].append(text)

    def find(self, question: str, story: str, chance: random.Random) -> str | None:
        """Choose one of those most alike; None where no word is shared."""
        scores: Counter[str] = Counter()
        for term in frozenset(terms_of(question)):
            holders = self._holders.get(term, ())
            for text in holders:
                scores[text] += math.log(len(self.stories) / len(holders))  # type: ignore[assignment]
        best = [text for text, _ in scores.most_common(_FOUND + 40) if self.stories[text] != story][:_FOUND]
        return chance.choice(best) if best else None


def _mistyped(text: str, chance: random.Random) -> str:
    """Swap two letters of one word, leave one out, or double one."""
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if len(word) >= _SHORTEST_TYPED and word.isalpha()]
    if not places:
        return text
    place = chance.choice(places)
    word = words[place]
    at = chance.randrange(1, len(word) - 1)
    pair = word[at : at + 2]
    words[place] = word[:at] + chance.choice((pair[::-1], pair[1:], pair[0] + pair)) + word[at + 2 :]
    return " ".join(words)
