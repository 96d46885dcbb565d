"""Training a tiny reader: what it learns from, that it learns, and that a kill costs it nothing."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import Span
from tests.late_imports import imported_when_used
from tests.training.tiny_bert import save_tiny_bert, save_tiny_mpnet
from training.reading_examples import Mark, ReadingExample

if TYPE_CHECKING:
    import torch

    from training import cross_encoder, reader, reading_measures
else:
    torch = imported_when_used("torch")
    cross_encoder = imported_when_used("training.cross_encoder")
    reader = imported_when_used("training.reader")
    reading_measures = imported_when_used("training.reading_measures")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

_WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "who",
    "when",
    "ran",
    "ada",
    "tom",
    "eva",
    "may",
    "june",
    "in",
    "and",
    ".",
]
_PEOPLE, _MONTHS = ("ada", "tom", "eva"), ("may", "june")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT that knows fifteen words."""
    return save_tiny_bert(tmp_path_factory.mktemp("encoder"), _WORDS)


def _examples(n: int, seed: int) -> list[ReadingExample]:
    """Who ran and when, over passages that say either, both, or neither."""
    chance = np.random.default_rng(seed)
    examples = []
    for _ in range(n):
        person, month = str(chance.choice(_PEOPLE)), str(chance.choice(_MONTHS))
        passage = str(chance.choice([f"{person} ran in {month} .", f"in {month} {person} ran .", f"{person} ran ."]))
        question, answer = ("who ran", person) if chance.random() < 0.5 else ("when ran", month)
        start = passage.find(answer)
        spans = (Span(start, start + len(answer)),) if start >= 0 else ()
        marks = (Mark(Span(0, len(passage)), answers=start >= 0),)
        examples.append(ReadingExample(question, passage, spans, marks=marks))
    return examples


def _lessons(encoder: Path, steps: int) -> "reader.Lessons":
    examples = _examples(16 * steps, seed=1)
    batches = [examples[start : start + 16] for start in range(0, len(examples), 16)]
    return reader.Lessons(batches, _examples(40, seed=2), cross_encoder.load_tokenizer(encoder))


def test_right_tokens_are_those_of_the_answer(encoder: Path) -> None:
    answered = ReadingExample("who ran", "in may ada ran .", (Span(7, 10),))
    held = ReadingExample("who ran", "in may ada ran .", evidence=(Span(3, 10),))
    nothing = ReadingExample("who ran", "in may .")

    batch = cross_encoder.make_batch([answered, held, nothing], cross_encoder.load_tokenizer(encoder))

    # [CLS] who ran [SEP] in may ada ran . [SEP]
    assert [row.nonzero().flatten().tolist() for row in batch.starts] == [[6], [5, 6], [0]]
    assert [row.nonzero().flatten().tolist() for row in batch.ends] == [[6], [5, 6], [0]]
    assert batch.readable[0].nonzero().flatten().tolist() == [0, 4, 5, 6, 7, 8]


def test_probabilities_fall_on_the_passage_and_on_no_answer_only(encoder: Path) -> None:
    batch = cross_encoder.make_batch(_examples(8, seed=3), cross_encoder.load_tokenizer(encoder))

    start, end, _ = cross_encoder.scores(cross_encoder.new_model(encoder).eval(), batch)

    for logs in (start, end):
        torch.testing.assert_close((logs.exp() * batch.readable).sum(1), torch.ones(8))


def test_the_loss_is_that_of_the_right_tokens(encoder: Path) -> None:
    model = cross_encoder.new_model(encoder).eval()
    batch = cross_encoder.make_batch(
        [ReadingExample("who ran", "ada ran .", (Span(0, 3),))], cross_encoder.load_tokenizer(encoder)
    )

    start, end, _ = cross_encoder.scores(model, batch)

    torch.testing.assert_close(cross_encoder.loss(model, batch), -(start[0, 4] + end[0, 4]) / 2)


