"""Which words are worth learning from: those of many messages."""

from collections import Counter
from collections.abc import Iterable

from bot.query.word_bags import words_and_pairs


def learnt_words(texts: Iterable[str], *, seen_often: int) -> dict[str, int]:
    """Return the words and pairs of neighbours that are in so many texts, each with its place."""
    counts = Counter(word for text in texts for word in words_and_pairs(text))
    return {word: place for place, word in enumerate(word for word, count in counts.items() if count >= seen_often)}
