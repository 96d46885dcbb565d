"""What tells how likely the first quote of a composed reply answers, as numbers."""

import numpy as np

from bot.composing.weighed import Weighed
from bot.query.topic_words import names_something
from bot.reading.features import KNOWN, Floats

CONFIDENCE_INPUTS = (
    "first_odds",
    "best_odds",
    "third_odds",
    "on_subject",
    "first_on_subject",
    "evidence",
    "reader_rank",
    "similarity",
    "words_held",
    "first_words_held",
    "names_missing",
    "unheard",
)
"""Names, in order."""
_KNOWN = {name: column for column, name in enumerate(KNOWN)}
_LEAST = 1e-4
_MOST_OF_IT = 0.6
_HARDLY_ANSWERS = -2.0
"""With both, of newschat's messages that nothing answers 20 of 186 are refused, of the others 4 of 362."""
ON_TOPIC_SIMILARITY = 0.25
"""Below this cosine to every passage a message is about something else."""
_THIRD = 3


def confidence_inputs(weighed: Weighed, first: int) -> Floats:
    """Return them, (len(CONFIDENCE_INPUTS),); `first`: the row of the sentence that is quoted first."""
    found = weighed.found
    odds = np.sort(_odds(weighed.chances))[::-1]
    held = found.known[:, _KNOWN["passage_overlap"]]
    read = found.is_read
    return np.array(
        [
            _odds(weighed.chances[first]),
            odds[0],
            odds[: _THIRD + 1][-1],
            max(weighed.on_subject.values()),
            weighed.on_subject[weighed.article_of(first)],
            found.evidence[read].max(),
            found.ranks[read].max(),
            found.known[:, _KNOWN["passage_similarity"]].max(),
            held.max(),
            held[first],
            found.known[:, _KNOWN["names_missing"]].min(),
            found.unheard,
        ]
    )


def tells_of_something_else(inputs: Floats, message: str) -> bool:
    """Return whether a message names something that what was found is not about. "What happened" names nothing, and
    everything tells of it.

    What is quoted first shares no word with it, and nothing that was found is like it; or nothing that was found holds
    most of it ("japan earthquake", where one article tells of Japan and another of an earthquake), and to the reader no
    sentence answers. Weights cannot tell: they are fitted in a library where something like it is always found.
    """
    known = dict(zip(CONFIDENCE_INPUTS, inputs.tolist(), strict=True))
    is_unlike = known["first_words_held"] <= 0.0 and known["similarity"] < ON_TOPIC_SIMILARITY
    is_in_part = known["words_held"] < _MOST_OF_IT and known["evidence"] < _HARDLY_ANSWERS
    return names_something(message) and (is_unlike or is_in_part)


def _odds(chances: Floats) -> Floats:
    """Return the logarithm of the odds."""
    bounded = np.clip(chances, _LEAST, 1 - _LEAST)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds
