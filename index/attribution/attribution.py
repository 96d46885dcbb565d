"""Attribution: the quotations and reported statements of an article, and who said each."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.article import Span
from index.attribution.cues import CueKind
from index.attribution.parsing import ClauseParser, Parse
from index.attribution.people import PRONOUNS, Cast, Speaker
from index.attribution.sources import asked_words, needs_parse
from index.attribution.statements import Statement, find_statements
from index.attribution.word_sets import word_set
from index.attribution.words import Clause, Paragraph, clauses_of, paragraphs_of

AttributionKind = Literal["direct", "reported"]
SURE_QUOTED, SURE_SAID, SURE_OTHER = 0.75, 0.8, 0.9
"""How certain a mention must be for the speaker to be named: of a quotation, of what is reported as said, and of what
is thought or done (docs/experiments/0049-who-said-it.md)."""
_RELATIVE = re.compile(r",? (?:who|which|that)$")
_MALE, _FEMALE = frozenset(("he", "his", "him")), frozenset(("she", "her"))
_OPENING = 6
"""So many words at the beginning of a sentence are where its subject mostly stands."""
_MOST_CHARS_BACK = 3_000
_HEARD = 0.5
"""How certain a mention must be for a pronoun to lean on it."""
_NOBODY = word_set("anyone anybody everyone everybody nobody ones people somebody someone nothing something") | {
    "no one"
}
_MAX_DESCRIPTION_CHARS = 80


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words that somebody said: a quotation with its marks, or a statement that is reported.

    `mention` are the words that say who, `cue` those that say so. `speaker` is None where it is not sure.
    `is_speech`: it was said, rather than thought or done.
    """

    span: Span
    kind: AttributionKind
    mention: Span | None
    cue: Span | None
    speaker: Speaker | None
    is_speech: bool


def attribute(text: str, sentences: Sequence[Span]) -> list[Attribution]:
    """Return all that somebody is said to have said, in the order of the text; `sentences` are those of the text."""
    paragraphs = paragraphs_of(text, sentences)
    clauses = list(clauses_of(text, sentences, paragraphs))
    statements = find_statements(text, paragraphs, clauses, _parses(clauses))
    if not statements:
        return []
    resolver = _Resolver(text, paragraphs, clauses)
    return resolver.attributions(sorted(statements, key=lambda one: (one.span.start, one.span.end, not one.is_direct)))


def _parses(clauses: Sequence[Clause]) -> list[Parse | None]:
    asked = [asked_words(clause) for clause in clauses]
    numbers = [number for number, clause in enumerate(clauses) if asked[number] or needs_parse(clause)]
    parses: list[Parse | None] = [None] * len(clauses)
    found = parser().parse([clauses[number] for number in numbers], [asked[number] for number in numbers])
    for number, parse in zip(numbers, found, strict=True):
        parses[number] = parse
    return parses


@lru_cache(1)
def parser() -> ClauseParser:
    """Return the parser that ships."""
    return ClauseParser()


