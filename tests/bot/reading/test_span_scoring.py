"""Where an answer may stand: the ONNX scorer over a network small enough to calculate by hand, and its promises."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper
from tokenizers import Encoding, Tokenizer, models, normalizers, pre_tokenizers, processors

from bot.reading.span_scoring import EVIDENCE, MAX_TOKENS, MODEL_FILES, OnnxSpanScorer, SpanScores
from index.errors import ModelUnavailable

_WORDS = ["[CLS]", "[SEP]", "[UNK]", "the", "bridge", "mayor", "opened", "cafe", "雨", "🎈", "who", "?", ".", "[", "]"]
_PASSAGE = "The Café: e\u0301 雨 🎈 THE bridge."
_TEXT = st.text(st.characters(), max_size=60)  # half characters too
_TOKENS = ["The", "Café", ":", "e\u0301", "雨", "🎈", "THE", "bridge", "."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose start logit is a tenth of the token's number and whose end logit is minus that."""
    folder = tmp_path_factory.mktemp("counting")
    _word_tokenizer().save(str(folder / "tokenizer.json"))
    onnx.save(_counting_model(), folder / "model.onnx")
    return folder


@pytest.fixture(scope="module")
def scorer(folder: Path) -> OnnxSpanScorer:
    return OnnxSpanScorer.load(folder)


def test_the_choice_is_between_the_passages_tokens_and_no_answer(scorer: OnnxSpanScorer) -> None:
    [scores] = scorer.score("Who opened the bridge?", ["the mayor opened"])

    logits = np.array([_WORDS.index(word) / 10 for word in ("[CLS]", "the", "mayor", "opened")])
    np.testing.assert_allclose([scores.no_start, *scores.start], _log_softmax(logits), atol=1e-6)
    np.testing.assert_allclose([scores.no_end, *scores.end], _log_softmax(-logits), atol=1e-6)
    assert scores.start.dtype == scores.end.dtype == np.float32


def test_offsets_count_characters_of_the_passage(scorer: OnnxSpanScorer) -> None:
    [scores] = scorer.score("Café 🎈?", [_PASSAGE])

    assert [_PASSAGE[start:end] for start, end in scores.offsets] == _TOKENS


def test_scores_come_in_the_order_of_the_passages_and_do_not_depend_on_each_other(scorer: OnnxSpanScorer) -> None:
    passages = ["the mayor", "", "bridge " * 300, _PASSAGE, "the mayor", "opened"]

    together = scorer.score("Who?", passages)

    alone = [scorer.score("Who?", [passage])[0] for passage in passages]
    assert [_listed(one) for one in together] == [_listed(one) for one in alone]


