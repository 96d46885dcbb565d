"""Where an answer may stand: models of transformers, and the export of one of them. Torch takes seconds to import."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.reading.span_scoring import (
    MODEL_FILES,
    OnnxSpanScorer,
    SpanScores,
    TransformersSpanScorer,
    load_span_scorer,
)
from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from transformers import PreTrainedModel

pytestmark = pytest.mark.slow

_QUESTION = "Who opened the bridge?"
_PASSAGES = [
    "The mayor, Anna Lind, opened the Café: e\u0301 雨 🎈.",
    "No.",
    "",
    "It rained all day. " * 40,
]
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789.,:?"
_SMALL = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 32, "intermediate_size": 64}
# Far above the usual 0.02: logits of a few units, as trained models give, so that a wrong token shows.
_WIDE = {"initializer_range": 0.4}


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_ALPHABET, *(f"##{one}" for one in _ALPHABET)]
    vocabulary = {word: number for number, word in enumerate(words)}
    config = BertConfig(vocab_size=len(words), max_position_embeddings=192, **_SMALL, **_WIDE)
    folder = _saved(BertForQuestionAnswering, config, tmp_path_factory.mktemp("models") / "tiny-bert")
    BertTokenizer(vocab=vocabulary).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def distilbert(bert: Path) -> Path:
    """Has no token types, though the tokenizer saved with it makes some."""
    from transformers import DistilBertConfig, DistilBertForQuestionAnswering, PreTrainedTokenizerFast

    config = DistilBertConfig(
        vocab_size=len(_ALPHABET) * 2 + 5, max_position_embeddings=64, dim=32, n_layers=1, n_heads=2, hidden_dim=64
    )
    folder = _saved(DistilBertForQuestionAnswering, config, bert.parent / "tiny-distilbert")
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_file=str(bert / "tokenizer.json"), **special).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def roberta(bert: Path) -> Path:
    """One token type, positions that start at 2, and bytes for tokens."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import RobertaConfig, RobertaForQuestionAnswering, RobertaTokenizer

    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    config = RobertaConfig(
        vocab_size=len(words), max_position_embeddings=130, type_vocab_size=1, pad_token_id=1, **_SMALL, **_WIDE
    )
    folder = _saved(RobertaForQuestionAnswering, config, bert.parent / "tiny-roberta")
    RobertaTokenizer(vocab={word: number for number, word in enumerate(words)}, merges=[]).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def test_scores_are_the_models_own(bert: Path) -> None:
    """Against the plainest way to do it, for a pair that needs no cutting."""
    import torch
    from transformers import BertForQuestionAnswering

    pair = Tokenizer.from_file(str(bert / "tokenizer.json")).encode(_QUESTION, _PASSAGES[0])
    with torch.no_grad():
        output = BertForQuestionAnswering.from_pretrained(bert).eval()(
            input_ids=torch.tensor([pair.ids]), token_type_ids=torch.tensor([pair.type_ids])
        )
    chosen = [0, *(token for token, sequence in enumerate(pair.sequence_ids) if sequence == 1)]
    expected = [torch.log_softmax(one[0, chosen], 0).numpy() for one in (output.start_logits, output.end_logits)]

    [scores] = load_span_scorer(str(bert)).score(_QUESTION, _PASSAGES[:1])

    np.testing.assert_allclose(_matrix(scores), expected, atol=1e-5)
    assert np.ptp(expected) > 1


def test_the_exported_model_scores_as_the_trained_one(bert: Path, tmp_path: Path) -> None:
    """The same arithmetic in another order: differences are of rounding, about 1e-6 for each of two layers."""
    from training.export import export_onnx

    export_onnx(bert, tmp_path / "model.onnx")
    (tmp_path / "tokenizer.json").write_bytes((bert / "tokenizer.json").read_bytes())

    trained, exported = (
        scorer.score(_QUESTION, _PASSAGES) for scorer in (load_span_scorer(str(bert)), _onnx(tmp_path))
    )

    for one, other in zip(trained, exported, strict=True):
        np.testing.assert_array_equal(one.offsets, other.offsets)
        np.testing.assert_allclose(_matrix(one), _matrix(other), atol=1e-4)