class _Resolver:
    """Says who the speakers of one article's statements are."""

    def __init__(self, text: str, paragraphs: Sequence[Paragraph], clauses: Sequence[Clause]) -> None:
        self._text = text
        self._clauses = clauses
        self._paragraphs = [paragraph.span.start for paragraph in paragraphs]
        self._cast = Cast(text, [paragraph.span for paragraph in paragraphs])
        quotations = [one.span for paragraph in paragraphs for one in paragraph.quotations]
        self._places = _outside(self._cast.places, quotations)
        self._starts = [at for at, _ in self._places]
        outer = [clause for clause in clauses if not clause.is_quoted]
        self._openings = [(clause.words[0].start, clause.words[:_OPENING][-1].start) for clause in outer]
        self._said: dict[Span, list[Span]] = defaultdict(list)
        self._last: dict[bool, tuple[Span, Speaker]] = {}
        """Who spoke last, with the mention: of those with a name and of the others."""

    def attributions(self, statements: Sequence[Statement]) -> list[Attribution]:
        """Return them with their speakers."""
        speakers = self._resolved(statements)
        return [
            Attribution(
                statement.span,
                "direct" if statement.is_direct else "reported",
                statement.mention,
                statement.cue,
                speakers.get(statement.mention) if statement.mention is not None and _is_sure(statement) else None,
                statement.kind is CueKind.SPEECH,
            )
            for statement in statements
        ]

    def _resolved(self, statements: Sequence[Statement]) -> dict[Span, Speaker | None]:
        """Return who each mention means, found in the order of the text: pronouns lean on what came before."""
        mentions: dict[Span, Statement] = {}
        for one in statements:
            if one.mention is not None and one.certainty >= _HEARD:
                mentions[one.mention] = one
                self._said[one.mention].append(one.span)
        found: dict[Span, Speaker | None] = {}
        for mention in sorted(mentions):
            statement = mentions[mention]
            speaker = found[mention] = self._of_mention(mention, statement.is_proper)
            if speaker is not None and not self._clauses[statement.clause].is_quoted:
                self._last[speaker.is_named] = mention, speaker
        return found

    def _of_mention(self, mention: Span, is_proper: bool) -> Speaker | None:
        words = _RELATIVE.sub("", " ".join(mention.slice(self._text).split()))
        lowered = words.lower().strip(" ,.’'”\"")
        if lowered in PRONOUNS:
            return self._of_pronoun(mention, lowered)
        named = self._cast.named(words) if is_proper else None
        if named is None and lowered.startswith("the "):
            named = self._cast.holder_of(lowered)
        if named is not None or not lowered or lowered in _NOBODY or not _is_plain(words):
            return named
        return Speaker(words, None, False)

    def _of_pronoun(self, mention: Span, pronoun: str) -> Speaker | None:
        if pronoun in ("they", "it"):
            latest = max(self._last.values(), default=None, key=lambda one: one[0])
            is_near = latest is not None and self._paragraph_at(mention.start) - self._paragraph_at(latest[0].start) < 2
            return latest[1] if latest is not None and is_near and self._may_be(latest[1], pronoun) else None
        return self._of_person(mention, "f" if pronoun in _MALE else "m") if pronoun in _MALE | _FEMALE else None

    def _may_be(self, speaker: Speaker, pronoun: str) -> bool:
        """Return whether "it" or "they" may stand for a speaker."""
        if pronoun == "they":
            last = speaker.name.split()[-1].lower()
            return last == "police" or (last.endswith("s") and not self._cast.is_person(speaker.name))
        return self._cast.is_body(speaker.name) if speaker.is_named else not speaker.name.lower().endswith("s")

    def _of_person(self, mention: Span, unfit: str) -> Speaker | None:
        """Return who "he" or "she" is: whoever spoke last, unless a sentence has begun with somebody else since."""
        here = self._paragraph_at(mention.start)
        start = max(self._paragraphs[max(0, here - 1)], mention.start - _MOST_CHARS_BACK)
        near = self._places[bisect_left(self._starts, start) : bisect_left(self._starts, mention.start)]
        fit = [(at, name) for at, name in near if self._fits(name, unfit)]
        last = self._last.get(True)
        if last is None or last[0].start < start or not self._fits(last[1].name, unfit):
            return self._only({name for _, name in fit})
        since = {
            name for at, name in fit if last[0].end <= at and name != last[1].name and not self._is_said(last[0], at)
        }
        return last[1] if not since else None

    def _fits(self, name: str, unfit: str) -> bool:
        return self._cast.gender_of(name) != unfit and not self._cast.is_body(name)

    def _only(self, names: set[str]) -> Speaker | None:
        """Return the one person among these, if nobody else may be meant."""
        persons = [name for name in names if self._cast.is_person(name)]
        return self._cast.speaker_of(names.pop()) if len(names) == len(persons) == 1 else None

    def _is_said(self, mention: Span, at: int) -> bool:
        """Return whether a place lies in what a mention is said to have said."""
        return any(span.start <= at < span.end for span in self._said.get(mention, ()))

    def _opens_clause(self, at: int) -> bool:
        """Return whether a name stands among the first words of a sentence, where its subject mostly is."""
        number = bisect_right(self._openings, (at, len(self._text))) - 1
        return number >= 0 and self._openings[number][0] <= at <= self._openings[number][1]

    def _paragraph_at(self, place: int) -> int:
        return max(0, bisect_right(self._paragraphs, place) - 1)


def _is_plain(words: str) -> bool:
    return len(words) <= _MAX_DESCRIPTION_CHARS and words.isprintable()


def _is_sure(statement: Statement) -> bool:
    if statement.is_direct:
        return statement.certainty >= SURE_QUOTED
    return statement.certainty >= (SURE_SAID if statement.kind is CueKind.SPEECH else SURE_OTHER)


def _outside(places: Sequence[tuple[int, str]], quotations: Sequence[Span]) -> list[tuple[int, str]]:
    """Return the places that lie in none of the quotations, both in order."""
    kept = []
    number = 0
    for at, name in places:
        while number < len(quotations) and quotations[number].end <= at:
            number += 1
        if number == len(quotations) or at < quotations[number].start:
            kept.append((at, name))
    return kept
