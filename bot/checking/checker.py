"""Checker: says of each quotation of a text whether it stands in the articles so, and where."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from bot.checking.alignment import OTHER_PLACE, Chain, Run, best_chain, nearest, runs_in
from bot.checking.findings import Finding, Findings
from bot.checking.passages import Checkable, checkable, sentence_by_sentence
from bot.checking.remembered import RememberedTexts
from bot.checking.verdicts import CheckedQuote, Match, Verdict, moved
from bot.checking.words import Words
from index import Span
from index.library.kept_texts import KeptTexts
from index.text.terms import terms_of

MOST_CHARS: Final = 50_000
"""What is checked of a longer text."""
_MOST_MATCHES: Final = 5
_MOST_LOOKED_AT, _FEW = 400, 20
"""So many revisions are looked at for words in a row, the likeliest first where there are more than a few; only
common words are in more."""
_MOST_PLACES: Final = 40
_LONG: Final = 150
"""Of so many words and more nobody has altered some or put some together: they are looked for sentence by sentence."""
_RAREST: Final = 10
_WINDOW, _STEP = 10, 10
"""Of so many words it is asked in turn where they may be from: a quotation may be of several places."""
_LIKELIEST, _LIKELIEST_OF_A_WINDOW = 6, 2
_SHORTEST_REST, _MOST_WITH_A_REST = 4, 100
_WELL_EXPLAINED: Final = 2.0
"""So few words that are not explained are a change, and no sign of another place."""


class Checker:
    """Checks texts against the revisions that are kept. `texts` gives those that are kept now."""

    def __init__(self, texts: Callable[[], KeptTexts]) -> None:
        self._texts = texts

    def check(self, text: str) -> list[CheckedQuote]:
        """Return each quotation of a text, in order, with what it is; of a text without quotation marks the text, or
        its sentences where it is not found as a whole."""
        text = text[:MOST_CHARS].encode("utf-8", "replace").decode()
        search = _Search(self._texts())
        asked = checkable(text)
        is_whole = len(asked) == 1 and not asked[0].is_quoted
        found = [search.look_for(text, one, nearly=not (is_whole and len(one.words) > _LONG)) for one in asked]
        if is_whole and found[0].verdict is Verdict.NOT_FOUND:
            sentences = sentence_by_sentence(text, asked[0])
            if len(sentences) > 1:
                return [search.look_for(text, one) for one in sentences]
        return found


class _Search:
    """Looks for the quotations of one text in the revisions of one moment."""

    def __init__(self, texts: KeptTexts) -> None:
        self._texts = RememberedTexts(texts)
        self._found: dict[Hashable, tuple[int, Finding]] = {}

    def look_for(self, text: str, asked: Checkable, *, nearly: bool = True) -> CheckedQuote:
        """Return what one quotation of a text is; not `nearly`: unless it is only nearly an article's."""
        speaker = asked.claim.speaker if asked.claim is not None else None
        same = (asked.words.text, asked.is_quoted, speaker, nearly)
        if same not in self._found:
            self._found[same] = asked.span.start, self._find(asked, nearly=nearly)
        start, (verdict, matches) = self._found[same]
        claim = asked.claim.mention.slice(text) if asked.claim is not None and asked.claim.mention else None
        here = tuple(moved(match, asked.span.start - start) for match in matches)
        return CheckedQuote(asked.span.slice(text), asked.span, verdict, here, claim)

    def _find(self, asked: Checkable, *, nearly: bool) -> Finding:
        findings = Findings(self._texts, asked)
        found = self._exactly(asked, findings) or (self._nearly(asked, findings) if nearly else None)
        return found or (Verdict.NOT_FOUND, [])

    def _exactly(self, asked: Checkable, findings: Findings) -> Finding | None:
        """Return the places where these very words stand; None if there is none."""
        found: dict[Verdict, list[Match]] = {}
        for number, span in islice(self._places(asked), _MOST_PLACES):
            verdict, match = findings.exact(number, span)
            if match is not None and not _is_known(match, found.get(verdict, ())):
                found.setdefault(verdict, []).append(match)
                if len(found.get(Verdict.VERBATIM, ())) == _MOST_MATCHES:
                    break
        best = next((one for one in (Verdict.VERBATIM, Verdict.OTHER_SPEAKER, Verdict.CUT) if one in found), None)
        return (best, found[best][:_MOST_MATCHES]) if best is not None else None

    def _places(self, asked: Checkable) -> Iterator[tuple[int, Span]]:
        """Yield where the very words stand, with the revision's number."""
        for number in self._candidates(terms_of(asked.words.text)):
            for span in self._texts.places_of(number, asked.words.folded, _MOST_MATCHES):
                yield number, span

    def _candidates(self, terms: Sequence[str]) -> Iterable[int]:
        """Return the revisions that may hold words with these terms in a row."""
        if not terms:
            return self._texts.numbers()
        holding = self._texts.holding(terms, _MOST_LOOKED_AT)
        if len(holding) <= _FEW:
            return holding
        return dict.fromkeys([*self._texts.likeliest(terms, _FEW), *holding])

    def _nearly(self, asked: Checkable, findings: Findings) -> Finding | None:
        """Return what the words are if they stand nowhere as they are.

        The likeliest revisions are looked at first, then those that hold what these leave unexplained at one end, then
        those that some words each may be from.
        """
        words, ellipses = asked.words.folded, asked.words.ellipses()
        numbers = dict.fromkeys(self._likeliest(asked.words.text, _LIKELIEST))
        runs = self._runs(words, numbers)
        chain = best_chain(runs, len(words), ellipses, findings.only_tells_who)
        for further in (self._holding_the_rest, self._likely_for_parts):
            if self._is_settled(chain, words):
                break
            found = [number for number in further(asked.words, chain) if number not in numbers]
            numbers |= dict.fromkeys(found)
            runs += self._runs(words, found)
            chain = best_chain(runs, len(words), ellipses, findings.only_tells_who)
        close = dict.fromkeys([*list(numbers)[:_LIKELIEST], *(run.number for run in chain.runs)])
        near = [nearest(words, number, self._texts.words_of(number).folded, runs) for number in close]
        return findings.inexact(chain, [one for one in near if one is not None])

    def _is_settled(self, chain: Chain, words: Sequence[str]) -> bool:
        """Return whether no further revision need be looked at: the words are explained, or nothing of them is."""
        n_places = len({run.number for run in chain.runs})
        longest = max((run.length for run in chain.runs), default=0)
        is_explained = chain.cost <= _WELL_EXPLAINED + OTHER_PLACE * (n_places - 1)
        return is_explained or longest < _SHORTEST_REST or len(words) > _LONG

    def _runs(self, words: Sequence[str], numbers: Iterable[int]) -> list[Run]:
        return runs_in(words, {number: self._texts.words_of(number).folded for number in numbers})

    def _holding_the_rest(self, words: Words, chain: Chain) -> list[int]:
        """Return revisions that hold all words before those that are explained, or all behind them."""
        if not chain.runs:
            return []
        rests = [(0, chain.runs[0].start), (chain.runs[-1].end, len(words))]
        return [number for rest in rests for number in self._holding(words, *rest)]

    def _holding(self, words: Words, first: int, end: int) -> list[int]:
        if end - first < _SHORTEST_REST:
            return []
        terms = terms_of(words.span(first, end).slice(words.text))
        rest = words.folded[first:end]
        candidates = self._texts.holding(terms, _MOST_WITH_A_REST) if terms else []
        holding = (number for number in candidates if self._texts.places_of(number, rest, 1))
        return list(islice(holding, _LIKELIEST))

    def _likely_for_parts(self, words: Words, chain: Chain) -> set[int]:
        """Return the revisions that some of the words may be from."""
        windows = [(first, min(first + _WINDOW, len(words))) for first in range(0, len(words), _STEP)]
        texts = [words.span(*window).slice(words.text) for window in windows if window[1] - window[0] > _STEP]
        return {number for text in texts for number in self._likeliest(text, _LIKELIEST_OF_A_WINDOW)}

    def _likeliest(self, text: str, most: int) -> list[int]:
        terms = self._rarest(terms_of(text))
        return self._texts.likeliest(terms, most) if terms else []

    def _rarest(self, terms: Sequence[str]) -> list[str]:
        return sorted(dict.fromkeys(terms), key=self._texts.rarity, reverse=True)[:_RAREST]


def _is_known(match: Match, others: Sequence[Match]) -> bool:
    """Return whether these words of the article were found already, in a revision that another replaced."""
    mine = match.citation.quote
    return any(
        other.citation.quote.article_id == mine.article_id and other.citation.quote.text == mine.text
        for other in others
    )
