"""Fit how sentences are chosen for replies of several quotes, on chats about made-up news.

    python -m training.composing --newschat CHATS/dev --beside CHATS/train --work DIR [--out bot/composing/weights.json]

The first folder holds chats that no reader was trained on, as `training/newschat.py` describes them; the articles of
`--beside` are searched with theirs, so that most of what is found is about something else. What the reader says of each
message is kept in DIR, so that a second fit takes a minute. Prints what each kind of reply reaches on stories that its
weights were not fitted on, and writes weights that were fitted on all.
"""

import argparse
import json
import pickle
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bot.composing.choosing import Choice
from bot.composing.composer import arrange
from bot.composing.confidence import CONFIDENCE_INPUTS, confidence_inputs
from bot.composing.found import SEARCHED_PASSAGES
from bot.composing.gathering import Gathered, ReadingPlan, gather
from bot.composing.salience import FEATURES, features_of
from bot.composing.subject import ARTICLE_FEATURES, article_features
from bot.composing.weights import COMPOSED, ComposingWeights, weights_from
from bot.query.kinds import MessageKind
from bot.query.topic_words import unheard_share
from bot.reading.features import Floats
from bot.reading.passage_reader import shipped_weights as reading_weights
from bot.reading.span_scoring import OnnxSpanScorer
from index import Article, Query, Span
from index.text.terms import terms_of
from training.logistic import Example, Logistic, fit_logistic, fit_openings, fit_together
from training.newschat import Message, Newschat, Place
from training.searching import search_over

_FOLDS = 5
_WITHOUT = 3
"""Of so many messages one is also asked of articles without those of its story."""
_SHOWN_CHARS = 1500
"""What a full reply holds is looked for in so many characters."""
_CHOICES: Final = {
    MessageKind.OVERVIEW: Choice(most=8, most_chars=_SHOWN_CHARS, floor=0.03, share=0.08, novelty=0.5, alike=0.5),
    MessageKind.LATEST: Choice(most=8, most_chars=_SHOWN_CHARS, floor=0.01, share=0.1, novelty=0.5, alike=0.5),
    MessageKind.LIST: Choice(most=10, most_chars=_SHOWN_CHARS, floor=0.03, share=0.15, novelty=0.5, alike=0.5),
    MessageKind.SIDES: Choice(most=8, most_chars=_SHOWN_CHARS, floor=0.03, share=0.15, novelty=0.5, alike=0.5),
    MessageKind.TIMELINE: Choice(most=10, most_chars=_SHOWN_CHARS, floor=0.03, share=0.2, novelty=0.5, alike=0.5),
}
_REFUSED = 0.82
"""This share of messages that no article answers should be refused."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A message as it was asked, and what was found for it.

    `story`: the ids of the articles that are on its subject, none where they were left out. `right`: (n,) which
    sentences belong in the reply.
    """

    message: Message
    kind: MessageKind
    form: str
    found: Gathered
    story: frozenset[str]
    right: NDArray[np.bool_]

    @property
    def fold(self) -> int:
        """Which part of the stories it belongs to."""
        return zlib.crc32(self.message.story.encode()) % _FOLDS


