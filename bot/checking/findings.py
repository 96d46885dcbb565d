"""From places in articles to what a quotation is: the rules by which a verdict is given."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from bot.checking.alignment import Chain, Nearly, Run, is_joined, is_near
from bot.checking.passages import Checkable
from bot.checking.remembered import RememberedTexts
from bot.checking.speaking import is_somebody_else, speaker_at
from bot.checking.surroundings import Place, cut_away
from bot.checking.verdicts import Cut, CutKind, Difference, Match, Verdict
from bot.quoting.quotes import Citation, quote_from
from index import Span
from index.text.terms import terms_of

_SHORTEST_ALTERED: Final = 5
"""With fewer words a changed one leaves too little to tell where they are from."""
_MOST_CHANGED: Final = 0.25
_MOST_STRANGE: Final = 0.4
"""So much of what is telling in a quotation may be others' words, if more than one is changed."""
_MOST_AT_AN_EDGE: Final = 4
"""So many words that begin or end a quotation may be others; with more, that part is not from there."""
_SHORTEST_PART: Final = 4
_MOST_UNEXPLAINED: Final = 0.12
_MOST_PLACES: Final = 4
_TELLING: Final = 2
"""So many words that carry meaning must be of one place for it to be named."""
_INTERRUPTS: Final = re.compile(r"[^“”\"'‘’]{0,3}[”\"’'][^“”\"]*[“\"‘']\W*$")
_LONGEST_INTERRUPTION: Final = 1_000
"""With more characters no words only tell who speaks."""
_OMISSION_CHANGES: Final = re.compile(r"\b(?:not|no|never|unless|if|den(?:y|ies|ied))\b|n[’']t\b", re.IGNORECASE)

Finding = tuple[Verdict, list[Match]]