def test_the_loss_of_a_marked_sentence_is_that_of_its_mean_evidence(encoder: Path) -> None:
    model = cross_encoder.new_model(encoder).eval()
    marks = (Mark(Span(0, 9), answers=True), Mark(Span(10, 15), answers=False, weight=0.5))
    bare = ReadingExample("who ran", "ada ran . tom .", (Span(0, 3),))
    tokenizer = cross_encoder.load_tokenizer(encoder)
    batch = cross_encoder.make_batch([replace(bare, marks=marks)], tokenizer)

    *_, odds = cross_encoder.scores(model, batch)

    evidence = model(batch.ids, batch.types, batch.mask)[2][0]  # [CLS] who ran [SEP] ada ran . tom . [SEP]
    torch.testing.assert_close(odds, torch.stack([evidence[4:7].mean(), evidence[7:9].mean()]))
    yes, no = torch.sigmoid(odds)
    marked = -(yes.log() + 0.5 * (1 - no).log()) / 1.5
    told_apart = -torch.log_softmax(odds, 0)[0] / 2
    torch.testing.assert_close(
        cross_encoder.loss(model, batch),
        cross_encoder.loss(model, cross_encoder.make_batch([bare], tokenizer)) + marked + told_apart,
    )


def test_passages_of_one_question_are_told_apart_by_their_odds_against_no_answer(encoder: Path) -> None:
    model = cross_encoder.new_model(encoder).eval()
    answers = ReadingExample("who ran", "ada ran .", (Span(0, 3),))
    does_not = ReadingExample("who ran", "in may .")
    tokenizer = cross_encoder.load_tokenizer(encoder)
    alone = cross_encoder.make_batch([answers, does_not], tokenizer)
    rivals = cross_encoder.make_batch([replace(one, rivals=5) for one in (answers, does_not)], tokenizer)

    logs = cross_encoder.scores(model, rivals)[:2]

    told_apart = torch.tensor(0.0)
    for each in logs:
        odds = each - each[:, :1]
        every = torch.cat([odds[0, 4:7], odds[1, 4:7]])  # [CLS] who ran [SEP] ada ran . [SEP]
        told_apart = told_apart + (torch.logsumexp(every, 0) - odds[0, 4]) / 2
    assert rivals.rivals.tolist() == [0, 0]
    assert alone.rivals.tolist() == [0, 1]
    torch.testing.assert_close(cross_encoder.loss(model, rivals), cross_encoder.loss(model, alone) + told_apart / 2)


def test_a_question_of_which_nothing_answers_has_nothing_to_tell_apart(encoder: Path) -> None:
    model = cross_encoder.new_model(encoder).eval()
    tokenizer = cross_encoder.load_tokenizer(encoder)
    passages = [ReadingExample("who ran", text) for text in ("in may .", "in june .")]

    alone, rivals = (
        cross_encoder.make_batch([replace(one, rivals=name) for one in passages], tokenizer) for name in (None, 1)
    )

    torch.testing.assert_close(cross_encoder.loss(model, rivals), cross_encoder.loss(model, alone))


def test_passages_of_one_question_come_in_one_batch(encoder: Path) -> None:
    chance = random.Random(1)
    together = [[replace(one, rivals=number) for one in _examples(4, seed=number)] for number in range(50)]

    batches = reader._batches(together, cross_encoder.load_tokenizer(encoder), chance)

    assert sum(map(len, batches)) == 200
    assert all(len(batch) <= 32 for batch in batches)
    for batch in batches:
        numbers = [one.rivals for one in batch]
        assert all(numbers.count(number) == 4 for number in numbers)


def test_what_counts_half_moves_the_loss_half(encoder: Path) -> None:
    model, tokenizer = cross_encoder.new_model(encoder).eval(), cross_encoder.load_tokenizer(encoder)
    sure, doubted = ReadingExample("who ran", "ada ran .", (Span(0, 3),)), ReadingExample("who ran", "in may .")

    each = [cross_encoder.loss(model, cross_encoder.make_batch([one], tokenizer)) for one in (sure, doubted)]

    together = cross_encoder.loss(model, cross_encoder.make_batch([sure, replace(doubted, weight=0.5)], tokenizer))
    torch.testing.assert_close(together, (each[0] + 0.5 * each[1]) / 1.5)


def test_a_heading_is_read_and_never_taken_for_the_answer(encoder: Path) -> None:
    plain = ReadingExample("who ran", "tom ran .", (Span(0, 3),), marks=(Mark(Span(0, 9), answers=True),))
    tokenizer = cross_encoder.load_tokenizer(encoder)

    batch = cross_encoder.make_batch([replace(plain, heading="ada in may . ")], tokenizer)

    # [CLS] who ran [SEP] ada in may . tom ran . [SEP]
    assert batch.readable[0].nonzero().flatten().tolist() == [0, 8, 9, 10]
    assert batch.starts[0].nonzero().flatten().tolist() == [8]
    assert batch.sentences[0].tolist() == [0] * 8 + [1] * 3 + [0]


