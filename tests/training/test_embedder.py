"""Training a tiny embedder: what it sees, that it learns, and that a kill costs it nothing."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.late_imports import imported_when_used
from tests.training.tiny_bert import save_tiny_bert
from training.embedding_examples import PairExample

if TYPE_CHECKING:
    import torch

    from training import bi_encoder, embedder
else:
    torch = imported_when_used("torch")
    bi_encoder = imported_when_used("training.bi_encoder")
    embedder = imported_when_used("training.embedder")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

_SAID = ("ada", "tom", "eva", "may", "june", "july")
_MEANT = ("ran", "sang", "flew", "read", "swam", "wept")
_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "who", "the", ".", *_SAID, *_MEANT]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT that knows a few words."""
    return save_tiny_bert(tmp_path_factory.mktemp("encoder"), _WORDS)


def _examples(n: int, seed: int) -> list[PairExample]:
    """Every word of a question stands for another in the passage; a passage of other words misleads."""
    chance = np.random.default_rng(seed)
    examples = []
    for _ in range(n):
        one, other, third = map(int, chance.permutation(len(_SAID))[:3])
        right, wrong = f"{_MEANT[one]} {_MEANT[other]} .", f"{_MEANT[one]} {_MEANT[third]} ."
        examples.append(PairExample(f"{_SAID[one]} {_SAID[other]}", right, (wrong,), frozenset({right})))
    return examples


def _lessons(encoder: Path, steps: int) -> "embedder.Lessons":
    examples = _examples(16 * steps, seed=1)
    batches = [examples[start : start + 16] for start in range(0, len(examples), 16)]
    held_apart = {"messages": _examples(40, seed=2), "questions": _examples(40, seed=3)}
    return embedder.Lessons(batches, held_apart, bi_encoder.TextTokens(encoder))


def test_a_passage_is_seen_once_and_without_function_words(encoder: Path) -> None:
    examples = [PairExample("who", "the ada ran .", ("eva",)), PairExample("who the", "eva", ("the ada ran .",))]

    batch = bi_encoder.make_batch(examples, bi_encoder.TextTokens(encoder))

    words = [[_WORDS[token] for token in tokens] for tokens in (*batch.passages, *batch.queries)]
    assert words == [
        ["[CLS]", "ada", "ran", ".", "[SEP]"],
        ["[CLS]", "eva", "[SEP]"],
        ["[CLS]", "who", "[SEP]"],
        ["[CLS]", "who", "the", "[SEP]"],
    ]
    assert batch.right.tolist() == [0, 1]


def test_passages_that_answer_as_well_do_not_count_against_a_query(encoder: Path) -> None:
    model, tokens = bi_encoder.new_encoder(encoder).eval(), bi_encoder.TextTokens(encoder)
    plain = PairExample("ada", "ran", ("sang",))
    forgiving = PairExample("ada", "ran", ("sang",), frozenset({"ran", "sang"}))

    assert bi_encoder.loss(model, bi_encoder.make_batch([plain], tokens)) > 0
    assert bi_encoder.loss(model, bi_encoder.make_batch([forgiving], tokens)) == 0


def test_vectors_come_in_order_and_do_not_depend_on_their_neighbours(encoder: Path) -> None:
    model, tokens = bi_encoder.new_encoder(encoder).eval(), bi_encoder.TextTokens(encoder)
    texts = tokens.passages(["ada ran . ada sang", "eva", "tom flew"])

    together = bi_encoder.vectors(model, texts)

    apart = torch.cat([bi_encoder.vectors(model, [one]) for one in texts])
    torch.testing.assert_close(together, apart)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(3))


@pytest.mark.parametrize("bf16", [False, True])
def test_it_learns_what_stands_for_what(encoder: Path, tmp_path: Path, bf16: bool) -> None:
    lessons = _lessons(encoder, steps=150)
    before = embedder.measure(embedder.Run.start(encoder).averaged(), lessons)

    embedder.train(encoder, lessons, tmp_path, minutes=5, bf16=bf16, peak=1e-3)

    *_, last = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert last["messages"] > max(0.8, before["messages"])
    assert (tmp_path / "curves.png").stat().st_size > 1000
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {p.name for p in (tmp_path / "weights").iterdir()}


def test_a_training_that_was_cut_off_goes_on_as_if_it_had_not_been(encoder: Path, tmp_path: Path) -> None:
    lessons = _lessons(encoder, steps=60)
    embedder.train(encoder, lessons, tmp_path / "whole", minutes=5)

    half = embedder.Run.start(encoder)
    half.model.train()
    for batch in lessons.batches[:30]:
        half.learn(bi_encoder.make_batch(batch, lessons.tokens), embedder.learning_rate(half.step, 60, spent=0.0))
    (tmp_path / "cut").mkdir()
    half.save(tmp_path / "cut" / "checkpoint.pt")
    embedder.train(encoder, lessons, tmp_path / "cut", minutes=5)

    whole, cut = (torch.load(tmp_path / name / "checkpoint.pt") for name in ("whole", "cut"))
    assert whole["step"] == cut["step"] == 60
    for name, weights in whole["average"].items():
        # the rate falls with the time as well, which two runs do not share to the millisecond
        torch.testing.assert_close(cut["average"][name], weights, rtol=1e-3, atol=1e-4)


def test_the_rate_rises_and_falls_to_nothing() -> None:
    rates = [embedder.learning_rate(step, 1000, spent=0.0) for step in range(1001)]

    assert rates[0] < rates[10] < rates[20] > rates[500] > rates[900] > rates[1000] == 0.0
    assert embedder.learning_rate(100, 1000, spent=1.0) == 0.0
