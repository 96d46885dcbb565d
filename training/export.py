"""Makes the trained reader ready to ship: 8-bit ONNX, checked against the weights it was made from.

    python -m training.export --model DIR [--out bot/reading/model]

DIR is the folder `reader/` that `training.reader` wrote. `model.onnx` and `tokenizer.json` are written to the
other, each whole or not at all.
"""

import argparse
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import logging

from bot.reading.span_scoring import EVIDENCE, MODEL_FILES, SHIPPED_FOLDER, OnnxSpanScorer, SpanScores
from training.cross_encoder import SpanReader

_INPUTS = ("input_ids", "token_type_ids")
_OUTPUTS = ("start_logits", "end_logits", EVIDENCE)
_PAIRS = (
    ("Who opened the bridge?", "The mayor, Anna Lind, opened the new bridge on Tuesday after two years of work."),
    ("When did the ferry sink?", "The ferry sank off the coast on 3 May 1994; all 52 passengers were rescued."),
    ("How many people were hurt?", "Officials said the storm passed to the north and that nobody had been hurt."),
    ("Who won the election?", "Wheat prices fell by 4 percent in Chicago as rain eased fears of a poor harvest."),
    ("Why was the match called off?", "The match was abandoned at half-time because the pitch was under water."),
    ("What did the minister deny?", "“We have never paid them,” the minister said, denying that a ransom was paid."),
)
"""Answered and not, so that the check sees scores of both kinds."""


class _Logits(torch.nn.Module):  # type: ignore[misc]  # torch is not type-checked here
    """Turns tokens into logits of start, end and maybe evidence: plain tensors are all that the exporter takes."""

    def __init__(self, model: SpanReader, *, with_evidence: bool) -> None:
        super().__init__()
        self._embeddings = model.bert.embeddings
        self._layers = model.bert.encoder.layer
        self._outputs = model.qa_outputs
        self._evidence = model.evidence if with_evidence else None

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        hidden = self._embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        for layer in self._layers:
            hidden = layer(hidden)
        start, end = self._outputs(hidden).unbind(-1)
        if self._evidence is None:
            return start, end
        return start, end, self._evidence(hidden).squeeze(-1)


def main() -> None:
    """Export, check and report."""
    options = _options()
    difference = export_reader(options.model, options.out)
    size = (options.out / "model.onnx").stat().st_size
    print(f"{options.out}: {size / 1e6:.1f} MB; log-probabilities differ by at most {difference:.3f}")


def export_reader(trained: Path, folder: Path) -> float:
    """Write the files of a shipped reader into `folder`; return how far the 8-bit weights are off.

    That is the largest difference of a log-probability from the full weights, over a few built-in pairs; of those less
    probable than one in a thousand it says nothing, for they decide nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".exporting-") as name:
        full, quantized = Path(name) / "full", Path(name) / "int8"
        for one in (full, quantized):
            one.mkdir()
            (one / "tokenizer.json").write_bytes((trained / "tokenizer.json").read_bytes())
        export_onnx(trained, full / "model.onnx")
        quantize(full / "model.onnx", quantized / "model.onnx")
        difference = _largest_difference(OnnxSpanScorer.load(full), OnnxSpanScorer.load(quantized))
        for file in MODEL_FILES:
            (quantized / file).replace(folder / file)
    return difference


def export_onnx(trained: Path, target: Path) -> None:
    """Write the trained model in full precision, for unpadded rows of any number of tokens; with evidence scores if
    it was trained to give them. What else a folder holds, such as other scoring layers, is left out."""
    logging.set_verbosity_error()  # that it holds more is no news
    # the plainest attention makes the leanest graph: it is a tenth faster than the export of the fused one
    model, loading = SpanReader.from_pretrained(trained, attn_implementation="eager", output_loading_info=True)
    with_evidence = not any(name.startswith("evidence.") for name in loading["missing_keys"])
    outputs = _OUTPUTS if with_evidence else _OUTPUTS[:-1]
    ids = torch.ones(2, 8, dtype=torch.int64)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter we use is the old one, and says so at length
        torch.onnx.export(
            _Logits(model.eval(), with_evidence=with_evidence),
            (ids, ids),
            str(target),
            input_names=list(_INPUTS),
            output_names=list(outputs),
            dynamic_axes={name: {0: "rows", 1: "tokens"} for name in (*_INPUTS, *outputs)},
            opset_version=17,
            dynamo=False,
        )


def quantize(full: Path, target: Path) -> None:
    """Write the model with weights in 8-bit integers, the word vectors too; activations are converted as it runs."""
    # Weights in 7 of the 8 bits: else, on processors without VNNI, the sum of two products can be clipped, and the
    # model that was calibrated on one processor reads otherwise on the next. On 1500 passages, without VNNI: the full
    # model's best span for 84.7% against 83.7%, answerability off by 0.12 against 0.13, the same speed. What is lost
    # is lost in the activations: in neither is the right span found less often than by the full model.
    quantize_dynamic(full, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def _largest_difference(full: OnnxSpanScorer, quantized: OnnxSpanScorer) -> float:
    largest = 0.0
    for question, passage in _PAIRS:
        before, after = (_all(scorer.score(question, [passage])[0]) for scorer in (full, quantized))
        largest = max(largest, float(np.abs(before - after)[before > np.log(1e-3)].max()))
    return largest


def _all(scores: SpanScores) -> NDArray[np.float32]:
    return np.concatenate([scores.start, scores.end, [scores.no_start, scores.no_end]]).astype(np.float32)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="folder with the trained weights")
    parser.add_argument("--out", type=Path, default=SHIPPED_FOLDER, help="folder for the model and the tokenizer")
    return parser.parse_args()


if __name__ == "__main__":
    main()
