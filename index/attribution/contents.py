"""What a cue tells was said: which words of its clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.attribution.cues import CueKind
from index.attribution.parsing import Parse
from index.attribution.sources import Cue
from index.attribution.word_sets import word_set
from index.attribution.words import QUOTE, Word

Bounds = tuple[int, int]
"""The first and the last of some words in a row."""
ENDS = frozenset({".", ",", ";", "!", "?", "…", ")"})
_COMMAS = frozenset({",", "—", "–", "--", "-", "”", "?", "!", "…"})
_RECIPIENTS = word_set("tell warn inform remind assure notify advise persuade convince ask urge instruct order")
_PREPOSITIONS = word_set(
    """in at on during after before when while as from by through via with for of about outside inside under following
    amid last late early earlier later this today yesterday tonight monday tuesday wednesday thursday friday
    saturday sunday afterwards afterward again adding referring speaking citing"""
)
"""Words that open what tells when, where or how something was said."""
_SUBORDINATE = word_set(
    """if as when while after before although though because since unless until where that which who"""
)
_ADVERBS = frozenset(("also", "again", "later", "simply", "repeatedly"))
_PLAIN = word_set("say tell add state note")
_NEED_CLAUSE = word_set("add write read tell show continue")
"""Cues that tell of no statement where what follows is no clause: people add sugar and write songs."""
_SIGHT = 14
"""How many words behind a cue a "that" may stand."""


@dataclass(frozen=True, slots=True)
class _After:
    """Words behind a cue, and whether it is sure that these are what is said."""

    bounds: Bounds
    is_sure: bool


def contents_of(words: Sequence[Word], parse: Parse, cue: Cue, following: Cue | None) -> list[Bounds]:
    """Return the words that hold what a cue tells was said, in one stretch or two. `following`: the next cue."""
    return _Contents(words, parse, cue, following).found()


class _Contents:
    def __init__(self, words: Sequence[Word], parse: Parse, cue: Cue, following: Cue | None) -> None:
        self._words = words
        self._parse = parse
        self._cue = cue
        self._start = max(cue.at, cue.last if cue.is_inverted else cue.at) + 1
        self._end = self._end_before(following) if following is not None else len(words)

    def found(self) -> list[Bounds]:
        cue = self._cue
        before = self._before()
        if cue.lemma == "according":
            bounds = before or self._behind_source()
            return [bounds] if bounds is not None else []
        after = self._after()
        if cue.kind is not CueKind.SPEECH or cue.is_noun:
            return [after.bounds] if after is not None else []
        if after is None or before is None:
            return [after.bounds] if after is not None else [before] if before is not None else []
        return self._chosen(before, after)

    def _chosen(self, before: Bounds, after: _After) -> list[Bounds]:
        """Return which of the words on both sides of "he said" are what he said."""
        holds_quote = self._quotes_in(before)
        if self._text(self._start) == "," and not after.is_sure:
            return [before] if holds_quote else [before, after.bounds]
        if self._words[before[1]].text == QUOTE and not self._is_marked(after.bounds[0]):
            return [before]
        if not after.is_sure:
            return [before]
        goes_on = holds_quote and self._words[after.bounds[0]].text == QUOTE
        return [after.bounds, before] if goes_on else [after.bounds]

    # -- in front of the cue ----------------------------------------------------------------------------------------

    def _before(self) -> Bounds | None:
        """Return what ends with a comma or a quotation in front of the cue and its source."""
        place = min(self._cue.at, self._cue.first) - 1
        while place >= 0 and self._parse.is_small(place) and self._words[place].text not in _COMMAS:
            place -= 1
        if self._cue.is_noun or place < 0 or self._words[place].text not in {*_COMMAS, QUOTE}:
            return None
        bounds = self._trimmed(0, place)
        if bounds is None or self._words[bounds[1]].text == QUOTE:
            return bounds
        behind = self._text(max(self._cue.at, self._cue.last) + 1)
        if self._cue.lemma == "according" or behind in ("", "."):
            return bounds
        is_clause = self._has_verb(range(bounds[0], bounds[1] + 1))
        return bounds if is_clause and self._words[bounds[0]].text.lower() not in _SUBORDINATE else None

    def _behind_source(self) -> Bounds | None:
        place = self._cue.last + 1
        commas = (at + 1 for at in range(place, len(self._words)) if self._words[at].text == ",")
        return self._without_end(next(commas, place), len(self._words))

    # -- behind the cue ---------------------------------------------------------------------------------------------

    def _after(self) -> _After | None:
        place = self._start
        while place < self._end and self._words[place].text in _ADVERBS:
            place += 1
        if place >= self._end or self._words[place].text in ENDS - {","}:
            return None
        after = self._opening(place)
        bounds = self._without_end(after[0], self._end) if after is not None else None
        if after is None or bounds is None:
            return None
        here = range(bounds[0], bounds[1] + 1)
        is_clause = self._has_verb(here) or any(self._words[at].text == QUOTE for at in here)
        return _After(bounds, after[1]) if is_clause or self._cue.lemma not in _NEED_CLAUSE else None

    def _opening(self, place: int) -> tuple[int, bool] | None:
        """Return where what is said begins from a place on, and whether that is sure."""
        mark = self._words[place].text
        if mark == ",":
            return self._behind_comma(place)
        that = next((at for at in range(place, min(self._end - 1, place + _SIGHT)) if self._opens_clause(at)), None)
        if that is not None and not self._has_verb(range(place, that)) and not self._quotes_in((place, that - 1)):
            return that, True
        if mark == ":":
            return place + 1, True
        return (place, True) if mark == QUOTE else self._plain(self._behind_recipient(place))

    def _behind_comma(self, place: int) -> tuple[int, bool] | None:
        quote = next((at for at in range(place, self._end) if self._words[at].text == QUOTE), None)
        first = place + 1
        if quote is not None and quote - place <= 2:
            return first, True
        opens_aside = self._text(first).lower() in _PREPOSITIONS or self._parse.is_verb(min(first, self._end - 1))
        return (first, False) if self._has_verb(range(first, self._end)) and not opens_aside else None

    def _plain(self, first: int) -> tuple[int, bool] | None:
        """Return where words without a mark of what is said begin."""
        cue = self._cue
        says = cue.kind is CueKind.SPEECH and cue.lemma in _PLAIN
        if self._text(first).lower() in _PREPOSITIONS or self._parse.is_preposition(first):
            opens = (at for at in range(first, self._end) if self._words[at].text in (":", QUOTE))
            mark = next(opens, None)
            if mark is not None:
                return mark + (self._words[mark].text == ":"), True
            is_time = says and not self._has_verb(range(first, self._end))
            return None if is_time and "," not in map(self._text, range(first, self._end)) else (first, False)
        if self._text(first) == "to" and cue.lemma == "say":
            return None
        is_clause = self._has_verb(range(first, self._end))
        return first, is_clause or cue.kind is not CueKind.SPEECH or cue.lemma not in ("say", "add")

    def _behind_recipient(self, place: int) -> int:
        if self._cue.lemma not in _RECIPIENTS:
            return place
        first = place + 1
        while first < self._end and self._parse.continues(first):
            first += 1
        return first if first < self._end else place

    def _end_before(self, following: Cue) -> int:
        """Return where what is said ends because the next cue, or its source, begins."""
        end = len(self._words)
        for at in range(self._start + 1, following.at + 1):
            if self._parts(at, following):
                end = at
                break
        source = following.first
        is_other = self._start < source < following.at and self._words[source - 1].text == ","
        return min(end, source - 1) if is_other and self._cue.kind is not CueKind.SPEECH else end

    def _parts(self, at: int, following: Cue) -> bool:
        """Return whether the word at a place parts what is said from the next cue."""
        word, cue = self._words[at].text.lower(), self._words[following.at].text
        is_near = at + 3 >= following.at
        if word == ",":
            return is_near and (cue.endswith("ing") or cue == "according")
        if (
            word in ("and", "but")
            and is_near
            and (following.first, following.last) == (self._cue.first, self._cue.last)
        ):
            return True
        opens = word in ("and", "but", "while", ";") and at < following.first <= at + 6
        return opens and following.first < following.at and self._words[at - 1].text in (",", ";", ".")

    # -- words ------------------------------------------------------------------------------------------------------

    def _text(self, at: int) -> str:
        return self._words[at].text if at < len(self._words) else ""

    def _has_verb(self, places: Iterable[int]) -> bool:
        return any(self._parse.is_finite(at) for at in places)

    def _quotes_in(self, bounds: Bounds) -> bool:
        return any(self._words[at].text == QUOTE for at in range(bounds[0], bounds[1] + 1))

    def _opens_clause(self, at: int) -> bool:
        """Return whether a word is a "that" in front of what is said, no relative pronoun."""
        lowered = self._words[at].text.lower()
        return lowered in ("whether", "how", "why") or (lowered == "that" and self._parse.tags[at] == "SCONJ")

    def _is_marked(self, first: int) -> bool:
        """Return whether words begin with a mark of what is said: "that", a quotation, or a colon before them."""
        lowered = self._words[first].text.lower()
        return lowered in (QUOTE, "that", "whether") or self._words[first - 1].text == ":"

    def _trimmed(self, first: int, last: int) -> Bounds | None:
        while last >= first and self._words[last].text in _COMMAS:
            last -= 1
        while first <= last and self._words[first].text in ENDS | {'"', "”"}:
            first += 1
        return (first, last) if first <= last else None

    def _without_end(self, first: int, end: int) -> Bounds | None:
        last = end - 1
        while last >= first and self._words[last].text in ENDS:
            last -= 1
        return (first, last) if first <= last else None
