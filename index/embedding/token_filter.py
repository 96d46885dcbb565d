"""The words of a passage that its vector is made of: neither function words nor what it says for the third time.

The others are a quarter of a passage's tokens, and so of the work of embedding it. Retrieval gains nothing from them:
see docs/experiments/0013-passages-in-fewer-tokens.md. It loses without pronouns, "that", "as" and "have", and it loses
where function words are left out of questions, in which "of" or "by" may be half of what is meant.
"""

from collections.abc import Iterator, Sequence

from tokenizers import Tokenizer

_ARTICLES = "a an the"
_PREPOSITIONS = "of to in on at by for with from"
_CONJUNCTIONS = "and or"
_FORMS_OF_BE = "is are was were be been"

FUNCTION_WORDS = frozenset(" ".join((_ARTICLES, _PREPOSITIONS, _CONJUNCTIONS, _FORMS_OF_BE)).split())
"""In lower case: words that hold a sentence together and mean little by themselves."""

_OFTEN_ENOUGH = 2
"""How many times a word or a sign is read. Once only is too little (MRR of MTRAG .562 for .591)."""
_ENDS = 2
"""Tokens that every text has, at its start and its end."""


class TokenFilter:
    """Chooses among the tokens of a WordPiece tokenizer, in which "##" starts a piece that goes on with a word."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        vocabulary = tokenizer.get_vocab()
        self._function_words: set[tuple[int, ...]] = {
            (vocabulary[word],) for word in FUNCTION_WORDS if word in vocabulary
        }
        self._goes_on = {token for piece, token in vocabulary.items() if piece.startswith("##")}

    def of(self, tokens: Sequence[int]) -> Sequence[int]:
        """Return the tokens of a passage that are worth reading, in order; all of them where nothing else is left."""
        times: dict[tuple[int, ...], int] = dict.fromkeys(self._function_words, _OFTEN_ENOUGH)
        kept: list[int] = []
        for word in self._words(tokens):
            read = times.get(word, 0)
            if read < _OFTEN_ENOUGH:
                times[word] = read + 1
                kept += word
        return kept if len(kept) > _ENDS else tokens

    def _words(self, tokens: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Yield the tokens of each word together."""
        start = 0
        for place in range(1, len(tokens) + 1):
            if place == len(tokens) or tokens[place] not in self._goes_on:
                yield tuple(tokens[start:place])
                start = place
