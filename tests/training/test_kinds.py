"""Training what tells the kinds of messages apart."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.query.kinds import MessageKind, ToldKind, Topic
from tests.late_imports import imported_when_used
from training.kind_examples import NEAR_MISSES, WRITTEN, near_misses, written
from training.learnt_words import learnt_words

if TYPE_CHECKING:
    from training import kinds
else:
    kinds = imported_when_used("training.kinds")


def test_a_word_is_learnt_if_enough_messages_hold_it() -> None:
    learnt = learnt_words(["latest on it", "latest, latest", "on"], seen_often=2)
    assert learnt == {"latest": 0, "on": 1, "< latest": 2}


def test_a_layer_learns_what_its_inputs_tell() -> None:
    chance = np.random.default_rng(1)
    inputs = chance.normal(size=(3000, 4)).astype(np.float32)
    classes = inputs[:, :3].argmax(1)

    layer = kinds.train(inputs, classes, np.ones(3, np.float32))

    told = [int(layer.log_chances(row).argmax()) for row in inputs]
    assert np.mean(told == classes) > 0.8  # of three, by chance 0.33


def test_a_kind_is_sure_from_the_chance_on_that_keeps_its_precision() -> None:
    assert kinds.sure_from([0.9, 0.5, 0.8, 0.6], [True, False, True, False], precision=1.0, least=1) == 0.8
    assert kinds.sure_from([0.9, 0.5, 0.8, 0.6], [True, True, True, False], precision=0.75, least=4) == 0.5
    assert kinds.sure_from([0.9], [False], least=1) > 1
    assert kinds.sure_from([0.9, 0.8], [True, True], least=3) > 1


def test_kinds_that_a_sentence_answers_need_not_be_told_apart() -> None:
    def told(kind: MessageKind, chance: float) -> ToldKind:
        return ToldKind(kind, {MessageKind.FACT: 1 - chance, kind: chance}, is_sure=False)

    guesses = [told(MessageKind.YESNO, 0.6), told(MessageKind.LIST, 0.7), told(MessageKind.LIST, 0.9)] * 20
    meant = [MessageKind.FACT, MessageKind.FACT, MessageKind.LIST] * 20

    bounds = kinds.bounds_of(guesses, [MessageKind.YESNO, *meant[1:]])
    assert (bounds[MessageKind.YESNO], bounds[MessageKind.LIST]) == (0.6, 0.7)
    assert kinds.bounds_of(guesses, [*meant[:-1], MessageKind.FACT] * 1)[MessageKind.FACT] > 1


def test_hardly_a_question_for_a_fact_reaches_the_bound_of_another_kind() -> None:
    mistaken = ToldKind(MessageKind.LIST, {MessageKind.LIST: 0.7, MessageKind.FACT: 0.3}, is_sure=False)
    bounds = {MessageKind.LIST: 0.4, MessageKind.FACT: 0.2, MessageKind.SIDES: 0.5}

    raised = kinds.stricter(bounds, [mistaken, replace(mistaken, chances={MessageKind.LIST: 0.9})], mistaken=1)

    assert (0.7 < raised.pop(MessageKind.LIST) < 0.71, raised) == (
        True,
        {MessageKind.FACT: 0.2, MessageKind.SIDES: 0.5},
    )


def test_examples_of_a_set_and_open_kind_are_of_any_fact() -> None:
    inputs = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]] * 300, np.float32)
    classes = np.array([0, 1, -1] * 300)  # the third are of one of the classes 0 and 2

    layer = kinds.train(inputs, classes, np.ones(3, np.float32), ([0, 2],))

    chances = np.exp(layer.log_chances(np.array([0, 0, 1], np.float32)))
    assert chances[1] < chances[0] + chances[2]


def test_each_talk_is_learnt_from_or_measured_with(tmp_path: Path) -> None:
    path = tmp_path / "rewrites.jsonl.gz"
    turns = [
        {"id": f"set_{talk}_{turn}", "question": f"question {talk} {turn % 2}"}
        for talk in range(10)
        for turn in range(3)
    ]
    with gzip.open(path, "wt") as file:
        file.writelines(f"{json.dumps(turn)}\n" for turn in turns)

    measured, learnt = (kinds.questions_of_talks(path, held_out=held_out) for held_out in (True, False))

    assert measured == ["question 0 0", "question 0 1", "question 5 0", "question 5 1"]
    assert len(learnt) == 16
    assert not {*measured} & {*learnt}


def test_what_is_learnt_is_never_measured_with() -> None:
    for topic in WRITTEN:
        assert not {*written(topic, held_out=True)} & {*written(topic, held_out=False)} - {""}
        assert topic is not Topic.LANGUAGE
    for kind in NEAR_MISSES:
        assert not {*near_misses(kind, held_out=True)} & {*near_misses(kind, held_out=False)}
