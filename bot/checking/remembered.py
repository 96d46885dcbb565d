"""RememberedTexts: the kept texts as one check reads them. A text may hold thousands of quotations of the same few
articles: each of these is read and taken apart once."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bot.checking.words import Words, places_of
from index import Span
from index.attribution.quotations import Quotation, find_quotations
from index.library.kept_texts import KeptTexts

_WORDS_KEPT: Final = 512
_ARTICLES_KEPT: Final = 64
_PLACES_KEPT: Final = 4_096


class RememberedTexts:
    """What one check asks of the kept texts, asked once. For one thread; what changes meanwhile is not seen."""

    def __init__(self, texts: KeptTexts) -> None:
        self.numbers, self.holding, self.likeliest = texts.numbers, texts.holding, texts.likeliest
        self.words_of = lru_cache(_WORDS_KEPT)(lambda number: Words(texts.text(number)))
        self.rarity = lru_cache(_WORDS_KEPT)(texts.rarity)
        self.revision = lru_cache(_ARTICLES_KEPT)(texts.revision)
        self.sentences = lru_cache(_ARTICLES_KEPT)(texts.sentences)
        self.said = lru_cache(_ARTICLES_KEPT)(texts.said)
        self._places = lru_cache(_PLACES_KEPT)(self._look_for)
        self._quotations = lru_cache(_WORDS_KEPT)(self._find_quotations)

    def places_of(self, number: int, words: Sequence[str], most: int) -> Sequence[Span]:
        """Return where these words, folded, stand in a revision one behind the other, at most so many places."""
        return self._places(number, tuple(words), most)

    def quotations(self, number: int, start: int, end: int) -> Sequence[Quotation]:
        """Return the quotations of a paragraph of a revision."""
        return self._quotations(number, start, end)

    def _look_for(self, number: int, words: tuple[str, ...], most: int) -> Sequence[Span]:
        return places_of(self.words_of(number).text, words, most)

    def _find_quotations(self, number: int, start: int, end: int) -> Sequence[Quotation]:
        return find_quotations(self.words_of(number).text, start, end)
