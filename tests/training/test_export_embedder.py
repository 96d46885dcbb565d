"""A trained embedder as it ships: nearly the vectors of the full weights, or of those it started from."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from index.embedding.embedder import OnnxEmbedder
from tests.late_imports import imported_when_used

if TYPE_CHECKING:
    import torch
    import transformers

    from training import export_embedder
else:
    torch = imported_when_used("torch")
    transformers = imported_when_used("transformers")
    export_embedder = imported_when_used("training.export_embedder")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "bridge", "opened", "ferry", "sank"]
_TEXTS = ["bridge opened", "ferry sank", "bridge sank"]


def _weights(folder: Path, seed: int) -> Path:
    """A BERT of one layer that knows four words."""
    tokenizer = Tokenizer(models.WordLevel({word: row for row, word in enumerate(_WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    torch.manual_seed(seed)
    config = transformers.BertConfig(vocab_size=len(_WORDS), hidden_size=384, num_hidden_layers=1, intermediate_size=64)
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def test_8_bits_keep_what_was_learnt(tmp_path: Path) -> None:
    trained = _weights(tmp_path / "trained", seed=1)

    cosine = export_embedder.export_embedder(trained, tmp_path / "model")

    assert cosine > 0.98
    assert sorted(one.name for one in (tmp_path / "model").iterdir()) == ["model.onnx", "tokenizer.json"]
    vectors = OnnxEmbedder.open(tmp_path / "model").embed(_TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_share_of_the_start_can_be_mixed_in(tmp_path: Path) -> None:
    trained, start = (_weights(tmp_path / name, seed) for name, seed in (("trained", 1), ("start", 2)))

    export_embedder.export_embedder(trained, tmp_path / "all", base=1.0, start=start)
    export_embedder.export_embedder(start, tmp_path / "start-alone")

    mixed, alone = (OnnxEmbedder.open(tmp_path / name).embed(_TEXTS) for name in ("all", "start-alone"))
    np.testing.assert_allclose(mixed, alone, atol=1e-6)
