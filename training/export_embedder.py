"""Make the trained embedder ready to ship: 8-bit ONNX, checked against the weights it was made from.

    python -m training.export_embedder --model DIR [--base SHARE] --out FOLDER

DIR is the folder `weights/` that `training.embedder` wrote. `model.onnx`, with mean pooling and normalisation inside,
and `tokenizer.json` are written to FOLDER, each whole or not at all. With --base the weights that the training
started from are mixed in: what they knew of other texts counts for so much (Wortsman et al., 2022).
"""

import argparse
import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertModel, logging

from index.embedding.embedder import OnnxEmbedder
from index.embedding.shipped_model import pinned_weights

_FILES = ("model.onnx", "tokenizer.json")
_TEXTS = (
    "who opened the bridge",
    "The mayor, Anna Lind, opened the new bridge on Tuesday after two years of work.",
    "ferry sinking 1994 how many saved",
    "The ferry sank off the coast on 3 May 1994; all 52 passengers were rescued.",
    "Wheat prices fell by 4 percent in Chicago as rain eased fears of a poor harvest.",
)


class _SentenceVector(torch.nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self._bert = bert

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        tokens = self._bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def main() -> None:
    """Export, check and report."""
    options = _options()
    cosine = export_embedder(options.model, options.out, base=options.base)
    size = (options.out / "model.onnx").stat().st_size
    print(f"{options.out}: {size / 1e6:.1f} MB; the least cosine of a text's two vectors is {cosine:.4f}")


def export_embedder(trained: Path, folder: Path, *, base: float = 0.0, start: Path | None = None) -> float:
    """Write the files of a shipped embedder into `folder`; `base` is the share of the weights in `start`.

    Returns the least cosine between the vectors of the full weights and the 8-bit ones, over a few texts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".exporting-") as name:
        full, quantized = Path(name) / "full", Path(name) / "int8"
        for one in (full, quantized):
            one.mkdir()
            (one / "tokenizer.json").write_bytes((trained / "tokenizer.json").read_bytes())
        _export_onnx(_mixed(trained, start or pinned_weights(), base) if base else _load(trained), full / _FILES[0])
        quantize_dynamic(full / _FILES[0], quantized / _FILES[0], weight_type=QuantType.QInt8, per_channel=True)
        before, after = (OnnxEmbedder.open(one).embed(_TEXTS) for one in (full, quantized))
        for file in _FILES:
            (quantized / file).replace(folder / file)
    return float((before * after).sum(1).min())


def _load(weights: Path) -> BertModel:
    logging.set_verbosity_error()  # that the pooling layer is not read is no news
    return BertModel.from_pretrained(weights, add_pooling_layer=False, attn_implementation="eager").eval()


def _mixed(trained: Path, start: Path, base: float) -> BertModel:
    model, other = _load(trained), _load(start).state_dict()
    model.load_state_dict({name: one.lerp(other[name], base) for name, one in model.state_dict().items()})
    return model


def _export_onnx(model: BertModel, target: Path) -> None:
    example = torch.ones(2, 8, dtype=torch.int64)
    rows_and_tokens = {0: "rows", 1: "tokens"}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter we use is the old one, and says so at length
        torch.onnx.export(
            _SentenceVector(model),
            (example, example),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={"input_ids": rows_and_tokens, "attention_mask": rows_and_tokens, "vector": {0: "rows"}},
            opset_version=17,
            dynamo=False,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.export_embedder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="folder with the trained weights")
    parser.add_argument("--base", type=float, default=0.0, help="share of the weights it started from, 0 to 1")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model and the tokenizer")
    return parser.parse_args()


if __name__ == "__main__":
    main()
