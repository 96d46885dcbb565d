"""One feature fitted beside weights that stay as they are."""

from dataclasses import replace

import numpy as np
import pytest

from bot.reading.cascade import ReadBudget, ReadingWeights, SentenceModel
from bot.reading.features import FEATURES, KNOWN, N_SAID
from training.added_column import with_column
from training.question_sets import Question

_QUOTED, _ODDS = FEATURES.index("quoted_before"), FEATURES.index("answer_odds")


def _questions(share_quoted_right: float) -> list[Question]:
    """Of six sentences the first was quoted before and seems to answer best; the second seems to do so, too, and one of
    the two does."""
    questions = []
    for number in range(40):
        right = np.zeros(6, bool)
        right[0 if number < 40 * share_quoted_right else 1] = True
        known, said = np.zeros((6, len(KNOWN))), np.zeros((6, N_SAID))
        known[0, KNOWN.index("quoted_before")] = 1.0
        said[:2, 0] = 3.0, 2.0
        passages = np.repeat(np.arange(2), 3)
        questions.append(Question("made up", 0, True, "typed", known, passages, np.ones(6, bool), said, right))
    return questions


def _weights() -> ReadingWeights:
    by_odds = np.zeros(len(FEATURES))
    by_odds[_ODDS] = 1.0
    judged = np.zeros(len(FEATURES) + 3)
    judged[_ODDS] = 1.0
    model = SentenceModel(by_odds, judged, -2.0, -judged, 2.0, by_odds, -2.0)
    return ReadingWeights(model, model, ReadBudget(read=2, sure=1.0, worth=0.0), threshold=0.5)


@pytest.mark.parametrize(("share_quoted_right", "first"), [(0.0, 1), (1.0, 0)])
def test_what_was_quoted_ranks_as_low_as_it_is_right_and_nothing_else_changes(
    share_quoted_right: float, first: int
) -> None:
    questions, before = _questions(share_quoted_right), _weights()

    after = with_column(before, questions, _QUOTED)

    *_, state = questions[0].read_states(after)
    assert state.order[0] == first
    for part in ("ranking", "answering", "confidence", "unanswered"):
        kept = np.delete(getattr(after.read, part), _QUOTED)
        assert (kept == np.delete(getattr(before.read, part), _QUOTED)).all()
    assert replace(after, unread=before.unread, read=before.read) == before