def test_a_marked_sentence_that_is_cut_off_does_not_count(encoder: Path) -> None:
    passage = "ada ran . " + "tom ran " * 200 + "."
    marks = (Mark(Span(0, 9), answers=True), Mark(Span(10, len(passage)), answers=False))

    batch = cross_encoder.make_batch(
        [ReadingExample("who ran", passage, (Span(0, 3),), marks=marks)], cross_encoder.load_tokenizer(encoder)
    )

    assert batch.answering.tolist() == [1.0]


@pytest.mark.parametrize("bf16", [False, True])
def test_it_learns_where_the_answer_stands_and_whether_there_is_one(encoder: Path, tmp_path: Path, bf16: bool) -> None:
    lessons = _lessons(encoder, steps=300)
    before = reading_measures.measure(
        reader.Run.start(encoder, torch.device("cpu")).averaged(), lessons.held_apart, lessons.tokenizer
    )

    reader.train(encoder, lessons, tmp_path, minutes=5, bf16=bf16)

    *_, last = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert last["word_f1"] > max(0.8, before["word_f1"])
    assert last["auroc"] > max(0.9, before["auroc"])
    assert last["evidence_auroc"] > max(0.9, before["evidence_auroc"])
    assert (tmp_path / "curves.png").stat().st_size > 1000
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {p.name for p in (tmp_path / "reader").iterdir()}


def test_a_training_that_was_cut_off_goes_on_as_if_it_had_not_been(encoder: Path, tmp_path: Path) -> None:
    lessons = _lessons(encoder, steps=100)
    reader.train(encoder, lessons, tmp_path / "whole", minutes=5)

    half = reader.Run.start(encoder, torch.device("cpu"))
    half.model.train()
    for batch in lessons.batches[:50]:
        half.learn(cross_encoder.make_batch(batch, lessons.tokenizer), reader.learning_rate(half.step, 100, spent=0.0))
    (tmp_path / "cut").mkdir()
    half.save(tmp_path / "cut" / "checkpoint.pt")
    reader.train(encoder, lessons, tmp_path / "cut", minutes=5)

    whole, cut = (torch.load(tmp_path / name / "checkpoint.pt") for name in ("whole", "cut"))
    assert whole["step"] == cut["step"] == 100
    for name, weights in whole["average"].items():
        torch.testing.assert_close(cut["average"][name], weights)


def test_layers_that_are_kept_do_not_change(encoder: Path) -> None:
    run = reader.Run.start(encoder, torch.device("cpu"), kept_layers=1)
    before = {name: weights.clone() for name, weights in run.model.named_parameters()}

    run.learn(cross_encoder.make_batch(_examples(16, seed=4), cross_encoder.load_tokenizer(encoder)), rate=0.1)

    changed = {name for name, weights in run.model.named_parameters() if not torch.equal(weights, before[name])}
    assert changed
    assert not any(name.startswith(("bert.embeddings", "bert.encoder.layer.0")) for name in changed)


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [reader.learning_rate(step, 1000, spent=0.0) for step in range(1001)]

    assert rates[0] < rates[40] < rates[100] == rates[550] > rates[900] > rates[1000] == 0.0
    assert reader.learning_rate(100, 1000, spent=1.0) == 0.0


def test_a_larger_encoder_takes_the_same_lessons(tmp_path: Path) -> None:
    larger = save_tiny_mpnet(tmp_path, _WORDS)
    tokenizer = cross_encoder.load_tokenizer(larger)
    short, long = (
        ReadingExample("who ran", "ada ran .", (Span(0, 3),)),
        ReadingExample("who", "tom " * 9, (Span(0, 3),)),
    )
    run = reader.Run.start(larger, torch.device("cpu"), kept_layers=1)

    def starts(*some: ReadingExample) -> torch.Tensor:
        start, _, _ = cross_encoder.scores(run.averaged(), cross_encoder.make_batch(some, tokenizer))
        return start[0, :7]

    # what fills up a batch is not read
    torch.testing.assert_close(starts(short), starts(short, long), atol=1e-4, rtol=1e-4)
    before = {name: weights.clone() for name, weights in run.model.named_parameters()}
    run.learn(cross_encoder.make_batch([short, long], tokenizer), rate=0.1)

    changed = {name for name, weights in run.model.named_parameters() if not torch.equal(weights, before[name])}
    assert any(name.startswith("mpnet.encoder.layer.1") for name in changed)
    assert not any(name.startswith(("mpnet.embeddings", "mpnet.encoder.layer.0")) for name in changed)
