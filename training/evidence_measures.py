"""Measure how well a reader finds the sentences that answer what people type.

    python -m training.evidence_measures --newschat FOLDER --model DIR [--model DIR2] [--every 1]

FOLDER holds articles and messages of newschat that nothing was fitted on. What is read are the passages that the search
finds for the complete message, the same for every model and for both forms of a message, so that only reading differs.
Prints a JSON line for each model and form, with measures by what the model says of an answer's start and end (`span`),
and, where it has it, by `evidence` and by `both`.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bot.reading.features import Floats
from bot.reading.headings import heading_of
from bot.reading.sentence_scores import SentenceScores, score_passage
from bot.reading.span_scoring import OnnxSpanScorer, SpanScorer
from index import Article, Passage, Query
from training.area_under_roc import area_under_roc
from training.newschat import Message, Newschat
from training.searching import search_over
from training.sentence_f1 import sentence_f1

_READ = 8
"""Passages of a message."""
_EASY = "off_topic"
"""The kind of message that anybody tells from one with an answer."""
_FORMS: Mapping[str, Callable[[Message], str]] = {
    "complete": lambda message: message.complete,
    "behind the chat": lambda message: message.behind_the_chat,
}


@dataclass(frozen=True, slots=True, eq=False)
class ReadMessage:
    """A message and what a model said of n sentences: (n,) whether each answers, and (n,) scores by name."""

    message: Message
    right: NDArray[np.bool_]
    scores: Mapping[str, Floats]


def main() -> None:
    """Search, read with each model, and print what was measured."""
    options = _options()
    chat = Newschat.load(options.newschat)
    retriever = search_over(chat.articles, options.work)
    messages = chat.messages[:: options.every]
    found = [[hit.passage for hit in retriever.search(Query(one.complete), _READ)] for one in messages]
    articles = {one.id: one for one in chat.articles}
    for folder in options.model:
        scorer = OnnxSpanScorer.load(folder)
        for form, asked in _FORMS.items():
            pairs = zip(track(messages, f"{folder}, {form}"), found, strict=True)
            read = [read_message(asked(one), one, passages, articles, scorer) for one, passages in pairs]
            print(json.dumps({"model": str(folder), "form": form, **measures(read)}))


def read_message(
    question: str, message: Message, passages: Sequence[Passage], articles: Mapping[str, Article], scorer: SpanScorer
) -> ReadMessage:
    """Read these passages for a message in the form given."""
    of = [articles[passage.article_id] for passage in passages]
    texts = [passage.span.slice(article.text) for passage, article in zip(passages, of, strict=True)]
    headings = [heading_of(one.title, one.published_at) for one in of] if scorer.reads_headings else ()
    scored = zip(scorer.score(question, texts, headings), passages, strict=True)
    said = [sentence for scores, passage in scored for sentence in score_passage(scores, passage)]
    right = [
        any(one.article_id == passage.article_id and one.span.overlaps(sentence) for one in message.evidence)
        for passage in passages
        for sentence in passage.sentences
    ]
    return ReadMessage(message, np.array(right, bool), dict(_scores(said, with_evidence=scorer.reads_headings)))


def _scores(said: Sequence[SentenceScores], *, with_evidence: bool) -> Iterator[tuple[str, Floats]]:
    span = np.array([one.mass_odds for one in said])
    yield "span", span
    if with_evidence:
        evidence = np.array([one.evidence for one in said])
        yield "evidence", evidence
        yield "both", span / 2 + evidence  # odds of a span count both its ends


def measures(read: Sequence[ReadMessage]) -> dict[str, object]:
    """Count the messages, and measure by each score."""
    read = [one for one in read if len(one.right)]
    answerable = [one for one in read if one.message.is_answerable]
    return {
        "messages": len(read),
        "answerable": len(answerable),
        "found": _share([bool(one.right.any()) for one in answerable]),
        **{name: _by(name, read, answerable) for name in read[0].scores},
    }


def _by(name: str, read: Sequence[ReadMessage], answerable: Sequence[ReadMessage]) -> dict[str, float]:
    """Measure with the sentences in the order of this score.

    `first`, `among_three`: a right sentence is, of messages that are answerable. `auroc`: of the best sentence's score,
    whether the message is, easy ones left out. `evidence_f1`: of all sentences, with a threshold of other stories.
    """
    ordered = [one.right[np.argsort(-one.scores[name], kind="stable")] for one in answerable]
    hard = [one for one in read if one.message.is_answerable or one.message.kind != _EASY]
    best = np.array([one.scores[name].max() for one in hard])
    return {
        "first": _share([bool(right[0]) for right in ordered]),
        "among_three": _share([bool(right[:3].any()) for right in ordered]),
        "auroc": round(area_under_roc(best, np.array([one.message.is_answerable for one in hard])), 4),
        "evidence_f1": round(evidence_f1(name, read), 4),
    }


def evidence_f1(name: str, read: Sequence[ReadMessage]) -> float:
    """Return the F1 of sentences scored above a threshold, which is the best one for the other half of the stories."""
    stories = list(dict.fromkeys(one.message.story for one in read))
    halves = [stories.index(one.message.story) % 2 for one in read]
    return sentence_f1(halves, [np.array([one.scores[name], one.right]) for one in read])


def _share(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), 4)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.evidence_measures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--newschat", type=Path, required=True, help="folder with articles and messages")
    parser.add_argument("--model", type=Path, required=True, action="append", help="folder of an exported reader")
    parser.add_argument("--work", type=Path, default=Path("var/evidence"), help="where the index is kept")
    parser.add_argument("--every", type=int, default=1, help="one message in so many, for a quick look")
    return parser.parse_args()


if __name__ == "__main__":
    main()
