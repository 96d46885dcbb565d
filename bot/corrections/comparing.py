"""What became of quoted sentences in another revision of their article. Pure functions over texts.

A sentence whose words stand anywhere in the new text is not corrected, wherever it moved, unless what stands around it
now takes it back. Else the sentence of the new text that is most like it is what it became, if one is like enough; and
if none is, it was dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice, pairwise
from typing import Final

from rapidfuzz.distance import Indel

from bot.checking.surroundings import Place, cut_away
from bot.checking.verdicts import CutKind
from bot.corrections.wording import Wording
from index import Span
from index.attribution import Attribution
from index.attribution.quotations import find_quotations
from index.text.sentences import split_sentences
from index.text.terms import terms_of

_MOST_PLACES: Final = 20
_MOST_FRESH: Final = 1_000
"""An article with more new sentences is another one: what an old one became is not looked for among them."""
_ALIKE: Final = 0.5
"""From here on a sentence is what another became."""
_ALIKE_IN_PLACE: Final = 0.25
"""The same, of one that stands between the same neighbours."""
_ALIKE_UNSEEN: Final = 0.65
"""The same where the old text is not kept, so that the sentence may have stood there before, too."""


@dataclass(frozen=True)
class Version:
    """A text of an article, its sentences in order, and what somebody says in it."""

    text: str
    sentences: tuple[Span, ...]
    said: Sequence[Attribution] = ()

    @cached_property
    def wordings(self) -> tuple[Wording, Wording]:
        """The words of the text, and the same with what hyphens part as one."""
        return Wording(self.text), Wording(self.text, is_joined=True)

    @cached_property
    def wordings_of_sentences(self) -> list[tuple[str, ...]]:
        """The words of each sentence."""
        return [tuple(Wording(span.slice(self.text)).words) for span in self.sentences]


@dataclass(frozen=True, slots=True)
class BecameOf:
    """A sentence of a quote (a span of the quote's words) that stands no more, and what it became: a span of the new
    text, None where it was dropped."""

    before: Span
    after: Span | None


def what_became_of(quoted: str, new: Version, old: Version | None) -> list[BecameOf]:
    """Return the sentences of a quote that do not stand in the new text, in order; none if all do.

    `old` is the text that was quoted from, None where it is not kept.
    """
    found = []
    for sentence in split_sentences(quoted, ()):
        words = sentence.slice(quoted)
        if not Wording(words).words:
            continue
        standing = _standing(words, new, old)
        if standing is None:
            found.append(BecameOf(sentence, _most_alike(words, new, old)))
        elif standing:
            found.append(BecameOf(sentence, standing[0]))
    return found


def _standing(words: str, new: Version, old: Version | None) -> list[Span] | None:
    """Return None if the words stand nowhere, nothing if they stand as they were meant, and else the sentences in which
    they stand, but taken back."""
    places = _places(words, new)
    if not places:
        return None
    before = [_turned(place, old) for place in _places(words, old)] if old is not None else []
    known = frozenset(before[0].kinds) if before else frozenset()
    turned = [_turned(place, new) for place in places]
    if any(one.kinds <= known for one in turned):
        return []
    return [one.around for one in turned]


def _places(words: str, version: Version) -> list[Span]:
    for wording in version.wordings:
        wanted = Wording(words, wording.is_joined).words
        if found := wording.places_of(wanted, _MOST_PLACES):
            return found
    return []


@dataclass(frozen=True, slots=True)
class _Turned:
    kinds: frozenset[CutKind]
    around: Span


def _turned(span: Span, version: Version) -> _Turned:
    """Return by what the words around others change what these say, and all of these words."""
    quotations = partial(find_quotations, version.text)
    place = Place(version.text, span, version.sentences, version.said, quotations)
    cut = cut_away(place, speaker_is_told=True, tells=lambda names: False)
    if cut is None:
        return _Turned(frozenset(), span)
    last = span if cut.before is not None or cut.after is None else cut.after
    return _Turned(frozenset(cut.kinds), _whole(version, Span(span.start, max(span.end, last.end))))


def _whole(version: Version, span: Span) -> Span:
    """Return the whole of the sentences that a span is of."""
    held = [one for one in version.sentences if one.overlaps(span)]
    return Span(min(span.start, held[0].start), max(span.end, held[-1].end)) if held else span


def _most_alike(words: str, new: Version, old: Version | None) -> Span | None:
    """Return the sentence of the new text, or two of them, that is most like the words, if any is like enough; none
    that stood in the old text is, nor what another sentence of that became."""
    wanted = _Sentence.of(words)
    stood = frozenset(old.wordings_of_sentences) if old is not None else frozenset()
    between = _between(wanted.words, new, old) if old is not None else frozenset()
    needed = _ALIKE if old is not None else _ALIKE_UNSEEN
    best, best_likeness = None, 0.0
    for first, end in _windows(new, stood):
        span = Span(new.sentences[first].start, new.sentences[end - 1].end)
        likeness = wanted.likeness(_Sentence.of(span.slice(new.text)))
        enough = _ALIKE_IN_PLACE if between.issuperset(range(first, end)) else needed
        if likeness >= enough and likeness > best_likeness:
            best, best_likeness = span, likeness
    if best is None or old is None or not _is_anothers(best.slice(new.text), best_likeness, wanted, new, old):
        return best
    return None


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: tuple[str, ...]
    terms: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Sentence":
        return cls(tuple(Wording(text).words), frozenset(terms_of(text)))

    def likeness(self, other: "_Sentence") -> float:
        """Return how much of both is the same in the same order, and how many telling words both have, in [0, 1]."""
        shared = 2 * len(self.terms & other.terms) / max(len(self.terms) + len(other.terms), 1)
        return (float(Indel.normalized_similarity(self.words, other.words)) + shared) / 2


def _is_anothers(words: str, likeness: float, wanted: _Sentence, new: Version, old: Version) -> bool:
    """Return whether another sentence of the old text, which stands no more, is more like these words."""
    found, standing = _Sentence.of(words), frozenset(new.wordings_of_sentences)
    gone = zip(old.sentences, old.wordings_of_sentences, strict=True)
    others = (span for span, each in gone if each and each not in standing and each != wanted.words)
    some = islice(others, _MOST_FRESH)
    return any(_Sentence.of(span.slice(old.text)).likeness(found) > likeness for span in some)


def _windows(new: Version, stood: frozenset[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Yield each sentence that is new, and each two in a row, by their numbers; the single ones first."""
    fresh = [bool(words) and words not in stood for words in new.wordings_of_sentences]
    if sum(fresh) > _MOST_FRESH:
        return
    yield from ((place, place + 1) for place, is_fresh in enumerate(fresh) if is_fresh)
    for place, (one, other) in enumerate(pairwise(new.sentences)):
        if fresh[place] and fresh[place + 1] and not new.text[one.end : other.start].strip():
            yield place, place + 2


def _between(wanted: tuple[str, ...], new: Version, old: Version) -> frozenset[int]:
    """Return the sentences of the new text that stand between the old neighbours of these words, if those are still as
    close as that."""
    sentences = old.wordings_of_sentences
    place = next((number for number, words in enumerate(sentences) if words == wanted), None)
    if place is None:
        return frozenset()
    numbers = {words: number for number, words in enumerate(new.wordings_of_sentences)}
    first = numbers.get(sentences[place - 1]) if place else -1
    is_last = place + 1 == len(sentences)
    last = len(new.sentences) if is_last else numbers.get(sentences[place + 1])
    if first is None or last is None or last - first - 1 not in (1, 2):
        return frozenset()
    return frozenset(range(first + 1, last))
