"""Composer: makes a Draft of the passages found for a message that one quote cannot answer."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Final, Self

from bot.composing.choosing import Choice
from bot.composing.confidence import confidence_inputs, tells_of_something_else
from bot.composing.draft import Arrangement, Draft, Part, Pick, Wanted
from bot.composing.gathering import FURTHER_READ, READ_PASSAGES, ReadingPlan, gather
from bot.composing.latest import latest
from bot.composing.members import members
from bot.composing.overview import overview
from bot.composing.sides import VoiceOf, sides
from bot.composing.subject import article_features
from bot.composing.timeline import timeline
from bot.composing.voices import Voices
from bot.composing.weighed import Weighed
from bot.composing.weights import ComposingWeights
from bot.query.kinds import MessageKind
from bot.quoting.extent import grown
from bot.reading.cascade import ReadingWeights
from bot.reading.shared_scores import ScoredPairs, SharingScorer
from bot.reading.span_scoring import SpanScorer
from index import Hit, Query
from index.search.retrieval import Retriever

_SHARE_ABOUT_IT = 0.03
ONLY_MENTIONED: Final = "Only mentioned, in articles about other things"


class Composer:
    """Composes replies of several quotes. Safe to call from several threads."""

    def __init__(self, scorer: SpanScorer, reading: ReadingWeights, weights: ComposingWeights) -> None:
        """Compose of what `scorer` says of passages; `reading`: the reader's own weights."""
        self._scorer = scorer
        self._reading = reading
        self._weights = weights

    def sharing(self, scores: ScoredPairs) -> Self:
        """Return the same composer for one message: what stands in `scores` is not read again, and what it reads is put
        there."""
        composer = copy(self)
        composer._scorer = SharingScorer(self._scorer, scores)
        return composer

    def compose(self, wanted: Wanted, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Draft | None:
        """Return what to quote in answer to a message; None where nothing was found at all, or where nothing can be
        arranged so: no sentence of a timeline tells a day."""
        if not hits:
            return None
        most_read = FURTHER_READ if wanted.is_further else READ_PASSAGES
        plan = ReadingPlan(self._scorer, self._reading, most_read, wanted.kind is MessageKind.LATEST)
        found = gather(query, hits, retriever, plan)
        on_subject = self._weights.on_subject(article_features(found))
        weights = self._weights.kinds[wanted.kind]
        weighed = weights.weighed(found, on_subject)
        choice = replace(weights.choice, share=_SHARE_ABOUT_IT, floor=0.0) if wanted.is_about_it else weights.choice
        arranged = arrange(wanted.kind, weighed, choice, Voices(retriever.archive, found).of)
        if not arranged.rows:
            return None
        inputs = confidence_inputs(weighed, arranged.rows[0])
        confidence = weights.sureness(inputs)
        is_worth_quoting = confidence >= weights.threshold and not tells_of_something_else(inputs, query.text)
        above = "" if found.are_about_it else ONLY_MENTIONED
        parts = tuple(
            Part(heading or above, joined(list(map(weighed.pick, rows))), place in arranged.later)
            for place, (heading, rows) in enumerate(arranged.parts)
            if rows
        )
        return Draft(parts, confidence, is_worth_quoting, arranged.left_out)


def joined(picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """Return picks in their order, those that follow each other in a paragraph as one, unless that would be a page."""
    merged: list[Pick] = []
    for pick in picks:
        last = merged[-1] if merged else None
        if last is not None and _follows(last, pick) and (both := grown(last.span, pick.span)).contains(pick.span):
            merged[-1] = replace(last, span=both, chance=max(last.chance, pick.chance))
        else:
            merged.append(pick)
    return tuple(merged)


def _follows(first: Pick, second: Pick) -> bool:
    """Return whether nothing but a blank stands between two picks, in this order."""
    if first.article.id != second.article.id or first.span.end > second.span.start:
        return False
    between = first.article.text[first.span.end : second.span.start]
    return not between.strip() and "\n\n" not in between


def arrange(kind: MessageKind, weighed: Weighed, how: Choice, voice_of: VoiceOf) -> Arrangement:
    """Return which sentences a reply of this kind quotes, in its parts."""
    match kind:
        case MessageKind.LATEST:
            return latest(weighed, how)
        case MessageKind.LIST:
            return members(weighed, how)
        case MessageKind.SIDES:
            return sides(weighed, how, voice_of)
        case MessageKind.TIMELINE:
            return timeline(weighed, how)
        case _:
            return overview(weighed, how)