def main() -> None:
    """Ask and read once, measure on stories left out, fit on all, and write."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    kept = options.work / "asked.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(list(ask_all(options.newschat, options.beside, options.work))))
    asked: list[Asked] = pickle.loads(kept.read_bytes())  # it was written just here
    crossed = cross_fitted(asked)
    confidence, threshold = fit_confidence(asked, crossed)
    measured = measures(asked, crossed, confidence, threshold)
    print(json.dumps(measured, indent=1))
    stored = stored_weights(asked, confidence, threshold)
    options.out.write_text(json.dumps({**stored, "measured_on_stories_left_out": measured}, indent=1) + "\n")


def ask_all(folder: Path, beside: Path, work: Path) -> Iterator[Asked]:
    """Yield every message that asks for several quotes, in full and behind its chat, and some without their story."""
    chats, others = Newschat.load(folder), Newschat.load(beside)
    retriever = search_over([*chats.articles, *others.articles], work)
    plan = ReadingPlan(OnnxSpanScorer.load(), reading_weights().typed)
    terms = {one.id: frozenset(terms_of(f"{one.title} {one.text}")) for one in (*chats.articles, *others.articles)}
    kinds = {kind.value: kind for kind in COMPOSED}
    messages = [one for one in chats.messages if one.kind in kinds]
    for message in track(messages, "asking"):
        story = frozenset(article.id for article in chats.stories[message.story])
        for form, read in (("in full", message.complete), ("behind the chat", message.behind_the_chat)):
            hits = retriever.search(Query(message.complete), 2 * SEARCHED_PASSAGES)
            is_left_out = zlib.crc32(message.complete.encode()) % _WITHOUT == 0
            for known in (story, frozenset[str]()) if is_left_out else (story,):
                found = [hit for hit in hits if known or hit.passage.article_id not in story][:SEARCHED_PASSAGES]
                numbered = [replace(hit, rank=rank) for rank, hit in enumerate(found, 1)]
                if numbered:
                    of_each = kinds[message.kind] is MessageKind.LATEST
                    gathered = gather(Query(read), numbered, retriever, replace(plan, of_each=of_each))
                    if not known:
                        gathered = replace(gathered, unheard=unheard_share(terms_of(read), heard_without(story, terms)))
                    yield Asked(message, kinds[message.kind], form, gathered, known, _right(gathered, message.evidence))


def heard_without(story: frozenset[str], terms: Mapping[str, frozenset[str]]) -> Callable[[str], float]:
    """Return the rarity of terms as far as it tells whether any article but a story's holds them: 0, or 1 if none does.

    `terms`: those of each article.
    """
    heard = frozenset().union(*(held for article, held in terms.items() if article not in story))
    return lambda term: float(term not in heard)


def cross_fitted(asked: Sequence[Asked]) -> list[ComposingWeights]:
    """Return weights for each part of the stories, fitted on the others."""
    never = Logistic(np.zeros(len(CONFIDENCE_INPUTS)), 0.0)
    return [
        weights_from(stored_weights([one for one in asked if one.fold != fold], never, 0.0)) for fold in range(_FOLDS)
    ]


def stored_weights(asked: Sequence[Asked], confidence: Logistic, threshold: float) -> dict[str, Any]:
    """Fit what makes an article and a sentence belong in a reply, and return it as it is written down."""
    articles = [(one, article_features(one.found)) for one in asked]
    subject = fit_logistic(
        [
            Example(np.vstack(list(known.values())), np.array([article in one.story for article in known]), "")
            for one, known in articles
        ]
    )
    examples = [
        Example(
            features_of(one.found, dict(zip(known, subject.chances(np.vstack(list(known.values()))), strict=True))),
            one.right,
            one.kind.value,
        )
        for one, known in articles
        if one.story
    ]
    salience, openings = fit_together(examples), fit_openings(examples)
    return {
        "features": FEATURES,
        "article_features": ARTICLE_FEATURES,
        "confidence_inputs": CONFIDENCE_INPUTS,
        "subject": {"weights": _rounded(subject.weights), "bias": round(subject.bias, 5)},
        "kinds": {
            kind.value: {
                "salience": _rounded(salience[kind.value].weights),
                "bias": round(salience[kind.value].bias, 5),
                "opening": _rounded(openings[kind.value].weights),
                "confidence": _rounded(confidence.weights),
                "confidence_bias": round(confidence.bias, 5),
                "threshold": round(threshold, 3),
                "choice": asdict(_CHOICES[kind]),
            }
            for kind in COMPOSED
        },
    }


def fit_confidence(asked: Sequence[Asked], crossed: Sequence[ComposingWeights]) -> tuple[Logistic, float]:
    """Return the model of whether the first quote answers, and from which confidence on to quote; each message is
    judged by weights that were fitted on other stories."""
    examples: list[Example] = []
    for one in asked:
        inputs, rows = _composed(one, crossed[one.fold])
        examples.append(Example(inputs[None], np.array([bool(one.right[rows[0]])]), ""))
    confidence = fit_logistic(examples)
    chances = np.array([confidence.chances(one.inputs)[0] for one in examples])
    without = np.sort(chances[[not one.story for one in asked]])
    return confidence, float(without[int(_REFUSED * (len(without) - 1))]) + 1e-3


def measures(
    asked: Sequence[Asked], crossed: Sequence[ComposingWeights], confidence: Logistic, threshold: float
) -> dict[str, dict[str, float]]:
    """Return what each kind of reply reaches on stories that its weights were not fitted on."""
    rows: dict[str, dict[str, list[float]]] = {}
    for one in asked:
        inputs, quoted = _composed(one, crossed[one.fold])
        is_answered = float(confidence.chances(inputs[None])[0] >= threshold)
        if not one.story:
            rows.setdefault("without the story", {}).setdefault("refused", []).append(1 - is_answered)
            continue
        of_kind = rows.setdefault(f"{one.kind.value}, {one.form}", {})
        of_kind.setdefault("answered", []).append(is_answered)
        of_kind.setdefault("first quote right", []).append(float(one.right[quoted[0]]))
        of_kind.setdefault("quotes", []).append(len(quoted))
        if one.message.facets:
            of_kind.setdefault("facets", []).append(_facets(one, quoted))
    return {
        name: {measure: round(sum(some) / len(some), 3) for measure, some in each.items()}
        for name, each in rows.items()
    }


def _composed(one: Asked, weights: ComposingWeights) -> tuple[Floats, tuple[int, ...]]:
    """Return the inputs of the confidence, and the sentences that are quoted."""
    of_kind = weights.kinds[one.kind]
    weighed = of_kind.weighed(one.found, weights.on_subject(article_features(one.found)))
    rows = arrange(one.kind, weighed, of_kind.choice, _nobody).rows or (weighed.opening,)
    return confidence_inputs(weighed, rows[0]), rows


def _nobody(_article: Article, _span: Span) -> None:
    """Attribute words to nobody: the order of voices does not depend on who they are."""


def _facets(one: Asked, quoted: Sequence[int]) -> float:
    """Return the share of the facets that stand in the first characters shown."""
    room, shown = _SHOWN_CHARS, []
    for row in quoted:
        shown.append(one.found.sentences[row])
        room -= len(shown[-1].span)
        if room <= 0:
            break
    held = [
        any(_gives(place, each.article.id, each.span) for place in facet for each in shown)
        for facet in one.message.facets
    ]
    return sum(held) / len(held)


def _right(found: Gathered, evidence: Sequence[Place]) -> NDArray[np.bool_]:
    return np.array(
        [any(_gives(place, one.article.id, one.span) for place in evidence) for one in found.sentences], bool
    )


def _gives(place: Place, article_id: str, span: Span) -> bool:
    """Return whether a span of an article holds at least half of a place."""
    if place.article_id != article_id or not place.span.overlaps(span):
        return False
    return 2 * (min(place.span.end, span.end) - max(place.span.start, span.start)) >= len(place.span)


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 5) for value in values]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.composing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--newschat", type=Path, required=True, help="chats to fit on, kept apart from the reader's")
    parser.add_argument("--beside", type=Path, required=True, help="chats whose articles are searched with theirs")
    parser.add_argument("--work", type=Path, default=Path("var/composing"), help="where an index and readings are kept")
    parser.add_argument("--out", type=Path, default=Path("bot/composing/weights.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