class Findings:
    """Says what one quotation is, given where it was found."""

    def __init__(self, texts: RememberedTexts, asked: Checkable) -> None:
        self._texts = texts
        self._asked = asked

    def exact(self, number: int, span: Span) -> tuple[Verdict, Match | None]:
        """Return what the quotation is if its very words stand there in a revision."""
        asked = self._asked
        match = self._match(number, span, (0, len(asked.words)), 1.0)
        if match is None:
            return Verdict.NOT_FOUND, None
        if is_somebody_else(asked.claim, match):
            return Verdict.OTHER_SPEAKER, match
        cut = self._cut(number, match)
        return (Verdict.VERBATIM, match) if cut is None else (Verdict.CUT, _with_cut(match, cut))

    def inexact(self, chain: Chain, near: Sequence[Nearly]) -> Finding | None:
        """Return what the quotation is if its words are nearly those of one place, or those of several."""
        n_words = len(self._asked.words)
        closest = min(near, key=lambda one: one.edits, default=None)
        parts = _parts_of(chain, self._asked, self.only_tells_who)
        if len(parts) == 1 and self._is_joined_throughout(parts[0]):
            return self._joined(parts[0])
        if self._is_stitched(chain, parts) and (closest is None or chain.cost <= closest.edits):
            matches = [self._of_runs(part) for part in parts]
            found = [match for match in matches if match is not None]
            return (Verdict.STITCHED, found) if len(found) > 1 else None
        if closest is not None and self._is_altered(closest, n_words):
            span = self._texts.words_of(closest.number).span(closest.at, closest.end)
            match = self._match(closest.number, span, (0, n_words), 1 - closest.edits / n_words, closest.blocks)
            return (Verdict.ALTERED, [match]) if match is not None else None
        return None

    def only_tells_who(self, number: int, first: int, end: int) -> bool:
        """Return whether what stands from one word of a revision to another interrupts what somebody says, to tell
        who: “Yes,” he said, “we will.”"""
        words = self._texts.words_of(number)
        between = words.text[words.spans[first - 1][1] : words.spans[end][0]]
        if len(between) > _LONGEST_INTERRUPTION:
            return False
        return bool(_INTERRUPTS.match(between)) and not _OMISSION_CHANGES.search(between)

    def _is_stitched(self, chain: Chain, parts: Sequence[Sequence[Run]]) -> bool:
        n_words = len(self._asked.words)
        if not 2 <= len(parts) <= _MOST_PLACES:
            return False
        unexplained = chain.unexplained(n_words)
        if unexplained > max(1, _MOST_UNEXPLAINED * n_words):
            return False
        least = _TELLING if unexplained else 1  # where each word is explained, a turn of phrase may be one part
        return all(
            sum(run.length for run in part) >= _SHORTEST_PART and self._n_telling(part[0].start, part[-1].end) >= least
            for part in parts
        )

    def _is_altered(self, near: Nearly, n_words: int) -> bool:
        if n_words < _SHORTEST_ALTERED or near.edits > max(1, _MOST_CHANGED * n_words):
            return False
        if any(end - first > _MOST_AT_AN_EDGE for (first, end), _ in near.blocks if first == 0 or end == n_words):
            return False
        changed = {word for (first, end), _ in near.blocks for word in range(first, end)}
        words = list(enumerate(self._asked.words.folded))
        kept = terms_of(" ".join(word for place, word in words if place not in changed))
        others = terms_of(" ".join(word for place, word in words if place in changed))
        return len(set(kept)) >= _TELLING and (near.edits == 1 or self._mostly_tells(kept, others))

    def _mostly_tells(self, kept: Sequence[str], others: Sequence[str]) -> bool:
        """Return whether the terms that are an article's tell more of where words are from than those that are not:
        who only shares a turn of phrase with an article has not altered it."""
        telling, strange = (sum(map(self._texts.rarity, terms)) for terms in (kept, others))
        return strange <= _MOST_STRANGE * (telling + strange)

    def _n_telling(self, first: int, end: int) -> int:
        words = self._asked.words
        return len(set(terms_of(words.span(first, end).slice(words.text))))

    def _is_joined_throughout(self, part: Sequence[Run]) -> bool:
        """Return whether a quotation leaves out only what quotations may."""
        is_whole = part[0].start == 0 and part[-1].end == len(self._asked.words)
        joined = (
            is_joined(one, other, self._asked.words.ellipses(), self.only_tells_who) for one, other in pairwise(part)
        )
        return is_whole and len(part) > 1 and all(joined)

    def _joined(self, part: Sequence[Run]) -> Finding | None:
        """Return a quotation that leaves something out and says so: verbatim, unless it takes back the rest."""
        matches = [self._of_runs([run]) for run in part]
        found = [match for match in matches if match is not None]
        if len(found) < len(part):
            return None
        for (one, other), match in zip(pairwise(part), found, strict=False):
            words = self._texts.words_of(one.number)
            left_out = words.span(one.at_end, other.at)
            if _OMISSION_CHANGES.search(left_out.slice(words.text)):
                gap = Span(match.citation.quote.span.end, left_out.end)
                return Verdict.CUT, [_with_cut(match, Cut((CutKind.DENIAL,), None, gap))]
        if any(is_somebody_else(self._asked.claim, match) for match in found):
            return Verdict.OTHER_SPEAKER, found
        return Verdict.VERBATIM, found

    def _cut(self, number: int, match: Match) -> Cut | None:
        asked = self._asked
        place = Place(
            match.article_text,
            match.citation.quote.span,
            self._texts.sentences(number),
            self._texts.said(number),
            partial(self._texts.quotations, number),
        )
        return cut_away(
            place,
            speaker_is_told=asked.claim is not None and asked.claim.speaker is not None,
            tells=asked.stands_beside,
        )

    def _of_runs(self, runs: Sequence[Run]) -> Match | None:
        first, last = runs[0], runs[-1]
        equal = sum(run.length for run in runs) / (last.end - first.start)
        span = self._texts.words_of(first.number).span(first.at, last.at_end)
        return self._match(first.number, span, (first.start, last.end), min(1.0, equal))

    def _match(
        self,
        number: int,
        span: Span,
        part: tuple[int, int],
        score: float,
        blocks: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
    ) -> Match | None:
        kept = self._texts.revision(number)
        if kept is None:
            return None
        article, asked = kept.article, self._asked
        about = (article.title, article.source, article.published_at, article.url)
        speaker = speaker_at(self._texts.said(number), span)
        citation = Citation(1, quote_from(article, span), *about, highlights=(), score=score, speaker=speaker)
        mine = asked.words.span(*part)
        return Match(
            citation,
            Span(asked.span.start + mine.start, asked.span.start + mine.end),
            kept.is_current,
            tuple(self._difference(number, *block) for block in blocks),
            article_text=article.text,
        )

    def _difference(self, number: int, mine: tuple[int, int], theirs: tuple[int, int]) -> Difference:
        asked = self._asked
        checked = asked.words.span(*mine) if mine[0] < mine[1] else None
        at = asked.span.start
        return Difference(
            Span(at + checked.start, at + checked.end) if checked is not None else None,
            self._texts.words_of(number).span(*theirs) if theirs[0] < theirs[1] else None,
        )


def _parts_of(chain: Chain, asked: Checkable, only_tells_who: Callable[[int, int, int], bool]) -> list[list[Run]]:
    """Return the runs of each place."""
    parts: list[list[Run]] = []
    for run in chain.runs:
        last = parts[-1][-1] if parts else None
        goes_on = last is not None and (
            is_near(last, run) or is_joined(last, run, asked.words.ellipses(), only_tells_who)
        )
        if goes_on:
            parts[-1].append(run)
        else:
            parts.append([run])
    return parts


def _with_cut(match: Match, cut: Cut) -> Match:
    return Match(match.citation, match.part, match.is_current, match.differences, cut, match.article_text)
