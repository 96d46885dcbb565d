"""Words that hold a sentence together and mean little by themselves: the vector of a passage does without them.

They are a fifth of a passage's tokens, and so of the work of embedding it. Measured (docs/measurements.md, "Passages in
fewer tokens"): retrieval gains nothing from them. Without pronouns, "that", "as" and "have" as well it loses, and so
it does where questions go without them, in which "of" or "by" may be half of what is meant.
"""

_ARTICLES = "a an the"
_PREPOSITIONS = "of to in on at by for with from"
_CONJUNCTIONS = "and or"
_FORMS_OF_BE = "is are was were be been"

FUNCTION_WORDS = frozenset(" ".join((_ARTICLES, _PREPOSITIONS, _CONJUNCTIONS, _FORMS_OF_BE)).split())
"""In lower case."""