def test_weights_that_no_answer_needs_are_left_out(bert: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    from training.export import export_onnx

    more = tmp_path / "more"
    more.mkdir()
    (more / "config.json").write_bytes((bert / "config.json").read_bytes())
    weights = load_file(bert / "model.safetensors")
    save_file({**weights, "other_outputs.bias": np.ones(2, np.float32)}, more / "model.safetensors", {"format": "pt"})

    export_onnx(bert, tmp_path / "plain.onnx")
    export_onnx(more, tmp_path / "more.onnx")

    assert (tmp_path / "more.onnx").read_bytes() == (tmp_path / "plain.onnx").read_bytes()


def test_what_ships_is_small_and_close_to_the_trained_model(bert: Path, tmp_path: Path) -> None:
    """Eight bits move log-probabilities that spread over ten units by some tenths, more than in a trained model."""
    from training.export import export_reader

    difference = export_reader(bert, tmp_path / "reader_model")

    exported = _onnx(tmp_path / "reader_model").score(_QUESTION, _PASSAGES)
    trained = load_span_scorer(str(bert)).score(_QUESTION, _PASSAGES)
    far = [np.abs(_matrix(one) - _matrix(other)).mean() for one, other in zip(trained, exported, strict=True)]
    assert max(far) < 0.7
    assert 0 < difference < 5
    assert sorted(path.name for path in (tmp_path / "reader_model").iterdir()) == sorted(MODEL_FILES)


def test_a_model_trained_to_give_evidence_is_exported_with_it(bert: Path, tmp_path: Path) -> None:
    from training.cross_encoder import SpanReader
    from training.export import export_reader

    SpanReader.from_pretrained(bert).save_pretrained(tmp_path / "trained")
    (tmp_path / "trained" / "tokenizer.json").write_bytes((bert / "tokenizer.json").read_bytes())
    export_reader(tmp_path / "trained", tmp_path / "reader_model")

    with_evidence = _onnx(tmp_path / "reader_model")
    scored = with_evidence.score(_QUESTION, _PASSAGES)

    assert with_evidence.reads_headings
    assert [len(one.evidence) for one in scored if one.evidence is not None] == [len(one.start) for one in scored]


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_every_kind_of_model_is_read(kind: str, request: pytest.FixtureRequest) -> None:
    scorer = TransformersSpanScorer(str(request.getfixturevalue(kind)))

    together = scorer.score(_QUESTION, _PASSAGES)

    assert scorer.name == f"tiny-{kind}"
    for passage, scores in zip(_PASSAGES, together, strict=True):
        np.testing.assert_allclose(np.exp(_matrix(scores)).sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(_matrix(scores), _matrix(scorer.score(_QUESTION, [passage])[0]))
        covered = {at for start, end in scores.offsets for at in range(start, end)}
        visible = {at for at, character in enumerate(passage) if not character.isspace()}
        assert covered == (visible if len(passage) < 50 else visible & covered)


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_a_long_question_and_passage_are_cut_to_what_the_model_takes(kind: str, request: pytest.FixtureRequest) -> None:
    scorer = TransformersSpanScorer(str(request.getfixturevalue(kind)))

    [scores] = scorer.score("who opened the bridge " * 1_000, ["the mayor " * 1_000])

    assert len(scores.start) == {"bert": 126, "distilbert": 41, "roberta": 83}[kind]
    assert np.isfinite(_matrix(scores)).all()


def test_no_answer_is_the_first_token_also_where_roberta_has_other_names(roberta: Path) -> None:
    import torch
    from transformers import RobertaForQuestionAnswering, RobertaTokenizer

    pair = RobertaTokenizer.from_pretrained(roberta)("Who?", "No.", return_tensors="pt")
    with torch.no_grad():
        logits = RobertaForQuestionAnswering.from_pretrained(roberta).eval()(**pair).start_logits[0]
    chosen = [0, *range(len(logits) - 4, len(logits) - 1)]  # <s>, and the three bytes before the last </s>

    [scores] = TransformersSpanScorer(str(roberta)).score("Who?", ["No."])

    np.testing.assert_allclose(_matrix(scores)[0], torch.log_softmax(logits[chosen], 0), atol=1e-5)
    assert scores.offsets.tolist() == [[0, 1], [1, 2], [2, 3]]


def test_a_model_that_is_nowhere_is_named() -> None:
    with pytest.raises(ModelUnavailable, match=r"READER_MODEL is '\./nowhere'.*Name a folder"):
        load_span_scorer("./nowhere")


def test_a_model_that_was_not_trained_to_answer_is_refused(bert: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertConfig, BertModel

    _saved(BertModel, BertConfig.from_pretrained(bert), tmp_path)
    AutoTokenizer.from_pretrained(bert).save_pretrained(tmp_path)

    with pytest.raises(ModelUnavailable, match="not trained to find answers"):
        load_span_scorer(str(tmp_path))


def test_broken_weights_are_named(bert: Path, tmp_path: Path) -> None:
    for path in bert.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"half")

    with pytest.raises(ModelUnavailable, match="READER_MODEL is"):
        load_span_scorer(str(tmp_path))


def _saved(kind: "type[PreTrainedModel]", config: object, folder: Path) -> Path:
    import torch

    torch.manual_seed(7)
    kind(config).save_pretrained(folder)
    return folder


def _onnx(folder: Path) -> OnnxSpanScorer:
    return OnnxSpanScorer.load(folder)


def _matrix(scores: SpanScores) -> NDArray[np.float32]:
    """(2, n + 1): no answer and each token, for start and end."""
    return np.stack([np.append(scores.no_start, scores.start), np.append(scores.no_end, scores.end)])
