"""Lists of words as they stand in the code: one string, with white space between them."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string."""
    return frozenset(words.split())
