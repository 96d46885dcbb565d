"""Training what tells the kinds of messages apart."""

import numpy as np

from bot.query.kinds import MessageKind, ToldKind
from training.kinds import bounds_of, learnt_words, sure_from, train


def test_a_word_is_learnt_if_enough_messages_hold_it() -> None:
    assert learnt_words(["latest on it", "latest, latest", "on"], seen_often=2) == {"latest": 0, "on": 1, "< latest": 2}


def test_a_layer_learns_what_its_inputs_tell() -> None:
    chance = np.random.default_rng(1)
    inputs = chance.normal(size=(3000, 4)).astype(np.float32)
    kinds = inputs[:, :3].argmax(1)

    layer = train(inputs, kinds, 3)

    told = [int(layer.log_chances(row).argmax()) for row in inputs]
    assert np.mean(told == kinds) > 0.8  # of three, by chance 0.33


def test_a_kind_is_sure_from_the_chance_on_that_keeps_its_precision() -> None:
    assert sure_from([0.9, 0.5, 0.8, 0.6], [True, False, True, False], precision=1.0) == 0.8
    assert sure_from([0.9, 0.5, 0.8, 0.6], [True, True, True, False], precision=0.75) == 0.5
    assert sure_from([0.9], [False]) > 1


def test_kinds_that_a_sentence_answers_need_not_be_told_apart() -> None:
    def told(kind: MessageKind, chance: float) -> ToldKind:
        return ToldKind(kind, {MessageKind.FACT: 1 - chance, kind: chance}, is_sure=False)

    guesses = [told(MessageKind.YESNO, 0.6), told(MessageKind.LIST, 0.7), told(MessageKind.LIST, 0.9)]
    meant = [MessageKind.FACT, MessageKind.FACT, MessageKind.LIST]

    bounds = bounds_of((MessageKind.YESNO, MessageKind.LIST), guesses, meant)
    assert bounds.tolist() == [np.float32(0.6), np.float32(0.9)]
