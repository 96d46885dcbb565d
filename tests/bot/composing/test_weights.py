"""What the weights that ship make of what is found."""

from dataclasses import replace

import numpy as np
import pytest

from bot.composing.gathering import NOWHERE
from bot.composing.weights import COMPOSED, shipped_weights
from bot.query.kinds import MessageKind
from tests.bot.composing.stories import Line, story


@pytest.mark.parametrize("kind", COMPOSED)
def test_what_is_no_sentence_belongs_in_no_reply_and_opens_one_last(kind: MessageKind) -> None:
    lines = [Line("Kyiv and Lviv, CNN —"), Line("The mayor of Kyiv opened the bridge."), Line("It rained in Kyiv.")]
    found = story({"bridge": lines}, {"bridge": "2026-05-03"}).found

    weighed = shipped_weights().kinds[kind].weighed(replace(found, places=np.array([NOWHERE, 0, 1])), {"bridge": 1.0})

    assert weighed.chances[0] == 0
    assert (weighed.chances[1:] > 0).all()
    assert weighed.openings.argmin() == 0