def test_workers_are_spare_until_passages_wait(scorer: OnnxSpanScorer, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = scorer.spare
    seen: list[int] = []
    run = scorer._run

    def noted(passage: str, heading: str, pair: Encoding) -> SpanScores:
        seen.append(scorer.spare)
        return run(passage, heading, pair)

    monkeypatch.setattr(scorer, "_run", noted)

    scorer.score("Who?", ["the mayor"])
    scorer.score("Who?", ["the mayor"] * idle)

    assert seen == [idle - 1] + [0] * idle
    assert scorer.spare == idle >= 1


def test_no_passages_have_no_scores(scorer: OnnxSpanScorer) -> None:
    assert scorer.score("Who?", []) == []


def test_a_heading_is_read_and_offsets_do_not_count_it(scorer: OnnxSpanScorer) -> None:
    plain, headed = (scorer.score("Who?", [_PASSAGE], above)[0] for above in ([], ["The mayor, who opened: "]))

    assert _listed(headed) == _listed(plain)  # each token's score is its own here, so that only the offsets could move


def test_a_model_without_evidence_says_nothing_of_it(scorer: OnnxSpanScorer) -> None:
    [scores] = scorer.score("Who?", ["the mayor"])

    assert scores.evidence is None
    assert not scorer.reads_headings


def test_evidence_is_that_of_the_passages_tokens(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    onnx.save(_counting_model(with_evidence=True), tmp_path / "model.onnx")
    scorer = OnnxSpanScorer.load(tmp_path)

    [scores] = scorer.score("Who?", ["the mayor opened"], ["cafe bridge: "])

    assert scorer.reads_headings
    assert scores.evidence is not None
    np.testing.assert_allclose(scores.evidence, [_WORDS.index(word) / 10 for word in ("the", "mayor", "opened")])


def test_an_empty_passage_surely_does_not_answer(scorer: OnnxSpanScorer) -> None:
    [scores] = scorer.score("Who?", [""])

    assert _listed(scores) == ([], [], [], 0.0, 0.0)
    assert scores.offsets.shape == (0, 2)


def test_a_long_question_leaves_the_passage_its_place(scorer: OnnxSpanScorer) -> None:
    short, long = scorer.score("who opened the bridge " * 5_000, [_PASSAGE, "the mayor " * 5_000])

    assert [_PASSAGE[start:end] for start, end in short.offsets] == _TOKENS
    assert len(long.offsets) > MAX_TOKENS / 2


def test_of_a_long_passage_the_end_is_not_read(scorer: OnnxSpanScorer) -> None:
    passage = "the mayor " * 500

    [scores] = scorer.score("Who?", [passage])

    read = MAX_TOKENS - len(["[CLS]", "who", "?", "[SEP]", "[SEP]"])
    assert scores.offsets[-1].tolist() == [passage.rindex("the ", 0, 5 * read), 5 * read - 2]
    assert len(scores.start) == len(scores.end) == read


def test_a_separator_in_the_text_is_text(scorer: OnnxSpanScorer) -> None:
    [scores] = scorer.score("[SEP] who?", ["the [SEP] mayor"])

    assert scores.offsets.tolist() == [[0, 3], [4, 5], [5, 8], [8, 9], [10, 15]]


@given(_TEXT, st.lists(_TEXT, max_size=4))
def test_probabilities_sum_to_one_for_any_text(scorer: OnnxSpanScorer, question: str, passages: list[str]) -> None:
    for passage, scores in zip(passages, scorer.score(question, passages), strict=True):
        assert np.exp(scores.start).sum() + np.exp(scores.no_start) == pytest.approx(1, abs=1e-5)
        assert np.exp(scores.end).sum() + np.exp(scores.no_end) == pytest.approx(1, abs=1e-5)
        assert all(0 <= start < end <= len(passage) for start, end in scores.offsets)


def test_what_the_folder_lacks_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes((folder / "model.onnx").read_bytes())

    with pytest.raises(ModelUnavailable, match=rf"tokenizer\.json is not in {tmp_path}.*READER_MODEL"):
        OnnxSpanScorer.load(tmp_path)


@pytest.mark.parametrize("broken", MODEL_FILES)
def test_a_broken_model_is_named(folder: Path, tmp_path: Path, broken: str) -> None:
    for name in MODEL_FILES:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / broken).write_bytes(b"half")

    with pytest.raises(ModelUnavailable, match=rf"{tmp_path}/{broken} cannot be opened"):
        OnnxSpanScorer.load(tmp_path)


def _listed(scores: SpanScores) -> tuple[list[list[int]], list[float], list[float], float, float]:
    return scores.offsets.tolist(), scores.start.tolist(), scores.end.tolist(), scores.no_start, scores.no_end


def _log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(logits - np.log(np.exp(logits).sum()))


def _word_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(_WORDS)}, "[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[CLS]", "[SEP]"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    return tokenizer


def _counting_model(*, with_evidence: bool = False) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Mul", ["input_ids", "token_type_ids"], ["of_passage"]),  # zero for the first token too
        helper.make_node("Cast", ["of_passage"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["floats", "ten"], ["start_logits"]),
        helper.make_node("Neg", ["start_logits"], ["end_logits"]),
    ]
    outputs = ["start_logits", "end_logits"]
    if with_evidence:
        nodes.append(helper.make_node("Identity", ["start_logits"], [EVIDENCE]))
        outputs.append(EVIDENCE)
    shape = ["rows", "tokens"]
    graph = helper.make_graph(
        nodes,
        "counting",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "token_type_ids")],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in outputs],
        [helper.make_tensor("ten", TensorProto.FLOAT, [], [10.0])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
